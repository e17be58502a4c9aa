"""Reads of pollution sources."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yunjian.identity.models import District, Organization
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.kernel.clock import today
from yunjian.records.filters import text_filter, value_filter
from yunjian.sources.domain.industries import industries
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource

MOST_MARKS = 200


def sources_visible(
    *,
    name: str = "",
    code: str = "",
    district: District | str = "",
    industry: str = "",
    management_level: str = "",
    medical: str = "",
    state: str = "",
) -> QuerySet[PollutionSource]:
    """Return the sources that the acting actor sees, with counts of outlets and points.

    `name` looks into name and address, `code` into the codes of source, permit and organisation,
    `industry` is the beginning of a code or a part of a name; `state` is "active" or "closed",
    `medical` "yes" or "no". An empty value asks for nothing.
    """
    closed = Q(closed_on__lte=today())
    rows = PollutionSource.objects.select_related("district", "organization").filter(
        text_filter(name, "name", "address"),
        text_filter(code, "code", "permit_number", "uscc", "organization__uscc"),
        value_filter(district=district, management_level=management_level),
        _industry(industry) if industry else Q(),
        Q(is_medical=medical == "yes") if medical else Q(),
        (closed if state == "closed" else ~closed) if state else Q(),
    )
    outlets = Outlet.objects.filter(source=OuterRef("pk")).order_by()
    points = MonitoringPoint.objects.filter(outlet__source=OuterRef("pk")).order_by()
    counted: QuerySet[PollutionSource] = rows.annotate(
        outlet_count=_count(outlets, "source"), point_count=_count(points, "outlet__source")
    )
    return counted


def _industry(text: str) -> Q:
    code = text.partition(" ")[0]
    if code.isdigit():
        return Q(industry_code__startswith=code)
    groups = [row.code for row in industries().values() if text in row.name or text in row.division]
    by_name = Q(industry_name__icontains=text)
    return by_name | Q(industry_code__regex=f"^({'|'.join(groups)})") if groups else by_name


def _count(rows: QuerySet[Outlet] | QuerySet[MonitoringPoint], by: str) -> Coalesce:
    counted = rows.values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def marks_around(source: PollutionSource) -> list[dict[str, Any]]:
    """Return the outlets and points of a source that stand elsewhere than it does, for a map.

    Each says where it is (degrees, WGS84), what it is called, and of which kind it is.
    """
    outlets = Outlet.objects.filter(source=source, longitude__isnull=False)
    points = MonitoringPoint.objects.filter(outlet__source=source).exclude(
        longitude=source.longitude, latitude=source.latitude
    )
    rows: list[tuple[Decimal, Decimal, str, str]] = [
        *outlets.values_list("longitude", "latitude", "code", "kind")[:MOST_MARKS],
        *points.values_list("longitude", "latitude", "name", "kind")[:MOST_MARKS],
    ]
    return [
        {"longitude": float(east), "latitude": float(north), "label": label, "kind": kind}
        for east, north, label, kind in rows
    ]


def dischargers_like(text: str, most: int = 20) -> list[Organization]:
    """Return dischargers that the actor sees, whose name or code holds the text."""
    rows = Organization.objects.filter(
        text_filter(text, "name", "uscc"), kind=OrganizationKind.DISCHARGER
    )
    return list(rows.order_by("name")[:most])
