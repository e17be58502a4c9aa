"""What is found about a report: pure judgements over facts, weighed by data.

Which finding has which severity, and on what that stands, is in
`verification/data/severities.toml`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from yunjian.verification.domain.numbers import follows_pattern, foreign_letters, plain_unit

DATA = Path(__file__).parents[1] / "data" / "severities.toml"
Severity = Literal["note", "minor", "major", "blocking"]
SEVERITIES: tuple[Severity, ...] = ("blocking", "major", "minor", "note")
NOT_JUDGED = "not_judged"
JUDGED = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a kind of finding weighs and says, and on what that stands."""

    code: str
    severity: Severity
    text: Mapping[str, str]
    basis: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Retention:
    """How long reports and original records are kept."""

    years: int
    basis: str
    clause: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a failed report leads to."""

    days: int
    title: Mapping[str, str]
    clause: str
    provenance: str


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """How far the reference analyser may be off before and after sampling: in % of the standard
    gas, or by so much in its unit."""

    percent: int
    absolute: int
    basis: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Duration:
    """How many days of execution are usual for reports of some kinds."""

    kinds: Sequence[str]
    days: int
    basis: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Competence:
    """What satisfies the check that somebody is competent."""

    satisfied_by: Sequence[str]
    basis: str
    clause: str
    provenance: str

    @property
    def accepts_confirmation(self) -> bool:
        """Whether a documented confirmation may stand in the place of a certificate."""
        return "confirmation" in self.satisfied_by


@cache
def _data() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


@cache
def weights() -> Mapping[str, Weight]:
    """Return what each kind of finding weighs, by its code."""
    return {row["code"]: Weight(**row) for row in _data()["findings"]}


@cache
def retention() -> Retention:
    """Return how long reports are kept."""
    return Retention(**_data()["retention"][0])


@cache
def correction() -> Correction:
    """Return what a failed report leads to."""
    return Correction(**_data()["corrections"][0])


@cache
def reference_check() -> ReferenceCheck:
    """Return how far the reference analyser may be off."""
    return ReferenceCheck(**_data()["reference_checks"][0])


@cache
def usual_days() -> Mapping[str, int]:
    """Return how many days of execution are usual, by kind of report."""
    rows = [Duration(**row) for row in _data()["durations"]]
    return {kind: row.days for row in rows for kind in row.kinds}


@cache
def kind_tests() -> Mapping[str, Sequence[str]]:
    """Return the tests of which a report of a kind has to hold one, by kind."""
    return {row["kind"]: row["tests"] for row in _data()["kind_tests"]}


@cache
def competence() -> Competence:
    """Return what satisfies the check of competence."""
    return Competence(**_data()["competence"][0])


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found about a report: where (the path of a field), and what the words need."""

    code: str
    path: str
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def weight(self) -> Weight:
        """Return what it weighs."""
        return weights()[self.code]

    @property
    def severity(self) -> Severity:
        """Return its severity."""
        return self.weight.severity

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Return what two equal findings have in common."""
        return self.code, self.path, tuple(sorted(self.about.items()))

    def text(self, language: str) -> str:
        """Return it as people read it, in a language."""
        words = self.weight.text
        return words.get(language, words["zh"]).format(**self.about)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "code": self.code,
            "path": self.path,
            "about": dict(self.about),
            "severity": self.severity,
        }


def from_data(row: Mapping[str, Any]) -> Finding:
    """Return the finding that JSON keeps; findings are frozen with a signature, also old ones."""
    about = dict(row["about"])
    if row["code"] == "failed_before" and "edition" in about:  # as it was kept at first
        about["before"] = f"第 {about.pop('edition')} 版"
    return Finding(row["code"], row["path"], about)


@dataclass(frozen=True, slots=True)
class InstrumentFact:
    """An instrument of the report, and how it stood that day."""

    label: str
    period: str
    stood: bool
    stopped: str = ""  # the days of the stop that holds that day
    tested: bool = True


@dataclass(frozen=True, slots=True)
class DeviceFact:
    """A reference device: whether it was calibrated that day, whether it is out of use."""

    label: str
    calibrated: bool
    retired: bool = False
    filed: bool = True


@dataclass(frozen=True, slots=True)
class PersonFact:
    """Somebody who took part."""

    label: str
    certified: bool
    left_on: date | None = None
    confirmed_until: date | None = None  # of a confirmation in the place of a certificate
    signed_in: bool | None = None  # at the point on the first day; None: nobody did


@dataclass(frozen=True, slots=True)
class MaterialFact:
    """A standard gas or solution."""

    path: str
    label: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Difference:
    """A declared quantity that is not the computed one."""

    quantity: str
    declared: str
    computed: str


@dataclass(frozen=True, slots=True)
class TestFact:
    """A test with its number of rows, what is due, and what was declared and computed."""

    __test__ = False  # no test of ours

    path: str
    label: str
    rows: int
    key: str = ""
    least: int | None = None
    unit: str = ""
    filed_unit: str = ""
    declared: str = ""
    computed: str = ""
    checks_missing: bool = False
    checks_off: Sequence[str] = ()  # errors of the reference analyser beyond the limit, in %
    unclear: Sequence[str] = ()  # what cannot be read, in the words of the computation
    not_computed: Sequence[str] = ()  # why readable values were not judged
    differences: Sequence[Difference] = ()
    same_as: Sequence[str] = ()
    excluded: int = 0  # rows left out, of those typed
    basis: str = ""  # another paper than the standard of the form
    failed_before: str = ""  # what was handed in before, in which it failed
    fails_by_form: bool = False  # by the standard of the form, whatever basis was named
    instrument_named: bool = True


@dataclass(frozen=True, slots=True)
class ReusedFile:
    """A file that stands for several kinds of original records, or for another report."""

    path: str
    label: str
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class FormFact:
    """That a report keeps to a version of its form which is not the one in force."""

    name: str
    current: str
    since: date


@dataclass(frozen=True, slots=True)
class Overlap:
    """A person or device that another report names at the same time at another place."""

    path: str
    who: str
    place: str
    number: str


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that findings are made from."""

    number: str
    begins: datetime
    ends: datetime
    day: date
    kind: str = ""
    pattern: str = ""
    number_elsewhere: Sequence[str] = ()
    has_form: bool = True
    has_file: bool = True
    instruments: Sequence[InstrumentFact] = ()
    devices: Sequence[DeviceFact] = ()
    people: Sequence[PersonFact] = ()
    materials: Sequence[MaterialFact] = ()
    tests: Sequence[TestFact] = ()
    failed_and_gone: Sequence[tuple[str, str]] = ()  # tests, and where they failed before
    moved_from: str = ""  # when it was executed, as the edition before said
    form: FormFact | None = None
    missing_originals: Sequence[tuple[str, str]] = ()
    repeated_files: Sequence[ReusedFile] = ()  # for several kinds of this report
    files_elsewhere: Sequence[ReusedFile] = ()  # in reports of other places or days
    missing_contents: Sequence[tuple[str, str]] = ()  # item and clause
    overlaps: Sequence[Overlap] = ()
    sign_ins: Sequence[tuple[datetime, datetime | None]] = ()
    third_party: bool = False
    third_party_named: bool = True
    laboratory_complete: bool = True

    @property
    def last_day(self) -> date:
        """Return the last day of execution."""
        return self.ends.date()


