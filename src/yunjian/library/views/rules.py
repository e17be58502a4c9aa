"""规则库: the packs in force, their rows, and their versions."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.numbers import whole_number
from yunjian.library.domain.changes import changes_between
from yunjian.library.domain.rule_changes import entries
from yunjian.library.forms.rules import LibraryQuery, LineQuery
from yunjian.library.policies import may_change_rules
from yunjian.library.selectors.rules import (
    RuleLine,
    counts_of,
    draft_of,
    filtered_lines,
    lines_in_force,
    lines_of,
    pack_cards,
    pack_shown,
    version_lines,
)
from yunjian.library.tables import (
    ControlTable,
    ObligationTable,
    PackTable,
    PairsTable,
    RuleTable,
)
from yunjian.web.guards import authority_page
from yunjian.web.lists import ListPage, cleaned_query

TABS: list[tuple[str, Any, Callable[[RuleLine], bool]]] = [
    ("obligations", _("运维频次"), lambda line: line.table == "obligations"),
    ("limits", _("限值"), lambda line: line.table == "limits"),
    ("control", _("失控判据"), lambda line: bool(line.out_of_control)),
    ("pairs", _("数据对数"), lambda line: bool(line.pairs)),
    ("deadlines", _("时限"), lambda line: line.table == "deadlines"),
    (
        "validity",
        _("有效性与替代"),
        lambda line: line.table in {"validity", "substitutions"},
    ),
]
TITLE = _("规则库")
PARENTS = ((TITLE, reverse_lazy("library:rules")),)
LIBRARY = ListPage(
    name="supervision.rules",
    title=TITLE,
    table=RuleTable,
    order="",
    size=50,
    template="library/rules/library.html",
)
TABLES = {"obligations": ObligationTable, "control": ControlTable, "pairs": PairsTable}
PACKS = {
    tab: ListPage(
        name=f"supervision.rules.{tab}",
        title=title,
        table=TABLES.get(tab, PackTable),
        order="",
        size=50,
        parents=PARENTS,
        template="library/rules/pack.html",
    )
    for tab, title, _fits in TABS
}


@authority_page
@require_GET
def library(request: HttpRequest) -> HttpResponseBase:
    """List the packs, and below them the rows of those in force that the query finds."""
    form = LibraryQuery(request.GET)
    return LIBRARY.answer(
        request,
        filtered_lines(lines_in_force(today()), **cleaned_query(form)),
        form=form,
        cards=pack_cards(today()),
        today=today(),
        may_change=may_change_rules(current_actor()),
    )


@authority_page
@require_GET
def pack(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a pack, one tab for each kind of rule; a file holds those of all tabs."""
    form = LineQuery(request.GET)
    query = cleaned_query(form)
    tab, version = query.pop("tab", ""), query.pop("version", None)
    shown = pack_shown(code, version, today())
    draft = draft_of(code)
    lines = filtered_lines(lines_of(shown, draft), **query)
    if request.GET.get("format") == "xlsx":
        return LIBRARY.answer(request, lines, title=shown.name)
    by_tab = [(key, title, [line for line in lines if fits(line)]) for key, title, fits in TABS]
    open_tab = tab or next((key for key, _title, result in by_tab if result), "obligations")
    rows = next((result for key, _title, result in by_tab if key == open_tab), [])
    versions = version_lines(code, today())
    may_change = may_change_rules(current_actor()) and shown.overlays is None
    return PACKS.get(open_tab, PACKS["limits"]).answer(
        request,
        rows,
        form=form,
        exclude=() if may_change else ("actions",),
        title=shown.standard,
        pack=shown,
        counts=counts_of(shown),
        line=next(one for one in versions if one.pack.name == shown.name),
        versions=versions,
        draft=draft,
        tab=open_tab,
        tabs=[(key, title, len(result)) for key, title, result in by_tab],
        query=_query(query, version),
    )


def _query(query: dict[str, Any], version: int | None) -> str:
    """Return the query without the tab, so that tabs keep it."""
    parameters = {key: value for key, value in {**query, "version": version}.items() if value}
    return urlencode(parameters)


@authority_page
@require_GET
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Show the history of a pack: who published which version when, why, from when it holds."""
    lines = version_lines(code, today())
    pack = lines[0].pack
    parents = (*PARENTS, (pack.standard, reverse("library:rule_pack", args=[code])))
    context = {
        "title": gettext("版本"),
        "parents": parents,
        "code": code,
        "lines": lines,
        "pack": pack,
    }
    return render(request, "library/rules/versions.html", context)


@authority_page
@require_GET
def difference(request: HttpRequest, code: str) -> HttpResponse:
    """Show what differs between two versions, by default the newest and the one before."""
    lines = version_lines(code, today())
    by_version = {line.pack.version: line for line in lines}
    newest = lines[0].pack.version
    after = _version(request, "after", newest)
    before = _version(request, "before", max((v for v in by_version if v < after), default=after))
    if before not in by_version or after not in by_version:
        raise Http404(gettext("没有这个版本"))
    parents = (*PARENTS, (_("版本"), reverse("library:rule_versions", args=[code])))
    context = {
        "title": gettext("差异"),
        "parents": parents,
        "code": code,
        "lines": lines,
        "before": by_version[before],
        "after": by_version[after],
        "changes": changes_between(
            entries(by_version[before].pack), entries(by_version[after].pack)
        ),
    }
    return render(request, "library/rules/difference.html", context)


def _version(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    version = whole_number(text)
    if version is None:
        raise Http404(gettext("没有这个版本"))
    return version
