"""The contents checklist and the list of original records of a report's form, filled from data."""

from collections.abc import Iterator
from dataclasses import dataclass

from yunjian.kernel.languages import localized
from yunjian.library.domain.report_form_changes import provenance_text
from yunjian.standards.reports import COVER, PARTS, ContentItem, report_forms
from yunjian.verification.models import Report
from yunjian.verification.selectors.forms import form_named

# findings of their own say that these lack
SAID_ELSEWHERE = ("original:", "people", "devices", "instruments", "signatures")


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A line of the contents checklist: what is asked, by which clause, and what fills it."""

    item: ContentItem
    present: bool
    filled_by: str

    @property
    def title(self) -> str:
        """Return what is asked for."""
        return localized(_both(self.item.title))

    @property
    def provenance(self) -> str:
        """Return where the demand comes from."""
        return provenance_text(self.item.provenance)


def original_kinds(report: Report) -> list[tuple[str, str, bool]]:
    """Return the kinds of original records of the report's form in binding order: key, title and
    whether they are required."""
    form = form_named(report.form)
    if form is None:
        return []
    return [(one.key, localized(_both(one.title)), one.required) for one in form.originals]


def original_titles(report: Report) -> dict[str, str]:
    """Return what kinds of original records are called; also those that only another version of
    the report's form has, for a report that was moved keeps its files."""
    code = report.form.partition("@")[0]
    versions = sorted(
        (form for form in report_forms().values() if form.code == code),
        key=lambda form: (form.name == report.form, form.version),
    )
    return {one.key: localized(_both(one.title)) for form in versions for one in form.originals}


def test_titles(report: Report) -> dict[str, str]:
    """Return what the tests of the report's form are called."""
    form = form_named(report.form)
    return {one.key: localized(_both(one.title)) for one in (form.tests if form else ())}


def missing_originals(report: Report) -> list[tuple[str, str]]:
    """Return the required original records that are not there, as kind and title."""
    form = form_named(report.form)
    held = {row.kind for row in report.originals.all()}
    return [
        (one.key, one.title.zh)
        for one in (form.originals if form else ())
        if one.required and one.key not in held
    ]


def checklist(report: Report) -> list[ChecklistLine]:
    """Return the contents checklist of a report (read `with_parts`)."""
    return [*_lines(report)]


def missing_contents(report: Report) -> list[tuple[str, str]]:
    """Return the demanded lines that nothing fills, as item and clause; without those of which a
    finding of their own tells."""
    return [
        (line.item.title.zh, line.item.clause)
        for line in _lines(report)
        if line.item.required
        and not line.present
        and not line.item.source.startswith(SAID_ELSEWHERE)
    ]


def _lines(report: Report) -> Iterator[ChecklistLine]:
    form = form_named(report.form)
    if form is None:
        return
    titles = {spec.key: localized(_both(spec.title)) for spec in form.tests}
    kinds = {one.key: localized(_both(one.title)) for one in form.originals}
    for item in form.contents:
        kind, _colon, key = item.source.partition(":")
        match kind:
            case "test":
                present = any(row.test == key and row.readings for row in report.tests.all())
                filled_by = titles[key]
            case "original":
                present = any(row.kind == key for row in report.originals.all())
                filled_by = kinds[key]
            case _:
                present = _is_filled(report, kind)
                filled_by = localized(_both((COVER | PARTS)[kind]))
        yield ChecklistLine(item, present, filled_by)


def _is_filled(report: Report, source: str) -> bool:
    match source:
        case "point":
            return True
        case "verdict":
            rows = report.tests.all()
            return bool(rows) and all(row.declared_verdict or row.verdict for row in rows)
        case "signatures":
            return report.signed_by_id is not None
        case "instruments" | "people" | "devices" | "materials" | "originals" | "tests":
            return bool(getattr(report, source).all())
    return bool(getattr(report, source, None))


def _both(text: object) -> dict[str, str]:
    return {"zh": getattr(text, "zh", ""), "en": getattr(text, "en", "")}
