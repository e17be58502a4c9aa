"""仪器备案 as its discharger writes it: dialogs of drafts, changes and successors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.models import Attachment
from yunjian.instruments.documents.ocr import engine
from yunjian.instruments.fields import Value
from yunjian.instruments.forms import FilingForm
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind, Origin, RevisionState
from yunjian.instruments.selectors import (
    instrument_or_404,
    official_version,
    revision_or_404,
    settings_now,
    versions_of,
)
from yunjian.instruments.selectors.histories import value_label
from yunjian.instruments.services import (
    EditedMeanwhile,
    instrument_relocate,
    instrument_replace,
    revision_change,
    revision_discard,
    revision_draft,
    revision_submit,
    revision_withdraw,
    values_of,
)
from yunjian.instruments.services.drafts import values_carried
from yunjian.instruments.services.filing_values import fixed_parameter
from yunjian.instruments.views.lookups import acted, back_to, earlier_files, refused, stored_files
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.kernel.keyed_digests import is_keyed_digest
from yunjian.kernel.numbers import version_sent
from yunjian.records.changes import is_value_of, plain
from yunjian.records.numbers import plain_number
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import Medium
from yunjian.sources.selectors import point_or_404
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import source_page
from yunjian.web.responses import done

Write = Callable[..., InstrumentRevision]
FORM = "instruments/filing_form.html"


@dataclass(slots=True)
class Dialog:
    """A form of a filing and what stands around it."""

    title: str
    point: MonitoringPoint
    kind: str
    initial: Mapping[str, Any]
    attachments: list[Attachment]
    asks: str = ""
    fixed: str = ""
    returned: InstrumentRevision | None = None
    deadline: InstrumentRevision | None = None
    action: str = ""
    keeps_mn: bool = False

    def form(
        self, data: Any = None, files: Any = None, theirs: Mapping[str, str] | None = None
    ) -> FilingForm:
        """Return the form, as typed when there are data."""
        return FilingForm(
            data,
            files,
            kind=self.kind,
            point=self.point,
            initial=dict(self.initial),
            asks=self.asks,
            fixed_parameter=self.fixed,
            remarks=self.returned.field_remarks if self.returned else None,
            theirs=theirs,
        )


def _answer(request: HttpRequest, dialog: Dialog, write: Write) -> HttpResponse:
    """Show the form; when it is sent, write the draft and perhaps hand it in: both or neither."""
    form = dialog.form(posted(request), request.FILES or None)
    if form.is_bound:
        dialog.attachments = earlier_files(request)
    submits = request.POST.get("then") == "submit"

    def save() -> HttpResponse:
        stored_files(request, dialog.point, dialog.attachments)
        try:
            with transaction.atomic():
                revision = write(values=form.values() | {"attachments": dialog.attachments})
                if submits:
                    revision = revision_submit(actor=current_actor(), revision=revision)
        except EditedMeanwhile as error:
            return _both_edited(request, dialog, form, error)
        message = _("已提交审核") if submits else _("已保存草稿，提交后由生态环境部门审核")
        return done(request, message, back_to(dialog.point, dialog.kind))

    return form_dialog(request, form, save=save, template=FORM, **_around(request, dialog))


def _both_edited(
    request: HttpRequest, dialog: Dialog, form: FilingForm, error: EditedMeanwhile
) -> HttpResponse:
    """Show what somebody else changed: it is taken over where this person changed nothing.

    Where both changed one value, what was typed here stays, the other one stands beside it.
    """
    typed = {path: plain(value) or "" for path, value in form.values().items()}
    data = request.POST.copy()
    data["edition"] = str(error.revision.edition)
    theirs, taken = {}, []
    for path, change in error.changed().items():
        after = str(change.after or "")
        if path not in typed or _same(typed[path], after):
            continue
        if _was(error.revision, path, change.before, typed[path]):
            data[path] = after
            taken.append(f"{value_label(path)}：{after or '（空）'}")
        else:
            theirs[path] = f"{change.who} → {after or '（空）'}"
    known = {file.pk: file for file in error.revision.attachments.all()}
    dialog.attachments = list((known | {file.pk: file for file in dialog.attachments}).values())
    merged = dialog.form(data, theirs=theirs)
    merged.is_valid()
    merged.add_error(None, error.message)
    if taken:
        merged.add_error(None, _("已采用对方的修改：%(what)s") % {"what": "；".join(taken)})
    if theirs:
        text = _("双方都修改了：%(what)s；现为您填写的内容，对方的值标在各项下方") % {
            "what": "、".join(value_label(path) for path in theirs)
        }
        merged.add_error(None, text)
    return _page(request, dialog, merged, status=error.status)


def _was(revision: InstrumentRevision, path: str, before: object, typed: object) -> bool:
    """Tell whether what was typed is the value that the draft had when it was opened."""
    if is_keyed_digest(before):
        label = revision._meta.label_lower  # noqa: SLF001 - Django's documented API
        return is_value_of(str(before), label, str(revision.pk), path, typed)
    return _same(typed, before)


def _same(first: object, second: object) -> bool:
    one, other = str(first or "").strip(), str(second or "").strip()
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return False


def _page(request: HttpRequest, dialog: Dialog, form: FilingForm, status: int) -> HttpResponse:
    return render(request, FORM, {"form": form, **_around(request, dialog)}, status=status)


def _around(request: HttpRequest, dialog: Dialog) -> dict[str, Any]:
    """Return what stands around the form."""
    return {
        "title": f"{dialog.title} · {InstrumentKind(dialog.kind).label} · {dialog.point.name}",
        "dialog": dialog,
        "action": dialog.action or request.path_info,
        "query": request.META.get("QUERY_STRING", ""),
        "reads_nameplates": engine() is not None,
    }


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the values of a version as a person would type them."""
    return {
        path: plain_number(value) if isinstance(value, Decimal) else str(value or "")
        for path, value in values.items()
    }


