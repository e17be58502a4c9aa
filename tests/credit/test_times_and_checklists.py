"""Times of sessions, and checklists by version."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.credit.domain.checklists import checklist_named, checklist_on, checklists, source_text
from yunjian.credit.domain.times import hours_between, hours_text, in_year, overlap

moments = st.integers(0, 10**9).map(lambda second: datetime.fromtimestamp(second, tz=UTC))
days = st.dates(date(2015, 1, 1), date(2099, 12, 31))


@given(moments, st.integers(1, 24 * 60))
def test_hours_add_up_to_the_minutes(start: datetime, minutes: int) -> None:
    hours = hours_between(start, start + timedelta(minutes=minutes))
    assert abs(hours * 60 - minutes) < Decimal("0.001")


@given(moments, moments, moments, moments)
def test_spans_overlap_both_ways_or_not_at_all(
    one: datetime, two: datetime, three: datetime, four: datetime
) -> None:
    first, second = (min(one, two), max(one, two)), (min(three, four), max(three, four))
    assert overlap(first, second) == overlap(second, first)


def test_one_may_begin_when_the_other_ends() -> None:
    nine, ten, eleven = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10, 11))
    assert not overlap((nine, ten), (ten, eleven))


@given(days, st.integers(2015, 2099))
def test_a_day_moves_to_the_same_day_of_another_year(day: date, year: int) -> None:
    moved = in_year(day, year)
    assert moved.year == year
    assert moved.month == day.month
    assert moved.day == day.day or (day.month, day.day, moved.day) == (2, 29, 28)


def test_of_two_versions_the_one_that_began_last_holds() -> None:
    first = checklists()[0]
    second = replace(first, version=2, effective_from=date(2025, 1, 1))
    both = (first, second)
    assert checklist_on(date(2024, 12, 31), both) == first
    assert checklist_on(date(2025, 1, 1), both) == second
    assert checklist_on(date(2019, 12, 31), both) is None


def test_items_have_points_and_every_severity_occurs() -> None:
    (template,) = checklists()
    assert {item.severity for item in template.items} == {"principle", "major", "general"}
    assert all(item.points > 0 and item.title["en"] for item in template.items)
    assert checklist_named(template.name) == template
    assert template.points_of(["safety", "calibration"]) == 8


def test_a_failed_item_that_is_graver_than_the_whole_is_told() -> None:
    checklist = checklists()[-1]
    keys = {
        severity: next(one.key for one in checklist.items if one.severity == severity)
        for severity in ("principle", "major", "general")
    }
    failed = [keys["general"], keys["major"]]
    assert checklist.graver_than("general", []) == ""
    assert checklist.graver_than("general", [keys["general"]]) == ""
    assert checklist.graver_than("general", failed) == "major"
    assert checklist.graver_than("major", failed) == ""
    assert checklist.graver_than("major", [*failed, keys["principle"]]) == "principle"
    assert checklist.graver_than("principle", [keys["principle"]]) == ""


def test_a_clause_is_told_only_where_one_is_known_and_with_how_it_is_known() -> None:
    (template,) = checklists()
    known = {item.key: (item.clause, item.provenance) for item in template.items}
    assert known == {
        "competence": ("HJ 355-2019 4.2", "recalled"),
        "truthful_records": ("", "practice"),
        "parameters_untouched": ("", "practice"),
        "calibration": ("HJ 75-2017 11.2", "recalled"),
        "frequency": ("HJ 75-2017 10.2", "recalled"),
        "fault_handling": ("HJ 75-2017 11.5", "recalled"),
        "safety": ("", "practice"),
        "site_order": ("HJ 355-2019 附录 B", "practice"),
    }
    assert source_text(*known["frequency"]) == "HJ 75-2017 10.2（回忆待核）"
    assert source_text(*known["safety"]) == "条款未确认（行业实践）"


@pytest.mark.parametrize(
    ("hours", "text"), [("2.0", "2"), ("0", "0"), ("1.5", "1.5"), ("12.0", "12"), ("10", "10")]
)
def test_hours_are_read_without_a_needless_zero(hours: str, text: str) -> None:
    assert hours_text(Decimal(hours)) == text


def test_the_29th_of_february_moves_to_the_last_day_of_a_common_february() -> None:
    leap_day = date(2024, 2, 29)
    assert in_year(leap_day, 2025) == date(2025, 2, 28)
    assert in_year(leap_day, 2028) == date(2028, 2, 29)
    assert in_year(date(2025, 2, 28), 2028) == date(2028, 2, 28)
    assert in_year(date(2024, 3, 29), 2025) == date(2025, 3, 29)


def test_spans_that_share_a_moment_overlap() -> None:
    nine, ten, eleven, noon = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10, 11, 12))
    assert overlap((nine, eleven), (ten, noon))
    assert overlap((nine, noon), (ten, eleven))
    assert not overlap((nine, ten), (eleven, noon))
    assert not overlap((eleven, noon), (nine, ten))
    assert not overlap((ten, eleven), (nine, ten))
