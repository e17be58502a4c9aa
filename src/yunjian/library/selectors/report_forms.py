"""Report forms: which there are in which versions, and the drafts of an authority."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from yunjian.access.scope import get_visible_or_404
from yunjian.kernel.clock import today
from yunjian.kernel.languages import language_code
from yunjian.library.domain import labels
from yunjian.library.domain.changes import Change, changes_between
from yunjian.library.domain.report_form_changes import (
    GROUPS,
    METHODS,
    entries,
    group_of,
    provenance_text,
    source_title,
)
from yunjian.library.models import PublishedReportForm, ReportFormDraft
from yunjian.standards import reports
from yunjian.standards.reports import ReportForm, TestSpec
from yunjian.standards.rules.model import LimitRow
from yunjian.standards.rules.packs import NotInForce, pack_on
from yunjian.standards.statistics.errors import InvalidMeasurement

_read: dict[tuple[UUID, date | None], ReportForm] = {}


def version_text(form: ReportForm) -> str:
    """Return which version of a form it is, as people call it: an authority's own counts anew."""
    if form.is_own:
        return _("地方第 %(number)s 版") % {"number": form.version - reports.FIRST_OWN + 1}
    return _("第 %(number)s 版") % {"number": form.version}


def published_report_forms() -> list[ReportForm]:
    """Return every published form, one that was withdrawn with the day on which it ends.

    The table is asked each time, so that what one process publishes holds in all; each version is
    read once. Scope is of no account: forms hold for everybody.
    """
    rows = PublishedReportForm.unscoped().order_by("id")
    keys = list(rows.values_list("pk", "withdrawal__ends_on"))
    if missing := {key: ends for key, ends in keys if (key, ends) not in _read}:
        for row in rows.filter(pk__in=missing):
            form = reports.parsed(row.content)
            ends = missing[row.pk]
            held = form.model_copy(update={"effective": (form.since, ends)}) if ends else form
            _read[row.pk, ends] = held
    return [_read[key] for key in keys]


def report_form_or_404(name: str) -> ReportForm:
    """Return a version by `code@version`.

    Raises:
        Http404: there is none.
    """
    try:
        return reports.report_form(name)
    except reports.UnknownForm as error:
        raise Http404(_("没有这个版本")) from error


def published_or_none(name: str) -> PublishedReportForm | None:
    """Return the row of a version that an authority published; None when it ships."""
    code, _at, version = name.partition("@")
    rows = PublishedReportForm.unscoped().select_related(
        "published_by", "organization", "withdrawal__withdrawn_by"
    )
    return rows.filter(code=code, version=version).first()


def data_of(form: ReportForm) -> dict[str, Any]:
    """Return a form as a draft and a row hold it."""
    return form.model_dump(mode="json")


def form_drafts() -> QuerySet[ReportFormDraft]:
    """Return the drafts that are not published yet, newest first."""
    rows: QuerySet[ReportFormDraft] = ReportFormDraft.objects.filter(published=None)
    return rows.select_related("changed_by").order_by("-changed_at")


def form_draft(draft_id: UUID) -> ReportFormDraft:
    """Return one draft.

    Raises:
        Http404: there is none that the actor may see.
    """
    rows = ReportFormDraft.objects.select_related("changed_by", "published")
    result: ReportFormDraft = get_visible_or_404(ReportFormDraft, draft_id, queryset=rows)
    return result


def draft_changes(draft: ReportFormDraft) -> list[Change]:
    """Return what differs between a draft and the version that it was made from."""
    before = data_of(reports.report_form(draft.base))
    return changes_between(entries(before), entries(draft.content))


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A version of a form: `state` is current, coming, ended or withdrawn; `until` is the first
    day on which it does not hold any more, as far as that is known."""

    form: ReportForm
    state: str
    until: date | None
    published: PublishedReportForm | None

    @property
    def title(self) -> str:
        """Return what the form is called."""
        return labels.localized(self.form.title)

    @property
    def number(self) -> str:
        """Return which version it is, as people call it."""
        return version_text(self.form)


def versions_of(code: str, on_date: date) -> list[FormVersion]:
    """Return the versions of a form, the newest first."""
    published = {
        row.name: row
        for row in PublishedReportForm.unscoped()
        .filter(code=code)
        .select_related("published_by", "organization", "withdrawal")
    }
    known = [form for form in reports.report_forms().values() if form.code == code]
    known.sort(key=lambda form: form.version, reverse=True)
    results: list[FormVersion] = []
    for form in known:
        # it ends itself, or when one that goes before it begins
        ends = [one.form.since for one in results if one.form.since >= form.since and _held(one)]
        until = min([*ends, *([form.until] if form.until else [])], default=None)
        row = published.get(form.name)
        results.append(FormVersion(form, _state(form, code, row, on_date), until, row))
    return results


def _held(version: FormVersion) -> bool:
    """Tell whether a version holds, or held, on any day."""
    return version.until is None or version.until > version.form.since


def _state(form: ReportForm, code: str, row: PublishedReportForm | None, on_date: date) -> str:
    current = form_of_code(code, on_date)
    if current is not None and current.name == form.name:
        return "current"
    if (
        row is not None
        and hasattr(row, "withdrawal")
        and row.withdrawal.ends_on <= max(on_date, form.since)
    ):
        return "withdrawn"
    return "coming" if form.since > on_date else "ended"


def form_of_code(code: str, on_date: date) -> ReportForm | None:
    """Return the version of a form in force on a day; None when there is none."""
    return next((form for form in reports.forms_on(on_date) if form.code == code), None)


def library(on_date: date) -> list[dict[str, Any]]:
    """Return every form with its versions (the newest first) and the one in force on a day."""
    rows = []
    drafts = {draft.code: draft for draft in form_drafts()}
    for code in sorted({form.code for form in reports.report_forms().values()}):
        versions = versions_of(code, on_date)
        current = next((one for one in versions if one.state == "current"), None)
        rows.append(
            {
                "code": code,
                "shown": current or versions[0],
                "current": current,
                "coming": [one for one in versions if one.state == "coming"],
                "versions": versions,
                "draft": drafts.get(code),
            }
        )
    return rows


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A line of the contents as people read it."""

    key: str
    title: str
    clause: str
    provenance: str
    group: str
    source: str
    required: bool


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """A kind of original record as people read it."""

    key: str
    title: str
    provenance: str
    required: bool


