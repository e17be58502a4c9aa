"""The report forms that ship or are published, and which of them hold when."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from yunjian.standards.reports.model import Kind, ReportForm, parsed
from yunjian.standards.sources import Sources


class UnknownForm(LookupError):
    """There is no report form of this name, or none in force."""


_sources: Sources[ReportForm] = Sources()
register_source, unregister_source = _sources.register, _sources.unregister


def report_forms() -> dict[str, ReportForm]:
    """Return every version of every form by `code@version`."""
    return _sources.by_name() | _shipped()


def report_form(name: str) -> ReportForm:
    """Return a form by `code@version`.

    Raises:
        UnknownForm: there is none.
    """
    found = _shipped().get(name) or _sources.by_name().get(name)
    if found is None:
        raise UnknownForm(name)
    return found


def forms_on(on_date: date, *, medium: str = "", kind: Kind | str = "") -> list[ReportForm]:
    """Return of each code the newest version in force on a day, by code; an authority's own have
    higher numbers than those that ship, so that they go before them.

    `medium` is that of the point, `kind` that of the report; empty: any.
    """
    newest: dict[str, ReportForm] = {}
    for item in sorted(report_forms().values(), key=lambda item: item.version):
        fits = (not medium or item.medium == medium) and (not kind or kind in item.kinds)
        if fits and item.in_force(on_date):
            newest[item.code] = item
    return [newest[code] for code in sorted(newest)]


@cache
def _shipped() -> dict[str, ReportForm]:
    folder = files("yunjian.standards.reports").joinpath("data")
    loaded = [
        parsed(tomllib.loads(entry.read_text(encoding="utf-8"), parse_float=Decimal))
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    ]
    return {item.name: item for item in loaded}
