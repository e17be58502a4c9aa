"""The report forms of the standards, as reports use them."""

from collections.abc import Iterable
from datetime import date

from yunjian.kernel.clock import business_day, today
from yunjian.library.domain.labels import localized
from yunjian.library.selectors.report_forms import version_text
from yunjian.standards.reports import ReportForm, TestSpec, UnknownForm, forms_on, report_form
from yunjian.verification.models import Report


def form_in_force(
    kind: str, medium: str, day: date, parameters: Iterable[str]
) -> ReportForm | None:
    """Return the form of a kind of report in force on a day.

    Of several (HJ 75, HJ 1286) the one whose tests are about most of the parameters.
    """
    wanted = set(parameters)

    def fitting(form: ReportForm) -> int:
        return len(wanted & {name for spec in form.tests for name in spec.parameters})

    found = forms_on(day, medium=medium, kind=kind)
    return max(found, key=fitting) if found else None


def form_kept(
    held: str, kind: str, medium: str, day: date, parameters: Iterable[str]
) -> ReportForm | None:
    """Return the form of a report that was begun under `held` (`code@version`; empty: none yet).

    A report keeps its version for ever; it takes another form only where kind, instruments or day
    of execution ask for one, or its version had not begun on that day.
    """
    form = form_in_force(kind, medium, day, parameters)
    before = form_named(held)
    if form and before and before.code == form.code and before.since <= day:
        return before
    return form


def form_to_move_to(report: Report) -> ReportForm | None:
    """Return the version of a report's form that is in force, or was when it was signed, if it is
    not the report's own."""
    held = form_named(report.form)
    if held is None:
        return None
    day = business_day(report.submitted_at) if report.submitted_at else today()
    found = next((form for form in forms_on(day) if form.code == held.code), held)
    return found if found.name != held.name else None


def form_named(name: str) -> ReportForm | None:
    """Return a form by `code@version`; None when there is none (of that name)."""
    try:
        return report_form(name) if name else None
    except UnknownForm:
        return None


def form_text(form: ReportForm) -> str:
    """Return what people call a form: its title and which version it is."""
    return f"{localized(form.title)} {version_text(form)}"


def spec_of(form: ReportForm, key: str) -> TestSpec | None:
    """Return a test of a form by its key."""
    return next((spec for spec in form.tests if spec.key == key), None)


def tests_offered(form: ReportForm, parameters: Iterable[str]) -> list[tuple[TestSpec, str]]:
    """Return the tests that a report about these parameters may hold, each with its parameter.

    Tests of what no analyser has a slot for (velocity, temperature) are offered as they are.
    """
    slots = set(parameters)
    every = {name for spec in form.tests for name in spec.parameters}
    known = slots & every
    return [
        (spec, parameter)
        for spec in form.tests
        for parameter in (spec.parameters or ("",))
        if parameter in known or not known or _of_the_flue(parameter)
    ]


FLUE = {"velocity", "temperature", "humidity", "flow", "pressure"}


def _of_the_flue(parameter: str) -> bool:
    return parameter in FLUE
