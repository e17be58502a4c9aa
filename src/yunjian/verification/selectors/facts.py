"""What findings about a report are made from, as of now; which of them stop a signature."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import override

from yunjian.access.row_policies import bypass_rls
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import FilingState
from yunjian.instruments.models import InstrumentAction
from yunjian.kernel.clock import SHANGHAI, business_day, day_bounds
from yunjian.kernel.languages import CHINESE
from yunjian.maintenance.models import Visit
from yunjian.standards.reports import EXCLUDED
from yunjian.standards.reports.results import CHECKS
from yunjian.verification.domain.findings import (
    DeviceFact,
    Difference,
    Finding,
    FormFact,
    InstrumentFact,
    MaterialFact,
    Overlap,
    PersonFact,
    ReportFacts,
    TestFact,
    findings_of,
    reference_check,
)
from yunjian.verification.domain.numbers import number_variants
from yunjian.verification.models import (
    FindingException,
    Report,
    ReportDevice,
    ReportPerson,
    ReportTest,
)
from yunjian.verification.models.parts import ExceptionState
from yunjian.verification.models.reports import CLAIMED, DataSource, ReportState, standing
from yunjian.verification.selectors.contents import missing_contents, missing_originals
from yunjian.verification.selectors.files import files_elsewhere, repeated_files
from yunjian.verification.selectors.forms import form_named, form_text, form_to_move_to
from yunjian.verification.selectors.reports import pattern_of, with_parts
from yunjian.verification.selectors.standing import (
    confirmed_on,
    instrument_label,
    period_text,
    stood,
    valid_on,
)


def current_findings(report: Report) -> list[Finding]:
    """Return what is found about a report as of now, the gravest first.

    Findings are frozen with a signature and set aside by their sentence: whoever looks at them in
    another language must find the same.
    """
    why = "what a report is compared with stands in other organisations' rows as well"
    with bypass_rls(why), override(CHINESE):
        return findings_of(facts_of(with_parts(report)))


def blocking(report: Report, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop a signature: the blocking ones without an exception."""
    granted = FindingException.unscoped().filter(series=report.series, state=ExceptionState.GRANTED)
    aside = {(row.code, row.path, row.finding) for row in granted}
    return [
        one
        for one in findings
        if one.severity == "blocking" and (one.code, one.path, one.text("zh")) not in aside
    ]


def facts_of(report: Report) -> ReportFacts:
    """Return the facts of a report (read `with_parts`); a bounded number of queries."""
    days = business_day(report.executed_from), business_day(report.executed_to)
    # a pattern that is set after the signature is not about this number
    pattern = pattern_of(report.agency_id) if report.signed_by_id is None else None
    visits, failed = _visits(report), _failed_before(report)
    return ReportFacts(
        number=report.number,
        begins=report.executed_from.astimezone(SHANGHAI),
        ends=report.executed_to.astimezone(SHANGHAI),
        day=days[0],
        kind=report.kind,
        pattern=pattern.pattern if pattern else "",
        number_elsewhere=_number_elsewhere(report),
        has_form=form_named(report.form) is not None,
        has_file=report.file_id is not None,
        instruments=_instruments(report),
        devices=[
            DeviceFact(
                label=str(row.equipment),
                # whether it needs calibration says the agency itself; a reference always does
                calibrated=all(valid_on(row.equipment, day) for day in days),
                retired=row.equipment.state == FilingState.WITHDRAWN,
                filed=row.equipment.state == FilingState.FILED,
            )
            for row in report.devices.all()
        ],
        people=[
            PersonFact(
                label=row.person.name,
                certified=all(valid_on(row.person, day) for day in days),
                left_on=row.person.left_on,
                confirmed_until=_confirmed_until(row.person, days),
                signed_in=_was_there(row.person, visits),
            )
            for row in report.people.all()
        ],
        materials=[
            MaterialFact("materials", f"{row.name} {row.certificate_number}", row.valid_until)
            for row in report.materials.all()
        ],
        tests=_tests(report, failed),
        failed_and_gone=_gone(report, failed),
        moved_from=_moved_from(report),
        form=_form(report),
        missing_originals=missing_originals(report),
        repeated_files=repeated_files(report),
        files_elsewhere=files_elsewhere(report),
        missing_contents=missing_contents(report),
        overlaps=_overlaps(report),
        sign_ins=[_window(visit) for visit in visits],
        third_party=report.data_source == DataSource.THIRD_PARTY,
        third_party_named=report.data_source != DataSource.THIRD_PARTY
        or bool(report.third_party and report.third_party_report),
        laboratory_complete=not report.laboratory
        or bool(report.laboratory_cma and report.laboratory_report),
    )


def _form(report: Report) -> FormFact | None:
    current, held = form_to_move_to(report), form_named(report.form)
    if current is None or held is None:
        return None
    return FormFact(form_text(held), form_text(current), current.since)


