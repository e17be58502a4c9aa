"""Sources, outlets and monitoring points: entered and kept by their discharger."""

from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.evidence.services import record
from yunjian.identity.models import District, Organization
from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.sources import events
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_keep_source, require
from yunjian.sources.services.checks import Problems, conflict_when, locked, plain


class SourceFields(TypedDict):
    """What is said of a pollution source. Position in degrees, WGS84."""

    name: str
    district: District
    industry_code: str
    industry_name: str
    address: str
    longitude: Decimal
    latitude: Decimal
    street: NotRequired[str]
    permit_number: NotRequired[str]
    permit_valid_until: NotRequired[date | None]
    management_level: NotRequired[str]
    is_medical: NotRequired[bool]
    contact_name: NotRequired[str]
    contact_phone: NotRequired[str]


class SourceChanges(TypedDict, total=False):
    """What may change of a source; what is left out stays as it is."""

    name: str
    district: District
    industry_code: str
    industry_name: str
    address: str
    longitude: Decimal
    latitude: Decimal
    street: str
    permit_number: str
    permit_valid_until: date | None
    management_level: str
    is_medical: bool
    contact_name: str
    contact_phone: str


POSITION = {"longitude", "latitude"}


@transaction.atomic
def source_create(
    *, actor: Actor, organization: Organization, code: str, **fields: Unpack[SourceFields]
) -> PollutionSource:
    """Enter a pollution source of a discharger.

    Raises:
        NotAllowed: the actor keeps no sources of this discharger.
        InvalidInput: values that cannot be right.
        Conflict: the code is taken.
    """
    require(may_keep_source(actor, organization.pk, fields["district"].pk))
    source = PollutionSource(organization=organization, code=code, **fields)
    _check_source(source)
    with conflict_when("sources_pollutionsource_code_key", _("该污染源编码已被使用"), "code"):
        source.save(force_insert=True)
    record(
        actor=actor,
        verb=events.SOURCE_CREATED,
        obj=source,
        organization_id=source.organization_id,
        payload={"code": code, "name": source.name},
    )
    return source


@transaction.atomic
def source_update(
    *, actor: Actor, source: PollutionSource, **changes: Unpack[SourceChanges]
) -> PollutionSource:
    """Change what is said of a source; the event keeps each value before and after.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidInput: values that cannot be right.
    """
    source = locked(source)
    require(may_keep_source(actor, source.organization_id, source.district_id))
    before = {name: getattr(source, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    for name, value in changed.items():
        setattr(source, name, value)
    _check_source(source)
    if not changed:
        return source
    source.save(update_fields=sorted(changed))
    if "district" in changed:
        # points carry the district so that scope needs no join
        MonitoringPoint.unscoped().filter(outlet__source=source).update(district=source.district)
    record(
        actor=actor,
        verb=events.SOURCE_MOVED if POSITION.issuperset(changed) else events.SOURCE_CHANGED,
        obj=source,
        organization_id=source.organization_id,
        payload={
            "changed": {
                name: [plain(before[name]), plain(value)] for name, value in changed.items()
            }
        },
    )
    return source


def _check_source(source: PollutionSource) -> None:
    problems = Problems()
    problems.model_fields(source, exclude=["organization", "district"])
    problems.position(source.longitude, source.latitude)
    problems.phone("contact_phone", source.contact_phone)
    problems.unless(
        source.industry_code.isascii() and source.industry_code[-4:].isdigit(),
        "industry_code",
        _("行业代码应为 GB/T 4754 的四位小类代码，如 2221"),
    )
    problems.refuse_if_any()


@transaction.atomic
def outlet_create(
    *,
    actor: Actor,
    source: PollutionSource,
    code: str,
    name: str,
    kind: str,
    emission_standard: str = "",
    height: Decimal | None = None,
) -> Outlet:
    """Add an outlet to a source. `height` of the stack in m, for flue gas only.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidInput: values that cannot be right.
        Conflict: the source has an outlet of this code.
    """
    require(may_keep_source(actor, source.organization_id, source.district_id))
    outlet = Outlet(
        source=source,
        code=code,
        name=name,
        kind=kind,
        emission_standard=emission_standard,
        height=height,
    )
    _check_outlet(outlet)
    with conflict_when("outlet_code_once", _("该污染源已有排口 %(code)s") % {"code": code}, "code"):
        outlet.save(force_insert=True)
    record(
        actor=actor,
        verb=events.OUTLET_CREATED,
        obj=outlet,
        organization_id=source.organization_id,
        payload={"source": str(source.pk), "code": code, "kind": kind},
    )
    return outlet


def _check_outlet(outlet: Outlet) -> None:
    problems = Problems()
    problems.model_fields(outlet, exclude=["source"])
    letters = {Medium.WASTEWATER: "DW", Medium.FLUE_GAS: "DA"}
    problems.unless(
        outlet.code[:2] == letters.get(Medium(outlet.kind))
        if outlet.kind in Medium.values
        else False,
        "code",
        _("废水排口编号以 DW 开头，废气排口编号以 DA 开头"),
    )
    problems.unless(outlet.height is None or outlet.height > 0, "height", _("排气筒高度应大于 0 m"))
    problems.refuse_if_any()


@transaction.atomic
def point_create(
    *,
    actor: Actor,
    outlet: Outlet,
    name: str,
    mn_code: str,
    parameters: list[str],
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    sampling_method: str = "",
    automatic_calibration: bool = False,
    networked_on: date | None = None,
) -> MonitoringPoint:
    """Add a monitoring point to an outlet; without a position it stands where the source does.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidInput: values that cannot be right.
        Conflict: the MN code is taken.
    """
    source = outlet.source
    require(may_keep_source(actor, source.organization_id, source.district_id))
    point = MonitoringPoint(
        outlet=outlet,
        organization_id=source.organization_id,
        district_id=source.district_id,
        kind=outlet.kind,
        name=name,
        mn_code=mn_code,
        parameters=parameters,
        sampling_method=sampling_method,
        automatic_calibration=automatic_calibration,
        networked_on=networked_on,
        longitude=source.longitude if longitude is None else longitude,
        latitude=source.latitude if latitude is None else latitude,
    )
    _check_point(point)
    with conflict_when("sources_monitoringpoint_mn_code_key", _("该 MN 号已被使用"), "mn_code"):
        point.save(force_insert=True)
    record(
        actor=actor,
        verb=events.POINT_CREATED,
        obj=point,
        organization_id=source.organization_id,
        payload={"outlet": str(outlet.pk), "mn_code": mn_code, "parameters": parameters},
    )
    return point


def _check_point(point: MonitoringPoint) -> None:
    if len(set(point.parameters)) != len(point.parameters):
        repeated = FieldError("parameters", "repeated", _("监测因子重复"))
        raise InvalidInput(errors=[repeated])
    problems = Problems()
    problems.model_fields(point, exclude=["outlet", "organization", "district"])
    problems.position(point.longitude, point.latitude)
    gas = point.kind == Medium.FLUE_GAS
    problems.unless(
        bool(point.sampling_method) == gas,
        "sampling_method",
        _("请选择采样方式") if gas else _("废水测点没有烟气采样方式"),
    )
    problems.refuse_if_any()
