"""The page that every list of administration is."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.paging import Page, key_page

CHUNK = 500


def list_page(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    title: str,
    form: Any,
    table: type[Any],
    columns: list[Column],
    empty: str,
    order: str = "-id",
    **context: Any,
) -> HttpResponseBase:
    """Answer with a page of rows, or with all of them as an Excel file."""
    if request.GET.get("format") == "xlsx":
        ordered = rows.order_by(order) if order == "-id" else rows.order_by(order, "id")
        return stream_xlsx(f"{title}.xlsx", columns, ordered.iterator(CHUNK))
    page: Page[Any] = key_page(rows, request, order=order)
    shown = {
        "title": title,
        "filter_form": form,
        "page": page,
        "table": table(page.rows, request=request, empty_text=empty),
        "exportable": True,
        **context,
    }
    return render(request, "administration/list.html", shown)


def filter_values(form: Any) -> dict[str, Any]:
    """Return what a query row asks for; what cannot be read asks for nothing."""
    return form.cleaned_data if form.is_valid() else {}
