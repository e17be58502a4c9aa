"""Report forms: what a comparison or verification report must hold, in versions."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from yunjian.api.errors import LIST, READ, Problem
from yunjian.kernel.errors import NotFound
from yunjian.library.schemas import ReportFormOut, ReportFormsOut
from yunjian.library.selectors import report_forms as selectors

router = Router(tags=["reports"], by_alias=True)


@router.get("/report-forms", response={200: ReportFormsOut, LIST: Problem})
def report_forms(request: HttpRequest) -> dict[str, Any]:
    """Return every version of every report form."""
    return {"items": selectors.rows_as_data()}


@router.get("/report-forms/in-force", response={200: ReportFormsOut, LIST: Problem})
def report_forms_in_force(
    request: HttpRequest, on: date, medium: str = "", kind: str = ""
) -> dict[str, Any]:
    """Return of each form the version in force on a day; `medium` and `kind` narrow it down."""
    return {"items": selectors.in_force_as_data(on, medium=medium, kind=kind)}


@router.get("/report-forms/{str:name}", response={200: ReportFormOut, READ: Problem})
def report_form(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return a version by `code@version`."""
    found = selectors.form_as_data(name)
    if found is None:
        raise NotFound(_("没有这个版本"))
    return found
