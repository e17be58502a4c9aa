"""Who discharges what where, and the instruments that watch it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from yunjian.access.actor import Actor, acting_as
from yunjian.demo.builder import HISTORY_DAYS, LOADER, CityBuilder, Discharger
from yunjian.demo.catalogue import (
    DISTRICTS,
    GAS_SETS,
    INDUSTRIES,
    INDUSTRY,
    MAKES,
    ROADS,
    SECOND_WATER_SET,
    STREETS,
    WATER_SETS,
    Industry,
    Make,
)
from yunjian.demo.codes import uscc
from yunjian.demo.instruments import approve
from yunjian.identity.models import District
from yunjian.instruments import services as filing
from yunjian.instruments.models import InstrumentRevision
from yunjian.kernel.clock import at
from yunjian.sources import services
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.standards.sheets import definitions_for

DISCHARGERS = 40
OUTLETS = 90
POINTS = 130
METHODS = ("full_extraction", "full_extraction", "dilution", "direct")
GAS_STANDARD = "DB31/387-2018 锅炉大气污染物排放标准"
WATER_STANDARD = "DB31/199-2018 污水综合排放标准"
# invented limits of the size that such standards have
LIMITS = {
    "CODCr": ("60", "mg/L"),
    "NH3-N": ("5", "mg/L"),
    "TP": ("0.5", "mg/L"),
    "TN": ("15", "mg/L"),
    "SO2": ("20", "mg/m³"),
    "NOx": ("50", "mg/m³"),
    "PM": ("10", "mg/m³"),
}
# filings that are still on their way, so that everybody has something to do
OPEN_FILINGS = ("submitted", "submitted", "returned", "draft", "submitted")


def build_authority(builder: CityBuilder) -> None:
    """Enter the districts and the bureau with its people."""
    builder.districts = {
        code: District(
            code=code, name=name, longitude=Decimal(str(east)), latitude=Decimal(str(north))
        )
        for code, name, east, north in DISTRICTS
    }
    District.objects.bulk_create(builder.districts.values(), ignore_conflicts=True)
    with at(builder.moment(-6, 9)), acting_as(LOADER):
        builder.authority = builder.organization(
            "authority", "云间市生态环境局", uscc(builder.rng, "310000", authority=True), None
        )
        builder.reviewers = [
            builder.account(
                builder.authority, f"sh{number:02d}", builder.person_name(), "reviewer", "inspector"
            )
            for number in (1, 2)
        ]
        builder.account(builder.authority, "jc01", builder.person_name(), "inspector")


def build_dischargers(builder: CityBuilder) -> None:
    """Enter the dischargers with their sites, outlets and points."""
    number = builder.scaled(DISCHARGERS)
    outlets = _shares(builder.scaled(OUTLETS), number)
    extra = builder.scaled(POINTS) - builder.scaled(OUTLETS)
    serials = count(1)
    for index in range(number):
        discharger = _discharger(builder, index)
        builder.dischargers.append(discharger)
        places = list(_outlets(builder, discharger, outlets[index]))
        for position, outlet in enumerate(places):
            # the first outlet of most companies has a second point
            double = position == 0 and extra > 0
            extra -= double
            _points(builder, discharger, outlet, serials, double=double)
    _file_instruments(builder, list(OPEN_FILINGS))


def _shares(total: int, parts: int) -> list[int]:
    return [total // parts + (index < total % parts) for index in range(parts)]


def _discharger(builder: CityBuilder, index: int) -> Discharger:
    rng = builder.rng
    code, _name, east, north = rng.choices(DISTRICTS, weights=INDUSTRY)[0]
    district = builder.districts[code]
    industry = INDUSTRIES[index % len(INDUSTRIES)]
    moment = builder.moment(-5, 9 + index % 480 / 60)
    with at(moment), acting_as(LOADER):
        organization = builder.organization(
            "discharger",
            f"云间{builder.brand()}{industry.business}有限公司",
            uscc(rng, code),
            district,
        )
        owner = builder.account(organization, f"pw{index + 1:03d}", builder.person_name(), "owner")
    discharger = Discharger(organization, district, industry, owner)
    longitude, latitude = builder.near(east, north, 0.045)
    with builder.acting(owner, moment + timedelta(minutes=20)) as actor:
        source = services.source_create(
            actor=actor,
            organization=organization,
            code=f"{code}{index + 1:06d}",
            name=organization.name,
            district=district,
            street=STREETS.get(code, ""),
            industry_code=industry.code,
            industry_name=industry.name,
            address=f"{district.name}{rng.choice(ROADS)}路 {rng.randint(18, 2600)} 号",
            longitude=longitude,
            latitude=latitude,
            **_papers(builder, organization.uscc, industry),
            contact_name=owner.display_name,
            contact_phone=owner.phone,
            principal_name=builder.person_name(),
            principal_phone=builder.phone(),
        )
    discharger.sources.append(source)
    return discharger


def _papers(builder: CityBuilder, uscc: str, industry: Industry) -> dict[str, Any]:
    """Return what the permit of a site says; a permit holds for five years."""
    until = builder.today + timedelta(days=builder.rng.randint(40, 1500))
    return {
        "permit_number": f"{uscc}001{builder.rng.choice('PQRV')}",
        "permit_valid_from": until - timedelta(days=5 * 365),
        "permit_valid_until": until,
        "management_level": builder.rng.choice(("key", "key", "key", "simplified")),
        "is_medical": industry.code.startswith("841"),
        "opened_on": builder.day(-builder.rng.randint(1300, 5000)),
    }


def _outlets(builder: CityBuilder, discharger: Discharger, number: int) -> Iterator[Outlet]:
    kinds = _kinds(discharger.industry, number)
    names = {
        "wastewater": ("废水总排口", "生产废水排口", "雨水兼清下水排口"),
        "flue_gas": ("1# 锅炉烟囱", "2# 锅炉烟囱", "工艺废气排气筒"),
    }
    seen = {"wastewater": 0, "flue_gas": 0}
    source: PollutionSource = discharger.sources[0]
    with builder.acting(discharger.owner, builder.moment(-5, 18)) as actor:
        for kind in kinds:
            position = seen[kind]
            seen[kind] += 1
            gas = kind == "flue_gas"
            yield services.outlet_create(
                actor=actor,
                source=source,
                code=f"{'DA' if gas else 'DW'}{seen[kind]:03d}",
                name=names[kind][position % 3],
                kind=kind,
                emission_standard=GAS_STANDARD if gas else WATER_STANDARD,
                opened_on=source.opened_on,
                **_shape(builder, gas=gas),
            )


def _shape(builder: CityBuilder, *, gas: bool) -> dict[str, Any]:
    """Return how large an outlet is, and where what leaves it goes."""
    rng = builder.rng
    if gas:
        height = rng.choice((25, 45, 60, 80))
        return {
            "discharge_to": "atmosphere",
            "height": Decimal(height),
            "inner_diameter": Decimal(height) / 25,
            "location": "锅炉房北侧",
        }
    return {
        "discharge_to": rng.choice(("municipal_plant", "municipal_plant", "sewer_to_river")),
        "channel": rng.choice(("parshall", "parshall", "triangular", "pipe")),
        "location": "污水处理站出口，厂界东南侧",
    }


def _kinds(industry: Industry, number: int) -> list[str]:
    kinds = ["wastewater"] * industry.water + ["flue_gas"] * industry.gas
    return [kinds[index % len(kinds)] for index in range(number)]


def _points(
    builder: CityBuilder,
    discharger: Discharger,
    outlet: Outlet,
    serials: "count[int]",
    *,
    double: bool,
) -> None:
    gas = outlet.kind == "flue_gas"
    sets = [builder.rng.choice(GAS_SETS if gas else WATER_SETS)]
    if double:
        sets.append(GAS_SETS[1] if gas else SECOND_WATER_SET)
    for position, parameters in enumerate(sets):
        # a minute apart: their ids, and with them their order in plans, are the same every time
        moment = builder.moment(-5, 18.5) + timedelta(minutes=len(discharger.points))
        with builder.acting(discharger.owner, moment) as actor:
            used = set(sets[0]) if position and not gas else set()
            longitude, latitude = builder.near(
                outlet.source.longitude, outlet.source.latitude, 0.0012
            )
            networked = builder.day(-builder.rng.randint(100, 900))
            point = services.point_create(
                actor=actor,
                outlet=outlet,
                name=_point_name(outlet, position),
                mn_code=f"{discharger.district.pk}{next(serials):08d}",
                parameters=[name for name in parameters if name not in used] or parameters,
                longitude=longitude,
                latitude=latitude,
                sampling_method=_sampling_method(builder) if gas else "",
                automatic_calibration=gas and builder.rng.random() < 0.4,  # noqa: PLR2004
                networked_on=networked,
                opened_on=networked - timedelta(days=45),
                station_area=Decimal(builder.rng.choice((12, 15, 18, 20))),
                station_temperature_control=True,
                station_ups=builder.rng.random() < 0.8,  # noqa: PLR2004
                station_video=True,
            )
            discharger.points.append(point)
            _limits(actor, outlet, point)


def _limits(actor: Actor, outlet: Outlet, point: MonitoringPoint) -> None:
    """Let the limits of what the point measures hold since the outlet was opened."""
    known = set(outlet.limits.values_list("parameter", flat=True))
    for parameter in point.parameters:
        if parameter in known or parameter not in LIMITS:
            continue
        upper, unit = LIMITS[parameter]
        services.limit_add(
            actor=actor,
            outlet=outlet,
            parameter=parameter,
            upper=Decimal(upper),
            unit=unit,
            standard=outlet.emission_standard,
            clause="表 1",
            effective_from=outlet.opened_on or point.created_at.date(),
        )


def _point_name(outlet: Outlet, position: int) -> str:
    if outlet.kind == "flue_gas":
        return f"{outlet.name} CEMS" if position == 0 else f"{outlet.name}备用 CEMS"
    return f"{outlet.name}在线监测站" if position == 0 else f"{outlet.name}总磷总氮监测站"


def _sampling_method(builder: CityBuilder) -> str:
    """Return a method for whose inspection there is a record sheet."""
    method = builder.rng.choice(METHODS)
    named = {
        sheet.source.get("applies", {}).get("kind")
        for sheet in definitions_for("flue_gas", method, builder.today)
        if method in sheet.source.get("applies", {}).get("methods", [])
    }
    return method if named else METHODS[0]


def _file_instruments(builder: CityBuilder, open_filings: list[str]) -> None:
    """Draft and hand in on one day, decide on the following ones."""
    for discharger in builder.dischargers:
        for position, point in enumerate(discharger.points):
            parameters = list(point.parameters)
            # somebody's last instrument is still on its way
            way = open_filings.pop() if position == 1 and open_filings else ""
            filed = parameters[:-1] if way else parameters
            for parameter in filed:
                revision = _hand_in(builder, discharger, point, parameter, day=-4)
                approve(builder, revision, -3, 14)
            if way:
                _leave_open(builder, discharger, point, parameters[-1], way)


def _leave_open(
    builder: CityBuilder, discharger: Discharger, point: MonitoringPoint, parameter: str, way: str
) -> None:
    day = HISTORY_DAYS - 2
    if way == "draft":
        _draft(builder, discharger, point, parameter, day)
        return
    revision = _hand_in(builder, discharger, point, parameter, day=day)
    if way == "returned":
        with builder.acting(builder.reviewers[0], builder.moment(day + 1, 10)) as actor:
            filing.revision_return(
                actor=actor, revision=revision, reason="出厂编号与铭牌照片不一致，请核对后重新提交"
            )


def _draft(
    builder: CityBuilder, discharger: Discharger, point: MonitoringPoint, parameter: str, day: int
) -> InstrumentRevision:
    hour = 9 + builder.rng.random() * 7
    with builder.acting(discharger.owner, builder.moment(day, hour)) as actor:
        return filing.revision_draft(
            actor=actor,
            point=point,
            kind="analyzer",
            values=_values(builder, discharger, parameter),
        )


def _hand_in(
    builder: CityBuilder,
    discharger: Discharger,
    point: MonitoringPoint,
    parameter: str,
    *,
    day: int,
) -> InstrumentRevision:
    revision = _draft(builder, discharger, point, parameter, day)
    with builder.acting(discharger.owner, builder.moment(day, 17)) as actor:
        return filing.revision_submit(actor=actor, revision=revision)


def _values(builder: CityBuilder, discharger: Discharger, parameter: str) -> dict[str, Any]:
    rng = builder.rng
    make: Make = rng.choice(MAKES[parameter])
    installed = builder.day(-rng.randint(60, 1200))
    return {
        "name": make.name,
        "parameter": parameter,
        "method": make.method,
        "maker": make.maker,
        "model": make.model,
        "serial_number": f"{rng.randint(18, 25)}{rng.randrange(10**6):06d}",
        "manufactured_on": installed - timedelta(days=rng.randint(40, 200)),
        "installed_on": installed,
        "range_lower": Decimal(0),
        "range_upper": Decimal(make.upper),
        "unit": make.unit,
        "detection_limit": Decimal(make.limit),
        "certificate_number": f"CCAEPI-EP-{rng.randint(2021, 2025)}-{rng.randrange(1000):03d}",
        "certificate_valid_until": builder.today + timedelta(days=rng.randint(30, 1400)),
        "accepted_on": installed + timedelta(days=30),
        "acceptance_number": f"云环验〔{installed.year}〕{rng.randint(10, 400)} 号",
        "contact_name": discharger.owner.display_name,
        "contact_phone": discharger.owner.phone,
        "settings": {"slope": f"{rng.uniform(0.97, 1.03):.4f}", "intercept": "0.1"},
    }
