"""Readings: kept as typed, computed on save, refused by row and column; and what they settle."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed
from yunjian.standards.reports import report_form
from yunjian.verification.models import Report, ReportCorrection, ReportTest
from yunjian.verification.selectors.settled import accepted_reports
from yunjian.verification.services import drafts, readings
from yunjian.verification.services.computing import series_digest

pytestmark = pytest.mark.reads_all_rows

FAILING = [{"reference": str(100 + n), "measured": str(300 + n)} for n in range(9)]


def save(desk: Desk, report: Report, **changes: Any) -> ReportTest:
    actor = desk.actor(desk.preparer)
    values: dict[str, Any] = {
        "test": "gas",
        "parameter": "SO2",
        "readings": [{"reference": "100", "measured": "102"}],
        "unit": "mg/m³",
    }
    with acting_as(actor):
        return readings.readings_save(actor=actor, report=report, **(values | changes))


def test_readings_are_kept_and_computed(desk: Desk) -> None:
    report = desk.draft()
    desk.read(report)
    row = ReportTest.unscoped().get()
    assert row.results["rows"] == 9
    assert row.results["least"] == 9
    values = {one["key"]: one["text"] for one in row.results["quantities"]}
    assert values["mean_reference"] == "104.000"
    assert values["difference"] == "-2.000"
    assert row.verdict == "pass"
    assert row.instrument is not None


def test_an_excluded_row_does_not_count_and_says_why(desk: Desk) -> None:
    report = desk.draft()
    rows = [{"reference": "100", "measured": "102"}] * 3
    rows = [*rows, {"reference": "100", "measured": "0", "excluded": "自动反吹"}]
    row = save(desk, report, readings=rows)
    assert (len(row.readings), row.results["rows"]) == (4, 3)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"readings": [{"reference": "1O0", "measured": "1"}]}, "readings.1.reference"),
        ({"values": {"emission_limit": "x"}}, "values.emission_limit"),
        ({"declared_verdict": "perhaps"}, "declared_verdict"),
        ({"parameter": "PM"}, "parameter"),
        ({"test": "nothing"}, "test"),
        ({"unit": "m" * 17}, "unit"),
        ({"declared": {"AE": "9" * 31}}, "declared.AE"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    report = desk.draft()
    with pytest.raises(InvalidInput) as refusal:
        save(desk, report, **changes)
    assert [one.path for one in refusal.value.errors] == [path]
    assert not ReportTest.unscoped().exists()


def test_empty_rows_are_left_out_and_a_second_save_replaces(desk: Desk) -> None:
    report = desk.draft()
    save(desk, report, readings=[{"reference": "", "measured": ""}] * 5)
    save(desk, report)
    assert [row.readings for row in ReportTest.unscoped().all()] == [
        [{"begins": "", "ends": "", "reference": "100", "measured": "102", "note": ""}]
    ]


def test_a_declared_value_that_is_not_the_computed_one_is_told(desk: Desk) -> None:
    report = desk.draft()
    desk.read(report, declared={"difference": "3.0"})
    row = ReportTest.unscoped().get()
    assert [one["key"] for one in row.results["disagreements"]] == ["difference"]


def test_others_save_nothing_and_frozen_reports_take_nothing(desk: Desk) -> None:
    report = desk.checked()
    with pytest.raises(InvalidState):
        save(desk, report)
    actor = desk.actor(desk.world.other_agency_manager)
    with acting_as(actor), pytest.raises(NotAllowed):
        readings.readings_save(actor=actor, report=report, test="gas", readings=[])


def test_a_test_is_taken_out(desk: Desk) -> None:
    report = desk.draft()
    row = save(desk, report)
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        readings.readings_remove(actor=actor, report=report, test=row)
    assert not ReportTest.unscoped().exists()


def test_another_day_computes_the_tests_anew(desk: Desk) -> None:
    report = desk.draft()
    save(desk, report)
    actor = desk.actor(desk.preparer)
    earlier = desk.begins - timedelta(days=2)
    with acting_as(actor):
        drafts.report_change(
            actor=actor,
            report=report,
            values={"executed_from": earlier, "executed_to": earlier + timedelta(hours=1)},
        )
    assert ReportTest.unscoped().get().results["rows"] == 1


@given(st.lists(st.integers(min_value=0, max_value=500), min_size=3, max_size=12, unique=True))
def test_a_series_is_known_by_its_numbers_alone(numbers: list[int]) -> None:
    spec = report_form("hj75-verification@1").test("gas")
    rows = [{"reference": str(n), "measured": str(n + 1)} for n in numbers]
    noted = [{**row, "note": "x", "begins": "09:00"} for row in rows]
    assert series_digest(spec, rows) == series_digest(spec, noted) != ""
    assert series_digest(spec, rows[:2]) == ""
    other = [{**rows[0], "measured": "999"}, *rows[1:]]
    assert series_digest(spec, other) != series_digest(spec, rows)


# --- what follows


def test_an_accepted_report_says_what_it_settles(desk: Desk) -> None:
    report = desk.accepted()
    with acting_as(system_actor("test")):
        [settled] = accepted_reports(desk.world.flue_gas_point.pk)
    assert (settled.report_id, settled.executed_at) == (report.pk, report.executed_to)
    assert settled.outcomes == {"SO2": "pass"}
    assert "hj75.verify-manual" in settled.obligations


def test_a_failed_report_opens_a_correction_that_the_next_good_one_closes(desk: Desk) -> None:
    # given
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")

    # when
    failed = desk.accept(desk.fresh(report))

    # then
    row = ReportCorrection.unscoped().get(report=failed)
    assert (row.parameters, row.done_by_report_id) == (["SO2"], None)
    assert (row.due_on - row.opened_on).days == 30
    assert row.clause
    later = {"executed_from": desk.begins + timedelta(hours=5)}
    later["executed_to"] = desk.begins + timedelta(hours=9)
    good = desk.accepted(number="QY-2", **later)
    assert ReportCorrection.unscoped().get(report=failed).done_by_report_id == good.pk


def test_what_judged_nothing_puts_nothing_right(desk: Desk) -> None:
    # given
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    failed = desk.accept(desk.fresh(report))

    # when: a later report of the same parameter whose pairs are too few to judge
    later = {"executed_from": desk.begins + timedelta(hours=5)}
    later["executed_to"] = desk.begins + timedelta(hours=9)
    few = desk.complete(number="QY-2", **later)
    desk.read(few, pairs=8, first=130, declared_verdict="not_judged")
    desk.accept(desk.fresh(few))

    # then
    assert ReportCorrection.unscoped().get(report=failed).done_by_report_id is None


@pytest.mark.parametrize("mended", [True, False])
def test_a_corrected_edition_makes_no_second_correction(desk: Desk, *, mended: bool) -> None:
    # given
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    failed = desk.accept(desk.fresh(report))
    due_on = ReportCorrection.unscoped().get().due_on

    # when: the figures are corrected, or only a note is
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=desk.fresh(failed))
    if mended:
        desk.read(edition, first=101)
    accepted = desk.accept(desk.fresh(edition))

    # then: it is done, or goes on with its term
    row = ReportCorrection.unscoped().get()
    assert row.due_on == due_on
    assert row.done_by_report_id == (accepted.pk if mended else None)
    assert row.report_id == (failed.pk if mended else accepted.pk)
