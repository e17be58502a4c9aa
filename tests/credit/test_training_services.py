"""What the services of plans, sessions and years accept, refuse and leave behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.credit.trainings import (
    approved_plan,
    draft_plan,
    events_of,
    fields_of,
    item_values,
    past,
    scheduled,
    second_manager,
    session_values,
)
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import AnnualYear, TrainingPlan, TrainingPlanItem, TrainingSession
from yunjian.credit.selectors.years import missing_of, person_years
from yunjian.credit.services.training_reminders import years_remind
from yunjian.credit.services.training_sessions import (
    ParticipantInput,
    session_cancel,
    session_change,
    session_evaluate,
    session_hold,
    session_schedule,
)
from yunjian.credit.services.trainings import (
    item_remove,
    item_save,
    plan_approve,
    plan_change,
    plan_check,
    plan_copy,
    plan_create,
    plan_return,
    plan_revise,
    plan_submit,
)
from yunjian.credit.services.years import year_close, year_reopen
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.messaging.models import Notification
from yunjian.records.versions import StaleVersion

pytestmark = pytest.mark.reads_all_rows


def told(kind: str) -> set[Any]:
    """Return the accounts that were told."""
    return set(Notification.unscoped().filter(kind=kind).values_list("recipient_id", flat=True))


def held(world: World, session: TrainingSession, **values: Any) -> TrainingSession:
    """Enter that the engineer was there."""
    said: dict[str, Any] = {
        "attendance": "present",
        "signed_in_at": session.starts_at,
        "result": "pass",
    } | values
    return session_hold(
        actor=world.actor(world.agency_manager),
        session=session,
        participants=[ParticipantInput(world.engineer_person, **said)],
    )


def items_of(plan: TrainingPlan) -> Any:
    """Return the items of a plan."""
    return TrainingPlanItem.unscoped().filter(plan=plan)


# --- plans


def test_a_plan_goes_from_draft_over_check_to_approval_and_people_are_told(world: World) -> None:
    plan = approved_plan(world)

    plan.refresh_from_db()
    assert plan.state == "approved"
    assert plan.prepared_by == world.agency_manager
    assert plan.approved_by == plan.checked_by == second_manager(world)
    assert plan.approved_at is not None
    assert len(events_of("training_plan.approved")) == 1
    assert world.engineer.pk in told("training_plan.approved")
    assert told("training_plan.submitted") >= {second_manager(world).pk}


def test_who_prepared_a_plan_neither_checks_nor_approves_nor_returns_it(world: World) -> None:
    plan = draft_plan(world)
    actor = world.actor(world.agency_manager)
    plan_submit(actor=actor, plan=plan)

    with pytest.raises(NotAllowed, match="编制人"):
        plan_check(actor=actor, plan=plan)
    plan_check(actor=world.actor(second_manager(world)), plan=plan)
    with pytest.raises(NotAllowed, match="编制人"):
        plan_approve(actor=actor, plan=plan)
    with pytest.raises(NotAllowed, match="编制人"):
        plan_return(actor=actor, plan=plan, remarks="x")


@pytest.mark.parametrize(
    "who", ["engineer", "other_agency_manager", "discharger_owner", "reviewer"]
)
def test_nobody_else_plans_for_an_agency(world: World, who: str) -> None:
    actor = world.actor(getattr(world, who))
    plan = draft_plan(world)
    with acting_as(actor), pytest.raises(NotAllowed):
        plan_submit(actor=actor, plan=plan)


def test_an_approved_plan_changes_only_as_a_new_edition(world: World) -> None:
    plan = approved_plan(world)
    actor = world.actor(world.agency_manager)

    with pytest.raises(InvalidState, match="新版"):
        plan_change(actor=actor, plan=plan, title="另一个", summary="", attachment=None)
    new = plan_revise(actor=actor, plan=plan)
    with pytest.raises(Conflict):
        plan_revise(actor=actor, plan=plan)

    assert (new.edition, new.state) == (2, "draft")
    assert [item.content for item in items_of(new)] == ["HJ 75-2017 运行管理要求"]
    plan_submit(actor=actor, plan=new)
    other = world.actor(second_manager(world))
    plan_check(actor=other, plan=new)
    plan_approve(actor=other, plan=new)
    plan.refresh_from_db()
    assert plan.state == "superseded"


def test_a_returned_plan_says_why_and_may_be_handed_in_again(world: World) -> None:
    plan = draft_plan(world)
    actor, other = world.actor(world.agency_manager), world.actor(second_manager(world))
    plan_submit(actor=actor, plan=plan)

    with pytest.raises(InvalidInput) as refused:
        plan_return(actor=other, plan=plan, remarks=" ")
    assert fields_of(refused.value) == ["remarks"]
    plan_return(actor=other, plan=plan, remarks="学时不足")

    assert told("training_plan.returned") == {world.agency_manager.pk}
    plan_submit(actor=actor, plan=plan)
    plan.refresh_from_db()
    assert plan.state == "submitted"


def test_an_empty_plan_is_not_handed_in(world: World) -> None:
    actor = world.actor(world.agency_manager)
    plan = plan_create(actor=actor, year=today().year, title="计划", summary="")
    with pytest.raises(InvalidInput, match="还没有内容"):
        plan_submit(actor=actor, plan=plan)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"aim": " "}, "aim"),
        ({"content": ""}, "content"),
        ({"form": "dream"}, "form"),
        ({"positions": [], "people": []}, "positions"),
        ({"positions": ["king"]}, "positions"),
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("1.25")}, "hours"),
        ({"planned_on": today().replace(year=today().year - 1, month=1, day=1)}, "planned_on"),
        ({"teacher": ""}, "teacher"),
        ({"place": "很" * 121}, "place"),
    ],
)
def test_a_wrong_item_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    actor = world.actor(world.agency_manager)
    plan = plan_create(actor=actor, year=today().year, title="计划", summary="")
    with pytest.raises(InvalidInput) as refused:
        item_save(actor=actor, plan=plan, **(item_values() | {"people": []} | wrong))
    assert fields_of(refused.value) == [field]
    assert not items_of(plan).exists()


def test_an_item_is_changed_and_removed_with_an_event_each(world: World) -> None:
    plan = draft_plan(world)
    actor = world.actor(world.agency_manager)
    item = items_of(plan).get()

    item_save(actor=actor, plan=plan, item=item, people=[], **item_values(hours=Decimal(4)))
    item_remove(actor=actor, plan=plan, item=item)
    item_remove(actor=actor, plan=plan, item=item)  # done twice

    assert not items_of(plan).exists()
    assert len(events_of("training_plan.changed")) == 3


def test_a_plan_begins_with_last_years_moved_by_a_year_without_who_left(world: World) -> None:
    plan = approved_plan(world)
    actor = world.actor(world.agency_manager)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(year=today().year - 1)
    items_of(plan).update(planned_on=today().replace(year=today().year - 1, month=1, day=20))
    Person.unscoped().filter(pk=world.engineer_person.pk).update(
        left_on=today().replace(month=1, day=1)
    )

    new, dropped = plan_copy(actor=actor, year=today().year)

    assert dropped == [world.engineer_person.name]
    item = items_of(new).get()
    assert item.planned_on == today().replace(month=1, day=20)
    assert not TrainingPlanItem.people.through.objects.filter(trainingplanitem=item).exists()


def test_a_stale_change_of_a_plan_is_refused(world: World) -> None:
    plan = draft_plan(world)
    with pytest.raises(StaleVersion):
        plan_change(
            actor=world.actor(world.agency_manager),
            plan=plan,
            version=99,
            title="x",
            summary="",
            attachment=None,
        )


# --- sessions


def test_who_took_part_in_a_session_does_not_evaluate_it(world: World) -> None:
    session = held(world, scheduled(world))
    with pytest.raises(InvalidInput) as refused:
        session_evaluate(
            actor=world.actor(world.agency_manager),
            session=session,
            evaluator=world.engineer_person,
            evaluated_on=today(),
            evaluation="均已掌握",
            conclusion="effective",
        )
    assert [(one.path, one.code) for one in refused.value.errors] == [("evaluator", "participant")]
    session.refresh_from_db()
    assert session.state == "held"


def test_a_session_is_done_only_with_the_evaluation_of_its_effect(world: World) -> None:
    session = scheduled(world)
    actor = world.actor(world.agency_manager)
    evaluation: dict[str, Any] = {
        "evaluator": world.supervisor(),
        "evaluation": "均已掌握",
        "conclusion": "effective",
    }

    with pytest.raises(InvalidState, match="先登记"):
        session_evaluate(actor=actor, session=session, evaluated_on=today(), **evaluation)
    assert held(world, session).state == "held"
    for day in (past(9).date() - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            session_evaluate(actor=actor, session=session, evaluated_on=day, **evaluation)
        assert fields_of(refused.value) == ["evaluated_on"]
    done = session_evaluate(actor=actor, session=session, evaluated_on=today(), **evaluation)

    assert done.state == "done"
    assert len(events_of("training.evaluated")) == 1
    assert told("training.scheduled") == {world.engineer.pk}
    with pytest.raises(InvalidState):
        held(world, session)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hours": Decimal("2.1")}, "hours"),
        ({"hours": Decimal(25), "ends_at": past(23)}, "hours"),
        ({"ends_at": past(8)}, "ends_at"),
        ({"ends_at": past(9) + timedelta(days=1)}, "ends_at"),
        ({"unplanned_reason": " "}, "unplanned_reason"),
        ({"topic": ""}, "topic"),
        ({"people": []}, "people"),
        ({"starts_at": None}, "starts_at"),
    ],
)
def test_a_wrong_session_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        session_schedule(
            actor=world.actor(world.agency_manager),
            **(session_values() | {"people": [world.engineer_person]} | wrong),
        )
    assert fields_of(refused.value) == [field]
    assert not TrainingSession.unscoped().exists()


def test_who_left_before_the_day_does_not_take_part(world: World) -> None:
    Person.unscoped().filter(pk=world.engineer_person.pk).update(left_on=past(0).date())
    world.engineer_person.refresh_from_db()
    with pytest.raises(InvalidInput) as refused:
        scheduled(world)
    assert "离职" in refused.value.errors[0].message
    assert fields_of(refused.value) == ["people"]


def test_nobody_is_in_two_sessions_at_once(world: World) -> None:
    first = scheduled(world)
    with pytest.raises(InvalidInput) as refused:
        scheduled(world, starts_at=past(10), ends_at=past(12))
    assert fields_of(refused.value) == ["people"]
    assert first.topic in refused.value.errors[0].message
    scheduled(world, starts_at=past(11), ends_at=past(13))
    session_cancel(actor=world.actor(world.agency_manager), session=first, reason="停电")
    scheduled(world)


def test_a_session_that_is_not_over_has_no_results(world: World) -> None:
    begin = past(9) + timedelta(days=400)
    session = scheduled(world, starts_at=begin, ends_at=begin + timedelta(hours=2))
    with pytest.raises(InvalidInput, match="尚未结束"):
        held(world, session)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"attendance": "expected"}, "attendance"),
        ({"signed_in_at": None}, "signed_in_at"),
        ({"signed_in_at": past(12)}, "signed_in_at"),
        ({"signed_in_at": past(9) - timedelta(hours=2, minutes=1)}, "signed_in_at"),
        ({"signed_in_at": past(9, days=1)}, "signed_in_at"),
        ({"result": ""}, "result"),
        ({"score": Decimal(101)}, "score"),
        ({"score": Decimal("88.25")}, "score"),
        ({"makeup_on": today(), "makeup_result": "pass"}, "makeup_on"),
        ({"result": "fail", "makeup_on": today()}, "makeup_on"),
        (
            {"result": "fail", "makeup_on": past(9, days=9).date(), "makeup_result": "pass"},
            "makeup_on",
        ),
        ({"certificate_number": "A1"}, "certificate_number"),
        (
            {
                "certificate_number": "A1",
                "certificate_issuer": "某协会",
                "certificate_valid_until": past(9, days=9).date(),
            },
            "certificate_valid_until",
        ),
    ],
)
def test_a_wrong_result_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    session = scheduled(world)
    with pytest.raises(InvalidInput) as refused:
        held(world, session, **wrong)
    assert f"participants.0.{field}" in fields_of(refused.value)
    session.refresh_from_db()
    assert session.state == "scheduled"


def test_who_failed_is_told_to_be_examined_again(world: World) -> None:
    held(world, scheduled(world), result="fail", score=Decimal("41.5"))
    assert told("training.held") == {world.engineer.pk}


def test_a_changed_session_tells_people_and_keeps_before_and_after(world: World) -> None:
    session = scheduled(world)
    actor = world.actor(world.agency_manager)
    values = session_values(place="二号会议室")
    changed = session_change(
        actor=actor, session=session, people=[world.engineer_person], version=1, **values
    )
    assert changed.version == 2
    assert "二号会议室" in events_of("training.changed")[0].body
    assert told("training.changed") == {world.engineer.pk}
    with pytest.raises(StaleVersion):
        session_change(
            actor=actor, session=session, people=[world.engineer_person], version=1, **values
        )


def test_cancelling_needs_a_reason_and_happens_once(world: World) -> None:
    session = scheduled(world)
    actor = world.actor(world.agency_manager)
    with pytest.raises(InvalidInput):
        session_cancel(actor=actor, session=session, reason="")
    session_cancel(actor=actor, session=session, reason="讲师生病")
    with pytest.raises(InvalidState):
        session_cancel(actor=actor, session=session, reason="讲师生病")
    assert told("training.cancelled") == {world.engineer.pk}


# --- years


def test_a_closed_year_names_what_is_missing_and_refuses_changes_until_reopened(
    world: World,
) -> None:
    actor = world.actor(world.agency_manager)
    plan = approved_plan(world)
    session = scheduled(world)
    year = today().year

    with acting_as(actor), pytest.raises(InvalidInput) as refused:
        year_close(actor=actor, year=year)
    assert fields_of(refused.value) == ["statement"]
    with acting_as(actor):
        row = year_close(actor=actor, year=year, statement="设备停运，培训顺延")
    assert any("HJ 75-2017" in text for text in row.missing)
    assert any(session.topic in text for text in row.missing)
    with pytest.raises(InvalidState, match="已归档"):
        scheduled(world, starts_at=past(14), ends_at=past(16))
    with pytest.raises(InvalidState, match="已归档"):
        plan_revise(actor=actor, plan=plan)
    with pytest.raises(InvalidState), acting_as(actor):
        year_close(actor=actor, year=year, statement="x")
    with pytest.raises(InvalidInput):
        year_reopen(actor=actor, year=year, reason=" ")
    assert year_reopen(actor=actor, year=year, reason="补录").state == "open"
    with pytest.raises(InvalidState):
        year_reopen(actor=actor, year=year, reason="补录")
    plan_revise(actor=actor, plan=plan)
    assert len(events_of("annual_year.closed")) == len(events_of("annual_year.reopened")) == 1


def test_only_keepers_of_the_agency_close_a_year(world: World) -> None:
    for account in (world.engineer, world.reviewer, world.discharger_owner):
        with pytest.raises(NotAllowed):
            year_close(actor=world.actor(account), year=today().year, statement="x")
    with acting_as(system_actor("test")):
        viewer = account_with(world.agency, "viewer-1", "viewer")
    with pytest.raises(NotAllowed):
        year_close(actor=world.actor(viewer), year=today().year, statement="x")
    assert not AnnualYear.unscoped().exists()


def test_a_year_that_has_not_begun_is_not_closed(world: World) -> None:
    actor = world.actor(world.agency_manager)
    with pytest.raises(InvalidInput):
        year_close(actor=actor, year=today().year + 1, statement="x")


def test_what_is_overdue_is_told_once_however_often_the_job_runs(world: World) -> None:
    scheduled(world)
    with acting_as(system_actor("test")) as system:
        assert years_remind(actor=system) == 1
        assert years_remind(actor=system) == 0
    assert world.agency_manager.pk in told("training.due")
    with pytest.raises(NotAllowed):
        years_remind(actor=world.actor(world.agency_manager))


# --- what counts as learnt


def learning(world: World) -> tuple[int, int]:
    """Return how many trainings the engineer has done, and how many are missing."""
    with acting_as(world.actor(world.agency_manager)):
        rows = person_years(world.agency.pk, today().year)
        [row] = [one for one in rows if one.person.pk == world.engineer_person.pk]
        return row.done_count, row.missing_count


def evaluated(world: World, session: TrainingSession, conclusion: str = "effective") -> None:
    session_evaluate(
        actor=world.actor(world.agency_manager),
        session=session,
        evaluator=world.supervisor(),
        evaluated_on=today(),
        evaluation="已评价",
        conclusion=conclusion,
    )


@pytest.mark.parametrize(
    ("hours", "result", "conclusion", "learnt"),
    [
        ("2.0", "pass", "effective", (1, 0)),
        ("2.0", "none", "partly", (1, 0)),
        ("1.0", "pass", "effective", (1, 1)),
        ("2.0", "fail", "effective", (0, 1)),
        ("2.0", "pass", "ineffective", (0, 1)),
    ],
)
def test_only_what_was_passed_long_enough_and_with_effect_is_learnt(
    world: World, hours: str, result: str, conclusion: str, learnt: tuple[int, int]
) -> None:
    [item] = items_of(approved_plan(world))
    session = scheduled(world, plan_item=item, unplanned_reason="", hours=Decimal(hours))
    evaluated(world, held(world, session, result=result), conclusion)
    assert learning(world) == learnt


def test_what_was_planned_before_somebody_joined_is_not_missing(world: World) -> None:
    approved_plan(world)
    assert learning(world) == (0, 1)
    with acting_as(system_actor("test")):
        Person.unscoped().filter(pk=world.engineer_person.pk).update(joined_on=today())
    assert learning(world) == (0, 0)


def test_an_item_is_unfinished_as_long_as_somebody_misses_it(world: World) -> None:
    with acting_as(system_actor("test")):
        other = Person.objects.create(
            organization=world.agency, name="周工", position="engineer", state="filed"
        )
    [item] = items_of(approved_plan(world))
    evaluated(world, held(world, scheduled(world, plan_item=item, unplanned_reason="")))
    with acting_as(world.actor(world.agency_manager)):
        [text] = [one.text for one in missing_of(world.agency.pk, today().year)]
    assert text.endswith(f"缺少 {other.name}")


def test_recurring_items_keep_their_own_sessions_in_a_new_edition(world: World) -> None:
    # given: the same training twice a year, the first of them done
    actor, other = world.actor(world.agency_manager), world.actor(second_manager(world))
    plan = draft_plan(world)
    later = item_values(planned_on=today().replace(month=1, day=20))
    item_save(actor=actor, plan=plan, people=[world.engineer_person], **later)
    plan_submit(actor=actor, plan=plan)
    plan_check(actor=other, plan=plan)
    plan_approve(actor=other, plan=plan)
    first = items_of(plan).order_by("planned_on").first()
    evaluated(world, held(world, scheduled(world, plan_item=first, unplanned_reason="")))
    before = learning(world)

    # when: a new edition changes nothing
    new = plan_revise(actor=actor, plan=plan)
    plan_submit(actor=actor, plan=new)
    plan_check(actor=other, plan=new)
    plan_approve(actor=other, plan=new)

    # then
    assert learning(world) == before == (1, 1)


def test_who_changed_a_plan_does_not_approve_it_either(world: World) -> None:
    plan = draft_plan(world)
    other = world.actor(second_manager(world))
    plan_change(actor=other, plan=plan, title="改过的计划", summary="", attachment=None)
    plan_submit(actor=other, plan=plan)
    with pytest.raises(NotAllowed, match="修改过"):
        plan_check(actor=other, plan=plan)


def test_a_certificate_number_too_long_is_told_at_its_field(world: World) -> None:
    session = scheduled(world)
    with pytest.raises(InvalidInput) as refused:
        held(world, session, certificate_number="1" * 61, certificate_issuer="协会")
    assert [(one.path.rpartition(".")[2], one.code) for one in refused.value.errors] == [
        ("certificate_number", "too_long")
    ]
