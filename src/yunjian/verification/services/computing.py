"""What the tests of a report compute to, kept beside their readings."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import compress

from django.conf import settings

from yunjian.kernel.clock import business_day
from yunjian.kernel.digests import canonical_json, digest
from yunjian.standards.reports import EXCLUDED, ReportForm, TestData, TestSpec, recompute_test
from yunjian.standards.rules import Pack
from yunjian.standards.rules.packs import versions
from yunjian.verification.domain.numbers import plain_unit
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.selectors.forms import form_named, spec_of

# a series that short, or that uniform, is no sign of copying (zero readings are alike anywhere)
LEAST_SERIES = 3


def tests_recompute(report: Report) -> None:
    """Compute every test of a draft anew, after its day or form changed."""
    form, known = form_named(report.form), versions()
    rows = list(ReportTest.unscoped().filter(report=report).order_by("id"))
    for row in rows:
        spec = spec_of(form, row.test) if form else None
        if form is None or spec is None:
            row.results, row.verdict = {}, ""
        else:
            compute(form, spec, row, report, known)
    ReportTest.unscoped().bulk_update(rows, ["results", "verdict", "series_digest"])


def compute(
    form: ReportForm,
    spec: TestSpec,
    row: ReportTest,
    report: Report,
    known: Iterable[Pack] | None = None,
) -> None:
    """Set what a test computes to by the packs of the day of execution, out of those known."""
    data = TestData(
        test=row.test,
        parameter=row.parameter,
        readings=row.readings,
        values=row.values,
        unit=plain_unit(row.unit),
        basis=row.basis,
        declared=row.declared,
        declared_verdict=row.declared_verdict,
    )
    result = recompute_test(form, data, business_day(report.executed_from), known)
    row.results = result.as_data()
    row.verdict = result.verdict
    row.series_digest = series_digest(spec, row.readings)


def series_digest(spec: TestSpec, readings: Sequence[Mapping[str, str]]) -> str:
    """Return the digest of the numbers of a series; empty when it is too short to tell.

    Neither the order of the rows nor zeros at the end of a number make it another series.
    """
    columns = [one.key for one in spec.columns if one.type == "number"]
    rows = [[_plain(row.get(key, "")) for key in columns] for row in readings]
    kept = [not row.get(EXCLUDED) for row in readings]
    series = sorted(compress(rows, kept))
    different = {cell for line in series for cell in line if cell}
    if len(series) < LEAST_SERIES or len(different) < LEAST_SERIES:
        return ""
    return digest(canonical_json(series), settings.EVIDENCE_DIGEST)


def _plain(text: str) -> str:
    """Return a number without zeros that mean nothing; another text as it is."""
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return text
