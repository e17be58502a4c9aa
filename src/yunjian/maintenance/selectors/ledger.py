"""Reads of the ledger: visits as people look for them, and one visit as it is shown."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import SHANGHAI, now, today
from yunjian.maintenance.models import Visit
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.selectors.visits import (
    SheetView,
    VisitDetail,
    visit_detail,
    visits_visible,
)
from yunjian.maintenance.sheet_rows import SheetSection, sheet_sections

PHOTO_TITLES = {"sign_in": "签到照片", "sheet": "记录单照片", "signature": "签名", "other": "其他"}


def visits_found(
    *,
    district: str = "",
    discharger: str = "",
    agency: str = "",
    point: str = "",
    since: date | None = None,
    until: date | None = None,
    state: str = "",
    verdict: str = "",
) -> QuerySet[Visit]:
    """Return the visits that the acting actor may see and that the query row asks for.

    Names are parts of names; `since` and `until` are days in Shanghai, both included, of the
    sign-in. `state` also takes "late": handed in and not decided on by its deadline.
    """
    asked = Q()
    if district:
        asked &= Q(district_id=district)
    if discharger:
        asked &= Q(discharger__name__icontains=discharger)
    if agency:
        asked &= Q(agency__name__icontains=agency)
    if point:
        asked &= Q(point__name__icontains=point) | Q(point__mn_code__icontains=point)
    if since:
        asked &= Q(signed_in_at__gte=_midnight(since))
    if until:
        asked &= Q(signed_in_at__lt=_midnight(until + timedelta(days=1)))
    if state:
        asked &= _late() if state == "late" else Q(state=state)
    if verdict:
        asked &= Q(verdict=verdict)
    return visits_visible().filter(asked)


def visit_counts() -> dict[str, int]:
    """Return how many visits began today, wait, are late or are objected to (one query)."""
    counts: dict[str, int] = Visit.objects.order_by().aggregate(
        today=Count("pk", filter=Q(signed_in_at__gte=_midnight(today()))),
        waiting=Count("pk", filter=Q(state=VisitState.SUBMITTED)),
        late=Count("pk", filter=_late()),
        objected=Count("pk", filter=Q(state=VisitState.OBJECTED)),
    )
    return counts


def _late() -> Q:
    return Q(state=VisitState.SUBMITTED, confirm_by__lt=now())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A record sheet as lines."""

    view: SheetView
    sections: list[SheetSection]


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A picture with the words below it."""

    attachment: Attachment
    title: str


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit as its page shows it."""

    detail: VisitDetail
    sheets: list[ShownSheet]
    photos: list[ShownPhoto]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Return the way of a visit: title, moment, and whether it is done or current."""
        visit, decision = self.detail.visit, self.detail.confirmation
        objected = visit.state == VisitState.OBJECTED
        way = [
            ("到场签到", visit.signed_in_at),
            ("签退", visit.signed_out_at),
            ("提交记录", visit.submitted_at),
            ("提出异议" if objected else "排污单位确认", decision and decision.decided_at),
        ]
        reached = sum(1 for _title, at in way if at)
        return [
            {"title": title, "at": at, "done": index < reached, "current": index == reached}
            for index, (title, at) in enumerate(way)
        ]


def visit_shown(visit_id: UUID) -> ShownVisit:
    """Return a visit with its sheets as lines and its photos.

    Raises:
        Http404: the acting actor may not see it, or there is none.
    """
    detail = visit_detail(visit_id)
    return ShownVisit(
        detail=detail,
        sheets=[
            ShownSheet(
                view, sheet_sections(view.definition, view.sheet.answers, view.sheet.results)
            )
            for view in detail.sheets
        ],
        photos=[
            ShownPhoto(row, PHOTO_TITLES.get(row.purpose, PHOTO_TITLES["other"]))
            for row in detail.attachments
            if row.kind == "image"
        ],
    )
