"""Where the rules of plans and sessions begin and end, in which words, and who is told what."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.credit.trainings import (
    another_person,
    approved_plan,
    draft_plan,
    events_of,
    fields_of,
    item_values,
    messages_of,
    past,
    payloads_of,
    said_of,
    scheduled,
    second_manager,
    session_values,
    signature,
)
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.models.trainings import PlanState
from yunjian.credit.selectors.trainings import (
    items_open_to_sessions,
    my_sessions,
    people_in_office,
    plan_items,
    plans_found,
    sessions_found,
)
from yunjian.credit.services.training_sessions import (
    ParticipantInput,
    session_cancel,
    session_change,
    session_evaluate,
    session_file,
    session_hold,
    session_schedule,
)
from yunjian.credit.services.trainings import (
    item_remove,
    item_save,
    items_add,
    plan_approve,
    plan_change,
    plan_check,
    plan_copy,
    plan_create,
    plan_discard,
    plan_return,
    plan_revise,
    plan_submit,
)
from yunjian.kernel.clock import SHANGHAI, today
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed
from yunjian.messaging.models import Notification

pytestmark = pytest.mark.reads_all_rows
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def with_account(world: World, name: str, username: str, **values: Any) -> Person:
    """Return one who signs in."""
    with acting_as(system_actor("test")):
        account = account_with(world.agency, username, "engineer")
    return another_person(world, name, account=account, **values)


def the_manager(world: World) -> Any:
    return world.actor(world.agency_manager)


# --- plans


def other_owner(world: World) -> None:
    """Let an owner stand beside the managers, and a manager who does not work here any more."""
    with acting_as(system_actor("test")):
        account_with(world.agency, "owner-1", "owner")
        gone = account_with(world.agency, "manager-gone", "manager")
        gone.is_active = False
        gone.save()


def test_each_step_of_a_plan_tells_the_other_keepers_and_its_people_in_its_own_words(
    world: World,
) -> None:
    other_owner(world)
    left = with_account(world, "离职者", "left-1")
    stays = with_account(world, "张留", "stays-1")
    plan = draft_plan(world)
    item = TrainingPlanItem.unscoped().get(plan=plan)
    everybody = [world.engineer_person, stays, another_person(world, "无账号"), left]
    item_save(actor=the_manager(world), plan=plan, item=item, people=everybody, **item_values())
    Person.unscoped().filter(pk=left.pk).update(left_on=today() - DAY)
    second = world.actor(second_manager(world))

    plan_submit(actor=the_manager(world), plan=plan)
    plan_check(actor=second, plan=plan)
    plan_approve(actor=second, plan=plan)

    year, link = today().year, f"/agency/trainings/plans/{plan.pk}/"
    body = f"年度培训计划（{year} 年度，第 1 版）"
    assert messages_of("training_plan.submitted") == {
        ("manager-2", "培训计划待审核", body, link),
        ("owner-1", "培训计划待审核", body, link),
    }
    assert messages_of("training_plan.checked") == {
        ("agency", "培训计划待批准", body, link),
        ("owner-1", "培训计划待批准", body, link),
    }
    mine = f"年度培训计划（{year} 年度）已批准，请查看您的培训安排。"
    assert messages_of("training_plan.approved") == {
        ("agency", "培训计划已批准", body, link),
        ("owner-1", "培训计划已批准", body, link),
        ("engineer", "您被列入年度培训计划", mine, link),
        ("stays-1", "您被列入年度培训计划", mine, link),
    }
    facts = {"year": year, "edition": 1, "title": "年度培训计划", "items": 1}
    assert payloads_of("training_plan.submitted")[-1] == facts | {"version": 4}
    assert payloads_of("training_plan.checked")[-1] == facts | {"version": 5}
    assert payloads_of("training_plan.approved")[-1] == facts | {"version": 6, "supersedes": None}


def test_a_returned_plan_is_checked_by_nobody_and_tells_its_preparer_alone(world: World) -> None:
    plan = draft_plan(world)
    second = world.actor(second_manager(world))
    plan_submit(actor=the_manager(world), plan=plan)
    plan_check(actor=second, plan=plan)

    plan_return(actor=second, plan=plan, remarks=" 学时不足 ")

    plan.refresh_from_db()
    assert (plan.state, plan.remarks) == ("returned", "学时不足")
    assert (plan.checked_by, plan.checked_at) == (None, None)
    link = f"/agency/trainings/plans/{plan.pk}/"
    assert messages_of("training_plan.returned") == {
        ("agency", "培训计划被退回", "年度培训计划：学时不足", link)
    }
    assert payloads_of("training_plan.returned")[-1]["remarks"] == "学时不足"
    plan_submit(actor=the_manager(world), plan=plan)
    plan.refresh_from_db()
    assert plan.remarks == ""


ACTS: dict[str, tuple[Callable[..., Any], set[str], str]] = {
    "submit": (plan_submit, {"draft", "returned"}, "只有编制中或被退回的计划可以修改"),
    "discard": (plan_discard, {"draft", "returned"}, "只有编制中或被退回的计划可以修改"),
    "check": (plan_check, {"submitted"}, "只有待审核的计划可以审核"),
    "approve": (plan_approve, {"checked"}, "只有审核通过的计划可以批准"),
    "return": (
        lambda **given: plan_return(remarks="x", **given),
        {"submitted", "checked"},
        "只有待审核或待批准的计划可以退回",
    ),
    "revise": (plan_revise, {"approved"}, "只有已批准的计划可以编制新版"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_may_be_done_with_a_plan_depends_on_its_state(world: World, act: str) -> None:
    service, allowed, words = ACTS[act]
    second = second_manager(world)
    actor = world.actor(second)
    for state in PlanState.values:
        TrainingPlan.unscoped().filter(organization=world.agency).delete()
        plan = draft_plan(world)
        TrainingPlan.unscoped().filter(pk=plan.pk).update(state=state)
        plan.refresh_from_db()
        if state in allowed:
            service(actor=actor, plan=plan)
            continue
        with pytest.raises(InvalidState, match=words):
            service(actor=actor, plan=plan)


def test_a_new_edition_counts_on_and_supersedes_the_one_of_its_year_alone(world: World) -> None:
    # given: approved plans of the year before and of another agency
    plan = approved_plan(world)
    decoys = [
        TrainingPlan.unscoped().create(
            organization=organization,
            year=year,
            edition=7,
            title="别的计划",
            state="approved",
            prepared_by=account,
        )
        for organization, year, account in (
            (world.agency, today().year - 1, world.agency_manager),
            (world.other_agency, today().year, world.other_agency_manager),
        )
    ]
    attachment = signature(world.agency_manager)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(summary="总体", attachment=attachment)

    new = plan_revise(actor=the_manager(world), plan=plan)
    assert (new.edition, new.title, new.summary, new.attachment) == (
        2, "年度培训计划", "总体", attachment,
    )  # fmt: skip
    [item] = TrainingPlanItem.unscoped().filter(plan=new)
    for name, value in item_values().items():
        assert getattr(item, name) == value, name
    assert list(item.people.through.objects.filter(trainingplanitem=item).values_list(
        "person", flat=True)) == [world.engineer_person.pk]  # fmt: skip
    second = world.actor(second_manager(world))
    plan_submit(actor=the_manager(world), plan=new)
    plan_check(actor=second, plan=new)
    plan_approve(actor=second, plan=new)

    assert payloads_of("training_plan.approved")[-1]["supersedes"] == str(plan.pk)
    states = dict(TrainingPlan.unscoped().values_list("pk", "state"))
    assert states == {plan.pk: "superseded", new.pk: "approved"} | {
        decoy.pk: "approved" for decoy in decoys
    }


def test_a_year_with_an_approved_plan_gets_no_other_and_one_without_copies_none(
    world: World,
) -> None:
    plan = approved_plan(world)
    actor, year = the_manager(world), today().year
    with pytest.raises(InvalidState, match="该年度已有批准的计划"):
        plan_create(actor=actor, year=year, title="又一个", summary="")
    with pytest.raises(InvalidState, match=f"{year - 1} 年度没有已批准的计划可以沿用"):
        plan_copy(actor=actor, year=year)
    TrainingPlan.unscoped().create(
        organization=world.agency, year=year - 1, title="旧", state="approved",
        prepared_by=world.agency_manager,
    )  # fmt: skip
    with pytest.raises(InvalidState, match="该年度已有批准的计划"):
        plan_copy(actor=actor, year=year)
    assert set(TrainingPlan.unscoped().filter(year=year)) == {plan}


def test_a_copied_plan_names_each_who_left_by_the_new_day_once_and_keeps_the_rest(
    world: World,
) -> None:
    # given: an item of this year's 10 March, and people who leave next year around that day
    year = today().year
    day = date(year, 3, 10)
    before, on, after = (
        another_person(world, name, left_on=date(year + 1, 3, 10) + timedelta(days=days))
        for name, days in (("丙", -1), ("乙", 0), ("甲", 1))
    )
    plan = draft_plan(world, planned_on=day)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(
        title=f"{year} 年度计划", summary="总体", attachment=signature(world.agency_manager)
    )
    items = [
        TrainingPlanItem.unscoped().get(plan=plan),
        item_save(
            actor=the_manager(world),
            plan=plan,
            people=[before],
            **item_values(content="第二项", planned_on=day + DAY),
        ),
    ]
    item_save(
        actor=the_manager(world),
        plan=plan,
        item=items[0],
        people=[before, on, after],
        **item_values(planned_on=day),
    )
    TrainingPlan.unscoped().filter(pk=plan.pk).update(state="approved")

    new, dropped = plan_copy(actor=the_manager(world), year=year + 1)

    assert dropped == sorted(["丙", "乙"])
    assert (new.title, new.summary, new.attachment, new.edition, new.state) == (
        f"{year + 1} 年度计划", "总体", None, 1, "draft",
    )  # fmt: skip
    copied = TrainingPlanItem.unscoped().filter(plan=new).order_by("planned_on")
    through = TrainingPlanItem.people.through.objects
    assert [
        (
            item.content,
            item.planned_on,
            set(through.filter(trainingplanitem=item).values_list("person_id", flat=True)),
        )
        for item in copied
    ] == [
        ("HJ 75-2017 运行管理要求", date(year + 1, 3, 10), {after.pk}),
        ("第二项", date(year + 1, 3, 11), set()),
    ]


def test_the_hours_and_people_of_an_item_are_good_up_to_their_limits(world: World) -> None:
    actor, year = the_manager(world), today().year
    plan = plan_create(actor=actor, year=year, title="计划", summary="")
    day = date(year, 6, 15)
    stays = another_person(world, "甲", left_on=day + DAY)
    goes = another_person(world, "乙", left_on=day)
    foreign = another_person(world, "别家", organization=world.other_agency)

    def refusal(people: list[Person], **values: Any) -> list[tuple[str, str, str]]:
        given = item_values(planned_on=day) | values
        with pytest.raises(InvalidInput) as refused:
            item_save(actor=actor, plan=plan, people=people, **given)
        return said_of(refused.value)

    limits = "学时应大于 0、不超过 999，最多一位小数"
    assert refusal([], hours=Decimal("999.1")) == [("hours", "range", limits)]
    assert refusal([], hours=None) == [("hours", "required", "请填写学时")]
    year_words = f"计划日期应在 {year} 年度内"
    assert refusal([], planned_on=date(year + 1, 1, 1)) == [("planned_on", "range", year_words)]
    assert refusal([], planned_on=None) == [("planned_on", "required", "请填写计划日期")]
    assert refusal([goes]) == [("people", "left", f"乙已于 {day} 离职")]
    assert refusal([foreign]) == [("people", "invalid", "请选择本机构的人员")]
    assert refusal([], positions=[]) == [("positions", "required", "请选择培训岗位或培训人员")]
    assert refusal([], form="", aim="") == [
        ("aim", "required", "请填写培训目的"),
        ("form", "unknown", "请从列表中选择"),
    ]
    assert not TrainingPlanItem.unscoped().exists()
    for people, values in (
        ([stays], {"positions": []}),
        ([], {"hours": Decimal(999)}),
        ([], {"hours": Decimal("0.1"), "planned_on": date(year, 12, 31)}),
    ):
        item_save(actor=actor, plan=plan, people=people, **(item_values(planned_on=day) | values))
    assert TrainingPlanItem.unscoped().filter(plan=plan).count() == 3


def test_an_item_is_changed_and_removed_in_its_own_plan_alone(world: World) -> None:
    # given: two items, and a plan of the next year
    actor = the_manager(world)
    plan = draft_plan(world)
    kept = item_save(actor=actor, plan=plan, **item_values(content="留下的"))
    item = TrainingPlanItem.unscoped().get(plan=plan, content="HJ 75-2017 运行管理要求")
    later = plan_create(actor=actor, year=today().year + 1, title="明年", summary="")
    version = TrainingPlan.unscoped().get(pk=plan.pk).version

    # then: through the other plan nothing is reached
    values = item_values(planned_on=date(today().year + 1, 1, 5))
    with pytest.raises(InvalidState, match="这个培训项目已被删除"):
        item_save(actor=actor, plan=later, item=item, **values)
    item_remove(actor=actor, plan=later, item=item)
    assert TrainingPlanItem.unscoped().filter(plan=plan).count() == 2

    # when: saved as it stands, nothing has happened; changed, the version counts on
    item_save(actor=actor, plan=plan, item=item, people=[world.engineer_person], **item_values())
    assert TrainingPlan.unscoped().get(pk=plan.pk).version == version
    item_save(actor=actor, plan=plan, item=item, people=[], **item_values(place="二号"))
    before, after = payloads_of("training_plan.changed")[-1]["changed"][f"items.{item.pk}"]
    fixed = ["掌握新标准", "HJ 75-2017 运行管理要求", "质量部"]
    rest = ["李老师", "笔试", "lecture", f"{today().year}-01-15", "2.0", "engineer"]
    assert before == [*fixed, "一号会议室", *rest, str(world.engineer_person.pk)]
    assert after == [*fixed, "二号", *rest, ""]
    item_remove(actor=actor, plan=plan, item=item)
    assert payloads_of("training_plan.changed")[-1]["changed"][f"items.{item.pk}"][1] is None
    assert [one.pk for one in TrainingPlanItem.unscoped().filter(plan=plan)] == [kept.pk]
    assert TrainingPlan.unscoped().get(pk=plan.pk).version == version + 2


def test_several_items_are_added_all_or_none(world: World) -> None:
    actor = the_manager(world)
    plan = plan_create(actor=actor, year=today().year, title="计划", summary="")
    good, bad = item_values(content="好的"), item_values(hours=Decimal(0))
    with pytest.raises(InvalidInput):
        items_add(actor=actor, plan=plan, rows=[([], good), ([], bad)])
    assert not TrainingPlanItem.unscoped().exists()
    people = [world.engineer_person]
    assert items_add(actor=actor, plan=plan, rows=[(people, good), ([], item_values())]) == 2
    with acting_as(actor):
        rows = {row.content: list(row.people.all()) for row in plan_items(plan)}
    assert rows == {"好的": people, "HJ 75-2017 运行管理要求": []}


def test_the_head_of_a_plan_needs_a_title_and_a_file_of_the_agency(world: World) -> None:
    actor, year = the_manager(world), today().year
    foreign = signature(world.other_agency_manager)
    with pytest.raises(InvalidInput) as refused:
        plan_create(actor=actor, year=year, title=" ", summary="", attachment=foreign)
    assert said_of(refused.value) == [
        ("title", "required", "请填写计划名称"),
        ("attachment", "invalid", "附件不属于本机构"),
    ]
    own = signature(world.agency_manager)
    plan = plan_create(actor=actor, year=year, title="只有文件", summary="", attachment=own)
    assert plan_submit(actor=actor, plan=plan).state == "submitted"
    with pytest.raises(InvalidState, match="只有编制中或被退回的计划可以修改"):
        plan_change(actor=actor, plan=plan, title="x", summary="", attachment=None)


def test_a_discarded_draft_leaves_its_event_and_the_other_plans(world: World) -> None:
    plan = draft_plan(world)
    later = plan_create(actor=the_manager(world), year=today().year + 1, title="明年", summary="")
    plan_discard(actor=the_manager(world), plan=plan)
    assert [one.pk for one in TrainingPlan.unscoped().all()] == [later.pk]
    assert payloads_of("training_plan.discarded")[-1] == {
        "year": today().year, "edition": 1, "title": "年度培训计划", "version": 2, "items": 1,
    }  # fmt: skip


# --- sessions: times, hours, people


def refusal_of(world: World, people: list[Person], **values: Any) -> list[tuple[str, str, str]]:
    """Return why a session is refused."""
    with pytest.raises(InvalidInput) as refused:
        session_schedule(actor=the_manager(world), people=people, **session_values(**values))
    return said_of(refused.value)


def test_the_times_and_hours_of_a_session_are_good_up_to_their_limits(world: World) -> None:
    people = [world.engineer_person]
    midnight = past(24)
    assert refusal_of(world, people, ends_at=past(9)) == [
        ("ends_at", "order", "结束时间应晚于开始时间")
    ]
    assert refusal_of(world, people, ends_at=midnight) == [
        ("ends_at", "range", "一次培训应在同一天内；多天的培训请分次登记")
    ]
    most = "学时 2.1 超过起止时间之间的 2.0 小时"
    assert refusal_of(world, people, hours=Decimal("2.1")) == [("hours", "range", most)]
    limits = "学时应大于 0、不超过 24，最多一位小数"
    for hours in (Decimal(0), Decimal("1.25")):
        assert refusal_of(world, people, hours=hours) == [("hours", "range", limits)]
    assert refusal_of(world, people, hours=None) == [("hours", "required", "请填写学时")]
    assert refusal_of(world, people, ends_at=None) == [("ends_at", "required", "请填写结束时间")]
    assert refusal_of(world, people, starts_at=None) == [
        ("starts_at", "required", "请填写开始时间")
    ]
    assert refusal_of(world, people, kind="dream") == [("kind", "unknown", "请从列表中选择")]
    assert refusal_of(world, [], topic=" ", content="", place="", teacher="") == [
        ("topic", "required", "请填写主题"),
        ("content", "required", "请填写内容"),
        ("place", "required", "请填写地点"),
        ("teacher", "required", "请填写授课人"),
        ("people", "required", "请选择参加人员"),
    ]
    assert refusal_of(world, people, unplanned_reason="") == [
        ("unplanned_reason", "required", "请选择计划项目，或填写计划外原因")
    ]
    assert not TrainingSession.unscoped().exists()
    late = scheduled(world, starts_at=past(21), ends_at=midnight - MINUTE, hours=Decimal("2.9"))
    assert (late.year, late.hours) == (past(21).year, Decimal("2.9"))


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ({"left_on": 0}, "丁已于 {0} 离职"),
        ({"left_on": 1}, ""),
        ({"joined_on": 0}, ""),
        ({"joined_on": 1}, "丁于 {0} 才入职"),
        ({"organization": "other_agency"}, "请选择本机构的人员"),
    ],
)
def test_who_was_there_on_the_day_may_take_part_and_evaluate(
    world: World, who: dict[str, Any], reason: str
) -> None:
    day = past(0).date()
    values = {
        name: getattr(world, value) if isinstance(value, str) else day + timedelta(days=value)
        for name, value in who.items()
    }
    one = another_person(world, "丁", **values)
    words = reason.format(*(value for value in values.values() if isinstance(value, date)))
    if words:
        assert refusal_of(world, [one]) == [("people", "unfit", words)]
    else:
        scheduled(world, [one])

    # the same holds for who evaluates on that day
    session = held(world, scheduled(world))
    evaluate: dict[str, Any] = {
        "actor": the_manager(world),
        "session": session,
        "evaluator": one,
        "evaluated_on": day,
        "evaluation": " 已掌握 ",
        "conclusion": "partly",
    }
    if words:
        with pytest.raises(InvalidInput) as refused:
            session_evaluate(**evaluate)
        assert said_of(refused.value) == [("evaluator", "unfit", words)]
        return
    row = session_evaluate(**evaluate)
    assert (row.evaluator, row.evaluated_on, row.evaluation, row.conclusion, row.version) == (
        one, day, "已掌握", "partly", 3,
    )  # fmt: skip
    assert payloads_of("training.evaluated")[-1] == {
        "version": 3,
        "evaluated_on": day.isoformat(),
        "conclusion": "partly",
        "evaluator": str(one.pk),
    }


def test_an_evaluation_says_what_is_wrong_at_each_field(world: World) -> None:
    session = held(world, scheduled(world))
    with pytest.raises(InvalidInput) as refused:
        session_evaluate(
            actor=the_manager(world),
            session=session,
            evaluator=world.supervisor(),
            evaluated_on=past(0).date() - DAY,
            evaluation=" ",
            conclusion="splendid",
        )
    assert said_of(refused.value) == [
        ("evaluated_on", "order", "评价日期不能早于培训日期"),
        ("evaluation", "required", "请填写效果评价"),
        ("conclusion", "unknown", "请从列表中选择"),
    ]
    with pytest.raises(InvalidInput) as refused:
        session_evaluate(
            actor=the_manager(world),
            session=session,
            evaluator=world.supervisor(),
            evaluated_on=today() + DAY,
            evaluation="已掌握",
            conclusion="effective",
        )
    assert said_of(refused.value) == [("evaluated_on", "order", "评价日期不能晚于今天")]


def test_who_was_to_come_and_did_not_may_evaluate(world: World) -> None:
    absent = another_person(world, "缺席者")
    session = scheduled(world, [world.engineer_person, absent])
    there = ParticipantInput(
        world.engineer_person, attendance="present", signed_in_at=past(9), result="pass"
    )
    session_hold(
        actor=the_manager(world),
        session=session,
        participants=[there, ParticipantInput(absent, attendance="absent")],
    )
    done = session_evaluate(
        actor=the_manager(world), session=session, evaluator=absent, evaluated_on=today(),
        evaluation="已掌握", conclusion="effective",
    )  # fmt: skip
    assert done.state == "done"


def test_a_person_is_busy_only_where_times_overlap_and_was_not_absent(world: World) -> None:
    # given: one who is in a session from nine to eleven, one who was absent from it, one excused
    busy, absent, excused = (
        world.engineer_person,
        another_person(world, "缺"),
        another_person(world, "假"),
    )
    elsewhere = another_person(world, "别处")
    first = scheduled(world, [busy, absent, excused, elsewhere], topic="第一场")
    session_hold(
        actor=the_manager(world),
        session=first,
        participants=[
            ParticipantInput(busy, attendance="present", signed_in_at=past(9), result="pass"),
            ParticipantInput(absent, attendance="absent"),
            ParticipantInput(excused, attendance="excused"),
            ParticipantInput(elsewhere, attendance="present", signed_in_at=past(9), result="none"),
        ],
    )
    day = past(0).date()
    words = f"李建国此时已参加“第一场”（{day} 09:00～11:00）"
    for starts_at, ends_at in (
        (past(8), past(9) + MINUTE),
        (past(11) - MINUTE, past(12)),
        (past(9), past(11)),
    ):
        times = {"starts_at": starts_at, "ends_at": ends_at, "hours": Decimal("0.5")}
        assert refusal_of(world, [busy], **times) == [("people", "busy", words)]
    scheduled(world, [absent, excused])
    scheduled(world, [busy], starts_at=past(7), ends_at=past(9), topic="第二场")
    after = scheduled(world, [busy], starts_at=past(11), ends_at=past(13), topic="第三场")
    # a change does not stand in its own way, but in that of others
    values = session_values(starts_at=past(11), ends_at=past(12), topic="改过", hours=Decimal(1))
    changed = session_change(actor=the_manager(world), session=after, people=[busy], **values)
    assert changed.topic == "改过"
    with pytest.raises(InvalidInput) as refused:
        session_change(
            actor=the_manager(world), session=after, people=[busy],
            **values | {"starts_at": past(10)},
        )  # fmt: skip
    assert said_of(refused.value) == [("people", "busy", words)]


def test_only_items_of_the_agencys_own_approved_plan_are_fulfilled(world: World) -> None:
    plan = approved_plan(world)
    good = TrainingPlanItem.unscoped().get(plan=plan)
    TrainingPlanItem.unscoped().filter(pk=good.pk).update(planned_on=date(today().year, 5, 2))
    earlier = TrainingPlanItem.unscoped().create(
        plan=plan, **item_values(content="更早的", planned_on=date(today().year, 5, 1))
    )
    wrong = []
    for organization, state, account, year in (
        (world.agency, "superseded", world.agency_manager, today().year),
        (world.other_agency, "approved", world.other_agency_manager, today().year),
        (world.agency, "approved", world.agency_manager, today().year - 1),
    ):
        other = TrainingPlan.unscoped().create(
            organization=organization, year=year, edition=9, title="别的", state=state,
            prepared_by=account,
        )  # fmt: skip
        wrong.append(TrainingPlanItem.unscoped().create(plan=other, **item_values()))
    for item in wrong[:2]:
        assert refusal_of(world, [world.engineer_person], plan_item=item) == [
            ("plan_item", "unknown", "请选择本机构已批准计划中的项目")
        ]
    with acting_as(the_manager(world)):
        assert list(items_open_to_sessions(world.agency.pk, today().year)) == [earlier, good]
    row = scheduled(world, plan_item=good, unplanned_reason="")
    assert row.plan_item == good
    assert payloads_of("training.scheduled")[-1]["plan_item"] == str(good.pk)


# --- sessions: what is told


def test_a_session_tells_those_concerned_and_says_in_its_event_what_it_is(world: World) -> None:
    colleague = with_account(world, "赵新", "zhao")
    third = with_account(world, "孙去", "sun")
    people = [world.engineer_person, third, another_person(world, "无账号")]
    row = scheduled(world, people)
    when, link = f"{past(9):%Y-%m-%d %H:%M}", f"/agency/trainings/{row.pk}/"
    body = f"新设备操作：{when}，站房，授课人 王工"
    assert messages_of("training.scheduled") == {
        ("engineer", "有教育培训安排", body, link),
        ("sun", "有教育培训安排", body, link),
    }
    assert payloads_of("training.scheduled")[-1] == {
        "topic": "新设备操作",
        "starts_at": past(9).isoformat(),
        "ends_at": past(11).isoformat(),
        "hours": "2.0",
        "plan_item": None,
        "unplanned_reason": "新设备投运",
        "people": sorted(str(one.pk) for one in people),
        "version": 1,
    }

    # when: nothing but who comes is changed, only who is new is told
    row = session_change(
        actor=the_manager(world),
        session=row,
        people=[world.engineer_person, colleague],
        **session_values(),
    )
    assert messages_of("training.changed") == {("zhao", "教育培训安排有变化", body, link)}
    parts = TrainingParticipant.unscoped().filter(session=row)
    assert {part.person_id for part in parts} == {world.engineer_person.pk, colleague.pk}
    changed = payloads_of("training.changed")[-1]
    assert changed["version"] == 2
    assert changed["changed"] == {
        "people": [
            ",".join(sorted(str(one.pk) for one in people)),
            ",".join(sorted(str(one.pk) for one in (world.engineer_person, colleague))),
        ]
    }

    # when: only words change, nobody is told; as it stands, nothing happens
    everybody = [world.engineer_person, colleague]
    row = session_change(
        actor=the_manager(world), session=row, people=everybody, **session_values(teacher="钱工")
    )
    again = session_change(
        actor=the_manager(world), session=row, people=everybody, **session_values(teacher="钱工")
    )
    assert (row.version, again.version) == (3, 3)
    assert len(messages_of("training.changed")) == 1
    assert len(events_of("training.changed")) == 2

    # when: it moves, everybody is told
    moves: list[dict[str, Any]] = [
        {"starts_at": past(8)},
        {"ends_at": past(12)},
        {"place": "二号"},
    ]
    for moved in moves:
        Notification.unscoped().filter(kind="training.changed").delete()
        row = session_change(
            actor=the_manager(world),
            session=row,
            people=everybody,
            **session_values(teacher="钱工", **moved),
        )
        assert {one[0] for one in messages_of("training.changed")} == {"engineer", "zhao"}, moved
    session_cancel(actor=the_manager(world), session=row, reason=" 停电 ")
    body = f"新设备操作：{when}，二号，授课人 钱工，原因：停电"
    assert messages_of("training.cancelled") == {
        ("engineer", "教育培训已取消", body, link),
        ("zhao", "教育培训已取消", body, link),
    }
    assert payloads_of("training.cancelled")[-1] == {"version": 7, "reason": "停电"}


def test_a_session_does_not_move_into_another_year(world: World) -> None:
    row = scheduled(world)
    before = datetime(row.year - 1, 12, 31, 9, tzinfo=SHANGHAI)
    with pytest.raises(InvalidInput) as refused:
        session_change(
            actor=the_manager(world),
            session=row,
            people=[world.engineer_person],
            **session_values(starts_at=before, ends_at=before + timedelta(hours=2)),
        )
    assert said_of(refused.value) == [
        ("starts_at", "range", f"日期应在 {row.year} 年度内；跨年请取消后重新安排")
    ]


def held(world: World, session: TrainingSession, **values: Any) -> TrainingSession:
    """Enter that the engineer was there."""
    given: dict[str, Any] = {
        "attendance": "present",
        "signed_in_at": session.starts_at,
        "result": "pass",
    } | values
    return session_hold(
        actor=the_manager(world),
        session=session,
        participants=[ParticipantInput(world.engineer_person, **given)],
    )


STATES: dict[str, tuple[Callable[[World, TrainingSession], Any], set[str], str]] = {
    "change": (
        lambda world, row: session_change(
            actor=the_manager(world),
            session=row,
            people=[world.engineer_person],
            **session_values(topic="x"),
        ),
        {"scheduled"},
        "只有未开始的培训可以修改",
    ),
    "cancel": (
        lambda world, row: session_cancel(actor=the_manager(world), session=row, reason="x"),
        {"scheduled"},
        "只有未开始的培训可以取消",
    ),
    "hold": (held, {"scheduled", "held"}, "不能再登记"),
    "file": (
        lambda world, row: session_file(
            actor=the_manager(world), session=row, attachments=[signature(world.agency_manager)]
        ),
        {"scheduled", "held", "done"},
        "已取消的培训不能上传材料",
    ),
    "evaluate": (
        lambda world, row: session_evaluate(
            actor=the_manager(world), session=row, evaluator=world.supervisor(),
            evaluated_on=today(), evaluation="x", conclusion="effective",
        ),
        {"held"},
        "请先登记签到与结果，再评价效果",
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", STATES)
@pytest.mark.parametrize("state", ["scheduled", "held", "done", "cancelled"])
def test_what_may_be_done_with_a_session_depends_on_its_state(
    world: World, act: str, state: str
) -> None:
    service, allowed, words = STATES[act]
    row = scheduled(world)
    said_before = {"done": {"conclusion": "effective"}, "cancelled": {"cancel_reason": "x"}}
    more: dict[str, Any] = said_before.get(state, {})
    TrainingSession.unscoped().filter(pk=row.pk).update(state=state, **more)
    if state in allowed:
        service(world, row)
        return
    with pytest.raises(InvalidState, match=words):
        service(world, row)


# --- attendance and results


def test_attendance_is_kept_for_each_and_counted_in_the_event(world: World) -> None:
    failed, passed_later = with_account(world, "戊", "wu"), with_account(world, "己", "ji")
    absent, excused = another_person(world, "庚"), another_person(world, "辛")
    quiet = another_person(world, "壬")  # failed, without an account
    people = [world.engineer_person, failed, passed_later, absent, excused, quiet]
    row = scheduled(world, people)
    file = signature(world.agency_manager)
    day = past(0).date()
    there: dict[str, Any] = {"attendance": "present", "signed_in_at": past(9)}
    session_hold(
        actor=the_manager(world),
        session=row,
        participants=[
            ParticipantInput(
                world.engineer_person,
                attendance="present",
                signed_in_at=past(9) - timedelta(hours=2),
                result="pass",
                score=Decimal(100),
                certificate_number="ZS-1",
                certificate_issuer="某协会",
                certificate_valid_until=day,
                certificate=file,
            ),
            ParticipantInput(failed, **there, result="fail", score=Decimal(0)),
            ParticipantInput(
                passed_later, **there, result="fail", makeup_on=day, makeup_result="pass"
            ),
            ParticipantInput(absent, attendance="absent", makeup_on=today(), makeup_result="fail"),
            ParticipantInput(excused, attendance="excused"),
            ParticipantInput(quiet, **there | {"signed_in_at": past(11)}, result="fail"),
        ],
    )
    parts = {
        part.person_id: tuple(
            getattr(part, name)
            for name in (
                "attendance", "signed_in_at", "result", "score", "makeup_on", "makeup_result",
                "certificate_number", "certificate_issuer", "certificate_valid_until",
                "certificate",
            )
        )
        for part in TrainingParticipant.unscoped().filter(session=row)
    }  # fmt: skip
    none = ("", "", None, None)
    assert parts == {
        world.engineer_person.pk: (
            "present", past(7), "pass", Decimal(100), None, "", "ZS-1", "某协会", day, file,
        ),
        failed.pk: ("present", past(9), "fail", Decimal(0), None, "", *none),
        passed_later.pk: ("present", past(9), "fail", None, day, "pass", *none),
        absent.pk: ("absent", None, "", None, today(), "fail", *none),
        excused.pk: ("excused", None, "", None, None, "", *none),
        quiet.pk: ("present", past(11), "fail", None, None, "", *none),
    }  # fmt: skip
    assert payloads_of("training.held")[-1] == {
        "version": 2,
        "attendance": {"expected": 0, "present": 4, "absent": 1, "excused": 1},
    }
    words = "新设备操作：您的考核结果为不合格，请联系管理员安排补考。"
    assert messages_of("training.held") == {
        ("wu", "培训考核不合格，需补考", words, f"/agency/trainings/{row.pk}/")
    }
    with acting_as(the_manager(world)):
        found: Any = sessions_found(year=row.year).get()
        counts = (found.expected_count, found.present_count, found.passed_count)
    assert counts == (6, 4, 1)


DAY_OF = past(0).date()
WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"attendance": "expected"}, "attendance", "required", "请选择李建国的到场情况"),
    ({"attendance": "absent"}, "attendance", "absent", "李建国未到场，不能有签到时间、结果或成绩"),
    (
        {"attendance": "excused", "signed_in_at": None, "result": "", "score": Decimal(1)},
        "attendance",
        "absent",
        "李建国未到场，不能有签到时间、结果或成绩",
    ),
    (
        {"attendance": "excused", "signed_in_at": None, "result": "fail"},
        "attendance",
        "absent",
        "李建国未到场，不能有签到时间、结果或成绩",
    ),
    ({"signed_in_at": None}, "signed_in_at", "required", "请填写李建国的签到时间"),
    (
        {"signed_in_at": past(11) + MINUTE},
        "signed_in_at",
        "range",
        "李建国的签到时间应在培训当天、开始前两小时至结束之间",
    ),
    ({"result": "dream"}, "result", "required", "请选择李建国的考核结果"),
    (
        {"score": Decimal("-0.1")},
        "score",
        "range",
        "李建国的成绩应在 0 到 100 之间，最多一位小数",
    ),
    (
        {"score": Decimal("100.1")},
        "score",
        "range",
        "李建国的成绩应在 0 到 100 之间，最多一位小数",
    ),
    (
        {"result": "none", "makeup_on": DAY_OF, "makeup_result": "pass"},
        "makeup_on",
        "needless",
        "李建国已合格或不考核，无需补考",
    ),
    (
        {"result": "fail", "makeup_result": "pass"},
        "makeup_on",
        "required",
        "请同时填写李建国的补考日期和补考结果",
    ),
    (
        {"result": "fail", "makeup_on": DAY_OF, "makeup_result": "none"},
        "makeup_on",
        "required",
        "请同时填写李建国的补考日期和补考结果",
    ),
    (
        {"result": "fail", "makeup_on": DAY_OF - DAY, "makeup_result": "pass"},
        "makeup_on",
        "range",
        "李建国的补考日期应不早于培训日期、不晚于今天",
    ),
    (
        {"result": "fail", "makeup_on": today() + DAY, "makeup_result": "pass"},
        "makeup_on",
        "range",
        "李建国的补考日期应不早于培训日期、不晚于今天",
    ),
    *(
        (values, "certificate_number", "required", "请同时填写李建国的证书编号和发证机关")
        for values in (
            {"certificate_number": "A1"},
            {"certificate_issuer": "协会"},
            {"certificate_valid_until": DAY_OF},
            {"certificate_number": " ", "certificate_issuer": "协会"},
        )
    ),
    (
        {"certificate_number": "A1", "certificate_issuer": "协" * 81},
        "certificate_issuer",
        "too_long",
        "李建国：发证机关最多 80 个字",
    ),
    (
        {
            "certificate_number": "A1",
            "certificate_issuer": "协会",
            "certificate_valid_until": DAY_OF - DAY,
        },
        "certificate_valid_until",
        "order",
        "李建国的证书有效期不能早于培训日期",
    ),
]


@pytest.mark.parametrize(("wrong", "field", "code", "message"), WRONG)
def test_a_wrong_result_is_refused_in_its_own_words(
    world: World, wrong: dict[str, Any], field: str, code: str, message: str
) -> None:
    session = scheduled(world)
    with pytest.raises(InvalidInput) as refused:
        held(world, session, **wrong)
    assert (f"participants.0.{field}", code, message) in said_of(refused.value)
    session.refresh_from_db()
    assert session.state == "scheduled"


def test_the_certificate_and_files_of_others_are_refused(world: World) -> None:
    session = scheduled(world)
    foreign = signature(world.other_agency_manager)
    with pytest.raises(InvalidInput) as refused:
        held(
            world,
            session,
            certificate_number="A1",
            certificate_issuer="协会",
            certificate=foreign,
        )
    assert said_of(refused.value) == [("participants.0.certificate", "foreign", "附件不属于本机构")]
    own = signature(world.agency_manager)
    with pytest.raises(InvalidInput) as refused:
        session_file(actor=the_manager(world), session=session, attachments=[own, foreign])
    assert fields_of(refused.value) == ["attachment"]
    assert (refused.value.code, refused.value.message) == ("foreign", "附件不属于本机构")


def test_files_are_added_once_in_order_with_an_event(world: World) -> None:
    session = scheduled(world)
    first, second = signature(world.agency_manager), signature(world.engineer)
    for files in ([first], [first], [first, second]):
        row = session_file(actor=the_manager(world), session=session, attachments=files)
    assert row.attachment_ids == [first.pk, second.pk]
    assert row.version == 3
    assert payloads_of("training.filed") == [
        {"version": 2, "files": [first.digest]},
        {"version": 3, "files": [first.digest, second.digest]},
    ]
    with pytest.raises(NotAllowed):
        session_file(actor=world.actor(world.engineer), session=session, attachments=[first])


def test_everybody_expected_is_entered_and_somebody_came(world: World) -> None:
    two, three, stranger = (
        another_person(world, "乙"),
        another_person(world, "丙"),
        another_person(world, "生人"),
    )
    session = scheduled(world, [world.engineer_person, two, three])
    with pytest.raises(InvalidInput) as refused:
        session_hold(
            actor=the_manager(world),
            session=session,
            participants=[ParticipantInput(two, attendance="absent")],
        )
    [only] = said_of(refused.value)
    assert only[:2] == ("participants", "missing")
    assert only[2].startswith("请登记全部参加人员，缺少：")
    assert set(only[2].partition("：")[2].split("、")) == {"李建国", "丙"}
    everybody = [
        ParticipantInput(one, attendance="absent") for one in (world.engineer_person, two, three)
    ]
    with pytest.raises(InvalidInput) as refused:
        session_hold(actor=the_manager(world), session=session, participants=everybody)
    assert said_of(refused.value) == [("participants", "nobody", "没有人到场；请取消本次培训")]
    there = ParticipantInput(stranger, attendance="present", signed_in_at=past(9), result="pass")
    with pytest.raises(InvalidInput) as refused:
        session_hold(actor=the_manager(world), session=session, participants=[*everybody, there])
    assert said_of(refused.value) == [("participants.3", "unknown", "生人不在参加人员中")]


# --- reads


def test_lists_find_by_each_condition_and_nothing_beside(world: World) -> None:
    year = today().year
    plan = approved_plan(world)
    draft = plan_create(actor=the_manager(world), year=year + 1, title="明年的计划", summary="")
    one = scheduled(world, topic="甲主题", content="甲内容", teacher="甲老师", kind="education")
    two = scheduled(
        world, [world.supervisor()], topic="乙主题", content="乙内容", teacher="乙老师",
        starts_at=past(14), ends_at=past(16),
    )  # fmt: skip
    session_cancel(actor=the_manager(world), session=two, reason="x")
    item_save(
        actor=the_manager(world),
        plan=draft,
        **item_values(planned_on=date(year + 1, 2, 3), hours=Decimal("1.5")),
    )

    def plans(**found: Any) -> list[UUID]:
        return sorted(row.pk for row in plans_found(**found))

    def sessions(**found: Any) -> list[UUID]:
        return sorted(row.pk for row in sessions_found(**found))

    both = sorted([one.pk, two.pk])
    with acting_as(the_manager(world)):
        assert plans() == sorted([plan.pk, draft.pk])
        assert plans(year=year) == plans(state="approved") == [plan.pk]
        assert plans(text="明年") == plans(year=year + 1) == [draft.pk]
        assert plans(text=world.agency.name) == plans(organization=world.agency.pk) == plans()
        assert plans(organization=world.other_agency.pk) == plans(text="没有") == []
        rows: list[Any] = list(plans_found())
        sums = {(row.pk, row.item_count, row.hours) for row in rows}
        assert sums == {(plan.pk, 1, Decimal("2.0")), (draft.pk, 1, Decimal("1.5"))}
        assert sessions() == sessions(organization=world.agency.pk) == both
        for found in (
            {"text": "甲主"}, {"text": "甲内"}, {"text": "甲老"}, {"kind": "education"},
            {"state": "scheduled"}, {"person": world.engineer_person},
        ):  # fmt: skip
            assert sessions(**found) == [one.pk], found
        assert sessions(text=world.agency.name) == both
        assert sessions(state="cancelled") == sessions(person=world.supervisor()) == [two.pk]
        assert sessions(year=year) == both
        assert sessions(year=year + 1) == sessions(organization=world.other_agency.pk) == []


def test_ones_own_sessions_are_the_newest_first_and_no_one_elses(world: World) -> None:
    first = scheduled(world)
    second = scheduled(world, starts_at=past(7), ends_at=past(9), topic="后来登记")
    scheduled(world, [world.supervisor()], topic="别人的")
    with acting_as(world.actor(world.engineer)):
        mine = my_sessions(world.engineer.pk)
        assert [part.session_id for part in mine] == [second.pk, first.pk]


def test_people_in_office_are_those_who_have_not_left_by_the_day(world: World) -> None:
    day = today() - timedelta(days=50)
    another_person(world, "A前", left_on=day - DAY)
    another_person(world, "B当天", left_on=day)
    another_person(world, "C次日", left_on=day + DAY)
    another_person(world, "D别家", organization=world.other_agency)
    with acting_as(the_manager(world)):
        names = [one.name for one in people_in_office(world.agency.pk, day)]
    assert names == ["C次日", "李建国"]


def test_an_item_counts_the_sessions_that_are_done(world: World) -> None:
    item = TrainingPlanItem.unscoped().get(plan=approved_plan(world))
    for hour, state in ((9, "done"), (11, "done"), (13, "held"), (15, "scheduled")):
        row = scheduled(
            world, plan_item=item, unplanned_reason="",
            starts_at=past(hour), ends_at=past(hour + 2),
        )  # fmt: skip
        TrainingSession.unscoped().filter(pk=row.pk).update(state=state, conclusion="effective")
    with acting_as(the_manager(world)):
        found: Any = plan_items(item.plan).get()
    assert found.done_count == 2