def findings_of(facts: ReportFacts) -> list[Finding]:
    """Return what is found, the gravest first; equal facts give equal findings."""
    found = [one for rule in RULES for one in rule(facts)]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def _number(facts: ReportFacts) -> Iterator[Finding]:
    if facts.number_elsewhere:
        yield Finding("number_elsewhere", "number", {"others": "、".join(facts.number_elsewhere)})
    if letters := foreign_letters(facts.number):
        yield Finding("number_letters", "number", {"letters": letters})
    if not follows_pattern(facts.number, facts.pattern):
        yield Finding("number_pattern", "number", {"pattern": facts.pattern})


def _instruments(facts: ReportFacts) -> Iterator[Finding]:
    if not facts.instruments:
        yield Finding("no_instrument", "instruments")
    for one in facts.instruments:
        about = {"instrument": one.label}
        if not one.stood:
            period = about | {"period": one.period}
            yield Finding("instrument_not_standing", "instruments", period)
        elif one.stopped:
            stopped = about | {"period": one.stopped}
            yield Finding("instrument_stopped", "executed_from", stopped)
        if facts.tests and not one.tested:
            yield Finding("instrument_untested", "instruments", about)


def _devices(facts: ReportFacts) -> Iterator[Finding]:
    if not facts.devices:
        yield Finding("no_device", "devices")
    for one in facts.devices:
        if not one.calibrated:
            yield Finding("device_uncalibrated", "devices", {"device": one.label})
        if one.retired:
            yield Finding("device_retired", "devices", {"device": one.label})
        elif not one.filed:
            yield Finding("device_not_filed", "devices", {"device": one.label})


