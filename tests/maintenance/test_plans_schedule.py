"""Whatever is planned, every interval is met and nothing happens twice or outside the plan."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.maintenance.domain.schedules import Interval, Repeating, due_days

INTERVALS = st.one_of(
    st.builds(Interval, st.integers(1, 400), st.just("day")),
    st.builds(Interval, st.integers(1, 13), st.just("month")),
    st.builds(Interval, st.integers(1, 400), st.just("hour")),
)
ACTIVITIES = st.lists(INTERVALS, min_size=1, max_size=8).map(
    lambda intervals: [Repeating(f"运维 {n}", one) for n, one in enumerate(intervals)]
)
DAYS = st.dates(date(2018, 1, 1), date(2035, 12, 31))


@given(activities=ACTIVITIES, first=DAYS, length=st.integers(0, 800), position=st.integers(0, 50))
def test_every_interval_is_met_from_the_first_day_to_the_last(
    activities: list[Repeating], first: date, length: int, position: int
) -> None:
    last = first + timedelta(days=length)

    due = due_days(activities, first=first, last=last, position=position)

    assert all(first <= day <= last for day in due)
    assert list(due) == sorted(due)
    for activity in activities:
        days = [day for day, done in due.items() if activity in done]
        assert days, "everything is done at least once"
        assert (days[0] - first).days < activity.interval.days
        for day, following in pairwise(days):
            assert day < following <= activity.interval.after(day)
        assert activity.interval.after(days[-1]) > last


@given(activities=ACTIVITIES, first=DAYS, length=st.integers(0, 400), position=st.integers(0, 50))
def test_nothing_is_due_twice_on_one_day_and_the_answer_is_always_the_same(
    activities: list[Repeating], first: date, length: int, position: int
) -> None:
    last = first + timedelta(days=length)

    due = due_days(activities, first=first, last=last, position=position)

    assert all(len(done) == len(set(done)) for done in due.values())
    turned = list(reversed(activities))
    assert due == due_days(turned, first=first, last=last, position=position)


def test_rarer_activities_ride_on_visits_that_take_place_anyway() -> None:
    weekly = Repeating("日常巡检", Interval(7, "day"))
    calibration = Repeating("校准", Interval(15, "day"))

    due = due_days([calibration, weekly], first=date(2026, 3, 2), last=date(2026, 4, 5))

    assert {day.isoformat(): [one.activity for one in done] for day, done in due.items()} == {
        "2026-03-02": ["日常巡检", "校准"],
        "2026-03-09": ["日常巡检"],
        "2026-03-16": ["日常巡检", "校准"],
        "2026-03-23": ["日常巡检"],
        "2026-03-30": ["日常巡检", "校准"],
    }


def test_points_of_one_plan_do_not_all_begin_on_the_same_day() -> None:
    weekly = [Repeating("日常巡检", Interval(7, "day"))]
    first = date(2026, 3, 2)

    starts = {
        min(due_days(weekly, first=first, last=date(2026, 4, 5), position=n)) for n in range(7)
    }

    assert starts == {first + timedelta(days=n) for n in range(7)}


@pytest.mark.parametrize(
    ("day", "months", "latest"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_ends_where_the_month_ends(day: date, months: int, latest: date) -> None:
    assert Interval(months, "month").after(day) == latest


def test_an_empty_plan_has_no_days() -> None:
    weekly = [Repeating("日常巡检", Interval(7, "day"))]
    assert due_days([], first=date(2026, 3, 2), last=date(2026, 4, 5)) == {}
    assert due_days(weekly, first=date(2026, 3, 2), last=date(2026, 3, 1)) == {}


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        _ = Interval(1, "fortnight").days
