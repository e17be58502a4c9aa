"""What would be due at a point: the standards are asked, nothing is stored."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yunjian.kernel.clock import today
from yunjian.sources.models import MonitoringPoint
from yunjian.standards.rules import PointDescription
from yunjian.supervision.forms import WhatIfForm
from yunjian.supervision.selectors.what_if import (
    Answer,
    parameter_codes,
    point_described,
    search_points,
    what_if_answer,
)
from yunjian.web.guards import authority_page

EXAMPLE = {"kind": "flue_gas", "sampling_method": "full_extraction", "parameters": ["SO2", "NOx"]}


@authority_page
@require_GET
def what_if(request: HttpRequest) -> HttpResponse:
    """Ask for a described point, or for one that is chosen by searching."""
    text = request.GET.get("q", "").strip()
    chosen, form = _form(request)
    answer = _answer(form) if form.is_bound and form.is_valid() else None
    context = {
        "title": gettext("适用试算"),
        "parents": ((gettext("规则库"), reverse("library:rules")),),
        "form": form,
        "answer": answer,
        "text": text,
        "points": search_points(text) if text else [],
        "chosen": chosen,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "supervision/what_if.html", context, status=status)


def _form(request: HttpRequest) -> tuple[MonitoringPoint | None, WhatIfForm]:
    codes = parameter_codes()
    if "kind" in request.GET:
        return None, WhatIfForm(request.GET, codes=codes)
    initial: dict[str, Any] = {"on": today(), **EXAMPLE}
    if not request.GET.get("point"):
        return None, WhatIfForm(initial=initial, codes=codes)
    try:
        point, described = point_described(UUID(request.GET["point"]))
    except ValueError as error:
        raise Http404(gettext("没有找到您要的内容")) from error
    data = {
        "on": today().isoformat(),
        "kind": described.kind,
        "sampling_method": described.sampling_method or "",
        "parameters": list(described.parameters),
        **({"automatic_calibration": "on"} if described.automatic_calibration else {}),
    }
    return point, WhatIfForm(data, codes=codes)


def _answer(form: WhatIfForm) -> Answer:
    given = form.cleaned_data
    gas = given["kind"] == "flue_gas"
    described = PointDescription(
        kind=given["kind"],
        sampling_method=(given["sampling_method"] or None) if gas else None,
        automatic_calibration=given["automatic_calibration"],
        parameters=tuple(given["parameters"]),
    )
    return what_if_answer(described, given["on"])
