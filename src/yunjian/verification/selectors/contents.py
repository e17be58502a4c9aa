"""The contents checklist and the list of original records of a report's form, filled from data."""

from yunjian.verification.models import Report
from yunjian.verification.selectors.forms import form_named


def original_kinds(report: Report) -> list[tuple[str, str, bool]]:
    """Return the kinds of original records of the report's form in binding order: key, title and
    whether they are required."""
    form = form_named(report.form)
    return [(one.key, one.title["zh"], one.required) for one in form.originals] if form else []


def missing_originals(report: Report) -> list[tuple[str, str]]:
    """Return the required original records that are not there, as kind and title."""
    held = {row.kind for row in report.originals.all()}
    return [
        (key, title)
        for key, title, required in original_kinds(report)
        if required and key not in held
    ]


def missing_contents(report: Report) -> list[tuple[str, str]]:
    """Return the lines of the checklist that nothing fills, as item and clause."""
    return []
