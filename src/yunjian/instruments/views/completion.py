"""What helps while a filing is typed: makes and models, fields of a parameter, nameplates."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yunjian.evidence.pictures import accepted
from yunjian.instruments.documents.ocr import engine, proposals
from yunjian.instruments.forms import FilingForm
from yunjian.instruments.selectors.catalogue import makes_known
from yunjian.instruments.selectors.histories import value_label
from yunjian.kernel.errors import InvalidInput
from yunjian.sources.selectors.lookups import point_or_404
from yunjian.web.guards import source_page


@source_page
@require_GET
def makes(request: HttpRequest, point_id: UUID, kind: str) -> HttpResponseBase:
    """Return the models that are known of a maker, as options of a list."""
    point = point_or_404(point_id)
    typed = request.GET
    known = makes_known(kind, point.kind, typed.get("parameter", ""), typed.get("maker", ""))
    models = list(dict.fromkeys(make.model for make in known))
    return render(request, "instruments/parts/model_options.html", {"choices": models})


@source_page
@require_GET
def measuring(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Return the fields of the chosen parameter with what was typed, and what the make is known
    for where nothing was."""
    point = point_or_404(point_id)
    typed: dict[str, Any] = request.GET.dict()
    asked = (typed.get(name, "") for name in ("parameter", "maker", "model"))
    makes = makes_known("analyzer", point.kind, *asked)
    if typed.get("model") and makes:
        typed["method"] = typed.get("method") or makes[0].method
        typed["unit"] = typed.get("unit") or makes[0].unit
    form = FilingForm(kind="analyzer", point=point, initial=typed)
    return render(request, "instruments/parts/measuring.html", {"form": form})


@source_page
@require_POST
def read_nameplate(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Propose values from the photo of a nameplate; each is taken over only when accepted."""
    point_or_404(point_id)
    reader = engine()
    upload = request.FILES.get("nameplate")
    context: dict[str, Any] = {"proposals": [], "problem": ""}
    if reader is None:
        return HttpResponse(status=404)
    if upload is None:
        context["problem"] = _("请选择铭牌或证书的照片")
        return render(request, "instruments/parts/proposals.html", context, status=422)
    try:
        picture = accepted(upload.read(settings.ATTACHMENT_MAX_BYTES + 1), upload.name or "")
    except InvalidInput as error:
        context["problem"] = error.errors[0].message
        return render(request, "instruments/parts/proposals.html", context, status=422)
    if picture.kind != "image":
        context["problem"] = _("请选择照片（JPG、PNG、HEIC、WebP）")
        return render(request, "instruments/parts/proposals.html", context, status=422)
    result = proposals(reader.read(picture.content))
    context["proposals"] = [(path, value_label(path), value) for path, value in result.items()]
    return render(request, "instruments/parts/proposals.html", context)
