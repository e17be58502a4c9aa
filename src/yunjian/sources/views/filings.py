"""仪器备案 as its discharger sees it."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.kernel.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.kernel.ids import new_id
from yunjian.kernel.scope import get_visible_or_404
from yunjian.sources.filing_fields import plain_number
from yunjian.sources.forms import FilingForm, RetireForm
from yunjian.sources.models import Instrument, InstrumentRevision, MonitoringPoint
from yunjian.sources.models.filing import InstrumentKind, RevisionState
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_file_instruments
from yunjian.sources.selectors import instrument_history, revision_detail, versions_of
from yunjian.sources.services import (
    instrument_retire,
    revision_change,
    revision_discard,
    revision_draft,
    revision_submit,
    revision_withdraw,
    values_of,
)
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import source_page
from yunjian.web.responses import done

Write = Callable[[list[Attachment]], InstrumentRevision]
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _point(point_id: UUID) -> MonitoringPoint:
    rows = MonitoringPoint.objects.select_related("outlet__source")
    point: MonitoringPoint = get_visible_or_404(MonitoringPoint, point_id, queryset=rows)
    return point


def _instrument(instrument_id: UUID) -> Instrument:
    rows = Instrument.objects.select_related("point__outlet__source")
    instrument: Instrument = get_visible_or_404(Instrument, instrument_id, queryset=rows)
    return instrument


def _revision(revision_id: UUID) -> InstrumentRevision:
    rows = InstrumentRevision.objects.select_related(
        "instrument__point__outlet__source", "decided_by"
    )
    revision: InstrumentRevision = get_visible_or_404(
        InstrumentRevision, revision_id, queryset=rows
    )
    return revision


def _back(point: MonitoringPoint, kind: str) -> str:
    tab = "samplers" if kind == InstrumentKind.SAMPLER else "analyzers"
    outlets = reverse("sources:outlets", args=[point.outlet.source_id])
    return f"{outlets}?point={point.pk}&tab={tab}"


@source_page
@require_http_methods(["GET", "POST"])
def filing_new(request: HttpRequest, point_id: UUID, kind: str) -> HttpResponseBase:
    """新增仪器备案."""
    point = _point(point_id)
    if kind == InstrumentKind.SAMPLER and point.kind != Medium.WASTEWATER:
        raise Http404(_("没有找到您要的内容"))
    form = FilingForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        point=point,
        initial=_first_values(request),
    )
    context: dict[str, Any] = {"point": point, "kind": kind, "form": form, "attachments": []}
    if request.method == "POST" and form.is_valid():

        def write(files: list[Attachment]) -> InstrumentRevision:
            return revision_draft(
                actor=current_actor(),
                point=point,
                kind=kind,
                values=form.values() | {"attachments": files},
            )

        return _save(request, form, context, write)
    return _form_page(request, context, form)


def _first_values(request: HttpRequest) -> dict[str, Any]:
    """Never type what is known: the contact is most often who files."""
    account = request.user
    name = getattr(account, "display_name", "")
    return {"contact_name": name, "contact_phone": getattr(account, "phone", "")}


@source_page
@require_http_methods(["GET", "POST"])
def filing_edit(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Edit a draft, or correct a returned filing."""
    revision = _revision(revision_id)
    form, context = _version_form(request, revision)
    if request.method == "POST" and form.is_valid():

        def write(files: list[Attachment]) -> InstrumentRevision:
            return revision_change(
                actor=current_actor(),
                revision=revision,
                values=form.values() | {"attachments": files},
            )

        return _save(request, form, context, write)
    return _form_page(request, context, form)


