"""Who discharges what where, and the instruments that watch it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

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
from yunjian.demo.stage import LOADER, Discharger, Stage
from yunjian.identity.models import Account, District
from yunjian.kernel.actor import Actor, acting_as
from yunjian.kernel.clock import at
from yunjian.sources import services
from yunjian.sources.models import InstrumentRevision, MonitoringPoint, Outlet, PollutionSource
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


def build_authority(stage: Stage) -> None:
    """Enter the districts and the bureau with its people."""
    stage.districts = {
        code: District(
            code=code, name=name, longitude=Decimal(str(east)), latitude=Decimal(str(north))
        )
        for code, name, east, north in DISTRICTS
    }
    District.objects.bulk_create(stage.districts.values(), ignore_conflicts=True)
    with at(stage.moment(stage.day(-6), 9)), acting_as(LOADER):
        stage.authority = stage.organization(
            "authority", "云间市生态环境局", uscc(stage.rng, "310000", authority=True), None
        )
        stage.reviewers = [
            stage.account(
                stage.authority, f"sh{number:02d}", stage.person_name(), "reviewer", "inspector"
            )
            for number in (1, 2)
        ]
        stage.account(stage.authority, "jc01", stage.person_name(), "inspector")


def build_dischargers(stage: Stage) -> None:
    """Enter the dischargers with their sites, outlets and points."""
    number = stage.scaled(DISCHARGERS)
    outlets = _shares(stage.scaled(OUTLETS), number)
    extra = stage.scaled(POINTS) - stage.scaled(OUTLETS)
    serials = count(1)
    for index in range(number):
        discharger = _discharger(stage, index)
        stage.dischargers.append(discharger)
        places = list(_outlets(stage, discharger, outlets[index]))
        for position, outlet in enumerate(places):
            # the first outlet of most companies has a second point
            double = position == 0 and extra > 0
            extra -= double
            _points(stage, discharger, outlet, serials, double=double)
    _file_instruments(stage, list(OPEN_FILINGS))


def _shares(total: int, parts: int) -> list[int]:
    return [total // parts + (index < total % parts) for index in range(parts)]


def _discharger(stage: Stage, index: int) -> Discharger:
    rng = stage.rng
    code, _name, east, north = rng.choices(DISTRICTS, weights=INDUSTRY)[0]
    district = stage.districts[code]
    industry = INDUSTRIES[index % len(INDUSTRIES)]
    moment = stage.moment(stage.day(-5), 9 + index % 480 / 60)
    with at(moment), acting_as(LOADER):
        organization = stage.organization(
            "discharger",
            f"云间{stage.brand()}{industry.business}有限公司",
            uscc(rng, code),
            district,
        )
        owner = stage.account(organization, f"pw{index + 1:03d}", stage.person_name(), "owner")
    discharger = Discharger(organization, district, industry, owner)
    longitude, latitude = stage.near(east, north, 0.045)
    with stage.acting(owner, moment + timedelta(minutes=20)) as actor:
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
            **_papers(stage, organization.uscc, industry),
            contact_name=owner.display_name,
            contact_phone=owner.phone,
            principal_name=stage.person_name(),
            principal_phone=stage.phone(),
        )
    discharger.sources.append(source)
    return discharger


def _papers(stage: Stage, uscc: str, industry: Industry) -> dict[str, Any]:
    """Return what the permit of a site says; a permit holds for five years."""
    until = stage.today + timedelta(days=stage.rng.randint(40, 1500))
    return {
        "permit_number": f"{uscc}001{stage.rng.choice('PQRV')}",
        "permit_valid_from": until - timedelta(days=5 * 365),
        "permit_valid_until": until,
        "management_level": stage.rng.choice(("key", "key", "key", "simplified")),
        "is_medical": industry.code.startswith("841"),
        "opened_on": stage.day(-stage.rng.randint(1300, 5000)),
    }


def _outlets(stage: Stage, discharger: Discharger, number: int) -> Iterator[Outlet]:
    kinds = _kinds(discharger.industry, number)
    names = {
        "wastewater": ("废水总排口", "生产废水排口", "雨水兼清下水排口"),
        "flue_gas": ("1# 锅炉烟囱", "2# 锅炉烟囱", "工艺废气排气筒"),
    }
    seen = {"wastewater": 0, "flue_gas": 0}
    source: PollutionSource = discharger.sources[0]
    with stage.acting(discharger.owner, stage.moment(stage.day(-5), 18)) as actor:
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
                **_shape(stage, gas=gas),
            )


def _shape(stage: Stage, *, gas: bool) -> dict[str, Any]:
    """Return how large an outlet is, and where what leaves it goes."""
    rng = stage.rng
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
    if not industry.gas:
        return ["wastewater"] * number
    if not industry.water:
        return ["flue_gas"] * number
    return [("wastewater", "flue_gas")[index % 2] for index in range(number)]


def _points(
    stage: Stage, discharger: Discharger, outlet: Outlet, serials: "count[int]", *, double: bool
) -> None:
    gas = outlet.kind == "flue_gas"
    sets = [stage.rng.choice(GAS_SETS if gas else WATER_SETS)]
    if double:
        sets.append(GAS_SETS[1] if gas else SECOND_WATER_SET)
    for position, parameters in enumerate(sets):
        # a minute apart: their ids, and with them their order in plans, are the same every time
        moment = stage.moment(stage.day(-5), 18.5) + timedelta(minutes=len(discharger.points))
        with stage.acting(discharger.owner, moment) as actor:
            used = set(sets[0]) if position and not gas else set()
            longitude, latitude = stage.near(
                outlet.source.longitude, outlet.source.latitude, 0.0012
            )
            networked = stage.day(-stage.rng.randint(100, 900))
            point = services.point_create(
                actor=actor,
                outlet=outlet,
                name=_point_name(outlet, position),
                mn_code=f"{discharger.district.pk}{next(serials):08d}",
                parameters=[name for name in parameters if name not in used] or parameters,
                longitude=longitude,
                latitude=latitude,
                sampling_method=_sampling_method(stage) if gas else "",
                automatic_calibration=gas and stage.rng.random() < 0.4,  # noqa: PLR2004
                networked_on=networked,
                opened_on=networked - timedelta(days=45),
                station_area=Decimal(stage.rng.choice((12, 15, 18, 20))),
                station_temperature_control=True,
                station_ups=stage.rng.random() < 0.8,  # noqa: PLR2004
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


def _sampling_method(stage: Stage) -> str:
    """Return a method for whose inspection there is a record sheet."""
    method = stage.rng.choice(METHODS)
    named = {
        sheet.source.get("applies", {}).get("kind")
        for sheet in definitions_for("flue_gas", method, stage.today)
        if method in sheet.source.get("applies", {}).get("methods", [])
    }
    return method if named else METHODS[0]


def _file_instruments(stage: Stage, open_filings: list[str]) -> None:
    """Draft and hand in on one day, decide on the following ones."""
    reviewer = stage.reviewers[0]
    for discharger in stage.dischargers:
        for position, point in enumerate(discharger.points):
            parameters = list(point.parameters)
            # somebody's last instrument is still on its way
            way = open_filings.pop() if position == 1 and open_filings else ""
            filed = parameters[:-1] if way else parameters
            for parameter in filed:
                _file(stage, discharger, point, parameter, reviewer)
            if way:
                _leave_open(stage, discharger, point, parameters[-1], way)


def _file(
    stage: Stage, discharger: Discharger, point: MonitoringPoint, parameter: str, reviewer: Account
) -> None:
    revision = _hand_in(stage, discharger, point, parameter, day=-4)
    with stage.acting(reviewer, stage.moment(stage.day(-3), 14)) as actor:
        services.revision_approve(actor=actor, revision=revision, note="资料齐全，予以备案")


def _leave_open(
    stage: Stage, discharger: Discharger, point: MonitoringPoint, parameter: str, way: str
) -> None:
    day = (stage.today - stage.begin).days - 2
    if way == "draft":
        _draft(stage, discharger, point, parameter, day)
        return
    revision = _hand_in(stage, discharger, point, parameter, day=day)
    if way == "returned":
        with stage.acting(stage.reviewers[0], stage.moment(stage.day(day + 1), 10)) as actor:
            services.revision_return(
                actor=actor, revision=revision, reason="出厂编号与铭牌照片不一致，请核对后重新提交"
            )


def _draft(
    stage: Stage, discharger: Discharger, point: MonitoringPoint, parameter: str, day: int
) -> InstrumentRevision:
    hour = 9 + stage.rng.random() * 7
    with stage.acting(discharger.owner, stage.moment(stage.day(day), hour)) as actor:
        return services.revision_draft(
            actor=actor,
            point=point,
            kind="analyzer",
            values=_values(stage, discharger, parameter),
        )


def _hand_in(
    stage: Stage, discharger: Discharger, point: MonitoringPoint, parameter: str, *, day: int
) -> InstrumentRevision:
    revision = _draft(stage, discharger, point, parameter, day)
    with stage.acting(discharger.owner, stage.moment(stage.day(day), 17)) as actor:
        return services.revision_submit(actor=actor, revision=revision)


def _values(stage: Stage, discharger: Discharger, parameter: str) -> dict[str, Any]:
    rng = stage.rng
    make: Make = rng.choice(MAKES[parameter])
    installed = stage.day(-rng.randint(60, 1200))
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
        "certificate_valid_until": stage.today + timedelta(days=rng.randint(30, 1400)),
        "accepted_on": installed + timedelta(days=30),
        "acceptance_number": f"云环验〔{installed.year}〕{rng.randint(10, 400)} 号",
        "contact_name": discharger.owner.display_name,
        "contact_phone": discharger.owner.phone,
        "settings": {"slope": f"{rng.uniform(0.97, 1.03):.4f}", "intercept": "0.1"},
    }