def content_lines(content: dict[str, Any]) -> list[ContentLine]:
    """Return the contents of a form or draft."""
    return [
        ContentLine(
            key=row["key"],
            title=row["title"][language_code()],
            clause=row["clause"],
            provenance=provenance_text(row["provenance"]),
            group=str(GROUPS.get(group_of(row["source"]), "")),
            source=source_title(content, row["source"]),
            required=row.get("required", True),
        )
        for row in content["contents"]
    ]


def original_lines(content: dict[str, Any]) -> list[OriginalLine]:
    """Return the original records of a form or draft, in binding order."""
    return [
        OriginalLine(
            key=row["key"],
            title=row["title"][language_code()],
            provenance=provenance_text(row["provenance"]),
            required=row["required"],
        )
        for row in content["originals"]
    ]


@dataclass(frozen=True, slots=True)
class TestLine:
    """A test with what the rule pack in force says of it: limits and the number of pairs."""

    __test__ = False  # no test of ours

    title: str
    method: str
    parameters: str
    pack: str
    standard: str
    clause: str
    provenance: str
    limits: list[tuple[str, list[str]]]
    pairs: list[tuple[str, str]]


def tested(form: ReportForm, on_date: date) -> list[TestLine]:
    """Return the tests of a form, judged by the packs in force on a day."""
    return [_tested(spec, on_date) for spec in form.tests]


def _tested(spec: TestSpec, on_date: date) -> TestLine:
    try:
        pack = pack_on(spec.pack, on_date)
    except NotInForce:
        pack = None
    limits: list[tuple[str, str]] = []
    pairs: list[tuple[str, str]] = []
    for parameter in spec.parameters:
        try:
            rows = reports.limit_rows(spec, pack, parameter) if pack else []
        except InvalidMeasurement:
            rows = []
        demand = "\n".join(line for row in rows for line in _demands(row))
        limits.append((demand or str(labels.UNCONFIRMED), labels.parameter_text(parameter)))
        least = max((row for row in rows if row.pairs_min), key=_pairs, default=None)
        if least:
            pairs.append((labels.pairs_text(least), labels.parameter_text(parameter)))
    return TestLine(
        title=labels.localized(spec.title),
        method=str(METHODS[spec.method]),
        parameters="、".join(labels.parameter_text(one) for one in spec.parameters),
        pack=spec.pack,
        standard=pack.standard if pack else spec.pack,
        clause=spec.clause,
        provenance=provenance_text(spec.provenance),
        limits=[(names, demand.split("\n")) for demand, names in _together(limits)],
        pairs=_together(pairs),
    )


def _pairs(row: LimitRow) -> int:
    return row.pairs_min or 0


def _demands(row: LimitRow) -> list[str]:
    """Return what a row demands; what it is called stands before it where the test has several."""
    lines = dict.fromkeys(f"{band} {text}".strip() for band, text in labels.limit_lines(row))
    return [f"{labels.localized(row.title)}：{'；'.join(lines) or labels.UNCONFIRMED}"]


def _together(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each text once, with the names of all it is said of."""
    names: dict[str, list[str]] = {}
    for text, name in pairs:
        names.setdefault(text, []).append(name)
    return [(text, "、".join(said)) for text, said in names.items()]


def rows_as_data() -> list[dict[str, Any]]:
    """Return every version as the API lists it, by code, the newest first."""
    codes = sorted({form.code for form in reports.report_forms().values()})
    return [_row(one) for code in codes for one in versions_of(code, today())]


def in_force_as_data(on_date: date, *, medium: str = "", kind: str = "") -> list[dict[str, Any]]:
    """Return of each form the version in force on a day as the API lists it."""
    found = reports.forms_on(on_date, medium=medium, kind=kind)
    return [_row(_shown(form)) for form in found]


def form_as_data(name: str) -> dict[str, Any] | None:
    """Return a version as the API gives it out; None when there is none of this name."""
    form = reports.report_forms().get(name)
    if form is None:
        return None
    shown = _shown(form)
    base = shown.published.base if shown.published else ""
    return _row(shown) | {"base": base, "definition": data_of(form)}


def _shown(form: ReportForm) -> FormVersion:
    return next(one for one in versions_of(form.code, today()) if one.form.name == form.name)


def _row(version: FormVersion) -> dict[str, Any]:
    form = version.form
    content = data_of(form)
    plain = ("code", "version", "title", "standard", "medium", "kinds")
    return {name: content[name] for name in plain} | {
        "name": form.name,
        "state": version.state,
        "since": form.since,
        "until": version.until,
        "own": version.published is not None,
    }
