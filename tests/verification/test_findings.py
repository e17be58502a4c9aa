"""What is found about a report: each rule at its bound, and over the rows of the database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.instruments.models import Instrument, InstrumentAction
from yunjian.kernel.clock import now
from yunjian.maintenance.models import Visit
from yunjian.verification.domain.findings import (
    SEVERITIES,
    DeviceFact,
    Difference,
    Finding,
    FormFact,
    InstrumentFact,
    MaterialFact,
    Overlap,
    PersonFact,
    ReportFacts,
    ReusedFile,
    TestFact,
    findings_of,
    from_data,
    usual_days,
    weights,
)
from yunjian.verification.domain.numbers import (
    follows_pattern,
    number_key,
    number_variants,
    plain_unit,
)
from yunjian.verification.models import Report
from yunjian.verification.models.reports import ReportKind
from yunjian.verification.selectors.facts import current_findings
from yunjian.verification.services.drafts import report_draft
from yunjian.verification.services.parts import material_add

pytestmark = pytest.mark.reads_all_rows

DAY = date(2026, 11, 20)
BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GOOD = ReportFacts(
    number="A-1",
    begins=BEGINS,
    ends=BEGINS + timedelta(hours=3),
    day=DAY,
    instruments=[InstrumentFact("SO2", "2020-01-01～", stood=True)],
    devices=[DeviceFact("分析仪", calibrated=True)],
    people=[PersonFact("李某", certified=True)],
    materials=[MaterialFact("materials", "标气", DAY + timedelta(days=99))],
    tests=[
        TestFact("tests.gas", "SO2", rows=9, least=9, unit="mg/m³", filed_unit="mg/m3",
                 declared="pass", computed="pass")
    ],
    sign_ins=[(BEGINS - timedelta(minutes=5), None)],
)  # fmt: skip


def codes(facts: ReportFacts) -> list[str]:
    return [one.code for one in findings_of(facts)]


def test_nothing_is_found_of_a_report_in_order() -> None:
    assert codes(GOOD) == []


def a_test(**changes: Any) -> dict[str, Any]:
    return {"tests": [replace(GOOD.tests[0], **changes)]}


CASES: list[tuple[str, dict[str, Any]]] = [
    ("number_elsewhere", {"number_elsewhere": ["B-2"]}),
    ("number_pattern", {"pattern": "QY-####"}),
    ("file_missing", {"has_file": False}),
    ("original_missing", {"missing_originals": [("field", "现场记录")]}),
    ("content_missing", {"missing_contents": [("标准物质", "7.1")]}),
    ("form_not_current", {"form": FormFact("a@1", "a@101", DAY)}),
    ("third_party_unnamed", {"third_party_named": False}),
    ("laboratory_incomplete", {"laboratory_complete": False}),
    ("no_instrument", {"instruments": []}),
    ("instrument_not_standing", {"instruments": [InstrumentFact("SO2", "—", stood=False)]}),
    (
        "instrument_stopped",
        {"instruments": [InstrumentFact("SO2", "—", stood=True, stopped="2026-11-19～")]},
    ),
    ("no_device", {"devices": []}),
    ("device_uncalibrated", {"devices": [DeviceFact("X", calibrated=False)]}),
    ("device_retired", {"devices": [DeviceFact("X", calibrated=True, retired=True)]}),
    ("device_not_filed", {"devices": [DeviceFact("X", calibrated=True, filed=False)]}),
    ("no_person", {"people": []}),
    ("person_uncertified", {"people": [PersonFact("李某", certified=False)]}),
    (
        "person_confirmed",
        {"people": [PersonFact("李某", certified=False, confirmed_until=date(2026, 12, 31))]},
    ),
    ("person_had_left", {"people": [PersonFact("李某", certified=True, left_on=DAY)]}),
    (
        "material_expired",
        {"materials": [MaterialFact("materials", "标气", DAY - timedelta(days=1))]},
    ),
    ("no_readings", a_test(rows=0)),
    ("too_few_rows", a_test(rows=8)),
    ("readings_unclear", a_test(unclear=["第 3 行 1o 不是数值"])),
    ("not_computed", a_test(not_computed=["参比方法平均值为零"])),
    ("rows_excluded", a_test(excluded=3)),
    ("failed_before", a_test(failed_before="1")),
    ("many_rows_excluded", a_test(excluded=4)),
    ("other_basis", a_test(basis="GB 1234", computed="unconfirmed")),
    ("verdict_unconfirmed", a_test(computed="unconfirmed")),
    ("reference_check_off", a_test(checks_off=["+9.0"])),
    ("parameter_without_instrument", a_test(instrument_named=False)),
    ("no_test", {"tests": []}),
    ("no_form", {"tests": [], "has_form": False}),
    (
        "instrument_untested",
        {"instruments": [InstrumentFact("NOx", "2020-01-01～", stood=True, tested=False)]},
    ),
    ("number_letters", {"number": "ВD-1"}),
    ("file_repeated", {"repeated_files": [ReusedFile("originals", "a.png", ["现场", "照片"])]}),
    ("file_elsewhere", {"files_elsewhere": [ReusedFile("file", "a.pdf", ["B-2"])]}),
    ("other_unit", a_test(unit="ppm")),
    ("no_reference_check", a_test(checks_missing=True)),
    ("verdict_differs", a_test(declared="pass", computed="fail")),
    ("value_differs", a_test(differences=[Difference("AE", "3.0", "4.0")])),
    ("same_series", a_test(same_as=["B-2"])),
    ("overlapping", {"overlaps": [Overlap("people", "李某", "别处", "B-2")]}),
    ("no_visit", {"sign_ins": []}),
    ("no_visit_of_us", {"sign_ins": [], "third_party": True}),
    ("other_basis_fails", a_test(basis="GB 1", computed="unconfirmed", fails_by_form=True)),
    ("failed_and_gone", {"failed_and_gone": [("SO2", "第 1 版")]}),
    ("person_not_signed_in", {"people": [PersonFact("李某", certified=True, signed_in=False)]}),
    ("kind_untested", {"kind": "water_sample"}),
    ("execution_moved", {"moved_from": "2026-11-19 09:00～2026-11-19 12:00"}),
    ("execution_long", {"kind": "comparison", "ends": BEGINS + timedelta(days=3)}),
    ("outside_sign_in", {"sign_ins": [(BEGINS + timedelta(minutes=1), None)]}),
]


@pytest.mark.parametrize(("code", "changes"), CASES, ids=[code for code, _changes in CASES])
def test_each_rule_finds_its_own_and_nothing_else(code: str, changes: dict[str, Any]) -> None:
    assert codes(replace(GOOD, **changes)) == [code]


def test_every_kind_of_finding_is_looked_for() -> None:
    assert {code for code, _changes in CASES} == set(weights())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_its_words(language: str) -> None:
    for _code, changes in CASES:
        for one in findings_of(replace(GOOD, **changes)):
            assert "{" not in one.text(language)
            assert one.weight.basis
            assert one.weight.provenance


@pytest.mark.parametrize("declared", ["", "not_judged"])
def test_a_laboratory_that_judges_nothing_contradicts_nothing(declared: str) -> None:
    assert codes(replace(GOOD, **a_test(declared=declared, computed="fail"))) == []


@pytest.mark.parametrize(
    ("kind", "days"), [("comparison", 3), ("verification", 7), ("acceptance", 60)]
)
def test_execution_may_take_its_usual_days(kind: str, days: int) -> None:
    last = BEGINS + timedelta(days=days - 1)
    assert codes(replace(GOOD, kind=kind, ends=last)) == []
    assert codes(replace(GOOD, kind=kind, ends=last + timedelta(days=1))) == ["execution_long"]


def test_every_kind_of_report_has_its_usual_days() -> None:
    assert set(usual_days()) == set(ReportKind.values)


def test_gases_and_people_are_asked_for_on_the_last_day_as_well() -> None:
    until: dict[str, Any] = {"ends": BEGINS + timedelta(days=1)}
    expired = [MaterialFact("materials", "标气", DAY)]
    left = [PersonFact("李某", certified=True, left_on=DAY + timedelta(days=1))]
    assert codes(replace(GOOD, materials=expired)) == []
    assert codes(replace(GOOD, materials=expired, **until)) == ["material_expired"]
    assert codes(replace(GOOD, people=left, **until)) == ["person_had_left"]


def test_bounds_that_still_hold() -> None:
    day_after = [PersonFact("李某", certified=True, left_on=DAY + timedelta(days=1))]
    assert codes(replace(GOOD, people=day_after)) == []
    ends_then = [(BEGINS - timedelta(hours=1), BEGINS)]
    assert codes(replace(GOOD, sign_ins=ends_then)) == []


@given(st.sets(st.integers(min_value=0, max_value=len(CASES) - 1), max_size=6))
def test_the_gravest_stands_first_and_equal_facts_find_the_same(chosen: set[int]) -> None:
    changes: dict[str, Any] = {}
    for index in sorted(chosen):
        changes |= CASES[index][1]
    facts = replace(GOOD, **changes)
    found = findings_of(facts)
    order = [SEVERITIES.index(one.severity) for one in found]
    assert order == sorted(order)
    assert found == findings_of(facts)
    assert [from_data(one.as_data()) for one in found] == found


def test_a_finding_that_was_frozen_under_its_earlier_words_is_still_read() -> None:
    about = {"test": "SO2", "edition": "1", "computed": "pass"}
    kept = from_data({"code": "failed_before", "path": "tests.gas.SO2", "about": about})
    assert "在第 1 版中不合格" in kept.text("zh")


# --- numbers


@given(st.text(max_size=40))
def test_a_number_compares_equal_to_itself_however_it_is_written(typed: str) -> None:
    key = number_key(typed)
    assert number_key(key) == key
    assert number_key(f" {typed} ") == key
    assert number_key(typed.replace("(", "（").replace(")", "）")) == key


def test_the_words_around_a_number_make_no_other_one() -> None:
    assert "ATT-3" in number_variants("ATT-3号") & number_variants("第ATT-3")
    assert "ATT-3号" in number_variants("第ATT-3号") & number_variants("ATT-3")
    assert "ATT-4" not in number_variants("ATT-3")


def test_brackets_width_blanks_and_case_do_not_matter() -> None:
    spellings = [
        "qy〔2026〕第001号",
        "QY（2026）第 001 号",
        "ＱＹ[2026]第001号",
        "QY【2026】第００１号",
    ]
    assert len({number_key(one) for one in spellings}) == 1
    assert number_key("QY-1") != number_key("QY1")


@pytest.mark.parametrize(
    ("number", "pattern", "follows"),
    [
        ("QY-2026-001", "QY-####-###", True),
        ("QY-2026-01", "QY-####-###", False),
        ("qy（2026）1", "QY(####)*", True),
        ("anything", "", True),
        ("A.1", "A.#", True),
        ("AB1", "A.#", False),
        ("X1", "@#", True),
        ("QY-2026-7-9", "QY-*-#", True),
        ("QY-2026", "QY-*-#", False),
        ("甲1", "@#", False),
        # every star more made the one before go back anew
        ("A" * 60, "*" * 58 + "#", False),
    ],
)
def test_an_agencys_own_pattern(number: str, pattern: str, follows: bool) -> None:  # noqa: FBT001
    assert follows_pattern(number, pattern) is follows


def test_units_are_compared_as_the_packs_write_them() -> None:
    assert plain_unit("mg/m³") == plain_unit("mg/m3") == plain_unit(" mg / m3")
    assert plain_unit("μmol/mol") == plain_unit("µmol/mol")


# --- over the rows of the database


def found(report: Report) -> dict[str, Finding]:
    with acting_as(system_actor("test")):
        return {one.code: one for one in current_findings(report)}


def test_a_complete_report_has_nothing_blocking(desk: Desk) -> None:
    assert not [one for one in found(desk.complete()).values() if one.severity == "blocking"]


def test_an_expired_certificate_is_found(desk: Desk) -> None:
    report = desk.complete()
    with acting_as(system_actor("test")):
        Certificate.unscoped().update(valid_until=(desk.begins - timedelta(days=1)).date())
    assert {"person_uncertified", "device_uncalibrated"} <= set(found(report))


def test_a_stopped_instrument_is_found(desk: Desk) -> None:
    report = desk.complete()
    with acting_as(system_actor("test")):
        day = (desk.begins - timedelta(days=1)).date()
        InstrumentAction.objects.create(
            instrument=Instrument.objects.get(point=desk.world.flue_gas_point, slot="SO2"),
            action="stop",
            on=day,
            stopped=DateRange(day, None),
            reason="停产",
        )
    assert found(report)["instrument_stopped"].path == "executed_from"


def test_eight_pairs_where_nine_are_due_are_found(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, pairs=8)
    one = found(report)["too_few_rows"]
    assert (one.path, one.about["number"], one.about["least"]) == ("tests.gas.SO2", "8", "9")


def test_a_declared_verdict_that_the_readings_contradict_is_found(desk: Desk) -> None:
    report = desk.complete()
    rows = [{"reference": str(100 + n), "measured": str(300 + n)} for n in range(9)]
    desk.read(report, readings=rows)
    assert "verdict_differs" in found(report)
    desk.read(report, readings=rows, declared_verdict="not_judged")
    assert "verdict_differs" not in found(report)


def test_a_missing_reference_check_is_found(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, values={"emission_limit": "200"})
    assert "no_reference_check" in found(report)


def test_identical_readings_in_two_reports_are_found(desk: Desk) -> None:
    first = desk.complete()
    second = desk.complete(number="QY-2")
    assert "same_series" not in found(second)  # nobody stands for a draft yet
    desk.check(first)
    assert found(second)["same_series"].about["others"] == first.number
    desk.read(second, first=120)
    assert "same_series" not in found(second)


def test_one_person_and_device_at_two_places_at_one_time_are_found(desk: Desk) -> None:
    report = desk.complete()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        report_draft(
            actor=actor,
            point=desk.world.wastewater_point,
            values=desk.values(number="QY-9", kind="water_sample", instruments=[]),
        )
    assert "overlapping" not in found(report)  # nobody stands for a draft yet
    with acting_as(system_actor("test")):
        Report.unscoped().filter(number="QY-9").update(state="checked")
        overlaps = [one for one in current_findings(report) if one.code == "overlapping"]
    assert {one.path for one in overlaps} == {"people", "devices"}
    assert overlaps[0].about["others"] == "QY-9"


def test_a_beginning_outside_the_sign_in_of_that_day_is_found(desk: Desk) -> None:
    report = desk.complete()
    assert "no_visit" in found(report)
    visit = desk.visit(desk.world.flue_gas_point, signed_in_at=desk.begins + timedelta(minutes=10))
    assert found(report)["outside_sign_in"].severity == "blocking"
    with acting_as(system_actor("test")):
        Visit.unscoped().filter(pk=visit.pk).update(
            signed_in_at=desk.begins - timedelta(minutes=10)
        )
    assert not {"outside_sign_in", "no_visit"} & set(found(report))


def test_an_expired_gas_is_found(desk: Desk) -> None:
    report = desk.draft()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        expired = desk.gas() | {"valid_until": (now() - timedelta(days=30)).date()}
        material_add(actor=actor, report=report, **expired)
    assert found(report)["material_expired"].path == "materials"
