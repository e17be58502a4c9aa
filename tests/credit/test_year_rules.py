"""What a year lacks, what counts for whom in it, and what authorities see of the years of all."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.credit.controls import links
from tests.credit.trainings import (
    another_person,
    approved_plan,
    draft_plan,
    issued,
    past,
    quality_supervisor,
    scheduled,
    supervised,
)
from tests.support.reading import tables
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.selectors.years import (
    is_closed,
    is_meant,
    keepers_of,
    missing_of,
    person_years,
    years_visible,
)
from yunjian.credit.services.supervisions import supervision_draft
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows
YEAR = today().year
DAY = timedelta(days=1)


def lacking(world: World, year: int = YEAR) -> list[tuple[str, str]]:
    """Return what a year of the agency lacks, and where that is."""
    with acting_as(world.actor(world.agency_manager)):
        return [(one.text, one.link) for one in missing_of(world.agency.pk, year)]


def test_what_a_year_lacks_is_named_with_where_it_is(world: World) -> None:
    # given: sessions and supervisions in every state; neighbours of another year and agency
    draft = draft_plan(world)
    rows = {}
    for number, (topic, state) in enumerate(
        (("晚的", "scheduled"), ("待评", "held"), ("做完", "done"), ("取消", "cancelled"))
    ):
        row = scheduled(world, [another_person(world, topic)], topic=topic)
        start = past(9) - number * timedelta(hours=1)
        TrainingSession.unscoped().filter(pk=row.pk).update(
            state=state, starts_at=start, conclusion="effective", cancel_reason="x"
        )
        rows[topic] = row.pk
    for topic, values in (
        ("别年", {"year": YEAR - 1}),
        ("别家", {"organization": world.other_agency}),
    ):
        row = scheduled(world, [another_person(world, topic)], topic=topic)
        TrainingSession.unscoped().filter(pk=row.pk).update(**values)
    maker = world.actor(quality_supervisor(world))
    written = supervision_draft(actor=maker, said=supervised(world))
    first, closed, other = issued(world), issued(world), issued(world)
    Supervision.unscoped().filter(pk=closed.pk).update(state="closed")
    Supervision.unscoped().filter(pk=other.pk).update(year=YEAR - 1)

    plans = ("没有已批准的年度培训计划", f"/agency/years/{YEAR}/plans/")
    rest = [
        ("教育培训待评价：待评", f"/agency/trainings/{rows['待评']}/"),
        ("教育培训未开始：晚的", f"/agency/trainings/{rows['晚的']}/"),
        (f"监督记录草稿：{today()}", f"/agency/supervisions/{written.pk}/"),
        (f"监督记录待确认：{first.full_number}", f"/agency/supervisions/{first.pk}/"),
    ]
    assert lacking(world) == [plans, *rest]

    # when: the plan is approved, its items are named instead
    TrainingPlan.unscoped().filter(pk=draft.pk).update(state="approved")
    TrainingPlan.unscoped().create(
        organization=world.agency, year=YEAR - 1, title="旧", state="approved",
        prepared_by=world.agency_manager,
    )  # fmt: skip
    here = f"/agency/trainings/plans/{draft.pk}/"
    item, *others = lacking(world)
    assert others == rest
    assert item[1] == here
    said = f"计划项目未完成：HJ 75-2017 运行管理要求（{YEAR}-01-15），缺少 "
    names = ["做完", "别家", "别年", "取消", "待评", "晚的", "李建国"]
    head, _sign, tail = item[0].removeprefix(said).partition(" ")
    assert item[0].startswith(said)
    assert tail == "等 7 人"
    assert len(head.split("、")) == 5
    assert set(head.split("、")) < set(names)


def test_five_who_miss_an_item_are_all_named(world: World) -> None:
    approved_plan(world)
    names = ["李建国", *(another_person(world, name).name for name in "甲乙丙丁")]
    [(text, _link)] = lacking(world)
    assert " 等 " not in text
    assert set(text.partition("缺少 ")[2].split("、")) == set(names)


def test_an_item_for_nobody_who_is_there_is_done_once_it_was_held(world: World) -> None:
    plan = draft_plan(world, positions=["technical_lead"])
    item = TrainingPlanItem.unscoped().get(plan=plan)
    TrainingPlanItem.people.through.objects.filter(trainingplanitem=item).delete()
    TrainingPlan.unscoped().filter(pk=plan.pk).update(state="approved")
    words = f"计划项目未完成：HJ 75-2017 运行管理要求（{YEAR}-01-15）"
    here = f"/agency/trainings/plans/{plan.pk}/"
    assert lacking(world) == [(words, here)]
    row = scheduled(world, plan_item=item, unplanned_reason="")
    TrainingSession.unscoped().filter(pk=row.pk).update(state="held")
    assert (words, here) in lacking(world)
    TrainingSession.unscoped().filter(pk=row.pk).update(state="done", conclusion="effective")
    assert lacking(world) == []


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({}, "yes"),
        ({"position": "technical_lead"}, "no"),
        ({"left_on": 0}, "no"),
        ({"left_on": 1}, "yes"),
        ({"joined_on": 0}, "yes"),
        ({"joined_on": 1}, "no"),
    ],
)
def test_an_item_is_meant_for_its_position_while_in_office(
    world: World, values: dict[str, Any], meant: str
) -> None:
    item = TrainingPlanItem.unscoped().get(plan=approved_plan(world))
    TrainingPlanItem.people.through.objects.all().delete()
    given = {
        name: item.planned_on + value * DAY if isinstance(value, int) else value
        for name, value in values.items()
    }
    with acting_as(world.actor(world.agency_manager)):
        assert is_meant(item, another_person(world, "某", **given)) is (meant == "yes")


def test_who_was_there_in_the_year_is_in_its_summary(world: World) -> None:
    first, last = date(YEAR, 1, 1), date(YEAR, 12, 31)
    for name, values in (
        ("A除夕走", {"left_on": first}),
        ("B元旦后走", {"left_on": first + DAY}),
        ("C年末来", {"joined_on": last}),
        ("D明年来", {"joined_on": last + DAY}),
        ("E别家", {"organization": world.other_agency}),
    ):
        another_person(world, name, **values)
    with acting_as(world.actor(world.agency_manager)):
        found = [one.name for one in person_years(world.agency.pk, YEAR)]
        assert found == ["B元旦后走", "C年末来", "李建国"]
        by_text = [one.name for one in person_years(world.agency.pk, YEAR, text="建国")]
    assert by_text == ["李建国"]


def test_only_what_was_attended_done_and_of_effect_counts_as_learnt(world: World) -> None:
    # given: one session that counts, and such as differ from it in one respect
    item = TrainingPlanItem.unscoped().get(plan=approved_plan(world))
    there = {"attendance": "present", "result": "pass"}
    good = {"state": "done", "conclusion": "effective"}
    for topic, session, part in (
        ("算数", {}, {}),
        ("补考合格", {}, {"result": "fail", "makeup_result": "pass"}),
        ("不合格", {}, {"result": "fail"}),
        ("补考不合格", {}, {"result": "fail", "makeup_result": "fail"}),
        ("缺席", {}, {"attendance": "absent", "result": ""}),
        ("未评价", {"state": "held"}, {}),
        ("无效", {"conclusion": "ineffective"}, {}),
        ("别年", {"year": YEAR - 1}, {}),
        ("别家", {"organization": world.other_agency}, {}),
    ):
        row = scheduled(world, topic=topic)
        TrainingParticipant.unscoped().filter(session=row).update(**there | part)
        # out of the way of the next one
        TrainingSession.unscoped().filter(pk=row.pk).update(
            **good | {"starts_at": past(2), "ends_at": past(3)} | session
        )
    one = issued(world)
    closed = issued(world, supervised_on=today() - DAY)
    supervision_draft(actor=world.actor(quality_supervisor(world)), said=supervised(world))
    other = issued(world)
    Supervision.unscoped().filter(pk=closed.pk).update(state="closed")
    Supervision.unscoped().filter(pk=other.pk).update(year=YEAR - 1)
    with acting_as(world.actor(world.agency_manager)):
        [row_] = person_years(world.agency.pk, YEAR)
    assert {session.topic for session in row_.done} == {"算数", "补考合格"}
    assert (row_.done_count, row_.done_hours) == (2, Decimal("4.0"))
    assert (row_.planned, row_.missing) == ([item], [item])
    assert (row_.planned_count, row_.planned_hours, row_.missing_hours) == (
        1, Decimal("2.0"), Decimal("2.0"),
    )  # fmt: skip
    assert row_.supervisions == [closed, one]


def test_years_are_found_by_agency_state_and_number(world: World) -> None:
    rows = {
        (organization, year): AnnualYear.unscoped().create(
            organization=organization, year=year, state=state
        )
        for organization, year, state in (
            (world.agency, YEAR, "open"),
            (world.agency, YEAR - 1, "closed"),
            (world.other_agency, YEAR, "closed"),
        )
    }

    def found(**by: Any) -> set[Any]:
        return {(row.organization, row.year) for row in years_visible(**by)}

    with acting_as(world.actor(world.reviewer)):
        assert found() == set(rows)
        assert found(year=YEAR) == {(world.agency, YEAR), (world.other_agency, YEAR)}
        assert found(state="open") == {(world.agency, YEAR)}
        assert found(text="清源") == {(world.agency, YEAR), (world.agency, YEAR - 1)}
        assert found(text="碧空", state="closed", year=YEAR) == {(world.other_agency, YEAR)}
        closed = {key: is_closed(key[0].pk, key[1]) for key in rows}
        assert closed == {
            (world.agency, YEAR): False,
            (world.agency, YEAR - 1): True,
            (world.other_agency, YEAR): True,
        }
        assert not is_closed(world.other_agency.pk, YEAR - 1)
    client = world.client(world.reviewer)
    page = client.get("/supervision/years/?text=清源").content.decode()
    leading = {address for words, address in links(page) if words == "查看"}
    assert leading == {
        f"/supervision/years/{rows[world.agency, year].pk}/plans/" for year in (YEAR, YEAR - 1)
    }
    assert {(one["运维机构"], one["年度"], one["状态"]) for one in tables(page)[0]} == {
        (world.agency.name, str(YEAR), "办理中"),
        (world.agency.name, str(YEAR - 1), "已归档"),
    }


def test_keepers_are_the_active_owners_and_managers_once_each(world: World) -> None:
    with acting_as(system_actor("test")):
        both = account_with(world.agency, "both", "owner", "manager")
        owner = account_with(world.agency, "owner-1", "owner")
        account_with(world.agency, "quality-9", "quality_supervisor")
        account_with(world.other_agency, "owner-2", "owner")
        off = account_with(world.agency, "off", "owner")
        off.is_active = False
        off.save()
    with acting_as(system_actor("test")):
        assert sorted(keepers_of(world.agency.pk)) == sorted(
            [world.agency_manager.pk, both.pk, owner.pk]
        )


def test_each_tab_of_a_year_lists_what_is_searched_for(world: World) -> None:
    plan = approved_plan(world)
    TrainingPlan.unscoped().create(
        organization=world.agency, year=YEAR, edition=9, title="别的草稿",
        prepared_by=world.agency_manager,
    )  # fmt: skip
    scheduled(world, topic="甲主题", kind="education")
    row = scheduled(world, [world.supervisor()], topic="乙主题")
    TrainingSession.unscoped().filter(pk=row.pk).update(state="held")
    one, two = issued(world, severity="major"), issued(world, person=world.supervisor())
    Supervision.unscoped().filter(pk=two.pk).update(state="closed")
    client = world.client(world.agency_manager)

    def column(tab: str, query: str, title: str) -> set[str]:
        page = client.get(f"/agency/years/{YEAR}/{tab}/{query}").content.decode()
        return {one[title] for one in tables(page)[0]}

    assert column("plans", "", "计划名称") == {plan.title, "别的草稿"}
    assert column("plans", "?text=别的", "计划名称") == {"别的草稿"}
    assert column("plans", "?state=approved", "计划名称") == {plan.title}
    assert column("trainings", "", "主题") == {"甲主题", "乙主题"}
    assert column("trainings", "?text=甲主", "主题") == {"甲主题"}
    assert column("trainings", "?kind=training", "主题") == {"乙主题"}
    assert column("trainings", "?state=scheduled", "主题") == {"甲主题"}
    assert column("supervisions", "?text=钱立", "编号") == {two.full_number}
    assert column("supervisions", "?severity=major", "编号") == {one.full_number}
    assert column("supervisions", "?state=closed", "编号") == {two.full_number}
    assert column("people", "", "姓名") == {"李建国", "钱立"}
    assert column("people", "?text=钱", "姓名") == {"钱立"}
