"""规则库: the packs in force, their rows, and their versions."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.library.domain.rule_changes import changes_between
from yunjian.library.forms.rules import LibraryQuery, LineQuery
from yunjian.library.policies.rules import may_change_rules
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
from yunjian.library.views.guards import rules_page
from yunjian.library.views.paging import sliced
from yunjian.web.excel import Column, stream_xlsx

STATE_WORDS = {"confirmed": _("已核对"), "pending": _("待核对"), "open": _("未确认")}
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
COLUMNS: list[Column] = [
    (_("规则包"), "pack.name"),
    (_("标准"), "pack.standard"),
    (_("规则"), lambda line: str(line.table_title)),
    (_("条目编号"), "row.id"),
    (_("名称"), "title"),
    (_("适用"), "applies"),
    (_("规定的内容"), lambda line: "\n".join(line.demands)),
    (_("数据对数"), "pairs"),
    (_("记录表"), "sheet"),
    (_("条款"), "row.clause"),
    (_("数值来源"), lambda line: "、".join(label for _key, label in line.tags)),
    (_("核对"), lambda line: str(STATE_WORDS[line.state])),
    (_("核对人与日期"), "confirmed"),
    (_("页码"), lambda line: line.mark.get("page", "")),
    (_("备注与说明"), lambda line: line.mark.get("remark", "")),
]


@rules_page
@require_GET
def library(request: HttpRequest) -> HttpResponseBase:
    """List the packs, and below them the rows of those in force that the query finds."""
    form = LibraryQuery(request.GET)
    lines = filtered_lines(
        lines_in_force(today()), **(form.cleaned_data if form.is_valid() else {})
    )
    if request.GET.get("format") == "xlsx":
        return _export(gettext("规则库.xlsx"), lines)
    context = {
        "cards": pack_cards(today()),
        "filter_form": form,
        "page": sliced(lines, request),
        "today": today(),
        "may_change": may_change_rules(current_actor()),
    }
    return render(request, "library/rules/library.html", context)


@rules_page
@require_GET
def pack(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a pack, one tab for each kind of rule; `?format=xlsx` exports what the query finds."""
    form = LineQuery(request.GET)
    query = dict(form.cleaned_data) if form.is_valid() else {}
    tab, version = query.pop("tab", ""), query.pop("version", None)
    shown = pack_shown(code, version, today())
    draft = draft_of(code)
    lines = filtered_lines(lines_of(shown, draft), **query)
    if request.GET.get("format") == "xlsx":
        return _export(f"{shown.name}.xlsx", lines)
    by_tab = [(key, title, [line for line in lines if fits(line)]) for key, title, fits in TABS]
    open_tab = tab or next((key for key, _title, found in by_tab if found), "obligations")
    rows = next((found for key, _title, found in by_tab if key == open_tab), [])
    versions = version_lines(code, today())
    actor = current_actor()
    context = {
        "pack": shown,
        "counts": counts_of(shown),
        "line": next(one for one in versions if one.pack.name == shown.name),
        "versions": versions,
        "draft": draft,
        "tab": open_tab,
        "tabs": [(key, title, len(found)) for key, title, found in by_tab],
        "query": _query(query, version),
        "filter_form": form,
        "page": sliced(rows, request),
        "may_change": may_change_rules(actor) and shown.overlays is None,
    }
    return render(request, "library/rules/pack.html", context)


def _query(query: dict[str, Any], version: int | None) -> str:
    """Return the query without the tab, so that tabs keep it."""
    kept = {key: value for key, value in {**query, "version": version}.items() if value}
    return urlencode(kept)


@rules_page
@require_GET
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Show the history of a pack: who published which version when, why, from when it holds."""
    lines = version_lines(code, today())
    context = {"code": code, "lines": lines, "pack": lines[0].pack}
    return render(request, "library/rules/versions.html", context)


@rules_page
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
    context = {
        "code": code,
        "lines": lines,
        "before": by_version[before],
        "after": by_version[after],
        "changes": changes_between(by_version[before].pack, by_version[after].pack),
    }
    return render(request, "library/rules/difference.html", context)


def _version(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise Http404(gettext("没有这个版本"))
    return int(text)


def _export(filename: str, lines: Iterable[RuleLine]) -> HttpResponseBase:
    return stream_xlsx(filename, COLUMNS, lines)