def _named(report: Report, other: Report) -> str:
    """Return how another report is called in front of the agency: its own by their numbers."""
    if other.agency_id == report.agency_id:
        return other.number
    return _("（其他机构的报告）")


def _number_elsewhere(report: Report) -> list[str]:
    others = (
        Report.unscoped()
        .filter(standing(), number_key__in=number_variants(report.number_key))
        .exclude(series=report.series)
    )
    return [_named(report, other) for other in others.order_by("id")[:5]]


def _instruments(report: Report) -> list[InstrumentFact]:
    rows = list(report.instruments.all())
    days = business_day(report.executed_from), business_day(report.executed_to)
    stops = {
        row.instrument_id: row.stopped
        for row in InstrumentAction.unscoped().filter(
            instrument__in=[row.instrument_id for row in rows],
            stopped__overlap=DateRange(*days, "[]"),
        )
    }
    tested = {row.parameter for row in report.tests.all()}
    results = []
    for row in rows:
        stop = stops.get(row.instrument_id)
        results.append(
            InstrumentFact(
                label=instrument_label(row.instrument, row.revision),
                period=period_text(row.instrument),
                stood=all(stood(row.instrument, day) for day in days),
                stopped=f"{stop.lower}～{stop.upper or ''}" if stop else "",
                tested=row.instrument.slot in tested,
            )
        )
    return results


def _tests(report: Report, failed: Mapping[tuple[str, str], str]) -> list[TestFact]:
    rows = list(report.tests.all())
    units = {row.instrument.slot: row.snapshot.get("unit", "") for row in report.instruments.all()}
    same = _same_series(report, rows)
    form = form_named(report.form)
    titles = {spec.key: spec.title.zh for spec in form.tests} if form else {}
    return [
        replace(
            _test(row, titles.get(row.test, row.test), units, same),
            failed_before=failed.get((row.test, row.parameter), ""),
        )
        for row in rows
    ]


def _failed_before(report: Report) -> dict[tuple[str, str], str]:
    """Return the tests that failed in what was handed in before, and what that is called.

    That is an earlier edition, or a report about the same point and time that was taken back.
    """
    handed_in = ReportTest.unscoped().filter(report__submitted_at__isnull=False, verdict="fail")
    editions = handed_in.filter(report__series=report.series, report__edition__lt=report.edition)
    taken_back = handed_in.filter(
        report__state=ReportState.WITHDRAWN,
        report__agency_id=report.agency_id,
        report__point_id=report.point_id,
        report__executed_from__lt=report.executed_to,
        report__executed_to__gt=report.executed_from,
    ).exclude(report__series=report.series)
    columns = ("test", "parameter", "report__edition", "report__number")
    failed = {
        (test, parameter): _("已撤回的报告 %(number)s") % {"number": number}
        for test, parameter, _edition, number in taken_back.order_by("id").values_list(*columns)
    }
    for test, parameter, edition, _number in editions.order_by("report__edition").values_list(
        *columns
    ):
        failed[test, parameter] = _("第 %(edition)s 版") % {"edition": edition}
    return failed


