"""Reads about agencies, their filing and their contracts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.agencies.dictionaries import EDUCATIONS
from yunjian.agencies.models import (
    AgencyFiling,
    Certificate,
    CompetenceConfirmation,
    Equipment,
    Person,
    ServiceContract,
    SparePart,
    Vehicle,
)
from yunjian.agencies.models.filing import FilingState
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import today
from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.records.filters import text_filter, value_filter
from yunjian.sources.models import MonitoringPoint

SOON_DAYS = 30  # what runs out within a month is shown as expiring


def open_filing(actor: Actor) -> AgencyFiling | None:
    """Return the filing the agency works on or has handed in."""
    return _own_filings(actor).exclude(state__in=["filed", "withdrawn"]).first()


def filed(actor: Actor) -> AgencyFiling | None:
    """Return the official filing of the agency."""
    return _own_filings(actor).filter(state=FilingState.FILED).first()


def _own_filings(actor: Actor) -> QuerySet[AgencyFiling]:
    filings: QuerySet[AgencyFiling] = AgencyFiling.objects.filter(
        organization_id=actor.own_organization
    )
    return filings


def people(*, text: str = "", position: str = "", presence: str = "") -> QuerySet[Any]:
    """Return people with `valid_until` of their latest certificate.

    `presence` is "present" or "left"; empty filters are ignored.
    """
    rows: QuerySet[Any] = Person.objects.annotate(
        valid_until=Max("certificates__valid_until"),
        certificate_count=Count("certificates", distinct=True),
        confirmed_until=Max("confirmations__valid_until"),
        education_title=EDUCATIONS.title_in("education"),
    ).select_related("account")
    if text:
        rows = rows.filter(text_filter(text, "name") | Q(phone__startswith=text))
    rows = rows.filter(value_filter(position=position))
    if presence:
        left = Q(left_on__lte=today())
        rows = rows.filter(left if presence == "left" else ~left | Q(left_on__isnull=True))
    return rows


def present_people(actor: Actor) -> QuerySet[Person]:
    """Return the people of the agency who work in the phone app and have not left."""
    rows: QuerySet[Person] = Person.objects.filter(
        organization_id=actor.own_organization, account__isnull=False
    )
    return rows.filter(Q(left_on__isnull=True) | Q(left_on__gt=today())).order_by("name", "id")


def equipment(*, text: str = "", state: str = "", due: str = "") -> QuerySet[Any]:
    """Return devices with `valid_until`, the day their calibration runs out.

    `due` is "expired", "soon" (within a month) or "none" (no certificate though one is needed).
    """
    rows: QuerySet[Any] = Equipment.objects.annotate(valid_until=Max("certificates__valid_until"))
    rows = rows.filter(
        text_filter(text, "name", "asset_number", "serial_number"), value_filter(state=state)
    )
    soon = (today(), today() + timedelta(days=SOON_DAYS))
    runs_out = {
        "expired": Q(valid_until__lt=today()),
        "soon": Q(valid_until__range=soon),
        "none": Q(valid_until__isnull=True, needs_calibration=True),
    }
    return rows.filter(runs_out.get(due, Q()))


def vehicles(*, text: str = "", ownership: str = "") -> QuerySet[Vehicle]:
    """Return vehicles."""
    rows: QuerySet[Vehicle] = Vehicle.objects.select_related("attachment")
    return rows.filter(value_filter(plate__icontains=text, ownership=ownership))


def spare_parts(*, text: str = "", location: str = "") -> QuerySet[SparePart]:
    """Return spare parts."""
    rows: QuerySet[SparePart] = SparePart.objects.all()
    return rows.filter(text_filter(text, "name", "model"), text_filter(location, "location"))


def contracts(*, text: str = "", holds: str = "") -> QuerySet[ServiceContract]:
    """Return contracts with `point_count`. `holds` is "current", "over" or "coming"."""
    rows: QuerySet[ServiceContract] = ServiceContract.objects.select_related(
        "agency", "discharger"
    ).annotate(point_count=Count("points"))
    rows = rows.filter(text_filter(text, "number", "discharger__name"))
    when = {
        "current": Q(period__contains=today()),
        "over": Q(period__fully_lt=(today(), None)),
        "coming": Q(period__startswith__gt=today()),
    }
    return rows.filter(when.get(holds, Q()))


@dataclass(frozen=True, slots=True)
class Expiring:
    """Something that runs out soon or has run out."""

    kind: str
    name: str
    valid_until: date
    link: str


def expiring(actor: Actor, *, most: int) -> list[Expiring]:
    """Return what runs out within a month or already has, the most urgent first.

    Counted by the latest certificate of each person in office and each device in use, and the
    leases of vehicles.
    """
    limit = today() + timedelta(days=SOON_DAYS)
    own = Q(organization_id=actor.own_organization)
    in_use = equipment().filter(needs_calibration=True).exclude(state=FilingState.WITHDRAWN)
    kinds: list[tuple[str, str, QuerySet[Any], str]] = [
        (_("人员"), "people", people(presence="present"), "valid_until"),
        (_("设备"), "equipment", in_use, "valid_until"),
        (_("车辆"), "vehicles", vehicles(ownership="leased"), "lease_until"),
    ]
    result = [
        Expiring(kind, str(row), getattr(row, day), f"/agency/{slug}/{row.pk}/")
        for kind, slug, rows, day in kinds
        for row in rows.filter(own, **{f"{day}__lte": limit}).order_by(day)[:most]
    ]
    return sorted(result, key=lambda one: one.valid_until)[:most]


def certificates_of(holder: Person | Equipment) -> QuerySet[Certificate]:
    """Return the certificates of a person or a device, the latest first."""
    side = "person" if isinstance(holder, Person) else "equipment"
    rows: QuerySet[Certificate] = Certificate.objects.filter(**{side: holder})
    return rows.select_related("attachment")


def confirmations_of(person: Person) -> QuerySet[CompetenceConfirmation]:
    """Return the confirmations of a person's competence, the latest first."""
    rows: QuerySet[CompetenceConfirmation] = CompetenceConfirmation.objects.filter(person=person)
    return rows.select_related("attachment")


def free_accounts(actor: Actor, *, besides: Any = None) -> QuerySet[Account]:
    """Return accounts of the organisation that no person holds yet, and that of one more key."""
    mine = Account.objects.filter(organization_id=actor.own_organization, is_active=True)
    return mine.filter(Q(person__isnull=True) | Q(pk=besides))


def contract_parties(
    *, uscc: str, mn_codes: Sequence[str]
) -> tuple[Organization, list[MonitoringPoint]]:
    """Find a discharger by its credit code and points by their MN codes.

    An agency cannot see places before it has a contract there, so both must be known exactly.

    Raises:
        InvalidInput: no such discharger, or codes that are not points of it.
    """
    with bypass_rls("before a contract an agency reaches no place, only exact codes"):
        discharger = Organization.unscoped().filter(uscc=uscc, kind="discharger").first()
        points = list(
            MonitoringPoint.unscoped()
            .filter(organization=discharger, mn_code__in=mn_codes)
            .order_by("mn_code")
        )
    if discharger is None:
        message = _("没有找到该统一社会信用代码对应的排污单位")
        raise InvalidInput(message, code="unknown", field="discharger")
    unknown = sorted(set(mn_codes) - {point.mn_code for point in points})
    if unknown:
        message = _("该排污单位没有以下 MN 号的测点：%(list)s") % {"list": "、".join(unknown)}
        raise InvalidInput(errors=[FieldError("points", "unknown", message)])
    return discharger, points
