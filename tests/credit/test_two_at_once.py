"""Two people at one moment: one of them is refused in words, and nothing of anybody's is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.credit.trainings import (
    approved_plan,
    draft_plan,
    events_of,
    fields_of,
    issued,
    item_values,
    past,
    quality_supervisor,
    scheduled,
    second_manager,
    session_values,
    signature,
    supervised,
)
from tests.library.test_rules_locks import meanwhile
from tests.support.concurrency import at_once
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    SupervisionStep,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.services import supervisions, training_sessions, trainings
from yunjian.credit.services.years import year_close, year_reopen
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState
from yunjian.kernel.ids import new_id
from yunjian.records.versions import StaleVersion

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reads_all_rows]


def refusals(results: list[object]) -> list[Exception]:
    """Return what was refused."""
    return [one for one in results if isinstance(one, Exception)]


def news(results: list[Any]) -> list[bool]:
    """Return of each answer whether it was a new one."""
    return [is_new for _row, is_new in results]


def keepers(world: World) -> list[Actor]:
    """Return two who keep the trainings of the agency."""
    return [world.actor(world.agency_manager), world.actor(second_manager(world))]


def colleague(world: World) -> Person:
    """Return another engineer of the agency."""
    with acting_as(system_actor("test")):
        return Person.unscoped().create(
            organization=world.agency, name="同事", education="college", job="x",
            position="engineer",
        )  # fmt: skip


def plan_with_an_item(world: World) -> TrainingPlan:
    """Return a plan that is being written, as it stands."""
    draft_plan(world)
    return TrainingPlan.unscoped().get()


def by(actor: Actor, act: Callable[..., Any], **values: Any) -> Callable[[], Any]:
    """Return an act of somebody, to be done in a thread."""

    def run() -> Any:
        with acting_as(actor):
            return act(actor=actor, **values)

    return run


def refused(act: Callable[[], Any]) -> Callable[[], Any]:
    """Return an act that gives back its refusal."""

    def run() -> Any:
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - what came of it is the answer
            return error

    return run


# --- plans


def test_of_two_who_begin_a_plan_of_one_year_one_is_told_that_it_is_there(world: World) -> None:
    results = at_once(
        keepers(world),
        lambda actor: trainings.plan_create(actor=actor, year=today().year, title="年度计划"),
    )
    assert [type(one) for one in refusals(results)] == [Conflict]
    assert TrainingPlan.unscoped().count() == 1
    assert AnnualYear.unscoped().count() == 1


def test_of_two_who_copy_last_years_plan_one_is_told_that_it_is_there(world: World) -> None:
    plan = approved_plan(world)
    results = at_once(
        keepers(world), lambda actor: trainings.plan_copy(actor=actor, year=plan.year + 1)
    )
    assert [type(one) for one in refusals(results)] == [Conflict]
    assert TrainingPlanItem.unscoped().filter(plan__year=plan.year + 1).count() == 1


def test_a_plan_that_two_approve_is_approved_once(world: World) -> None:
    plan = plan_with_an_item(world)
    preparer, other = keepers(world)
    trainings.plan_submit(actor=preparer, plan=plan)
    trainings.plan_check(actor=other, plan=plan)

    results = at_once([other, other], lambda one: trainings.plan_approve(actor=one, plan=plan))

    assert [type(one) for one in refusals(results)] == [InvalidState]
    assert len(events_of("training_plan.approved")) == 1


def test_a_plan_is_not_returned_after_another_has_approved_it(world: World) -> None:
    plan = plan_with_an_item(world)
    preparer, other = keepers(world)
    trainings.plan_submit(actor=preparer, plan=plan)
    trainings.plan_check(actor=other, plan=plan)

    answer = meanwhile(
        by(other, trainings.plan_approve, plan=plan),
        refused(by(other, trainings.plan_return, plan=plan, remarks="缺少考核")),
    )

    assert isinstance(answer, InvalidState)
    assert TrainingPlan.unscoped().get().state == "approved"


def test_of_two_who_edit_the_head_of_a_plan_the_second_is_shown_what_changed(world: World) -> None:
    plan = plan_with_an_item(world)
    first, second = keepers(world)
    values = {"plan": plan, "version": plan.version, "summary": "", "attachment": None}

    answer = meanwhile(
        by(first, trainings.plan_change, **values, title="第一人的名称"),
        refused(by(second, trainings.plan_change, **values, title="第二人的名称")),
    )

    assert isinstance(answer, StaleVersion)
    assert TrainingPlan.unscoped().get().title == "第一人的名称"


def test_of_two_who_edit_one_item_the_second_is_shown_what_changed(world: World) -> None:
    plan = plan_with_an_item(world)
    item = TrainingPlanItem.unscoped().get()
    first, second = keepers(world)
    values: dict[str, Any] = {"plan": plan, "item": item, "version": plan.version, "people": []}

    answer = meanwhile(
        by(first, trainings.item_save, **values, **item_values(teacher="甲")),
        refused(by(second, trainings.item_save, **values, **item_values(teacher="乙"))),
    )

    assert isinstance(answer, StaleVersion)
    assert TrainingPlanItem.unscoped().get().teacher == "甲"


def test_an_item_that_another_removed_does_not_come_back_unasked(world: World) -> None:
    plan = plan_with_an_item(world)
    item = TrainingPlanItem.unscoped().get()
    first, second = keepers(world)

    answer = meanwhile(
        by(first, trainings.item_remove, plan=plan, item=item),
        refused(by(second, trainings.item_save, plan=plan, item=item, people=[], **item_values())),
    )

    assert isinstance(answer, InvalidState)
    assert not TrainingPlanItem.unscoped().exists()


def test_items_that_two_add_at_once_are_both_there(world: World) -> None:
    plan = plan_with_an_item(world)
    results = at_once(
        keepers(world),
        lambda actor: trainings.item_save(actor=actor, plan=plan, people=[], **item_values()),
    )
    assert refusals(results) == []
    assert TrainingPlanItem.unscoped().count() == 3


def test_nothing_is_added_to_a_plan_that_another_hands_in(world: World) -> None:
    plan = plan_with_an_item(world)
    first, second = keepers(world)

    answer = meanwhile(
        by(first, trainings.plan_submit, plan=plan),
        refused(by(second, trainings.item_save, plan=plan, people=[], **item_values())),
    )

    assert isinstance(answer, InvalidState)
    assert TrainingPlanItem.unscoped().count() == 1


# --- sessions


def test_nobody_is_registered_in_two_sessions_at_one_time(world: World) -> None:
    scheduled_at_once = at_once(
        keepers(world),
        lambda actor: training_sessions.session_schedule(
            actor=actor, people=[world.engineer_person], **session_values()
        ),
    )
    (error,) = refusals(scheduled_at_once)
    assert isinstance(error, InvalidInput)
    assert fields_of(error) == ["people"]
    assert "此时已参加" in error.errors[0].message
    assert TrainingParticipant.unscoped().count() == 1


def test_a_participant_that_two_add_to_one_session_is_there_once(world: World) -> None:
    row = scheduled(world)
    people = [world.engineer_person, colleague(world)]
    values = {**session_values(), "session": row, "people": people}
    results = at_once(
        keepers(world), lambda actor: training_sessions.session_change(actor=actor, **values)
    )
    assert refusals(results) == []
    assert TrainingParticipant.unscoped().filter(session=row).count() == 2

    seen = TrainingSession.unscoped().get().version
    first, second = keepers(world)
    values |= {"version": seen}
    answer = meanwhile(
        by(first, training_sessions.session_change, **values | {"people": people[:1]}),
        refused(by(second, training_sessions.session_change, **values | {"place": "二号站房"})),
    )
    assert isinstance(answer, StaleVersion)


def test_a_session_that_two_evaluate_is_evaluated_once(world: World) -> None:
    row = scheduled(world)
    first, second = keepers(world)
    evaluator = world.supervisor()
    training_sessions.session_hold(
        actor=first,
        session=row,
        participants=[
            training_sessions.ParticipantInput(
                world.engineer_person, "present", signed_in_at=past(9), result="pass"
            )
        ],
    )
    results = at_once(
        [first, second],
        lambda actor: training_sessions.session_evaluate(
            actor=actor,
            session=row,
            evaluator=evaluator,
            evaluated_on=today(),
            evaluation=actor.name,
            conclusion="effective",
        ),
    )
    assert [type(one) for one in refusals(results)] == [InvalidState]
    assert len(events_of("training.evaluated")) == 1


# --- the year


def test_a_session_that_was_being_saved_is_named_when_the_year_is_closed(world: World) -> None:
    first, second = keepers(world)

    closed = meanwhile(
        by(
            first,
            training_sessions.session_schedule,
            people=[world.engineer_person],
            **session_values(),
        ),
        by(second, year_close, year=past(9).year, statement="已说明"),
    )

    assert any(session_values()["topic"] in text for text in closed.missing)


def test_a_session_is_refused_when_the_year_was_being_closed(world: World) -> None:
    first, second = keepers(world)
    year = past(9).year

    answer = meanwhile(
        by(first, year_close, year=year, statement="已说明"),
        refused(
            by(
                second,
                training_sessions.session_schedule,
                people=[world.engineer_person],
                **session_values(),
            )
        ),
    )

    assert isinstance(answer, InvalidState)
    assert f"{year} 年度已归档" in answer.message
    assert not TrainingSession.unscoped().exists()


def test_a_year_that_two_close_or_reopen_is_closed_and_reopened_once(world: World) -> None:
    year = today().year
    closing = at_once(
        keepers(world), lambda actor: year_close(actor=actor, year=year, statement="已说明")
    )
    opening = at_once(
        keepers(world), lambda actor: year_reopen(actor=actor, year=year, reason=actor.name)
    )
    assert [type(one) for one in refusals(closing) + refusals(opening)] == [InvalidState] * 2
    assert len(events_of("annual_year.closed")) == len(events_of("annual_year.reopened")) == 1


# --- supervisions


def test_supervisions_that_are_issued_at_once_get_one_number_each(world: World) -> None:
    account = quality_supervisor(world)
    people = [world.actor(account), world.actor(world.agency_manager)]
    drafts = {
        actor.account_id: supervisions.supervision_draft(actor=actor, said=supervised(world))
        for actor in people
    }
    results = at_once(
        people,
        lambda actor: supervisions.supervision_issue(
            actor=actor, supervision=drafts[actor.account_id]
        ),
    )
    assert refusals(results) == []
    assert {row.number for row in Supervision.unscoped()} == {1, 2}


def test_a_draft_that_two_issue_gets_one_number_and_leaves_no_gap(world: World) -> None:
    account = quality_supervisor(world)
    draft = supervisions.supervision_draft(actor=world.actor(account), said=supervised(world))
    results = at_once(
        [world.actor(account), world.actor(world.agency_manager)],
        lambda actor: supervisions.supervision_issue(actor=actor, supervision=draft),
    )
    assert [type(one) for one in refusals(results)] == [InvalidState]
    assert issued(world).number == 2


def test_of_two_who_write_one_draft_the_second_is_told(world: World) -> None:
    account = quality_supervisor(world)
    draft = supervisions.supervision_draft(actor=world.actor(account), said=supervised(world))
    values: dict[str, Any] = {"supervision": draft, "version": draft.version}

    answer = meanwhile(
        by(
            world.actor(account),
            supervisions.supervision_draft,
            said=supervised(world, facts="甲"),
            **values,
        ),
        refused(
            by(
                world.actor(world.agency_manager),
                supervisions.supervision_draft,
                said=supervised(world, facts="乙"),
                **values,
            )
        ),
    )

    assert isinstance(answer, StaleVersion)
    assert Supervision.unscoped().get().facts == "甲"


def test_what_two_send_under_one_id_at_once_is_there_once(world: World) -> None:
    account = quality_supervisor(world)
    said, pad, key = supervised(world), signature(account).pk, new_id()
    results = at_once(
        [world.actor(account)] * 2,
        lambda actor: supervisions.supervision_hand_in(
            actor=actor, identifier=key, said=said, signature_id=pad, body=b"{}"
        ),
    )
    assert refusals(results) == []
    assert sorted(news(results)) == [False, True]
    assert Supervision.unscoped().get().number == 1


def answer_of(world: World, row: Supervision, *, agree: bool) -> dict[str, Any]:
    """Return what the supervised engineer sends, signed."""
    return {
        "supervision": row,
        "agree": agree,
        "text": "照片为证",
        "signature_id": signature(world.engineer).pk,
        "shown_digest": supervisions.content_digest(row),
        "step_id": new_id(),
    }


def test_an_answer_that_is_sent_twice_at_once_is_there_once(world: World) -> None:
    sent = answer_of(world, issued(world), agree=False)
    results = at_once(
        [world.actor(world.engineer)] * 2,
        lambda actor: supervisions.supervision_answer(actor=actor, **sent),
    )
    assert refusals(results) == []
    assert sorted(news(results)) == [False, True]
    assert SupervisionStep.unscoped().filter(act="appeal").count() == 1


def test_one_does_not_confirm_on_one_phone_and_appeal_on_another(world: World) -> None:
    row, engineer = issued(world), world.actor(world.engineer)
    confirmation = answer_of(world, row, agree=True)
    appeal = answer_of(world, row, agree=False)

    answer = meanwhile(
        by(engineer, supervisions.supervision_answer, **confirmation),
        refused(by(engineer, supervisions.supervision_answer, **appeal)),
    )

    assert isinstance(answer, InvalidState)
    assert Supervision.unscoped().get().state == "confirmed"


def test_an_appeal_that_two_answer_is_answered_once(world: World) -> None:
    row = issued(world)
    sent = answer_of(world, row, agree=False)
    supervisions.supervision_answer(actor=world.actor(world.engineer), **sent)
    results = at_once(
        [world.actor(quality_supervisor(world)), world.actor(world.agency_manager)],
        lambda actor: supervisions.appeal_answer(
            actor=actor, supervision=row, upheld=actor.account_id == row.supervisor_id, text="已核"
        ),
    )
    assert [type(one) for one in refusals(results)] == [InvalidState]
    assert SupervisionStep.unscoped().filter(act="answer").count() == 1


def test_an_appeal_is_not_answered_after_it_was_withdrawn(world: World) -> None:
    row, engineer = issued(world), world.actor(world.engineer)
    supervisions.supervision_answer(actor=engineer, **answer_of(world, row, agree=False))

    answer = meanwhile(
        by(engineer, supervisions.appeal_withdraw, supervision=row),
        refused(
            by(
                world.actor(quality_supervisor(world)),
                supervisions.appeal_answer,
                supervision=row,
                upheld=True,
                text="已核",
            )
        ),
    )

    assert isinstance(answer, InvalidState)
    assert Supervision.unscoped().get().state == "issued"
