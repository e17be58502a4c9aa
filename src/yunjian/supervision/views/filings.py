"""审核 → 仪器备案: what was handed in, decided on with everything in view."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.policies import REVIEW_INSTRUMENTS, may_review_instruments
from yunjian.instruments.selectors import (
    actions_of,
    days_to_decision,
    filing_queue,
    follow_ups_of,
    instrument_history,
    parameter_changes_of,
    plain_renewals,
    revision_detail,
    revision_or_404,
    stood_on,
    versions_of,
    waiting_by_district,
)
from yunjian.instruments.services import renewals_approve, revision_approve, revision_return
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.sources.selectors import point_or_404
from yunjian.supervision.forms import FilingQuery
from yunjian.supervision.tables import QueueTable, RenewalTable, workdays_spent
from yunjian.web.dialogs import matching_dialog
from yunjian.web.forms import DayQuery
from yunjian.web.guards import authority_page, only_with
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import done

TABS = [
    ("pending", _("待审")),
    ("renewals", _("待审续期")),
    ("approved", _("已通过")),
    ("returned", _("已退回")),
]
WAITING = ("pending", "renewals")
LOOK_BACK = timedelta(days=90)
REMARK = "remarks."
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _with_plainness(rows: list[InstrumentRevision]) -> list[InstrumentRevision]:
    """Say on each row whether it may be approved with others."""
    plain = plain_renewals(rows)
    for row in rows:
        row.is_plain = row.pk in plain  # type: ignore[attr-defined]  # for the template of the row
    return rows


QUEUE = ListPage(
    name="supervision.filings",
    title=_("仪器备案"),
    table=QueueTable,
    parents=((_("审核"), ""),),
    template="supervision/filings/queue.html",
)
RENEWALS = replace(QUEUE, name="supervision.renewals", table=RenewalTable, prepare=_with_plainness)


@authority_page
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the filings."""
    form = FilingQuery(request.GET, actor=current_actor())
    result = cleaned_query(form)
    tab = result.pop("tab", "") or "pending"
    return (RENEWALS if tab == "renewals" else QUEUE).answer(
        request,
        filing_queue(tab=tab, **result),
        form=form,
        # the longest waiting first; of what is decided the newest
        order="id" if tab in WAITING else "-id",
        # what waits is in one state
        exclude=("state",) if tab in WAITING else (),
        tab=tab,
        tabs=TABS,
        bulk="supervision/filings/bulk.html" if tab == "renewals" else "",
        waiting=waiting_by_district(),
        district=result.get("district", ""),
        mean_days=days_to_decision(today() - LOOK_BACK),
    )


@authority_page
@require_GET
def detail(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Show a filing with its steps, values, differences and history."""
    return _detail_page(request, revision_or_404(revision_id))


def _detail_page(
    request: HttpRequest, revision: InstrumentRevision, *, error: DomainError | None = None
) -> HttpResponse:
    instrument = revision.instrument
    may_review = may_review_instruments(current_actor(), instrument.point.district_id)
    detail = revision_detail(revision)
    typed = _remarks(request)
    wrong = {one.path.removeprefix(REMARK): one.message for one in error.errors} if error else {}
    context = {
        "title": revision,
        "parents": (*QUEUE.parents, (QUEUE.title, reverse("supervision:filings"))),
        "revision": revision,
        "instrument": instrument,
        "point": instrument.point,
        "detail": detail,
        "versions": versions_of(instrument),
        "lines": instrument_history(instrument),
        "changes": parameter_changes_of(instrument),
        "actions": actions_of(instrument),
        "follow_ups": follow_ups_of(instrument),
        "predecessor": _predecessor(instrument),
        "may_decide": may_review and revision.state == RevisionState.SUBMITTED,
        "waited": workdays_spent(revision),
        "limit": settings.FILING_REVIEW_WORKDAYS,
        "error": error,
        "typed": typed,
        "wrong": wrong,
        "note": request.POST.get("note", ""),
    }
    status = error.status if error else 200
    return render(request, "supervision/filings/detail.html", context, status=status)


def _predecessor(instrument: Instrument) -> InstrumentRevision | None:
    """Return the official version of what the instrument takes the place of."""
    if instrument.predecessor is None:
        return None
    return next(
        (row for row in versions_of(instrument.predecessor) if row.state == RevisionState.OFFICIAL),
        None,
    )


def _remarks(request: HttpRequest) -> dict[str, str]:
    """Return the remarks on fields that were typed, by path."""
    return {
        name.removeprefix(REMARK): text.strip()
        for name, text in request.POST.items()
        if name.startswith(REMARK) and isinstance(text, str) and text.strip()
    }


@authority_page
@require_POST
def approve(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Make the filing official."""
    revision = revision_or_404(revision_id)
    note = request.POST.get("note", "").strip()
    try:
        revision_approve(actor=current_actor(), revision=revision, note=note)
    except DomainError as error:
        return _detail_page(request, revision, error=error)
    return done(request, gettext("已通过，备案成为正式资料"), reverse("supervision:filings"))


@authority_page
@require_POST
def send_back(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Return the filing with a reason and remarks on its fields."""
    revision = revision_or_404(revision_id)
    try:
        revision_return(
            actor=current_actor(),
            revision=revision,
            reason=request.POST.get("note", ""),
            remarks=_remarks(request),
        )
    except DomainError as error:
        return _detail_page(request, revision, error=error)
    return done(request, gettext("已退回"), reverse("supervision:filings"))


def _approved(request: HttpRequest, rows: Sequence[InstrumentRevision]) -> HttpResponse:
    approved = renewals_approve(actor=current_actor(), revisions=rows)
    text = gettext("已通过 %(n)s 项续期备案") % {"n": len(approved)}
    return done(request, text, f"{reverse('supervision:filings')}?tab=renewals")


@authority_page
@require_POST
def approve_renewals(request: HttpRequest) -> HttpResponseBase:
    """Approve the chosen renewals that change nothing else: all or none."""
    chosen = [text for text in request.POST.getlist("chosen") if UUID_TEXT.fullmatch(text)]
    rows = InstrumentRevision.objects.filter(pk__in=chosen).select_related(
        "instrument__point__outlet__source"
    )
    try:
        return _approved(request, list(rows))
    except DomainError as error:
        back = f"{reverse('supervision:filings')}?tab=renewals"
        context = {"error": error, "back": back}
        return render(request, "instruments/refused.html", context, status=error.status)


def _plain_renewals_found(query: QueryDict) -> list[InstrumentRevision]:
    result = cleaned_query(FilingQuery(query, actor=current_actor())) | {"tab": "renewals"}
    rows = _with_plainness(list(filing_queue(**result).order_by("id")))
    return [row for row in rows if row.is_plain]  # type: ignore[attr-defined]


@only_with(REVIEW_INSTRUMENTS)
@require_http_methods(["GET", "POST"])
def approve_matching_renewals(request: HttpRequest) -> HttpResponseBase:
    """Approve every renewal that the filter finds and that changes nothing else."""
    return matching_dialog(
        request,
        _plain_renewals_found,
        act=partial(_approved, request),
        title=_("批量通过续期备案"),
        text=_("只含除证书和联系人外没有任何变化的续期，其余仍须单独审核。"),
        submit=_("全部通过"),
    )


@authority_page
@require_GET
def standing(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Show what stood at a point on a day (`?on=`, today by default)."""
    point, form = point_or_404(point_id), DayQuery(request.GET)
    day = form.day()
    context = {"point": point, "form": form, "day": day, "rows": stood_on(point, day)}
    return render(request, "instruments/standing.html", context)
