"""Reads of the ledger: visits as people look for them, and one visit as it is shown."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import SHANGHAI, day_bounds, now, today
from yunjian.kernel.languages import language_code, localized
from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.domain.positions import Sketch, sketch
from yunjian.maintenance.models import Confirmation, RecordSheet, Visit
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.selectors.visits import attachments_of, visits_visible
from yunjian.records.filters import text_filter, value_filter
from yunjian.standards import sheets
from yunjian.standards.sheets.layout import Block, laid_out

PHOTO_TITLES = {
    "sign_in": _("签到照片"),
    "sheet": _("记录单照片"),
    "signature": _("签名"),
    "other": _("其他"),
}
BAD = [Verdict.OUT_OF_CONTROL, Verdict.FAIL]


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
    sign-in. `state` also takes "late": handed in and not decided on by its deadline; `verdict` also
    "bad": out of control or failed.
    """
    return visits_visible().filter(
        text_filter(point, "point__name", "point__mn_code"),
        _late() if state == "late" else value_filter(state=state),
        value_filter(
            district_id=district,
            discharger__name__icontains=discharger,
            agency__name__icontains=agency,
            signed_in_at__gte=since and day_bounds(since)[0],
            signed_in_at__lt=until and day_bounds(until)[1],
            verdict__in=BAD if verdict == "bad" else [verdict] if verdict else [],
        ),
    )


def visit_counts() -> dict[str, int]:
    """Return how many visits began today, wait, are late or are objected to, and how many of the
    last seven days were out of control or failed (one query)."""
    week = today() - timedelta(days=6)
    counts: dict[str, int] = Visit.objects.order_by().aggregate(
        today=Count("pk", filter=Q(signed_in_at__gte=day_bounds(today())[0])),
        waiting=Count("pk", filter=Q(state=VisitState.SUBMITTED)),
        late=Count("pk", filter=_late()),
        objected=Count("pk", filter=Q(state=VisitState.OBJECTED)),
        bad=Count("pk", filter=Q(verdict__in=BAD, signed_in_at__gte=day_bounds(week)[0])),
    )
    return counts


@dataclass(frozen=True, slots=True)
class Day:
    """How the visits that began on a day ended: verdict → how many."""

    on: date
    verdicts: dict[str, int]


def visits_by_day(days: int) -> list[Day]:
    """Return the last days, today included, with their visits by verdict (one query).

    Visits that are still in progress count under "".
    """
    first = today() - timedelta(days=days - 1)
    rows = (
        Visit.objects.order_by()
        .filter(signed_in_at__gte=day_bounds(first)[0])
        .annotate(on=TruncDate("signed_in_at", tzinfo=SHANGHAI))
        .values_list("on", "verdict")
        .annotate(number=Count("pk"))
    )
    results: dict[date, dict[str, int]] = {first + timedelta(days=n): {} for n in range(days)}
    for on, verdict, number in rows:
        results.setdefault(on, {})[verdict] = number
    return [Day(on, verdicts) for on, verdicts in sorted(results.items())]


def _late() -> Q:
    return Q(state=VisitState.SUBMITTED, confirm_by__lt=now())


@dataclass(frozen=True, slots=True)
class SheetView:
    """A record sheet beside the definition that it was filled by."""

    sheet: RecordSheet
    definition: dict[str, Any]

    @property
    def title(self) -> str:
        """Return the title in the language that is read."""
        return localized(self.definition["title"])

    @property
    def standard(self) -> str:
        """Return the standard and the annex that it follows."""
        return f"{self.definition['standard']} {self.definition['annex']}".strip()

    @property
    def blocks(self) -> list[Block]:
        """Return it as blocks in the language that is read."""
        return laid_out(self.definition, self.sheet.answers, self.sheet.results, language_code())


@dataclass(frozen=True, slots=True)
class VisitDetail:
    """A visit with everything that is shown about it."""

    visit: Visit
    sheets: list[SheetView]
    attachments: list[Attachment]
    confirmation: Confirmation | None

    @property
    def photos(self) -> list[tuple[Attachment, str]]:
        """Return the pictures with the words below them."""
        return [
            (row, str(PHOTO_TITLES.get(row.purpose, PHOTO_TITLES["other"])))
            for row in self.attachments
            if row.kind == "image"
        ]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Return the way of a visit: title, moment, and whether it is done or current."""
        visit, decision = self.visit, self.confirmation
        objected = visit.state == VisitState.OBJECTED
        way = [
            (gettext("到场签到"), visit.signed_in_at),
            (gettext("签退"), visit.signed_out_at),
            (gettext("提交记录"), visit.submitted_at),
            (
                gettext("提出异议") if objected else gettext("排污单位确认"),
                decision and decision.decided_at,
            ),
        ]
        reached = sum(1 for _title, at in way if at)
        return [
            {"title": title, "at": at, "done": index < reached, "current": index == reached}
            for index, (title, at) in enumerate(way)
        ]

    @property
    def sketch(self) -> Sketch:
        """Return where the engineer stood (positions are WGS84, as the phone sends them)."""
        visit = self.visit
        spots = [
            (
                "sign_in",
                float(visit.sign_in_longitude),
                float(visit.sign_in_latitude),
                visit.sign_in_accuracy,
            )
        ]
        if visit.sign_out_longitude is not None and visit.sign_out_latitude is not None:
            place = (float(visit.sign_out_longitude), float(visit.sign_out_latitude))
            spots.append(("sign_out", *place, visit.sign_out_accuracy or 0.0))
        point = (float(visit.point.longitude), float(visit.point.latitude))
        return sketch(point, spots, settings.VISIT_FAR_METRES)


def visit_detail(visit_id: UUID) -> VisitDetail:
    """Return one visit with its sheets, attachments and confirmation (five queries).

    Raises:
        Http404: the acting actor may not see it, or there is none.
    """
    visit = get_visible_or_404(Visit, visit_id, queryset=visits_visible())
    rows = RecordSheet.unscoped().filter(visit=visit).order_by("position")
    confirmation = (
        Confirmation.unscoped().filter(visit=visit).select_related("signature", "signer").first()
    )
    return VisitDetail(
        visit=visit,
        sheets=[SheetView(row, sheets.definition(row.definition).source) for row in rows],
        attachments=attachments_of(visit),
        confirmation=confirmation,
    )
