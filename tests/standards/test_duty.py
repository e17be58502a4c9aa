"""What is owed at a point, by named examples."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from tests.standards.duties import (
    GAS,
    POINT,
    counted,
    done,
    history,
    moment,
    obligation,
    rules_of,
)
from yunjian.standards.rules import Interval, Obligation, PointDescription, packs
from yunjian.standards.rules.duty import (
    CHINA,
    Described,
    DutyState,
    Installed,
    Period,
    PointHistory,
    Rules,
    Span,
    Stop,
    Verdict,
    WorkDone,
    due_between,
    duty_states,
    out_of_control,
    rules_of_packs,
)
from yunjian.standards.rules.overlays import overlaid
from yunjian.standards.rules.packs import shipped

WEEKLY = rules_of(obligation("weekly", 7, "day"))
MONTHLY = rules_of(obligation("monthly", 1, "month"))
HOURLY = rules_of(obligation("auto", 24, "hour"))


def per(period: str, times: int = 1) -> Rules:
    return rules_of(counted("count", period, times))


def state(past: PointHistory, at: str, rules: Rules) -> DutyState:
    return duty_states(past, moment(at), rules)[-1]


def missed(result: DutyState) -> list[tuple[str, str]]:
    return [(f"{span.since:%m-%d %H:%M}", f"{span.until:%m-%d %H:%M}") for span in result.missed]


def planned(past: PointHistory, start: str, end: str, rules: Rules) -> list[str]:
    return [f"{due.on:%m-%d}" for due in due_between(past, moment(start), moment(end), rules)]


def test_what_was_never_done_is_due_an_interval_after_it_came_into_force() -> None:
    result = state(history(), "2026-01-05", WEEKLY)
    assert (result.last_done, result.done_count, result.due_on) == (None, 0, date(2026, 1, 8))
    assert (result.overdue_since, result.missed) == (None, ())
    assert result.since == moment("2026-01-01")
    assert result.until is None


def test_a_day_interval_lasts_until_the_end_of_the_last_day() -> None:
    past = history("2026-01-01", done("2026-01-05 23:00", "weekly"))
    assert state(past, "2026-01-12 23:59", WEEKLY).overdue_since is None
    result = state(past, "2026-01-13 00:01", WEEKLY)
    assert result.overdue_since == result.next_due == moment("2026-01-13")


def test_an_hour_interval_runs_to_the_minute() -> None:
    past = history("2026-01-01", done("2026-01-01 08:30", "auto"))
    result = state(past, "2026-01-02 09:00", HOURLY)
    assert result.overdue_since == result.next_due == moment("2026-01-02 08:30")
    assert missed(result) == [("01-02 08:30", "01-02 09:00")]
    assert result.due_on == date(2026, 1, 2)


def test_moments_in_another_zone_are_the_same_moments() -> None:
    past = history(
        "2026-01-01", WorkDone(moment("2026-01-05 01:00").astimezone(UTC), obligations=("weekly",))
    )
    result = duty_states(past, moment("2026-01-06").astimezone(UTC), WEEKLY)[0]
    assert result.due_on == date(2026, 1, 12)


def test_early_work_restarts_the_interval() -> None:
    past = history("2026-01-01", done("2026-01-03", "weekly"), done("2026-01-05", "weekly"))
    result = state(past, "2026-01-06", WEEKLY)
    assert (result.due_on, result.done_count) == (date(2026, 1, 12), 2)


def test_late_work_ends_what_was_overdue() -> None:
    past = history("2026-01-01", done("2026-01-10 15:00", "weekly"))
    result = state(past, "2026-01-11", WEEKLY)
    assert missed(result) == [("01-09 00:00", "01-10 15:00")]
    assert result.overdue_since is None
    assert result.due_on == date(2026, 1, 17)


def test_skipped_intervals_are_kept() -> None:
    past = history("2026-01-01", done("2026-01-10", "weekly"), done("2026-01-30", "weekly"))
    assert missed(state(past, "2026-02-07 12:00", WEEKLY)) == [
        ("01-09 00:00", "01-10 00:00"),
        ("01-18 00:00", "01-30 00:00"),
        ("02-07 00:00", "02-07 12:00"),
    ]


def test_cancelled_failed_and_later_work_settles_nothing() -> None:
    past = history(
        "2026-01-01",
        done("2026-01-03", "weekly", cancelled=True),
        done("2026-01-04", "weekly", outcome="fail"),
        done("2026-01-06", "weekly"),
        done("2026-01-04", "another"),
        done("2026-01-04"),
    )
    assert state(past, "2026-01-05", WEEKLY).done_count == 0


@pytest.mark.parametrize("outcome", ["pass", "calibrate", "out_of_control", "unknown"])
def test_work_that_was_carried_out_settles_whatever_it_found(outcome: str) -> None:
    past = history("2026-01-01", done("2026-01-03", "weekly", outcome=outcome))
    assert state(past, "2026-01-05", WEEKLY).done_count == 1


@pytest.mark.parametrize(
    ("worked", "due"),
    [
        ("2026-01-31", date(2026, 2, 28)),
        ("2028-01-31", date(2028, 2, 29)),
        ("2028-02-29", date(2028, 3, 29)),
        ("2026-12-15", date(2027, 1, 15)),
    ],
)
def test_months_end_where_the_calendar_ends_them(worked: str, due: date) -> None:
    past = history("2025-12-01", done(worked, "monthly"))
    assert state(past, worked, MONTHLY).due_on == due


def test_a_stop_over_the_due_day_defers_it_to_the_day_of_the_restart() -> None:
    stop = Stop(moment("2026-01-06 10:00"), moment("2026-01-20 14:00"))
    past = history(stops=(stop,))
    result = state(past, "2026-01-10", WEEKLY)
    assert result.due_on == date(2026, 1, 20)
    assert missed(state(past, "2026-01-22", WEEKLY)) == [("01-21 00:00", "01-22 00:00")]


def test_a_stop_within_the_interval_changes_nothing() -> None:
    past = history(stops=(Stop(moment("2026-01-02"), moment("2026-01-07")),))
    assert state(past, "2026-01-05", WEEKLY).due_on == date(2026, 1, 8)


def test_an_hour_interval_is_due_at_the_restart_itself() -> None:
    stop = Stop(moment("2026-01-01 20:00"), moment("2026-01-05 06:00"), "force_majeure")
    result = state(history(stops=(stop,)), "2026-01-05 07:00", HOURLY)
    assert result.overdue_since == moment("2026-01-05 06:00")


def test_time_within_a_stop_is_not_overdue() -> None:
    stops = (
        Stop(moment("2026-01-10"), moment("2026-01-12")),
        Stop(moment("2026-01-11"), moment("2026-01-13")),
        Stop(moment("2026-01-15")),
    )
    result = state(history(stops=stops), "2026-01-20", WEEKLY)
    assert missed(result) == [("01-09 00:00", "01-10 00:00"), ("01-13 00:00", "01-15 00:00")]
    assert result.overdue_since == moment("2026-01-09")


@pytest.mark.parametrize("rules", [WEEKLY, HOURLY, per("week")])
def test_nothing_is_due_while_nobody_knows_when_the_source_restarts(rules: Rules) -> None:
    past = history(stops=(Stop(moment("2026-01-01 12:00")),))
    result = state(past, "2026-02-01", rules)
    assert (result.next_due, result.due_on, result.overdue_since, result.missed) == (None,) * 3 + (
        (),
    )
    assert planned(past, "2026-02-01", "2027-01-01", rules) == []


def test_a_stop_that_begins_when_it_becomes_due_leaves_it_due() -> None:
    result = state(history(stops=(Stop(moment("2026-01-09")),)), "2026-01-20", WEEKLY)
    assert result.next_due == moment("2026-01-09")
    assert (result.overdue_since, result.missed) == (None, ())


def test_each_calendar_period_asks_for_its_own() -> None:
    past = history("2026-01-01", done("2026-01-31", "count"), done("2026-02-01", "count"))
    result = state(past, "2026-02-02", per("month"))
    assert (result.due_on, result.overdue_since) == (date(2026, 3, 31), None)


def test_too_few_in_a_period_is_overdue_until_the_next_work() -> None:
    rules = per("month", 2)
    past = history("2026-01-01", done("2026-01-31", "count"), done("2026-02-05", "count"))
    assert state(past, "2026-02-03", rules).overdue_since == moment("2026-02-01")
    result = state(past, "2026-02-06", rules)
    assert missed(result) == [("02-01 00:00", "02-05 00:00")]
    assert (result.due_on, result.overdue_since) == (date(2026, 2, 28), None)


def test_a_period_missed_for_months_is_overdue_once() -> None:
    result = state(history(), "2026-04-10", per("month"))
    assert missed(result) == [("02-01 00:00", "04-10 00:00")]
    assert result.next_due == result.overdue_since == moment("2026-02-01")


def test_a_period_is_still_due_at_the_moment_it_ends() -> None:
    result = state(history(), "2026-02-01", per("month"))
    assert (result.next_due, result.overdue_since) == (moment("2026-02-01"), None)


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("day", date(2026, 2, 11)),
        ("week", date(2026, 2, 22)),
        ("month", date(2026, 3, 31)),
        ("quarter", date(2026, 6, 30)),
        ("half_year", date(2026, 12, 31)),
        ("year", date(2027, 12, 31)),
    ],
)
def test_a_period_that_had_begun_before_the_duty_is_not_asked_for(period: str, due: date) -> None:
    past = history("2026-02-11")
    result = state(past, "2026-02-11", per(period))
    assert result.due_on == due
    installed = history(
        "2026-02-11", installed=(Installed("SO2", "a", moment("2026-03-01 09:00")),)
    )
    rules = rules_of(counted("count", "month"), bound={"count": ("SO2",)})
    assert state(installed, "2026-03-02", rules).due_on == date(2026, 4, 30)


def test_a_period_that_ends_within_a_stop_is_due_at_the_restart() -> None:
    past = history(
        "2026-01-01",
        done("2026-01-05", "count"),
        stops=(Stop(moment("2026-02-10"), moment("2026-04-20 08:00")),),
    )
    result = state(past, "2026-04-01", per("month"))
    assert result.due_on == date(2026, 4, 20)
    assert planned(past, "2026-04-01", "2026-07-01", per("month")) == [
        "04-20",
        "05-31",
        "06-30",
    ]


def test_a_new_instrument_begins_anew() -> None:
    rules = rules_of(obligation("weekly", 7, "day"), bound={"weekly": ("SO2",)})
    past = history(
        "2026-01-01",
        done("2026-01-07", "weekly"),
        installed=(
            Installed("SO2", "old", moment("2026-01-01"), moment("2026-01-20")),
            Installed("SO2", "new", moment("2026-01-18 09:00")),
        ),
    )
    before, after = state(past, "2026-01-17", rules), state(past, "2026-01-19", rules)
    assert (before.last_done, before.overdue_since) == (moment("2026-01-07"), moment("2026-01-15"))
    assert (after.last_done, after.due_on, after.overdue_since) == (None, date(2026, 1, 25), None)
    assert missed(after) == [("01-15 00:00", "01-18 09:00")]
    assert after.by_parameter[0].since == moment("2026-01-18 09:00")


def test_nothing_is_owed_for_a_parameter_without_an_instrument() -> None:
    rules = rules_of(obligation("weekly", 7, "day"), bound={"weekly": ("SO2",)})
    old = Installed("SO2", "old", moment("2026-01-02"), moment("2026-01-05"))
    past = history(installed=(old,))
    early, late = state(past, "2026-01-01 12:00", rules), state(past, "2026-02-01", rules)
    for result in (early, late):
        assert (result.next_due, result.missed, result.by_parameter) == (None, (), ())
    outside = replace(old, since=moment("2025-01-01"), until=moment("2025-02-01"))
    assert state(history(installed=(outside,)), "2026-02-01", rules).done_count == 0


def test_the_parameter_that_is_behind_decides() -> None:
    rules = rules_of(obligation("weekly", 7, "day"), bound={"weekly": GAS})
    past = history(
        "2026-01-01",
        done("2026-01-05", "weekly"),
        done("2026-01-10", "weekly", parameters=("SO2",)),
        done("2026-01-10", "weekly", parameters=("NOx",)),
        done("2026-01-16", "weekly", parameters=("SO2",)),
    )
    result = state(past, "2026-01-18", rules)
    assert (result.last_done, result.due_on) == (moment("2026-01-10"), date(2026, 1, 17))
    assert result.overdue_since is None
    assert {item.parameters: item.due_on for item in result.by_parameter} == {
        ("SO2",): date(2026, 1, 23),
        ("NOx",): date(2026, 1, 17),
    }
    assert result.done_count == 4


def test_parameters_that_are_served_together_are_shown_together() -> None:
    rules = rules_of(obligation("weekly", 7, "day"), bound={"weekly": GAS})
    past = history("2026-01-01", done("2026-01-05", "weekly", parameters=GAS))
    assert [item.parameters for item in state(past, "2026-01-06", rules).by_parameter] == [GAS]


def test_a_sheet_serves_the_most_frequent_duty_of_its_parameters() -> None:
    rules = rules_of(
        obligation("gas", 7, "day", sheet="g4"),
        obligation("system", 3, "month", sheet="g4"),
        obligation("dust", 15, "day", sheet="g4"),
        obligation("other", 1, "day", sheet="g1"),
        bound={"gas": GAS, "system": GAS, "dust": ("PM",)},
    )
    point = replace(POINT, parameters=(*GAS, "PM"))
    past = PointHistory(
        described=(Described(date(2026, 1, 1), point),),
        work=(
            WorkDone(moment("2025-12-31"), sheet="g4"),
            WorkDone(moment("2026-01-02"), sheet="g4"),
            WorkDone(moment("2026-01-03"), sheet="g4"),
            WorkDone(moment("2026-01-03"), sheet="g4", parameters=("SO2",)),
        ),
    )
    result = duty_states(past, moment("2026-01-04"), rules)
    assert {item.obligation.id: item.done_count for item in result} == {
        "gas": 3,
        "system": 0,
        "dust": 2,
        "other": 0,
    }


def test_the_monthly_sheet_does_not_settle_a_longer_period() -> None:
    monthly = counted("month", "month", 2, sheet="b")
    rules = rules_of(obligation("quarter", 3, "month", sheet="b"), monthly)
    past = history("2026-01-01", WorkDone(moment("2026-01-02"), sheet="b"))
    result = duty_states(past, moment("2026-01-04"), rules)
    assert [item.done_count for item in result] == [0, 1]


def test_automatic_calibration_ends_one_duty_and_begins_another() -> None:
    automatic = replace(POINT, automatic_calibration=True)
    past = PointHistory(
        described=(Described(date(2026, 5, 1), automatic), Described(date(2026, 1, 1), POINT)),
        work=(done("2026-04-20", "hj75.cal-gas-extractive"),),
    )
    results = {item.obligation.id: item for item in duty_states(past, moment("2026-05-02 12:00"))}
    ended, begun = results["hj75.cal-gas-extractive"], results["hj75.cal-auto"]
    assert ended.until == begun.since == moment("2026-05-01")
    assert (ended.next_due, ended.overdue_since) == (None, None)
    assert missed(ended)[-1] == ("04-28 00:00", "05-01 00:00")
    assert begun.overdue_since == moment("2026-05-02")
    assert begun.last_done is None


def test_a_description_that_returns_begins_anew() -> None:
    automatic = replace(POINT, automatic_calibration=True)
    past = PointHistory(
        described=(
            Described(date(2026, 1, 1), POINT),
            Described(date(2026, 2, 1), automatic),
            Described(date(2026, 3, 1), POINT),
        ),
        work=(done("2026-01-31", "hj75.cal-gas-extractive"),),
    )
    result = [
        item
        for item in duty_states(past, moment("2026-03-02"))
        if item.obligation.id == "hj75.cal-gas-extractive"
    ]
    assert [(item.done_count, item.last_done) for item in result] == [
        (1, moment("2026-01-31")),
        (0, None),
    ]


def test_a_parameter_that_is_added_begins_with_its_description() -> None:
    rules = rules_of(obligation("weekly", 7, "day"), bound={"weekly": GAS})
    past = PointHistory(
        described=(
            Described(date(2026, 1, 1), replace(POINT, parameters=("SO2",))),
            Described(date(2026, 1, 10), POINT),
            Described(date(2026, 1, 20), replace(POINT, parameters=("SO2",))),
            Described(date(2026, 1, 25), POINT),
        ),
        work=(done("2026-01-05", "weekly"),),
    )
    result = state(past, "2026-01-11", rules)
    assert {item.parameters: item.due_on for item in result.by_parameter} == {
        ("SO2",): date(2026, 1, 12),
        ("NOx",): date(2026, 1, 17),
    }
    later = {item.parameters: item for item in state(past, "2026-01-26", rules).by_parameter}
    assert later["NOx",].since == moment("2026-01-25")
    assert later["SO2",].since == moment("2026-01-01")


def changing(*versions: tuple[str, Obligation]) -> Rules:
    """Rules of which each version holds from its day on."""
    starts = [date.fromisoformat(day) for day, _ in versions]

    def demanded(point: PointDescription, on_date: date) -> Sequence[Obligation]:
        held = [item for start, (_, item) in zip(starts, versions, strict=True) if start <= on_date]
        return held[-1:]

    return Rules(demanded, tuple(starts), lambda item: item.clause.startswith("11.2"))


def test_a_pack_in_force_from_mid_year_counts_from_then() -> None:
    rules = changing(("2026-07-01", obligation("weekly", 7, "day")))
    past = history("2026-01-01", done("2026-06-30", "weekly"))
    assert duty_states(past, moment("2026-06-30 12:00"), rules) == ()
    result = state(past, "2026-07-02", rules)
    assert (result.since, result.last_done) == (moment("2026-07-01"), None)
    assert result.due_on == date(2026, 7, 8)
    assert planned(past, "2026-06-01", "2026-07-10", rules) == ["07-08"]


def test_a_shorter_interval_counts_from_its_first_day_on() -> None:
    rules = changing(
        ("2026-01-01", obligation("x", 1, "month")), ("2026-03-01", obligation("x", 7, "day"))
    )
    past = history("2026-01-01", done("2026-02-10", "x"))
    result = state(past, "2026-03-03", rules)
    assert result.overdue_since == moment("2026-03-01")
    assert result.last_done == moment("2026-02-10")
    assert result.obligation.interval.unit == "day"
    assert planned(past, "2026-02-11", "2026-03-16", rules) == ["02-28", "03-07", "03-14"]


def test_what_is_overdue_stays_so_beyond_a_change_unless_the_new_rule_gives_time() -> None:
    shorter = changing(
        ("2026-01-01", obligation("x", 7, "day")), ("2026-01-20", obligation("x", 1, "day"))
    )
    assert state(history(), "2026-01-22", shorter).overdue_since == moment("2026-01-09")
    longer = changing(
        ("2026-01-01", obligation("x", 7, "day")), ("2026-01-20", obligation("x", 1, "month"))
    )
    result = state(history(), "2026-02-03", longer)
    assert missed(result) == [("01-09 00:00", "01-20 00:00"), ("02-02 00:00", "02-03 00:00")]
    assert result.overdue_since == moment("2026-02-02")


def test_a_new_version_with_the_same_interval_changes_nothing_but_the_words() -> None:
    rules = changing(
        ("2026-01-01", obligation("x", 7, "day")),
        ("2026-01-20", obligation("x", 7, "day", clause="9")),
    )
    result = state(history(), "2026-01-22", rules)
    assert missed(result) == [("01-09 00:00", "01-22 00:00")]
    assert result.obligation.clause == "9"


def test_periods_do_not_carry_over_to_another_rule() -> None:
    monthly = counted("x", "month")
    quarterly = counted("x", "quarter")
    rules = changing(("2026-01-01", monthly), ("2026-02-10", quarterly))
    result = state(history(), "2026-03-01", rules)
    assert missed(result) == [("02-01 00:00", "02-10 00:00")]
    assert (result.due_on, result.overdue_since) == (date(2026, 3, 31), None)
    # The work of 31 January counts for the quarter, too.
    assert planned(history(), "2026-01-15", "2026-07-01", rules) == ["01-31", "06-30"]


def test_a_period_that_was_over_when_the_rule_came_is_not_asked_for() -> None:
    quarterly = counted("x", "quarter")
    monthly = counted("x", "month")
    rules = changing(("2026-01-01", quarterly), ("2026-03-10", monthly))
    result = state(history(), "2026-03-20", rules)
    assert (result.due_on, result.missed) == (date(2026, 3, 31), ())


def test_a_point_that_ends_owes_nothing_more() -> None:
    past = history(until=moment("2026-01-20"))
    result = state(past, "2026-02-01", WEEKLY)
    assert (result.until, result.next_due) == (moment("2026-01-20"), None)
    assert missed(result) == [("01-09 00:00", "01-20 00:00")]
    assert planned(past, "2026-01-10", "2026-03-01", WEEKLY) == ["01-10", "01-17"]
    assert duty_states(history(until=moment("2025-01-01")), moment("2026-02-01"), WEEKLY) == ()
    overdue = history(until=moment("2026-02-20 12:00"))
    assert planned(overdue, "2026-02-20", "2026-03-01", per("month")) == []


def test_the_plan_of_a_year_takes_each_as_done_when_due() -> None:
    past = history("2026-01-01", done("2026-11-20", "monthly"))
    dates = planned(past, "2026-12-01", "2027-12-01", MONTHLY)
    assert dates == [f"{month:02}-20" for month in (12, *range(1, 12))]
    leap = history("2027-12-01", done("2027-12-31", "monthly"))
    assert planned(leap, "2028-01-01", "2028-04-30", MONTHLY) == [
        "01-31",
        "02-29",
        "03-29",
        "04-29",
    ]


def test_the_plan_begins_with_what_is_overdue() -> None:
    dues = due_between(history(), moment("2026-02-01"), moment("2026-02-16"), WEEKLY)
    assert [(due.on.day, due.overdue) for due in dues] == [(1, True), (8, False), (15, False)]
    hourly = due_between(history(), moment("2026-02-01"), moment("2026-02-02 01:00"), HOURLY)
    assert [(due.due, due.overdue) for due in hourly] == [
        (moment("2026-02-01"), True),
        (moment("2026-02-02"), False),
    ]


def test_the_plan_counts_what_is_missing_in_a_period() -> None:
    past = history("2026-01-01", done("2026-02-03", "count"), done("2026-02-12", "count"))
    dues = due_between(past, moment("2026-02-10"), moment("2026-04-01"), per("month", 3))
    assert [(due.on.isoformat(), due.times) for due in dues] == [
        ("2026-02-28", 2),
        ("2026-03-31", 3),
    ]
    late = due_between(history(), moment("2026-02-10"), moment("2026-03-01"), per("month", 2))
    assert [(due.on.isoformat(), due.times, due.overdue) for due in late] == [
        ("2026-02-10", 1, True),
        ("2026-02-28", 1, False),
    ]


def test_a_duty_of_a_later_description_is_in_the_plan() -> None:
    past = PointHistory(described=(Described(date(2026, 3, 1), POINT),))
    assert planned(past, "2026-01-01", "2026-03-20", WEEKLY) == ["03-08", "03-15"]
    assert planned(past, "2026-01-01", "2026-02-20", WEEKLY) == []


def test_out_of_control_lasts_from_discovery_until_met_again() -> None:
    past = history(
        verdicts=(
            Verdict(moment("2026-01-05"), "drift", met=False, parameters=("SO2",)),
            Verdict(moment("2026-01-06"), "accuracy", met=False, parameters=("SO2",)),
            Verdict(moment("2026-01-07"), "drift", met=True, parameters=("SO2",)),
            Verdict(moment("2026-01-07"), "drift", met=True, parameters=("NOx",)),
            Verdict(moment("2026-01-09"), "accuracy", met=True),
            Verdict(moment("2026-01-11"), "drift", met=False),
            Verdict(moment("2026-02-11"), "drift", met=True),
        )
    )
    assert out_of_control(past, moment("2026-01-20"), WEEKLY) == (
        Period("NOx", moment("2026-01-11"), None),
        Period("SO2", moment("2026-01-05"), moment("2026-01-09")),
        Period("SO2", moment("2026-01-11"), None),
    )


def test_an_instrument_calibrated_at_the_moment_of_the_discovery_was_never_out() -> None:
    at = moment("2026-01-05")
    past = history(verdicts=(Verdict(at, "drift", met=True), Verdict(at, "drift", met=False)))
    assert out_of_control(past, moment("2026-01-20"), WEEKLY) == ()


def test_a_parameter_described_later_is_not_out_of_control_before() -> None:
    bare, measured = replace(POINT, parameters=()), replace(POINT, parameters=("SO2",))
    described = (
        Described(date(2026, 1, 1), bare),
        Described(date(2026, 3, 1), measured),
    )
    late = rules_of(obligation("calibration", 7, "day", clause="11.2"))

    result = out_of_control(PointHistory(described=described), moment("2026-02-01"), late)

    assert all(period.since <= moment("2026-02-01") for period in result)
    assert "SO2" not in {period.parameter for period in result}


def test_work_that_finds_it_out_of_control_opens_a_period_that_its_like_ends() -> None:
    past = history(
        "2026-01-01",
        done("2026-01-05", "weekly", outcome="out_of_control", parameters=("SO2",)),
        done("2026-01-06", "other", parameters=("SO2",)),
        done("2026-01-07", "weekly", outcome="calibrate", parameters=("SO2",)),
        done("2026-01-08", "weekly", parameters=("SO2",)),
        WorkDone(moment("2026-01-06"), "out_of_control", sheet="g4", parameters=("NOx",)),
        WorkDone(moment("2026-01-07"), "out_of_control", parameters=("NOx",)),
        until=moment("2026-01-09"),
    )
    (result,) = duty_states(past, moment("2026-01-20"), WEEKLY)
    assert result.out_of_control == (
        Period("NOx", moment("2026-01-06"), moment("2026-01-09")),
        Period("SO2", moment("2026-01-05"), moment("2026-01-08")),
    )


def test_a_point_without_parameters_is_out_of_control_as_a_whole() -> None:
    bare = replace(POINT, parameters=())
    past = PointHistory(
        described=(Described(date(2026, 1, 1), bare),),
        verdicts=(
            Verdict(moment("2025-01-05"), "a", met=False),
            Verdict(moment("2026-01-05"), "b", met=False),
        ),
    )
    assert out_of_control(past, moment("2026-01-20"), WEEKLY) == (
        Period(None, moment("2025-01-05"), None),
    )


def test_an_overdue_calibration_is_out_of_control() -> None:
    rules = rules_of(
        obligation("calibration", 7, "day", clause="11.2 d"),
        obligation("patrol", 7, "day"),
        bound={"calibration": ("SO2",)},
    )
    past = history("2026-01-01", done("2026-01-10", "calibration"))
    late = Period("SO2", moment("2026-01-09"), moment("2026-01-10"))
    calibration, patrol = duty_states(past, moment("2026-01-15"), rules)
    assert calibration.out_of_control == patrol.out_of_control == (late,)
    assert out_of_control(past, moment("2026-01-20"), rules) == (
        late,
        Period("SO2", moment("2026-01-18"), None),
    )
    closed = history("2026-01-01", done("2026-01-10", "calibration"))
    assert out_of_control(closed, moment("2026-01-10"), rules) == (late,)


def test_an_overdue_calibration_of_the_whole_point_concerns_each_parameter_described_then() -> None:
    rules = rules_of(obligation("calibration", 7, "day", clause="11.2 a"))
    past = PointHistory(
        described=(
            Described(date(2026, 1, 1), replace(POINT, parameters=("SO2",))),
            Described(date(2026, 1, 12), POINT),
            Described(date(2026, 3, 12), replace(POINT, parameters=())),
        )
    )
    assert out_of_control(past, moment("2026-01-15"), rules) == (
        Period("NOx", moment("2026-01-12"), None),
        Period("SO2", moment("2026-01-09"), None),
    )


def test_the_shipped_rules_know_when_packs_come_into_force() -> None:
    rules = rules_of_packs()
    assert {date(2018, 3, 1), date(2020, 3, 24)} <= set(rules.changes)
    result = duty_states(
        PointHistory(
            described=(
                Described(date(2020, 1, 1), PointDescription("wastewater", parameters=("CODCr",))),
            )
        ),
        moment("2020-04-01"),
    )
    assert {item.since for item in result} == {moment("2020-03-24")}
    assert out_of_control(history("2026-01-01"), moment("2026-01-01")) == ()
    assert due_between(history("2026-01-01"), moment("2026-01-01"), moment("2026-01-09"))


def test_what_holds_for_a_row_ends_a_segment() -> None:
    (base,) = (pack for pack in packs() if pack.standard == "HJ 75-2017")
    row = base.obligations[0].model_copy(update={"effective": (date(2026, 5, 1), date(2026, 6, 1))})
    overlay = base.model_copy(
        update={"obligations": (row,), "effective": (date(2026, 1, 1), date(2027, 1, 1))}
    )
    rules = rules_of_packs([overlay])
    assert rules.changes == (
        date(2026, 1, 1),
        date(2026, 5, 1),
        date(2026, 6, 1),
        date(2027, 1, 1),
    )
    (result,) = duty_states(history(), moment("2026-07-01"), rules)
    assert (result.since, result.until) == (moment("2026-05-01"), moment("2026-06-01"))


def test_spans_are_half_open() -> None:
    assert Span(moment("2026-01-01"), moment("2026-01-02")) < Span(
        moment("2026-01-01"), moment("2026-01-03")
    )
    assert CHINA.utcoffset(None) == timedelta(hours=8)
    assert Interval(1, "day").unit == "day"


# --- which duties are calibrations --------------------------------------------------------------


def test_overdue_calibrations_of_hj_75_are_out_of_control_and_nothing_else_is() -> None:
    rules = rules_of_packs()
    points = [
        PointDescription("flue_gas", method, automatic_calibration=automatic, parameters=parameters)
        for method in ("full_extraction", "direct")
        for automatic in (True, False)
        for parameters in [("SO2", "PM", "velocity", "NMHC")]
    ] + [PointDescription("wastewater", parameters=("CODCr", "flow"))]

    result = [item for point in points for item in rules.obligations(point, date(2026, 11, 25))]

    assert {item.id for item in result if rules.calibrates(item)} == {
        *(f"hj75.cal-{name}" for name in ("auto", "pm-manual", "gas-insitu", "gas-extractive")),
        *(f"hj75.cal-{name}" for name in ("full-system", "flow-auto", "flow-manual")),
    }


def test_a_stricter_calibration_of_a_city_is_one_too() -> None:
    head = {"code": "city", "version": 1, "overlays": "hj75-2017@1", "effective": ["2026-01-01"]}
    stricter = {
        "id": "hj75.cal-pm-manual",
        "clause": "市 1",
        "provenance": "text",
        "interval": {"value": 10, "unit": "day"},
    }
    city = overlaid(head | {"authority": "试验市", "obligations": [stricter]}, "c", shipped())
    point = PointDescription("flue_gas", "direct", parameters=("PM",))

    rules = rules_of_packs([city])
    (calibration,) = [
        item
        for item in rules.obligations(point, date(2026, 11, 25))
        if item.id == "hj75.cal-pm-manual"
    ]

    assert (calibration.standard, calibration.interval.value) == ("试验市", 10)
    assert rules.calibrates(calibration)
