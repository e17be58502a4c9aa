"""Random filings, changes, successions, stops and retirements on random days, step by step.

After each step the database is asked: does anything overlap, is a version lost, did anything
become official without a review?

Hypothesis repeats a story to make it shorter, and the repetition has to see what the story saw.
So nothing here depends on the clock of the machine (the city is built on the story's first day,
and each turn is one second after the last one) or on ids (rows are picked in the order in which
the story made them).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Model
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.filing_values import analyzer_values, sampler_values
from tests.support.world import World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.selectors import revision_on, stood_on
from yunjian.instruments.services import (
    instrument_relocate,
    instrument_replace,
    instrument_resume,
    instrument_retire,
    instrument_stop,
    revision_approve,
    revision_change,
    revision_discard,
    revision_draft,
    revision_return,
    revision_submit,
    revision_withdraw,
)
from yunjian.kernel.clock import SHANGHAI, at
from yunjian.kernel.errors import DomainError
from yunjian.sources.models import MonitoringPoint

START = date(2026, 1, 1)
# days before the day of the story; now and then one that lies ahead, and is refused
ago = st.integers(min_value=-3, max_value=120)
lately = st.integers(min_value=-2, max_value=25)
serials = st.sampled_from([f"SN{number}" for number in range(12)])
odds = st.sampled_from([True, True, False])
picks = st.integers(min_value=0, max_value=30)

SLOTS_OVERLAP = """
SELECT count(*) FROM instruments_instrument a JOIN instruments_instrument b ON a.id < b.id
WHERE a.point_id = b.point_id AND a.slot = b.slot AND a.period && b.period
"""
THINGS_TWICE = """
SELECT count(*) FROM instruments_instrument a JOIN instruments_instrument b ON a.id < b.id
WHERE a.serial_key <> '' AND a.serial_key = b.serial_key AND a.period && b.period
"""
VERSIONS_OVERLAP = """
SELECT count(*) FROM instruments_instrumentrevision a
JOIN instruments_instrumentrevision b ON a.instrument_id = b.instrument_id AND a.id < b.id
WHERE a.effective && b.effective
"""
OUTSIDE_OF_PERIOD = """
SELECT count(*) FROM instruments_instrumentrevision r
JOIN instruments_instrument i ON i.id = r.instrument_id
WHERE r.effective IS NOT NULL AND NOT r.effective <@ i.period
"""
GAPS = """
SELECT count(*) FROM instruments_instrument i WHERE i.period IS NOT NULL AND NOT isempty(i.period)
AND (SELECT coalesce(range_agg(r.effective), '{}'::datemultirange)
  FROM instruments_instrumentrevision r
     WHERE r.instrument_id = i.id AND r.effective IS NOT NULL) <> datemultirange(i.period)