def _gone(report: Report, failed: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Return the tests that failed before and are not part of this edition, each with where."""
    held = {(row.test, row.parameter) for row in report.tests.all()}
    form = form_named(report.form)
    titles = {spec.key: spec.title.zh for spec in form.tests} if form else {}
    return [
        (f"{titles.get(test, test)} {parameter}".strip(), before)
        for (test, parameter), before in sorted(failed.items())
        if (test, parameter) not in held
    ]


def _moved_from(report: Report) -> str:
    """Return when an edition that was handed in before said that it was executed, if otherwise."""
    before = (
        Report.unscoped()
        .filter(series=report.series, edition__lt=report.edition, submitted_at__isnull=False)
        .order_by("-edition")
        .first()
    )
    now_said = report.executed_from, report.executed_to
    if before is None or (before.executed_from, before.executed_to) == now_said:
        return ""
    begin, end = before.executed_from, before.executed_to
    return "～".join(f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for at in (begin, end))


def _test(
    row: ReportTest,
    title: str,
    units: Mapping[str, str],
    same: Mapping[str, Sequence[str]],
) -> TestFact:
    results = row.results
    problems = results.get("problems", [])
    rows, least = results.get("rows", len(row.readings)), results.get("least")
    few = least is not None and rows < least
    return TestFact(
        path=".".join(one for one in ("tests", row.test, row.parameter) if one),
        label=" ".join(one for one in (title, row.parameter) if one),
        rows=rows,
        key=row.test,
        fails_by_form=results.get("by_form") == "fail",
        least=least,
        unit=row.unit,
        filed_unit=units.get(row.parameter, ""),
        declared=row.declared_verdict,
        computed=row.verdict,
        checks_missing=results.get("checks_missing", False),
        checks_off=_checks_off(row.values),
        unclear=[one["text"]["zh"] for one in problems if one["code"] not in NOT_COMPUTED],
        not_computed=[
            one["text"]["zh"]
            for one in problems
            if one["code"] in NOT_COMPUTED and not (few and one["code"] == TOO_FEW)
        ],
        differences=[
            Difference(one["title"]["zh"], one["declared"], one["computed"])
            for one in results.get("disagreements", [])
        ],
        same_as=same.get(row.series_digest, ()),
        excluded=sum(1 for one in row.readings if one.get(EXCLUDED)),
        basis=row.basis if results.get("other_basis", False) else "",
        instrument_named=not row.parameter or row.parameter in units,
    )


TOO_FEW = "too_few"
# values that were read and cannot be judged; everything else was not understood
NOT_COMPUTED = {
    TOO_FEW, "below_detection", "mean_zero", "zero", "negative", "constant", "unit", "not_in_force",
}  # fmt: skip


def _checks_off(values: Mapping[str, str]) -> list[str]:
    """Return the errors of the reference analyser, in % of the standard gas, beyond the limit."""
    limit = reference_check()
    found = []
    for key in CHECKS:
        try:
            nominal, shown = Decimal(values.get("check_nominal", "")), Decimal(values.get(key, ""))
        except InvalidOperation:
            continue  # missing or unclear: said elsewhere
        off = shown - nominal
        if nominal <= 0:
            found.append("—")
        elif abs(off) > max(nominal * limit.percent / 100, Decimal(limit.absolute)):
            found.append(f"{off / nominal * 100:+.1f}")
    return found


def _same_series(report: Report, rows: list[ReportTest]) -> dict[str, list[str]]:
    digests = {row.series_digest for row in rows if row.series_digest}
    if not digests:
        return {}
    others = (
        ReportTest.unscoped()
        .filter(series_digest__in=digests, report__state__in=CLAIMED)
        .exclude(report__series=report.series)
        .select_related("report")
        .order_by("id")[:20]
    )
    results: dict[str, list[str]] = {}
    for row in others:
        name = _named(report, row.report)
        if name not in results.setdefault(row.series_digest, []):
            results[row.series_digest].append(name)
    return results


def _overlaps(report: Report) -> list[Overlap]:
    """Return who and which device another report of another point names at the same time."""
    people = {row.person_id: row.person.name for row in report.people.all()}
    devices = {row.equipment_id: str(row.equipment) for row in report.devices.all()}
    results = []
    for path, model, column, names in (
        ("people", ReportPerson, "person", people),
        ("devices", ReportDevice, "equipment", devices),
    ):
        rows = (
            model.unscoped()
            .filter(
                standing("report__"),
                **{f"{column}__in": list(names)},
                report__executed_from__lt=report.executed_to,
                report__executed_to__gt=report.executed_from,
            )
            .exclude(report__series=report.series)
            .exclude(report__point_id=report.point_id)
            .select_related("report__point")
            .order_by("id")[:20]
        )
        for row in rows:
            who: UUID = getattr(row, f"{column}_id")
            results.append(Overlap(path, names[who], row.report.point.name, row.report.number))
    return [*results, *_signed_in_elsewhere(report)]


LONGEST_VISIT = timedelta(hours=24)


def _signed_in_elsewhere(report: Report) -> list[Overlap]:
    """Return who of the report was signed in at another point in the time of its execution."""
    people = {row.person.account_id: row.person.name for row in report.people.all()}
    rows = (
        Visit.unscoped()
        .filter(
            engineer__in=[one for one in people if one is not None],
            signed_in_at__lt=report.executed_to,
            # one that nobody signed out of says nothing for ever
            signed_in_at__gt=report.executed_from - LONGEST_VISIT,
            signed_out_at__gt=report.executed_from,
        )
        .exclude(point_id=report.point_id)
        .select_related("point")
        .order_by("signed_in_at")[:20]
    )
    return [
        Overlap("people", people[row.engineer_id], row.point.name, _("现场签到")) for row in rows
    ]


def _visits(report: Report) -> list[Visit]:
    """Return the visits of the agency to the point on the first day."""
    begin, end = day_bounds(business_day(report.executed_from))
    rows = Visit.unscoped().filter(
        point_id=report.point_id,
        agency_id=report.agency_id,
        signed_in_at__gte=begin,
        signed_in_at__lt=end,
    )
    return list(rows.order_by("signed_in_at"))


def _window(visit: Visit) -> tuple[datetime, datetime | None]:
    ended = visit.signed_out_at
    return visit.signed_in_at.astimezone(SHANGHAI), ended.astimezone(SHANGHAI) if ended else None


def _was_there(person: Person, visits: Sequence[Visit]) -> bool | None:
    """Tell whether somebody signed in, or went along; None where nobody of the agency did."""
    if not visits:
        return None
    return any(
        visit.engineer_id == person.account_id or person.name in visit.participants
        for visit in visits
    )


def _confirmed_until(person: Person, days: tuple[date, date]) -> date | None:
    """Return until when a confirmation of competence holds, if it does on both days."""
    held = confirmed_on(person, days[0])
    return held.valid_until if held and held.valid_until >= days[1] else None