def _people(facts: ReportFacts) -> Iterator[Finding]:
    if not facts.people:
        yield Finding("no_person", "people")
    for one in facts.people:
        if one.left_on is not None and one.left_on <= facts.last_day:
            about = {"person": one.label, "day": one.left_on.isoformat()}
            yield Finding("person_had_left", "people", about)
        if one.signed_in is False:
            yield Finding("person_not_signed_in", "people", {"person": one.label})
        if one.certified:
            continue
        if one.confirmed_until is not None:
            about = {"person": one.label, "day": one.confirmed_until.isoformat()}
            yield Finding("person_confirmed", "people", about)
        else:
            yield Finding("person_uncertified", "people", {"person": one.label})


def _materials(facts: ReportFacts) -> Iterator[Finding]:
    for one in facts.materials:
        if one.valid_until < facts.last_day:
            about = {"material": one.label, "day": one.valid_until.isoformat()}
            yield Finding("material_expired", one.path, about)


def _kinds_of_tests(facts: ReportFacts) -> Iterator[Finding]:
    keys = kind_tests().get(facts.kind)
    if facts.tests and keys and not any(one.key in keys for one in facts.tests):
        yield Finding("kind_untested", "tests")
    for label, before in facts.failed_and_gone:
        yield Finding("failed_and_gone", "tests", {"test": label, "before": before})


def _tests(facts: ReportFacts) -> Iterator[Finding]:
    if not facts.has_form:
        yield Finding("no_form", "kind")
    elif not facts.tests:
        yield Finding("no_test", "tests")
    for one in facts.tests:
        about = {"test": one.label}
        if not one.instrument_named:
            yield Finding("parameter_without_instrument", one.path, about)
        if one.rows == 0:
            yield Finding("no_readings", one.path, about)
            continue
        yield from _rows(one, about)
        yield from _verdict(one, about)
        if one.unit and one.filed_unit and plain_unit(one.unit) != plain_unit(one.filed_unit):
            units = about | {"unit": one.unit, "filed": one.filed_unit}
            yield Finding("other_unit", one.path, units)
        yield from _checks(one, about)
        for value in one.differences:
            quantities = {
                "quantity": value.quantity,
                "declared": value.declared,
                "computed": value.computed,
            }
            yield Finding("value_differs", one.path, about | quantities)
        if one.same_as:
            yield Finding("same_series", one.path, about | {"others": "、".join(one.same_as)})


def _checks(one: TestFact, about: Mapping[str, str]) -> Iterator[Finding]:
    if one.checks_missing:
        yield Finding("no_reference_check", one.path, about)
    limit = str(reference_check().percent)
    for error in one.checks_off:
        yield Finding("reference_check_off", one.path, {**about, "error": error, "limit": limit})


