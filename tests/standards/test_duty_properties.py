"""What holds of duties whatever the history."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standards.duties import GAS, POINT, counted, obligation, rules_of
from yunjian.standards.rules.duty import (
    CHINA,
    Described,
    DutyState,
    Installed,
    Outcome,
    ParameterDuty,
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
)

BEGIN = datetime(2027, 12, 1, tzinfo=CHINA)
DESCRIBED = (Described(BEGIN.date(), POINT),)
OBLIGATIONS = [
    obligation("hours", 24, "hour", clause="11.2"),
    obligation("week", 7, "day", sheet="s"),
    obligation("gas", 15, "day", clause="11.2", sheet="s"),
    obligation("month", 1, "month"),
    counted("count-month", "month", 2),
    counted("count-week", "week"),
]
NAMES = [item.id for item in OBLIGATIONS]
RULES = rules_of(*OBLIGATIONS, bound={"gas": GAS, "count-week": GAS})
PLAIN = rules_of(obligation("week", 7, "day"), obligation("hours", 24, "hour"))

moments = st.integers(0, 180 * 48).map(lambda halves: BEGIN + timedelta(minutes=30 * halves))
midnights = st.integers(0, 180).map(lambda day: BEGIN + timedelta(days=day))
either = st.one_of(moments, midnights)
subsets = st.sampled_from([(), ("SO2",), ("NOx",), GAS])
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(
    ["pass", "pass", "calibrate", "out_of_control", "fail", "unknown"]
)
works = st.builds(
    WorkDone,
    at=either,
    outcome=outcomes,
    obligations=st.sets(st.sampled_from(NAMES), max_size=6).map(lambda names: tuple(sorted(names))),
    sheet=st.sampled_from([None, "s"]),
    parameters=subsets,
    cancelled=st.booleans(),
)
# Everything is done on a work without fail: the additions that have to help.
helpful = st.builds(WorkDone, at=either, obligations=st.just(tuple(NAMES)), parameters=subsets)
verdicts = st.builds(
    Verdict, at=either, indicator=st.sampled_from("ab"), met=st.booleans(), parameters=subsets
)


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime | None]:
    since, until = draw(either), draw(st.none() | either)
    return (min(since, until), max(since, until)) if until else (since, None)


@st.composite
def installations(draw: st.DrawFn) -> tuple[Installed, ...]:
    changes = sorted(draw(st.sets(either, max_size=3)))
    ends = [*changes[1:], draw(st.none() | st.just(BEGIN + timedelta(days=200)))]
    return tuple(
        Installed("SO2", str(index), since, until)
        for index, (since, until) in enumerate(zip(changes, ends, strict=False))
    )


@st.composite
def descriptions(draw: st.DrawFn) -> tuple[Described, ...]:
    later = draw(st.sets(st.integers(1, 170), max_size=2))
    points = [replace(POINT, parameters=draw(subsets)) for _ in later]
    return DESCRIBED + tuple(
        Described((BEGIN + timedelta(days=day)).date(), point)
        for day, point in zip(sorted(later), points, strict=True)
    )


histories = st.builds(
    PointHistory,
    described=descriptions(),
    installed=installations(),
    stops=st.lists(st.builds(lambda span: Stop(*span), spans()), max_size=3).map(tuple),
    work=st.lists(works, max_size=12).map(tuple),
    verdicts=st.lists(verdicts, max_size=4).map(tuple),
    until=st.none() | either.filter(lambda moment: moment > BEGIN),
)


def total(spans: tuple[Span, ...]) -> timedelta:
    return sum((span.until - span.since for span in spans), timedelta())


def within(inner: tuple[Span, ...], outer: tuple[Span, ...]) -> bool:
    return all(
        any(big.since <= small.since and small.until <= big.until for big in outer)
        for small in inner
    )


def states(past: PointHistory, at: datetime) -> tuple[DutyState, ...]:
    return duty_states(past, at, RULES)


@given(histories, either)
def test_the_same_history_gives_the_same_answer(past: PointHistory, at: datetime) -> None:
    assert states(past, at) == states(past, at)
    shuffled = replace(past, work=past.work[::-1], stops=past.stops[::-1])
    assert states(shuffled, at) == states(past, at)


@given(histories, either)
def test_what_is_cancelled_counts_for_nothing(past: PointHistory, at: datetime) -> None:
    stored = replace(past, work=tuple(item for item in past.work if not item.cancelled))
    assert states(stored, at) == states(past, at)


@given(histories, either)
def test_what_comes_later_counts_for_nothing(past: PointHistory, at: datetime) -> None:
    stored = replace(
        past,
        work=tuple(item for item in past.work if item.at <= at),
        verdicts=tuple(item for item in past.verdicts if item.at <= at),
    )
    for one, other in zip(states(stored, at), states(past, at), strict=True):
        assert (one.next_due, one.missed) == (other.next_due, other.missed)
        assert one.out_of_control == other.out_of_control


@settings(max_examples=300)
@given(histories, helpful, either)
def test_more_work_never_makes_it_due_earlier_nor_more_overdue(
    past: PointHistory, work: WorkDone, at: datetime
) -> None:
    more = replace(past, work=(*past.work, work))
    for before, after in zip(states(past, at), states(more, at), strict=True):
        assert within(after.missed, before.missed)
        assert total(after.missed) <= total(before.missed)
        assert after.done_count >= before.done_count
        if before.next_due is None:
            assert after.next_due is None
        elif after.next_due is not None:
            assert after.next_due >= before.next_due


@settings(max_examples=300)
@given(histories, either)
def test_overdue_time_is_within_the_time_in_force_and_outside_stops(
    past: PointHistory, at: datetime
) -> None:
    for state in states(past, at):
        assert all(one.until <= other.since for one, other in pairwise(state.missed))
        for span in state.missed:
            assert state.since <= span.since < span.until <= (state.until or at) <= at
            for stop in past.stops:
                ends = stop.until or span.until
                assert span.until <= stop.since or ends <= span.since or stop.since == stop.until


@given(histories, either)
def test_it_is_due_after_it_was_last_done(past: PointHistory, at: datetime) -> None:
    for state in states(past, at):
        assert state.last_done is None or state.last_done <= at
        duties: list[DutyState | ParameterDuty] = [state, *state.by_parameter]
        for duty in duties:
            if duty.last_done and duty.next_due:
                assert duty.last_done < duty.next_due
            if duty.overdue_since:
                assert duty.next_due is not None
                assert duty.next_due <= duty.overdue_since < at
                assert any(span.since <= duty.overdue_since < span.until for span in duty.missed)
            elif duty.next_due and not past.stops:
                assert duty.next_due >= at


@given(histories, either)
def test_an_ended_duty_is_not_due(past: PointHistory, at: datetime) -> None:
    for state in states(past, at):
        if state.until is not None:
            assert state.until <= at
            assert (state.next_due, state.overdue_since, state.by_parameter) == (None, None, ())


@given(histories, either)
def test_out_of_control_periods_are_apart_and_in_order(past: PointHistory, at: datetime) -> None:
    periods = out_of_control(past, at, RULES)
    for one, other in pairwise(periods):
        assert (one.parameter or "") <= (other.parameter or "")
        if one.parameter == other.parameter:
            assert one.until is not None
            assert one.until < other.since
    for period in periods:
        assert period.since <= at
        assert period.until is None or period.since < period.until <= at
    for state in states(past, at):
        assert set(state.out_of_control) <= set(periods)


def covered(periods: tuple[Period, ...], name: str, span: Span) -> bool:
    return any(
        item.parameter == name
        and item.since <= span.since
        and (item.until is None or span.until <= item.until)
        for item in periods
    )


@given(histories, either)
def test_an_overdue_calibration_is_always_out_of_control(past: PointHistory, at: datetime) -> None:
    periods = out_of_control(past, at, RULES)
    for state in states(past, at):
        for duty in state.by_parameter if state.obligation.id == "gas" else ():
            for span in duty.missed:
                assert all(covered(periods, name, span) for name in duty.parameters)


def shifted(past: PointHistory, by: timedelta) -> PointHistory:
    return replace(
        past,
        described=tuple(replace(item, since=item.since + by) for item in past.described),
        installed=tuple(
            replace(item, since=item.since + by, until=item.until and item.until + by)
            for item in past.installed
        ),
        stops=tuple(Stop(i.since + by, i.until and i.until + by, i.kind) for i in past.stops),
        work=tuple(replace(item, at=item.at + by) for item in past.work),
        verdicts=tuple(replace(item, at=item.at + by) for item in past.verdicts),
        until=past.until and past.until + by,
    )


@given(histories, either, st.integers(-400, 800))
def test_days_and_hours_do_not_depend_on_the_date(
    past: PointHistory, at: datetime, days: int
) -> None:
    by = timedelta(days=days)
    before = duty_states(past, at, PLAIN)
    after = duty_states(shifted(past, by), at + by, PLAIN)
    for one, other in zip(before, after, strict=True):
        assert (one.next_due and one.next_due + by) == other.next_due
        assert (one.overdue_since and one.overdue_since + by) == other.overdue_since
        assert [Span(span.since + by, span.until + by) for span in one.missed] == list(other.missed)
        assert one.done_count == other.done_count


@given(st.dates(date(2020, 1, 1), date(2032, 12, 31)), st.integers(1, 24))
def test_a_month_duty_falls_on_the_same_day_or_the_last_of_the_month(day: date, count: int) -> None:
    rules = rules_of(obligation("month", count, "month"))
    past = PointHistory(described=(Described(day, POINT),))
    (state,) = duty_states(past, datetime(day.year, day.month, day.day, tzinfo=CHINA), rules)
    assert state.due_on is not None
    months = (state.due_on.year - day.year) * 12 + state.due_on.month - day.month
    assert months == count
    last = (state.due_on + timedelta(days=1)).day == 1
    assert state.due_on.day == day.day or (last and state.due_on.day < day.day)


def follow(past: PointHistory, start: datetime, end: datetime, rules: Rules) -> PointHistory:
    """Do everything of a plan when it is due."""
    work = tuple(
        WorkDone(
            due.due if due.due.date() == due.on else due.due - timedelta(seconds=1),
            obligations=(due.obligation.id,),
            parameters=due.parameters,
        )
        for due in due_between(past, start, end, rules)
        for _ in range(due.times)
    )
    stored = tuple(item for item in past.work if item.at <= start)
    return replace(past, work=(*stored, *work))


@settings(max_examples=200)
@given(histories, midnights)
def test_who_follows_the_plan_is_overdue_at_most_for_its_first_day(
    past: PointHistory, start: datetime
) -> None:
    end = start + timedelta(days=120)
    followed = follow(past, start, end, RULES)
    for state in duty_states(followed, end, RULES):
        for span in state.missed:
            assert span.since <= start + timedelta(days=1) or was_overdue(past, start, state)


def was_overdue(past: PointHistory, start: datetime, state: DutyState) -> bool:
    """Arrears may wait for a restart; the first day after it is then late by nature."""
    names = {
        item.obligation.id
        for item in states(past, start)
        if item.next_due is not None and item.next_due <= start
    }
    return state.obligation.id in names


@given(histories, midnights, st.integers(1, 100))
def test_the_plan_is_in_order_and_within_its_time(
    past: PointHistory, start: datetime, days: int
) -> None:
    end = start + timedelta(days=days)
    dues = due_between(past, start, end, RULES)
    assert [due.due for due in dues] == sorted(due.due for due in dues)
    for due in dues:
        assert start.date() <= due.on <= end.date()
        assert due.due > start or due.overdue or due.due == start
        assert due.times >= 1
