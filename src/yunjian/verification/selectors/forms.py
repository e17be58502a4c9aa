"""The report forms of the standards, as reports use them."""

from collections.abc import Iterable
from datetime import date

from yunjian.standards.reports import ReportForm, TestSpec, UnknownForm, forms_on, report_form


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


def form_named(name: str) -> ReportForm | None:
    """Return a form by `code@version`; None when there is none (of that name)."""
    try:
        return report_form(name) if name else None
    except UnknownForm:
        return None


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
