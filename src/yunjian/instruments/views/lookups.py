"""What the pages of filings have in common: the way back, refusals, the files that came along."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yunjian.access.actor import current_actor
from yunjian.evidence.models import Attachment
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.kernel.errors import DomainError, FieldError, InvalidInput
from yunjian.sources.models import MonitoringPoint
from yunjian.web.dialogs import form_dialog
from yunjian.web.responses import done
from yunjian.web.uploads import stored

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def back_to(point: MonitoringPoint, kind: str) -> str:
    """Return the address of the instruments of a kind at a point."""
    tab = "samplers" if kind == InstrumentKind.SAMPLER else "analyzers"
    outlets = reverse("instruments:outlets", args=[point.outlet.source_id])
    return f"{outlets}?point={point.pk}&tab={tab}"


def refused(request: HttpRequest, back: str, error: DomainError) -> HttpResponse:
    """Show a refusal that belongs to no form."""
    context = {"error": error, "back": back}
    return render(request, "instruments/refused.html", context, status=error.status)


def acted(request: HttpRequest, back: str, act: Callable[[], object], message: str) -> HttpResponse:
    """Do what a button without a form asks for, and go back; or show why it is refused."""
    try:
        act()
    except DomainError as error:
        return refused(request, back, error)
    return done(request, message, back)


def earlier_files(request: HttpRequest) -> list[Attachment]:
    """Return the files that an earlier try of the form stored, as far as they are still wanted."""
    ids = [text for text in request.POST.getlist("stored") if UUID_TEXT.fullmatch(text)]
    return list(Attachment.objects.filter(pk__in=ids))


def files_dialog(
    request: HttpRequest,
    form: Any,
    point: MonitoringPoint,
    write: Callable[..., object],
    *,
    message: str,
    back: str,
    **context: Any,
) -> HttpResponse:
    """Show a form that files go with, or store them and call `write` with them and its values."""
    files = earlier_files(request)

    def save() -> HttpResponse:
        stored_files(request, point, files)
        values = {name: value for name, value in form.cleaned_data.items() if name != "uploads"}
        write(attachments=files, **values)
        return done(request, message, back)

    return form_dialog(request, form, save=save, attachments=files, **context)


def stored_files(request: HttpRequest, point: MonitoringPoint, files: list[Attachment]) -> None:
    """Store the files that came along, adding each good one to `files`.

    Files are evidence of their own: a refused form, or a bad file among them, does not ask for
    the good ones again.

    Raises:
        InvalidInput: at `uploads`; what is wrong with each bad one.
    """
    wrong = []
    for upload in request.FILES.getlist("uploads"):
        try:
            file = stored(
                current_actor(),
                upload,
                purpose="filing",
                field="uploads",
                district_code=point.district_id,
            )
            files.append(file)
        except InvalidInput as error:
            wrong.append(f"{upload.name}：{error.message}")
    if wrong:
        raise InvalidInput(errors=[FieldError("uploads", "file", "；".join(wrong))])
