"""Reads that only authorities need: agencies, chains, and what happened last."""

from datetime import timedelta

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yunjian.agencies.models import AgencyFiling, ServiceContract
from yunjian.agencies.models.filing import FilingState
from yunjian.evidence.models import Event
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import lowest_id_at
from yunjian.maintenance.models import Visit
from yunjian.records.filters import value_filter

RECENT_DAYS = 30
LATEST_EVENTS = 20


def agencies_found(*, name: str = "", status: str = "") -> QuerySet[Organization]:
    """Return the agencies, with contracts in force and visits of the last 30 days in view."""
    rows = Organization.objects.filter(
        value_filter(name__icontains=name, status=status), kind="agency"
    ).select_related("district")
    contracts = ServiceContract.objects.filter(agency=OuterRef("pk"), period__contains=today())
    visits = Visit.objects.filter(
        agency=OuterRef("pk"), pk__gte=lowest_id_at(now() - timedelta(days=RECENT_DAYS))
    )
    counted: QuerySet[Organization] = rows.annotate(
        contract_count=_count(contracts), visit_count=_count(visits)
    )
    return counted


def _count(rows: QuerySet[ServiceContract] | QuerySet[Visit]) -> Coalesce:
    counted = rows.order_by().values("agency").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def latest_events() -> list[Event]:
    """Return the newest events of the organisations that the acting actor may see."""
    own = Organization.objects.values("pk")
    return list(Event.objects.filter(chain__in=own).order_by("-id")[:LATEST_EVENTS])


def agency_filings(*, name: str = "", state: str = "") -> QuerySet[AgencyFiling]:
    """Return the filings that agencies handed in; a first draft is the agency's own affair."""
    handed_in = AgencyFiling.objects.exclude(state=FilingState.DRAFT)
    rows: QuerySet[AgencyFiling] = handed_in.select_related("organization")
    return rows.filter(value_filter(organization__name__icontains=name, state=state))