@source_page
@require_http_methods(["GET", "POST"])
def filing_new(request: HttpRequest, point_id: UUID, kind: str) -> HttpResponseBase:
    """新增仪器备案."""
    point = point_or_404(point_id)
    if kind == InstrumentKind.SAMPLER and point.kind != Medium.WASTEWATER:
        raise Http404(_("没有找到您要的内容"))
    # never type what is known: the contact is most often who files
    account = request.user
    contact = {
        "contact_name": getattr(account, "display_name", ""),
        "contact_phone": getattr(account, "phone", ""),
    }
    dialog = Dialog(_("新增仪器备案"), point, kind, contact, [])
    write = partial(revision_draft, actor=current_actor(), point=point, kind=kind)
    return _answer(request, dialog, write)


@source_page
@require_http_methods(["GET", "POST"])
def filing_edit(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Edit a draft, or correct a returned filing."""
    revision = revision_or_404(revision_id)
    write = partial(
        revision_change,
        actor=current_actor(),
        revision=revision,
        edition=version_sent(request.POST.get("edition", "")),
    )
    return _answer(request, _of_version(revision), write)


def _of_version(revision: InstrumentRevision) -> Dialog:
    instrument = revision.instrument
    asks = "succession" if instrument.predecessor_id is not None else ""
    if instrument.period is not None:
        asks = "change"
    return Dialog(
        _("变更仪器备案") if asks else _("编辑仪器备案"),
        instrument.point,
        instrument.kind,
        _texts(values_of(revision)) | {"edition": revision.edition},
        list(revision.attachments.all()),
        asks=asks,
        fixed=fixed_parameter(instrument),
        returned=revision if revision.state == RevisionState.RETURNED else None,
        deadline=revision if revision.file_by else None,
    )


@source_page
@require_http_methods(["GET", "POST"])
def filing_change(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """变更: a new version of an instrument on file."""
    instrument = instrument_or_404(instrument_id)
    revision = versions_of(instrument)[0]
    revision.settings = settings_now(revision)
    dialog = _of_version(revision)
    dialog.title, dialog.returned, dialog.deadline = _("变更仪器备案"), None, None
    dialog.initial = _texts(values_of(revision)) | {
        "change_reason": "",
        "changed_on": "",
        "change_kind": request.GET.get("as", "data"),
    }
    write = partial(
        revision_draft,
        actor=current_actor(),
        point=instrument.point,
        kind=instrument.kind,
        instrument=instrument,
    )
    return _answer(request, dialog, write)


@source_page
@require_http_methods(["GET", "POST"])
def filing_replace(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """更换: file what takes the place of an instrument."""
    instrument = instrument_or_404(instrument_id)
    dialog = _successor(_("更换仪器"), instrument, instrument.point, Origin.REPLACEMENT)
    dialog.keeps_mn = True
    write = partial(instrument_replace, actor=current_actor(), instrument=instrument)
    return _answer(request, dialog, write)


@source_page
@require_http_methods(["GET", "POST"])
def filing_relocate(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """迁移: choose the point (`?point=`), then file the instrument there."""
    instrument = instrument_or_404(instrument_id)
    points = (
        MonitoringPoint.objects.filter(
            organization_id=instrument.organization_id, kind=instrument.point.kind
        )
        .exclude(pk=instrument.point_id)
        .select_related("outlet__source")
        .order_by("outlet__source__name", "outlet__code", "name")
    )
    point_id = request.GET.get("point", "")
    if not point_id:
        fitting = [
            point
            for point in points
            if instrument.kind == InstrumentKind.SAMPLER or instrument.slot in point.parameters
        ]
        context = {
            "title": f"{_('迁移仪器')} · {instrument.slot}",
            "points": fitting,
        }
        return render(request, "instruments/relocate.html", context)
    point = get_visible_or_404(MonitoringPoint, point_id, queryset=points)
    dialog = _successor(_("迁移仪器"), instrument, point, Origin.RELOCATION)
    write = partial(instrument_relocate, actor=current_actor(), instrument=instrument, point=point)
    return _answer(request, dialog, write)


def _successor(title: str, instrument: Instrument, point: MonitoringPoint, origin: str) -> Dialog:
    official = official_version(instrument)
    if official is None:
        raise Http404(_("没有找到您要的内容"))
    official.settings = settings_now(official)
    initial = _texts(values_carried(official, origin))
    fixed = fixed_parameter(instrument)
    return Dialog(title, point, instrument.kind, initial, [], asks="succession", fixed=fixed)


@source_page
@require_POST
def filing_submit(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Hand a draft in; when something is missing, show the form with what it is."""
    revision = revision_or_404(revision_id)
    instrument = revision.instrument
    back = back_to(instrument.point, instrument.kind)
    try:
        revision_submit(actor=current_actor(), revision=revision)
    except InvalidInput as error:
        return _incomplete(request, revision, error)
    except DomainError as error:
        return refused(request, back, error)
    return done(request, _("已提交审核"), back)


def _incomplete(
    request: HttpRequest, revision: InstrumentRevision, error: InvalidInput
) -> HttpResponse:
    """Show the draft's form as if its values had been typed now, with what is wrong."""
    dialog = _of_version(revision)
    dialog.action = reverse("instruments:filing_edit", args=[revision.pk])
    form = dialog.form({path: str(value) for path, value in dialog.initial.items()})
    form.is_valid()
    form.add_refusal(error)
    return _page(request, dialog, form, status=error.status)


@source_page
@require_POST
def filing_withdraw(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """撤回."""
    revision = revision_or_404(revision_id)
    back = back_to(revision.instrument.point, revision.instrument.kind)
    withdraw = partial(revision_withdraw, actor=current_actor(), revision=revision)
    return acted(request, back, withdraw, _("已撤回，可以修改后重新提交"))


@source_page
@require_POST
def filing_discard(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Throw a draft away."""
    revision = revision_or_404(revision_id)
    back = back_to(revision.instrument.point, revision.instrument.kind)
    discard = partial(revision_discard, actor=current_actor(), revision=revision)
    return acted(request, back, discard, _("草稿已删除"))
