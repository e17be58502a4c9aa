"""What would be due at a point, under which clause, and when in the coming weeks."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.test import Client

from tests.support.world import World
from yunjian.standards.rules import PointDescription
from yunjian.supervision.selectors.what_if import what_if_answer

pytestmark = pytest.mark.reads_all_rows

PAGE = "/supervision/rules/what-if/"
START = date(2026, 12, 1)
ASK = f"{PAGE}?kind=flue_gas&on=2026-12-01&parameters=SO2"


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.reviewer)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_extractive_and_direct_points_owe_different_calibrations() -> None:
    extractive = what_if_answer(
        PointDescription("flue_gas", "full_extraction", parameters=("SO2",)), START
    )
    direct = what_if_answer(PointDescription("flue_gas", "direct", parameters=("SO2",)), START)
    clauses = {item.clause: item.how_often for item in extractive.dues}
    assert clauses["11.2 d"] == "至多每 7 天"
    assert clauses["11.2 e"] == "至多每 3 个月"
    assert "11.2 c" not in clauses
    clauses = {item.clause: item.how_often for item in direct.dues}
    assert clauses["11.2 c"] == "至多每 15 天"
    assert "11.2 d" not in clauses
    assert "11.2 e" not in clauses


@pytest.mark.django_db
def test_the_coming_twelve_weeks_follow_the_intervals() -> None:
    answer = what_if_answer(
        PointDescription("flue_gas", "full_extraction", parameters=("SO2",)), START
    )
    assert len(answer.weeks) == 12
    assert answer.weeks[0].first == START
    lines = [line for week in answer.weeks for line in week.lines if line.title == "日常巡检"]
    patrols = [day for line in lines for day in line.days]
    steps = {later - earlier for earlier, later in pairwise(patrols)}
    assert steps == {timedelta(days=7)}
    assert len(patrols) >= 11


@pytest.mark.django_db
def test_what_is_due_daily_is_one_line_a_week() -> None:
    point = PointDescription(
        "flue_gas", "full_extraction", automatic_calibration=True, parameters=("SO2",)
    )
    answer = what_if_answer(point, START)
    lines = [line for line in answer.weeks[3].lines if line.title == "自动零点量程校准核查"]
    assert [line.daily for line in lines] == [True]


@pytest.mark.django_db
def test_what_nobody_established_is_unconfirmed_and_in_no_week() -> None:
    answer = what_if_answer(
        PointDescription("flue_gas", "full_extraction", parameters=("NMHC",)), START
    )
    open_dues = [item for item in answer.dues if not item.established]
    assert {item.title for item in open_dues} == {
        "非甲烷总烃零点量程校准",
        "非甲烷总烃参比方法校验",
    }
    assert {item.how_often for item in open_dues} == {"未确认"}
    planned = {line.title for week in answer.weeks for line in week.lines}
    assert planned.isdisjoint(item.title for item in open_dues)


def test_before_a_standard_nothing_applies(client: Client) -> None:
    page = page_of(client, f"{PAGE}?kind=flue_gas&on=2015-01-01&parameters=SO2")
    assert "这一天没有适用的规则" in page


def test_the_page_answers_what_is_due(client: Client) -> None:
    page = page_of(client, f"{ASK}&sampling_method=direct")
    assert "HJ 75-2017 11.2 c" in page
    assert "11.2 d" not in page
    assert 'data-testid="week-line"' in page


def test_a_point_is_found_and_described_by_what_is_known_of_it(
    world: World, client: Client
) -> None:
    result = page_of(client, f"{PAGE}?q=CEMS")
    assert f"?point={world.flue_gas_point.pk}" in result
    page = page_of(client, f"{PAGE}?point={world.flue_gas_point.pk}")
    assert "HJ 75-2017 11.2 d" in page
    water = page_of(client, f"{PAGE}?point={world.wastewater_point.pk}")
    assert "HJ 355-2019" in water
    assert "HJ 75-2017" not in water


def test_a_search_that_finds_nothing_says_so(client: Client) -> None:
    assert "没有找到测点" in page_of(client, f"{PAGE}?q=没有这样的测点")


@pytest.mark.parametrize("point", ["x", "0192e9a0-0000-7000-8000-000000000000"])
def test_a_point_that_is_not_there_is_not_found(client: Client, point: str) -> None:
    assert client.get(f"{PAGE}?point={point}").status_code == 404


@pytest.mark.parametrize("query", ["kind=steam&on=2026-12-01", "kind=flue_gas&on=morgen"])
def test_a_wrong_question_is_refused_at_its_field(client: Client, query: str) -> None:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert "is-invalid" in answer.content.decode()


def test_a_district_sees_only_its_points(world: World, client: Client) -> None:
    world.authority.jurisdiction.set([world.other_district])
    assert "没有找到测点" in page_of(client, f"{PAGE}?q=CEMS")
    assert client.get(f"{PAGE}?point={world.flue_gas_point.pk}").status_code == 404
