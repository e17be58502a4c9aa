"""Sheet definitions that the authority wrote: published ones for everybody, and its drafts."""

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yunjian.access.scope import get_visible_or_404
from yunjian.library.models import PublishedSheet, SheetDesign
from yunjian.standards import sheets
from yunjian.standards.sheets import Definition

_read: dict[UUID, Definition] = {}


def published_sheets() -> list[Definition]:
    """Return every published definition, each read once: its row never changes.

    The table is asked each time, so that what one process publishes holds in all. Scope is of no
    account: sheets hold for everybody.
    """
    keys = list(PublishedSheet.unscoped().order_by("id").values_list("pk", flat=True))
    if missing := [key for key in keys if key not in _read]:
        for row in PublishedSheet.unscoped().filter(pk__in=missing):
            _read[row.pk] = sheets.parsed(row.content)
    return [_read[key] for key in keys]


def designs() -> QuerySet[SheetDesign]:
    """Return the drafts that are not published yet, newest first."""
    result: QuerySet[SheetDesign] = SheetDesign.objects.filter(published=None)
    return result.select_related("changed_by").order_by("-changed_at")


def design(design_id: UUID) -> SheetDesign:
    """Return one draft.

    Raises:
        Http404: there is none that the actor may see.
    """
    result: SheetDesign = get_visible_or_404(
        SheetDesign, design_id, queryset=SheetDesign.objects.select_related("changed_by")
    )
    return result


def library(on_date: date) -> list[dict[str, Any]]:
    """Return every sheet with its versions (the newest first) and the one in force on a day."""
    published = {row.name: row for row in PublishedSheet.unscoped().select_related("published_by")}
    in_force = sheets.current_names(on_date)
    known = sorted(sheets.definitions().values(), key=lambda item: (item.code, -item.version))
    rows = []
    for code, found in groupby(known, key=lambda item: item.code):
        versions = [*found]
        current = next((item for item in versions if item.name == in_force.get(code)), None)
        rows.append(
            {
                "code": code,
                "shown": current or versions[0],
                "in_force": current,
                "versions": [(item, published.get(item.name)) for item in versions],
            }
        )
    return rows