@source_page
@require_http_methods(["GET", "POST"])
def filing_change(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """变更: a new version of an instrument on file."""
    instrument = _instrument(instrument_id)
    revision = versions_of(instrument)[0]
    revision.instrument = instrument
    form, context = _version_form(request, revision, fresh=True)
    if request.method == "POST" and form.is_valid():

        def write(files: list[Attachment]) -> InstrumentRevision:
            return revision_draft(
                actor=current_actor(),
                point=instrument.point,
                kind=instrument.kind,
                values=form.values() | {"attachments": files},
                instrument=instrument,
            )

        return _save(request, form, context, write)
    return _form_page(request, context, form)


def _version_form(
    request: HttpRequest, revision: InstrumentRevision, *, fresh: bool = False
) -> tuple[FilingForm, dict[str, Any]]:
    instrument = revision.instrument
    on_file = instrument.period is not None
    initial = _texts(revision)
    if fresh:
        initial["change_reason"] = ""
    form = FilingForm(
        request.POST or None,
        request.FILES or None,
        kind=instrument.kind,
        point=instrument.point,
        initial=initial,
        asks_reason=on_file,
        fixed_parameter=instrument.slot if on_file else "",
    )
    returned = revision if revision.state == RevisionState.RETURNED else None
    context = {
        "point": instrument.point,
        "kind": instrument.kind,
        "form": form,
        "instrument": instrument,
        "returned": returned,
        "attachments": list(revision.attachments.all()),
    }
    return form, context


def _texts(revision: InstrumentRevision) -> dict[str, str]:
    """Return the values of a version as a person would type them."""
    return {
        path: plain_number(value) if isinstance(value, Decimal) else str(value or "")
        for path, value in values_of(revision).items()
    }


def _save(
    request: HttpRequest, form: FilingForm, context: dict[str, Any], write: Write
) -> HttpResponse:
    """Write the draft and, when asked, hand it in: both or neither."""
    submits = request.POST.get("then") == "submit"
    try:
        # files are evidence of their own: a refused form does not ask for them again
        context["attachments"] = _kept(request)
        context["attachments"] += _uploaded(request, context["point"])
        with transaction.atomic():
            revision = write(context["attachments"])
            if submits:
                revision = revision_submit(actor=current_actor(), revision=revision)
    except DomainError as error:
        form.add_refusal(error)
        return _form_page(request, context, form, status=error.status)
    message = _("已提交审核") if submits else _("已保存草稿，提交后由生态环境部门审核")
    return done(request, message, _back(context["point"], context["kind"]))


def _kept(request: HttpRequest) -> list[Attachment]:
    ids = [text for text in request.POST.getlist("kept") if UUID_TEXT.fullmatch(text)]
    return list(Attachment.objects.filter(pk__in=ids))


def _uploaded(request: HttpRequest, point: MonitoringPoint) -> list[Attachment]:
    stored = []
    for upload in request.FILES.getlist("uploads"):
        try:
            attachment, _new = attachment_store(
                id=new_id(),
                actor=current_actor(),
                content=upload.read(),
                filename=upload.name or "",
                purpose="filing",
                district_code=point.district_id,
            )
        except InvalidInput as error:
            reason = "；".join(one.message for one in error.errors) or error.message
            raise InvalidInput(f"{upload.name}：{reason}", field="uploads") from error
        stored.append(attachment)
    return stored


def _form_page(
    request: HttpRequest, context: dict[str, Any], form: FilingForm, status: int | None = None
) -> HttpResponse:
    if status is None:
        status = 422 if request.method == "POST" else 200
    context = context | {"form": form, "back": _back(context["point"], context["kind"])}
    return render(request, "sources/filing_form.html", context, status=status)


@source_page
@require_POST
def filing_submit(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Hand a draft in; when something is missing, show the form with what it is."""
    revision = _revision(revision_id)
    try:
        revision_submit(actor=current_actor(), revision=revision)
    except InvalidInput as error:
        return _incomplete(request, revision, error)
    except DomainError as error:
        return _refused(request, revision.instrument, error)
    return done(
        request, _("已提交审核"), _back(revision.instrument.point, revision.instrument.kind)
    )


def _incomplete(
    request: HttpRequest, revision: InstrumentRevision, error: InvalidInput
) -> HttpResponse:
    """Show the draft's form as if its values had been typed now, with what is wrong."""
    instrument = revision.instrument
    typed = _texts(revision)
    form = FilingForm(
        typed,
        kind=instrument.kind,
        point=instrument.point,
        asks_reason=instrument.period is not None,
    )
    form.is_valid()
    form.add_refusal(error)
    context = {
        "point": instrument.point,
        "kind": instrument.kind,
        "instrument": instrument,
        "action": reverse("sources:filing_edit", args=[revision.pk]),
        "attachments": list(revision.attachments.all()),
    }
    return _form_page(request, context, form, status=error.status)


@source_page
@require_POST
def filing_withdraw(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """撤回."""
    revision = _revision(revision_id)
    try:
        revision_withdraw(actor=current_actor(), revision=revision)
    except DomainError as error:
        return _refused(request, revision.instrument, error)
    message = _("已撤回，可以修改后重新提交")
    return done(request, message, _back(revision.instrument.point, revision.instrument.kind))


@source_page
@require_POST
def filing_discard(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Throw a draft away."""
    revision = _revision(revision_id)
    instrument = revision.instrument
    back = _back(instrument.point, instrument.kind)
    try:
        revision_discard(actor=current_actor(), revision=revision)
    except DomainError as error:
        return _refused(request, instrument, error)
    return done(request, _("草稿已删除"), back)


def _refused(request: HttpRequest, instrument: Instrument, error: DomainError) -> HttpResponse:
    context = {"error": error, "back": _back(instrument.point, instrument.kind)}
    return render(request, "sources/refused.html", context, status=error.status)


@source_page
@require_GET
def instrument_detail(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show an instrument with the data of one version (`?version=`, the newest by default)."""
    instrument = _instrument(instrument_id)
    versions = versions_of(instrument)
    asked = request.GET.get("version", "")
    chosen = next((row for row in versions if str(row.number) == asked), versions[0])
    chosen.instrument = instrument
    context = {
        "instrument": instrument,
        "versions": versions,
        "detail": revision_detail(chosen),
        "back": _back(instrument.point, instrument.kind),
    }
    return render(request, "sources/instrument_detail.html", context)


@source_page
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """停用."""
    instrument = _instrument(instrument_id)
    status = 200
    form = RetireForm(request.POST or None, initial={"on": today()})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                instrument_retire(actor=current_actor(), instrument=instrument, **form.cleaned_data)
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                back = _back(instrument.point, instrument.kind)
                return done(request, _("仪器已停用"), back)
    context = {
        "instrument": instrument,
        "form": form,
        "back": _back(instrument.point, instrument.kind),
        "may_file": may_file_instruments(current_actor(), instrument.organization_id),
    }
    return render(request, "sources/retire.html", context, status=status)


@source_page
@require_GET
def instrument_events(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show what happened to an instrument and its filing."""
    instrument = _instrument(instrument_id)
    context = {
        "title": versions_of(instrument)[0].name or instrument.slot,
        "lines": instrument_history(instrument),
        "back": _back(instrument.point, instrument.kind),
    }
    return render(request, "sources/history.html", context)
