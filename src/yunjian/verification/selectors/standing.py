"""What stood at a point when a report was made: instruments with their parameters, people and
devices with their certificates."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.agencies.models import Certificate, CompetenceConfirmation, Equipment, Person
from yunjian.instruments.models import Instrument, InstrumentRevision, ParameterChange
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.selectors.lifecycle import settings_now
from yunjian.records.numbers import plain_number
from yunjian.sources.models import MonitoringPoint, PointAccess
from yunjian.verification.domain.findings import competence
from yunjian.verification.models import ReportPerson


def points_served(actor: Actor) -> QuerySet[MonitoringPoint]:
    """Return the points that the agency has or had access to, by place."""
    granted = PointAccess.granted(actor).values("point_id")
    rows: QuerySet[MonitoringPoint] = MonitoringPoint.objects.filter(pk__in=granted)
    return rows.select_related("outlet__source", "organization").order_by(
        "organization__name", "outlet__code", "name"
    )


def is_served_on(agency_id: UUID, point: MonitoringPoint, day: date) -> bool:
    """Tell whether a contract lets the agency work at the point on a day."""
    rows = PointAccess.unscoped().filter(organization_id=agency_id, point=point)
    return rows.filter(period__contains=day).exists()


def instruments_ever_at(point: MonitoringPoint) -> QuerySet[Instrument]:
    """Return the instruments that stand or stood at a point."""
    rows: QuerySet[Instrument] = Instrument.objects.filter(point=point, period__isnull=False)
    return rows.order_by("kind", "slot", "period")


def revisions_on(instruments: Iterable[Instrument], day: date) -> dict[UUID, InstrumentRevision]:
    """Return the version of each instrument that held on a day, by instrument (one query)."""
    held = InstrumentRevision.objects.filter(
        Q(state__in=[RevisionState.OFFICIAL, RevisionState.SUPERSEDED], effective__contains=day)
        | Q(state=RevisionState.OFFICIAL, effective__isnull=True),
        instrument__in=list(instruments),
    )
    rows = held.select_related("instrument").order_by("number")
    return {row.instrument_id: row for row in rows}


def stood(instrument: Instrument, day: date) -> bool:
    """Tell whether an instrument was in use on a day."""
    period = instrument.period
    return period is not None and day in period


def period_text(instrument: Instrument) -> str:
    """Return the days during which an instrument is or was in use."""
    period = instrument.period
    if period is None:
        return "—"
    return f"{period.lower}～{period.upper or ''}"


def instrument_label(instrument: Instrument, revision: InstrumentRevision | None) -> str:
    """Return what an instrument is called: parameter, model and factory number."""
    parts = [instrument.slot, *([revision.model, revision.serial_number] if revision else [])]
    return " ".join(one for one in parts if one)


SNAPSHOT = (
    "name", "parameter", "method", "maker", "model", "serial_number", "unit", "components",
)  # fmt: skip


def snapshot(
    revision: InstrumentRevision, changes: Sequence[ParameterChange], at: datetime
) -> dict[str, Any]:
    """Return the parameters of an instrument as they stood at a moment, as texts."""
    held: dict[str, Any] = {name: getattr(revision, name) for name in SNAPSHOT}
    for name in ("range_lower", "range_upper", "detection_limit"):
        value = getattr(revision, name)
        held[name] = plain_number(value) if value is not None else ""
    held["more_ranges"] = revision.more_ranges
    held["number"] = revision.number
    known = [change for change in changes if change.changed_at <= at]
    settings = settings_now(revision, known)
    held["settings"] = {key: str(value) for key, value in sorted(settings.items())}
    return held


def parameter_changes(instruments: Iterable[Instrument]) -> dict[UUID, list[ParameterChange]]:
    """Return the changes of parameters of instruments, the oldest first (one query)."""
    results: dict[UUID, list[ParameterChange]] = {}
    rows = ParameterChange.objects.filter(instrument__in=list(instruments)).order_by("id")
    for row in rows:
        results.setdefault(row.instrument_id, []).append(row)
    return results


def people_of(agency_id: UUID) -> QuerySet[Person]:
    """Return the people of an agency with their certificates, also those who have left."""
    rows: QuerySet[Person] = Person.objects.filter(organization_id=agency_id)
    confirmations = Prefetch("confirmations", CompetenceConfirmation.objects.all())
    return rows.prefetch_related(_certificates(), confirmations).order_by("name", "id")


def devices_of(agency_id: UUID) -> QuerySet[Equipment]:
    """Return the devices of an agency with their certificates, also those out of use."""
    rows: QuerySet[Equipment] = Equipment.objects.filter(organization_id=agency_id)
    return rows.prefetch_related(_certificates()).order_by("asset_number", "id")


def _certificates() -> Any:
    return Prefetch("certificates", Certificate.objects.order_by("-valid_until"))


def valid_on(holder: Person | Equipment, day: date) -> Certificate | None:
    """Return a certificate of a person or device (read with them) that was valid on a day."""
    for certificate in holder.certificates.all():
        begun = certificate.valid_from is None or certificate.valid_from <= day
        if begun and certificate.valid_until >= day:
            return certificate
    return None


def device_snapshot(device: Equipment, proof: Certificate | None) -> dict[str, str]:
    """Return how a device and its calibration are filed now, as texts."""
    return {
        **{name: getattr(device, name) for name in DEVICE_COLUMNS},
        "certificate": proof.number if proof else "",
        "valid_until": proof.valid_until.isoformat() if proof else "",
    }


DEVICE_COLUMNS = ("name", "model", "asset_number", "serial_number")


def confirmed_on(person: Person, day: date) -> CompetenceConfirmation | None:
    """Return the confirmation of competence of a person (read with them) that holds on a day, if
    the policy lets one stand in the place of a certificate."""
    if not competence().accepts_confirmation:
        return None
    for row in person.confirmations.all():
        if row.confirmed_on <= day <= row.valid_until:
            return row
    return None


def competence_text(row: ReportPerson) -> str:
    """Return what shows the competence of somebody who took part: a certificate by its number, a
    confirmation as what it is, or nothing."""
    if row.certificate is not None:
        return row.certificate.number
    if row.confirmation is None:
        return ""
    return _("能力确认（非证书）：%(by)s %(day)s 确认，依据 %(basis)s，有效期至 %(until)s") % {
        "by": row.confirmation.confirmed_by,
        "day": row.confirmation.confirmed_on,
        "basis": row.confirmation.basis,
        "until": row.confirmation.valid_until,
    }