def _rows(one: TestFact, about: Mapping[str, str]) -> Iterator[Finding]:
    if one.least is not None and one.rows < one.least:
        number = {**about, "number": str(one.rows), "least": str(one.least)}
        yield Finding("too_few_rows", one.path, number)
    for code, reasons in (("readings_unclear", one.unclear), ("not_computed", one.not_computed)):
        for why in reasons:
            yield Finding(code, one.path, {**about, "why": why})
    if one.excluded:
        all_of_them = one.rows + one.excluded
        many = one.excluded * MANY_OF > all_of_them
        numbers = {**about, "number": str(one.excluded), "all": str(all_of_them)}
        yield Finding("many_rows_excluded" if many else "rows_excluded", one.path, numbers)


# more than a quarter
MANY_OF = 4


def _verdict(one: TestFact, about: Mapping[str, str]) -> Iterator[Finding]:
    if one.basis:
        code = "other_basis_fails" if one.fails_by_form else "other_basis"
        yield Finding(code, one.path, {**about, "basis": one.basis})
    if one.failed_before and one.computed != "fail":
        before = {**about, "before": one.failed_before, "computed": one.computed}
        yield Finding("failed_before", one.path, before)
    if one.declared not in JUDGED:
        return
    if one.computed in JUDGED and one.declared != one.computed:
        verdicts = {**about, "declared": one.declared, "computed": one.computed}
        yield Finding("verdict_differs", one.path, verdicts)
    elif one.computed not in JUDGED and not one.basis:
        yield Finding("verdict_unconfirmed", one.path, {**about, "declared": one.declared})


def _papers(facts: ReportFacts) -> Iterator[Finding]:
    if form := facts.form:
        about = {"form": form.name, "current": form.current, "since": form.since.isoformat()}
        yield Finding("form_not_current", "form", about)
    if not facts.has_file:
        yield Finding("file_missing", "file")
    for kind, label in facts.missing_originals:
        yield Finding("original_missing", f"originals.{kind}", {"original": label})
    for one in facts.repeated_files:
        about = {"file": one.label, "others": "、".join(one.others)}
        yield Finding("file_repeated", one.path, about)
    for one in facts.files_elsewhere:
        about = {"file": one.label, "others": "、".join(one.others)}
        yield Finding("file_elsewhere", one.path, about)
    for item, clause in facts.missing_contents:
        yield Finding("content_missing", "contents", {"item": item, "clause": clause})
    if not facts.third_party_named:
        yield Finding("third_party_unnamed", "third_party")
    if not facts.laboratory_complete:
        yield Finding("laboratory_incomplete", "laboratory")


def _times(facts: ReportFacts) -> Iterator[Finding]:
    if facts.moved_from:
        yield Finding("execution_moved", "executed_from", {"before": facts.moved_from})
    days, usual = (facts.last_day - facts.day).days + 1, usual_days().get(facts.kind)
    if usual is not None and days > usual:
        about = {"days": str(days), "usual": str(usual)}
        yield Finding("execution_long", "executed_to", about)
    for one in facts.overlaps:
        about = {"who": one.who, "place": one.place, "others": one.number}
        yield Finding("overlapping", one.path, about)
    if not facts.sign_ins:
        yield Finding("no_visit_of_us" if facts.third_party else "no_visit", "executed_from")
        return
    inside = any(
        begin <= facts.begins and (end is None or facts.begins <= end)
        for begin, end in facts.sign_ins
    )
    if not inside:
        windows = "、".join(
            f"{begin:%H:%M}～{f'{end:%H:%M}' if end else ''}" for begin, end in facts.sign_ins
        )
        about = {"begin": f"{facts.begins:%Y-%m-%d %H:%M}", "windows": windows}
        yield Finding("outside_sign_in", "executed_from", about)


RULES: tuple[Callable[[ReportFacts], Iterator[Finding]], ...] = (
    _number,
    _papers,
    _instruments,
    _devices,
    _people,
    _materials,
    _kinds_of_tests,
    _tests,
    _times,
)