"""
UNREVIEWED = """
SELECT count(*) FROM instruments_instrumentrevision
WHERE state IN ('official', 'superseded') AND (decided_by_id IS NULL OR submitted_at IS NULL)
"""
TWO_OFFICIAL = """
SELECT count(*) FROM (SELECT instrument_id FROM instruments_instrumentrevision
WHERE state = 'official' GROUP BY 1 HAVING count(*) > 1) x
"""
BOTH_STAND = """
SELECT count(*) FROM instruments_instrument a
JOIN instruments_instrument b ON a.predecessor_id = b.id
WHERE a.period IS NOT NULL AND (upper_inf(b.period) OR upper(b.period) > lower(a.period))
"""
STOPS_OUTSIDE = """
SELECT count(*) FROM instruments_instrumentaction s
JOIN instruments_instrument i ON i.id = s.instrument_id
WHERE s.stopped IS NOT NULL AND NOT isempty(s.stopped) AND NOT s.stopped <@ i.period
"""


DECIDED = {"official", "superseded"}

Row = TypeVar("Row", bound=Model)


def must(row: Row | None) -> Row:
    assert row is not None
    return row


def counts(*queries: str) -> list[int]:
    """Return what each query counts, over all rows: asked in one statement."""
    with acting_as(system_actor("test")), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({query})" for query in queries))
        return list(cursor.fetchone())


def there_is(*states: str) -> Callable[[Any], bool]:
    return lambda machine: machine.revision(0, *states) is not None


def stands(machine: Any) -> bool:
    return machine.instrument(0) is not None


class Filings(RuleBasedStateMachine):
    """People at a factory and a reviewer, doing what they may on days of some years."""

    def __init__(self) -> None:
        super().__init__()
        self.day = START + timedelta(days=150)
        self.turns = 0
        # examples are rolled back: each begins with the same small city and nothing on file
        self.outer = transaction.atomic()
        self.outer.__enter__()
        with at(self.moment()):
            self.world: World = build_world()
        with acting_as(system_actor("test")):
            InstrumentRevision.unscoped().all().delete()
            Instrument.unscoped().all().delete()
            point = self.world.wastewater_point
            self.points: list[MonitoringPoint] = [point, self._second(point)]
        self.owner = self.world.actor(self.world.discharger_owner)
        self.reviewer = self.world.actor(self.world.reviewer)
        # numbers of all versions on file, in the order in which they were made
        self.known: dict[UUID, int] = {}
        self.read: list[InstrumentRevision] | None = None
        self.decided: dict[UUID, tuple[Any, ...]] = {}

    @staticmethod
    def _second(point: MonitoringPoint) -> MonitoringPoint:
        twin = MonitoringPoint.unscoped().get(pk=point.pk)
        twin.pk = UUID("01900000-0000-7000-8000-000000000001")
        twin.name, twin.mn_code = "二号测点", "31011500000199"
        twin.save(force_insert=True)
        return twin

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def moment(self) -> datetime:
        """Return a moment on the day of the story, later than all moments before."""
        self.turns += 1
        morning = datetime.combine(self.day, time(10), tzinfo=SHANGHAI)
        return morning + timedelta(seconds=self.turns)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Do something on the day of the story; a refusal leaves everything as it was."""
        self.read = None
        with at(self.moment()), acting_as(self.owner):
            try:
                with transaction.atomic():
                    yield
            except DomainError as refused:
                event(f"refused: {refused.code}")
            finally:
                self.read = None  # what was read to choose from is no longer so

    def handed_in(self, revision: InstrumentRevision, *, decided: bool) -> None:
        """Hand a draft in, and have it approved at once: as a turn of its own."""
        self.known[revision.pk] = revision.number
        with self.turn():
            revision_submit(actor=self.owner, revision=revision)
            if decided:
                revision_approve(actor=self.reviewer, revision=revision)

    def versions(self) -> list[InstrumentRevision]:
        """Return all versions on file, in the order in which they were made: read once a step."""
        if self.read is None:
            rows = InstrumentRevision.unscoped().select_related("instrument__point__outlet__source")
            with acting_as(system_actor("test")):
                result = rows.in_bulk()
            self.read = [result[key] for key in self.known]
        return self.read

    def revision(self, pick: int, *states: str) -> InstrumentRevision | None:
        """Pick one of the versions in these states."""
        made = [row for row in self.versions() if row.state in states]
        return made[pick % len(made)] if made else None

    def instrument(self, pick: int) -> Instrument | None:
        """Pick one of the instruments that stand or stood."""
        all_of_them = {row.instrument_id: row.instrument for row in self.versions()}
        made = [row for row in all_of_them.values() if row.period is not None]
        return made[pick % len(made)] if made else None

    @rule(number=st.integers(min_value=1, max_value=40))
    def time_passes(self, number: int) -> None:
        self.day += timedelta(days=number)

    @rule(
        point=st.integers(0, 1),
        parameter=st.sampled_from(["CODCr", "NH3-N", ""]),
        serial=serials,
        day=ago,
        decided=st.booleans(),
    )
    def files(self, point: int, parameter: str, serial: str, day: int, *, decided: bool) -> None:
        on = self.day - timedelta(days=day)
        common = {"serial_number": serial, "installed_on": on, "manufactured_on": START}
        values = analyzer_values(parameter, **common) if parameter else sampler_values(**common)
        with self.turn():
            revision = revision_draft(
                actor=self.owner,
                point=self.points[point],
                kind="analyzer" if parameter else "sampler",
                values=values,
            )
            self.handed_in(revision, decided=decided)

    @precondition(stands)
    @rule(pick=picks, upper=st.integers(210, 900), day=lately, core=st.booleans(), decided=odds)
    def changes(self, pick: int, upper: int, day: int, *, core: bool, decided: bool) -> None:
        instrument = must(self.instrument(pick))
        on = self.day - timedelta(days=day)
        values: dict[str, Any] = {"change_reason": "更换量程"}
        if instrument.kind == "analyzer":
            values["range_upper"] = Decimal(upper)
        if core:
            values |= {"change_kind": "core_part", "changed_on": on, "accepted_on": on}
            values |= {"acceptance_number": "验 1"}
        with self.turn():
            revision = revision_draft(
                actor=self.owner,
                point=instrument.point,
                kind=instrument.kind,
                values=values,
                instrument=instrument,
            )
            self.handed_in(revision, decided=decided)

    @precondition(stands)
    @rule(pick=picks, serial=serials, day=lately, decided=odds)
    def replaces(self, pick: int, serial: str, day: int, *, decided: bool) -> None:
        instrument = must(self.instrument(pick))
        values = {
            "serial_number": serial,
            "manufactured_on": START,
            "installed_on": self.day - timedelta(days=day),
            "certificate_number": "EP-2",
            "certificate_valid_until": START + timedelta(days=900),
            "change_reason": "老化",
        }
        if instrument.kind == "sampler":
            values["settings"] = sampler_values()["settings"]
        with self.turn():
            revision = instrument_replace(actor=self.owner, instrument=instrument, values=values)
            self.handed_in(revision, decided=decided)

    @precondition(stands)
    @rule(pick=picks, day=lately, decided=odds)
    def relocates(self, pick: int, day: int, *, decided: bool) -> None:
        instrument = must(self.instrument(pick))
        on = self.day - timedelta(days=day)
        other = next(point for point in self.points if point.pk != instrument.point_id)
        values = {
            "installed_on": on,
            "accepted_on": on,
            "acceptance_number": "验 2",
            "change_reason": "改造",
        }
        with self.turn():
            revision = instrument_relocate(
                actor=self.owner, instrument=instrument, point=other, values=values
            )
            self.handed_in(revision, decided=decided)

    @precondition(there_is("draft", "returned"))
    @rule(pick=picks)
    def edits(self, pick: int) -> None:
        revision = must(self.revision(pick, "draft", "returned"))
        with self.turn():
            edited = revision_change(
                actor=self.owner, revision=revision, values={"note": f"改于 {self.day}"}
            )
            self.known[edited.pk] = edited.number

    @precondition(there_is("draft"))
    @rule(pick=picks)
    def hands_in(self, pick: int) -> None:
        with self.turn():
            revision_submit(actor=self.owner, revision=must(self.revision(pick, "draft")))

    @precondition(there_is("submitted"))
    @rule(pick=picks)
    def withdraws(self, pick: int) -> None:
        with self.turn():
            revision_withdraw(actor=self.owner, revision=must(self.revision(pick, "submitted")))

    @precondition(there_is("draft"))
    @rule(pick=picks)
    def discards(self, pick: int) -> None:
        revision = must(self.revision(pick, "draft"))
        identifier = revision.pk
        with self.turn():
            revision_discard(actor=self.owner, revision=revision)
            del self.known[identifier]

    @precondition(there_is("submitted"))
    @rule(pick=picks)
    def approves(self, pick: int) -> None:
        with self.turn():
            revision_approve(actor=self.reviewer, revision=must(self.revision(pick, "submitted")))

    @precondition(there_is("submitted"))
    @rule(pick=picks)
    def returns(self, pick: int) -> None:
        revision = must(self.revision(pick, "submitted"))
        with self.turn():
            remarks = {"model": "与铭牌不符"}
            revision_return(actor=self.reviewer, revision=revision, reason="", remarks=remarks)

    @precondition(stands)
    @rule(pick=picks, day=lately)
    def retires(self, pick: int, day: int) -> None:
        on = self.day - timedelta(days=day)
        with self.turn():
            instrument_retire(
                actor=self.owner, instrument=must(self.instrument(pick)), on=on, reason="拆除"
            )

    @precondition(stands)
    @rule(pick=picks, day=lately, act=st.sampled_from([instrument_stop, instrument_resume]))
    def stops_or_resumes(self, pick: int, day: int, act: Callable[..., object]) -> None:
        on = self.day - timedelta(days=day)
        with self.turn():
            act(actor=self.owner, instrument=must(self.instrument(pick)), on=on, reason="检修")

    @invariant()
    def nothing_overlaps(self) -> None:
        queries = SLOTS_OVERLAP, THINGS_TWICE, VERSIONS_OVERLAP, BOTH_STAND
        assert counts(*queries) == [0, 0, 0, 0]

    @invariant()
    def versions_cover_exactly_the_days_it_stood(self) -> None:
        assert counts(OUTSIDE_OF_PERIOD, GAPS, STOPS_OUTSIDE) == [0, 0, 0]

    @invariant()
    def no_version_is_lost_or_rewritten(self) -> None:
        with acting_as(system_actor("test")):
            rows = InstrumentRevision.unscoped().in_bulk()
        assert {key: row.number for key, row in rows.items()} == self.known
        for key, row in rows.items():
            if row.state in {"official", "superseded", "returned"}:
                frozen = (row.model, row.range_upper, row.serial_number, row.note, row.settings)
                assert self.decided.setdefault(key, frozen) == frozen

    @invariant()
    def nothing_is_official_without_a_review(self) -> None:
        assert counts(UNREVIEWED, TWO_OFFICIAL) == [0, 0]
        with acting_as(system_actor("test")):
            states = dict(InstrumentRevision.unscoped().values_list("pk", "state"))
            approved = Event.unscoped().filter(verb="instrument_filing.approved")
            decided = set(approved.values_list("object_id", flat=True))
        official = {str(key) for key, state in states.items() if state in DECIDED}
        assert official <= decided

    @invariant()
    def each_day_has_one_answer(self) -> None:
        evening = datetime.combine(self.day, time(22), tzinfo=SHANGHAI)
        with at(evening), acting_as(self.owner):
            for point in self.points:
                for standing in stood_on(point, self.day):
                    assert standing.revision == revision_on(standing.instrument, self.day)
                    assert standing.revision is not None


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=False)
def test_the_life_of_filings_never_contradicts_itself() -> None:
    run_state_machine_as_test(
        Filings,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
