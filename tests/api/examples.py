"""A city in which every column has a value of its own, and what the API is to say about it.

Expectations are written out: no code of the API takes part in them, so that a column that stands
in the place of another is noticed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.support.world import GAS_SHEET, World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.domain.searching import grams
from yunjian.credit.models import Document, DocumentVersion, SearchIndex
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization, WechatBinding
from yunjian.instruments.models import FilingImport, FollowUp, Instrument, InstrumentRevision
from yunjian.kernel.clock import today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Confirmation, RecordSheet, Task, Visit
from yunjian.messaging.models import Notification
from yunjian.records.fields import Specification
from yunjian.sources.fields import POINT
from yunjian.sources.models import (
    EmissionLimit,
    MonitoringPoint,
    Outlet,
    PointRevision,
    PollutionSource,
)
from yunjian.standards import sheets

NOW = new_id()
UUID_TEXT = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
MOMENT_TEXT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00"


class Made:
    """Equals every text of a form that the server makes itself."""

    def __init__(self, form: str) -> None:
        self.form = form

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.form, other) is not None

    def __hash__(self) -> int:
        return hash(self.form)

    def __repr__(self) -> str:
        return f"<{self.form}>"


class Near:
    """Equals every number that is as near as that."""

    def __init__(self, number: float, by: float = 1) -> None:
        self.number, self.by = number, by

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float) and abs(other - self.number) <= self.by

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<about {self.number}>"


class Anything:
    """Equals whatever is there: what another example says of it."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


AN_ID, A_MOMENT = Made(UUID_TEXT), Made(MOMENT_TEXT)
A_DIGEST = Made(r"(sha256|sm3):[0-9a-f]{64}")


def key(number: int) -> UUID:
    """Return an id of the city: a UUIDv7 as a phone makes it now."""
    return UUID(f"{str(NOW)[:18]}-8000-{number:012d}")


def at(minute: int) -> datetime:
    """Return a moment of the city."""
    return datetime(2026, 3, 1, 8, minute, 30, tzinfo=UTC)


def moment(minute: int) -> str:
    """Return the same as JSON has it."""
    return f"2026-03-01T08:{minute:02d}:30+00:00"


def build() -> World:
    """Write the city."""
    world = build_world()
    with acting_as(system_actor("test")):
        _parties(world)
        _places(world)
        _instruments(world)
        _visits(world)
        _messages(world)
        _documents(world)
    return world


def _parties(world: World) -> None:
    Account.objects.filter(pk=world.engineer.pk).update(
        display_name="李工", phone="13911112222", username="li-gong"
    )
    Organization.unscoped().filter(pk=world.agency.pk).update(name="清源环保")
    Organization.unscoped().filter(pk=world.discharger.pk).update(
        name="浦江纸业", uscc="91310115MA1TEST0A1"
    )
    WechatBinding.objects.create(
        id=key(1),
        app_id=settings.WECHAT_APP_ID,
        openid="openid-of-li-gong",
        account=world.engineer,
        bound_at=at(1),
    )


def _places(world: World) -> None:
    PollutionSource.unscoped().filter(pk=world.source.pk).update(
        code="310115000777",
        name="示例造纸厂",
        uscc="91310115MA1TEXT01R",
        street="张江镇",
        industry_code="2222",
        industry_name="手工纸制造",
        address="示例路 7 号",
        longitude=Decimal("121.611111"),
        latitude=Decimal("31.211111"),
        datum="gcj02",
        typed_longitude=Decimal("121.622222"),
        typed_latitude=Decimal("31.222222"),
        permit_number="91310115MA1TEXT01R001P",
        permit_valid_from=date(2024, 1, 2),
        permit_valid_until=date(2029, 1, 1),
        management_level="simplified",
        is_medical=True,
        contact_name="甲联系",
        contact_phone="13800000001",
        principal_name="乙负责",
        principal_phone="13800000002",
        opened_on=date(2020, 5, 6),
        closed_on=date(2099, 9, 9),
        close_reason="将拆除",
        version=7,
    )
    Outlet.unscoped().filter(pk=world.flue_gas_outlet.pk).update(
        name="锅炉烟囱",
        emission_standard="DB31/387",
        height=Decimal("45.5"),
        inner_diameter=Decimal("1.25"),
        discharge_to="atmosphere",
        location="厂区东侧",
        longitude=Decimal("121.633333"),
        latitude=Decimal("31.233333"),
        datum="bd09",
        typed_longitude=Decimal("121.644444"),
        typed_latitude=Decimal("31.244444"),
        opened_on=date(2020, 7, 8),
        closed_on=date(2099, 8, 8),
        version=3,
    )
    Outlet.unscoped().filter(pk=world.wastewater_outlet.pk).update(
        channel="parshall", discharge_to="sea", version=8
    )
    MonitoringPoint.unscoped().filter(pk=world.flue_gas_point.pk).update(
        name="锅炉 CEMS",
        mn_code="310115FFFF00000000000B02",
        parameters=["SO2", "厂控"],
        sampling_method="dilution",
        automatic_calibration=True,
        networked_on=date(2021, 2, 3),
        location="烟囱 20 米平台",
        longitude=Decimal("121.655555"),
        latitude=Decimal("31.255555"),
        datum="gcj02",
        typed_longitude=Decimal("121.666666"),
        typed_latitude=Decimal("31.266666"),
        station_area=Decimal("12.5"),
        station_temperature_control=True,
        station_ups=False,
        station_video=True,
        opened_on=date(2021, 1, 5),
        closed_on=date(2099, 7, 7),
        version=5,
    )
    EmissionLimit.objects.create(
        id=key(2),
        outlet=world.flue_gas_outlet,
        parameter="SO2",
        lower=Decimal("0.5"),
        upper=Decimal(35),
        unit="mg/m³",
        standard="GB 13223",
        clause="4.1",
        period=DateRange(date(2022, 1, 1), date(2098, 1, 1)),
    )
    PointRevision.objects.create(
        point=world.flue_gas_point,
        number=4,
        period=DateRange(date(2021, 4, 6), date(2097, 1, 1)),
        parameters=["SO2", "NOx"],
        sampling_method="direct",
        automatic_calibration=False,
        reason="扩项",
    )


def _instruments(world: World) -> None:
    instrument = Instrument.objects.filter(point=world.flue_gas_point)
    world.instrument = instrument.get()  # type: ignore[attr-defined]
    instrument.update(period=DateRange(date(2022, 3, 4), date(2096, 1, 1)))
    revision = InstrumentRevision.objects.filter(instrument__point=world.flue_gas_point)
    world.revision = revision.get()  # type: ignore[attr-defined]
    revision.update(
        number=6,
        edition=9,
        name="SO2 分析仪",
        parameter="SO2",
        method="紫外荧光",
        maker="甲仪器厂",
        model="YJ-300",
        serial_number="SN-0007",
        manufactured_on=date(2022, 1, 10),
        installed_on=date(2022, 2, 11),
        range_lower=Decimal("1.5"),
        range_upper=Decimal("250.25"),
        unit="mg/m³",
        more_ranges=[["0", "100"]],
        detection_limit=Decimal("0.75"),
        certificate_number="CCAEPI-0008",
        certificate_valid_until=date(2095, 5, 5),
        type_approval_number="TA-0009",
        accepted_on=date(2022, 3, 12),
        acceptance_number="YS-0010",
        networked_on=date(2022, 3, 13),
        contact_name="丙联系",
        contact_phone="13800000003",
        settings={"slope": "1.02", "intercept": "-0.4"},
        change_kind="renewal",
        changed_on=date(2022, 4, 14),
        change_reason="续期",
        file_by=date(2022, 5, 15),
        note="备注在此",
        submitted_at=at(20),
        decided_at=at(21),
        decision_note="资料齐全",
        field_remarks={"model": "与铭牌一致"},
    )
    world.revision.attachments.add(  # type: ignore[attr-defined]
        attachment(world, key(3), world.discharger.pk, "filing", at(22))
    )
    FollowUp.objects.create(
        id=key(4),
        instrument=world.instrument,  # type: ignore[attr-defined]
        revision=world.revision,  # type: ignore[attr-defined]
        code="acceptance",
        title="重新验收",
        standard="HJ 75-2017",
        clause="7.2",
        provenance="text",
        opened_on=date(2022, 6, 1),
        due_on=date(2022, 6, 16),
        report_number="BG-0011",
    )
    FilingImport.objects.create(
        id=key(5),
        organization=world.discharger,
        source=world.source,
        state="undone",
        filename="仪器.xlsx",
        digest="sha256:55",
        rows=[{}, {}],
        problems=[{"sheet": "烟气", "row": 3, "column": "型号", "message": "请填写此项"}],
        created_at=at(23),
        applied_at=at(24),
        undone_at=at(25),
    )


def attachment(
    world: World, identifier: UUID, owner: UUID, purpose: str, made: datetime
) -> Attachment:
    row: Attachment = Attachment.unscoped().create(
        id=identifier,
        organization_id=owner,
        shared_with=world.discharger.pk,
        kind="image",
        purpose=purpose,
        filename="a.jpg",
        content_type="image/jpeg",
        size=1,
        width=64,
        height=48,
        digest=f"sha256:{identifier}",
        source_digest="sha256:0",
        storage_key="none",
        created_at=made,
    )
    return row


RESULT = {
    "verdict": "attention",
    "fields": {"a.b": {"value": 1.25, "verdict": "attention", "message": "偏大", "clause": "9.1"}},
    "errors": [],
    "follow_ups": [{"kind": "repair", "path": "a.b", "message": "请检修", "clause": "9.2"}],
}


def _visits(world: World) -> None:
    task = Task.unscoped().create(
        id=key(6),
        organization=world.agency,
        discharger=world.discharger,
        district=world.district,
        plan=world.plan,
        point=world.flue_gas_point,
        due_on=today(),
        assignee=world.engineer_person,
        contents=["巡检", "校准"],
        sheets=[GAS_SHEET],
        state="started",
    )
    visit = _visit(world, key(7), task, "submitted")
    RecordSheet.objects.create(
        id=key(8),
        visit=visit,
        position=0,
        definition=GAS_SHEET,
        context={},
        answers={"a": {"b": 1}},
        results=RESULT,
        verdict="calibrate",
    )
    attachment(world, key(9), world.agency.pk, "sign_in", at(30))
    confirmed = _visit(world, key(10), task, "objected")
    signature = attachment(world, key(11), world.discharger.pk, "signature", at(31))
    Confirmation.objects.create(
        id=key(12),
        visit=confirmed,
        decision="object",
        reason="未到现场",
        signature=signature,
        shown_digest="sha256:12",
        signer=world.discharger_owner,
        signer_name="周厂长",
        decided_at=at(32),
        is_late=True,
    )


def _visit(world: World, identifier: UUID, task: Task, state: str) -> Visit:
    row: Visit = Visit.objects.create(
        id=identifier,
        task=task,
        point=task.point,
        agency=world.agency,
        discharger=world.discharger,
        district=world.district,
        engineer=world.engineer,
        state=state,
        verdict="fail",
        signed_in_at=at(33),
        sign_in_longitude=Decimal("121.6777771"),
        sign_in_latitude=Decimal("31.2777771"),
        sign_in_accuracy=12.5,
        sign_in_datum="WGS84",
        sign_in_distance=33.25,
        sign_in_photo_id=key(9),
        sign_in_digest="sha256:13",
        signed_out_at=at(34),
        submitted_at=at(35),
        confirm_by=datetime(2099, 1, 1, tzinfo=UTC),
        participants=["张三", "李四"],
        note="换了滤芯",
        warnings=["定位精度较差"],
        submission_digest="sha256:14",
        content_digest="sha256:15",
        attachment_ids=[],
    )
    return row


def _messages(world: World) -> None:
    for number, read_at in ((13, None), (14, at(41))):
        Notification.unscoped().create(
            id=key(number),
            recipient=world.engineer,
            kind="test",
            title=f"标题 {number}",
            body=f"正文 {number}",
            link=f"/h5/#/visits/{number}",
            created_at=at(number + 27),
            read_at=read_at,
        )


def _documents(world: World) -> None:
    document = Document.objects.create(
        id=key(30),
        organization=world.agency,
        category="requirements",
        title="维护要求（改名后）",
        maker="丙仪器厂",
        model="YJ-700",
        read_by_positions=["engineer", "technical_lead"],
        read_within=12,
        published=True,
        version=4,
    )
    document.points.add(world.flue_gas_point)
    document.readers.add(world.engineer_person)
    begun = today() - timedelta(days=3)
    attachment(world, key(33), world.agency.pk, "document", at(42))
    held = {
        "document": document,
        "organization": world.agency,
        "number": 2,
        "title": "维护要求",
        "state": "published",
        "effective_from": begun,
        "expires_on": today() + timedelta(days=90),
        "period": DateRange(begun, today() + timedelta(days=91)),
        "body": "每月更换滤芯",
        "attachment_id": key(33),
        "change_note": "改为每月",
        "file_text": "滤芯规格见附表",
        "search_text": "维护要求\n每月更换滤芯\n滤芯规格见附表",
        "digest": "sha256:31",
        "published_at": at(43),
        "version": 2,
    }
    row = DocumentVersion.objects.create(id=key(31), **held)
    SearchIndex.objects.create(version=row, grams=grams(str(held["search_text"])))
    coming = held | {
        "number": 3,
        "title": "维护要求（改名后）",
        "effective_from": today() + timedelta(days=91),
        "expires_on": None,
        "period": DateRange(today() + timedelta(days=91), None),
        "body": "每周更换滤芯",
        "attachment_id": None,
        "change_note": "改为每周",
        "file_text": "",
        "digest": "sha256:32",
        "version": 3,
    }
    DocumentVersion.objects.create(id=key(32), **coming)


# --- what is said of it


def version_row(**changes: Any) -> dict[str, Any]:
    """Return what the API says of the version in force."""
    return {
        "id": str(key(31)),
        "document": str(key(30)),
        "title": "维护要求",
        "category": "requirements",
        "number": 2,
        "state": "in_force",
        "effective_from": (today() - timedelta(days=3)).isoformat(),
        "expires_on": (today() + timedelta(days=90)).isoformat(),
        "file": {
            "id": str(key(33)),
            "purpose": "document",
            "url": f"/files/{key(33)}",
            "taken_at": moment(42),
            "filename": "a.jpg",
        },
        "has_file_text": True,
        "change_note": "改为每月",
        "digest": "sha256:31",
        "version": 2,
    } | changes


def coming_row(**changes: Any) -> dict[str, Any]:
    """Return what the API says of the version that does not hold yet."""
    return (
        version_row(
            id=str(key(32)),
            title="维护要求（改名后）",
            number=3,
            state="coming",
            effective_from=(today() + timedelta(days=91)).isoformat(),
            expires_on=None,
            file=None,
            has_file_text=False,
            change_note="改为每周",
            digest="sha256:32",
            version=3,
        )
        | changes
    )


def version(**changes: Any) -> dict[str, Any]:
    """Return what the API says of the version in force, with its text."""
    text = {"body": "每月更换滤芯", "file_text": "滤芯规格见附表"}
    return version_row() | text | changes


def document_row(**changes: Any) -> dict[str, Any]:
    """Return what the API says of the document in a list."""
    return {
        "id": str(key(30)),
        "category": "requirements",
        "category_title": "维护技术要求",
        "title": "维护要求（改名后）",
        "maker": "丙仪器厂",
        "model": "YJ-700",
        "organization": "清源环保",
        "state": "in_force",
        "number": 2,
        "effective_from": (today() - timedelta(days=3)).isoformat(),
        "expires_on": (today() + timedelta(days=90)).isoformat(),
        "excerpt": "",
    } | changes


def document(world: World, **changes: Any) -> dict[str, Any]:
    """Return everything that the API says of the document."""
    return (
        document_row()
        | {
            "points": [
                {
                    "id": str(world.flue_gas_point.pk),
                    "name": "锅炉 CEMS",
                    "mn_code": "310115FFFF00000000000B02",
                }
            ],
            "read_by_positions": ["engineer", "technical_lead"],
            "readers": [{"id": str(world.engineer_person.pk), "name": "李建国"}],
            "read_within": 12,
            "version": 4,
            "versions": [coming_row(), version_row()],
        }
        | changes
    )


def source(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the source."""
    return {
        "id": str(world.source.pk),
        "code": "310115000777",
        "credit_code": "91310115MA1TEXT01R",
        "name": "示例造纸厂",
        "organization": {"id": str(world.discharger.pk), "name": "浦江纸业"},
        "district": {"code": "310115", "name": "浦东新区"},
        "street": "张江镇",
        "industry_code": "2222",
        "industry_name": "手工纸制造",
        "address": "示例路 7 号",
        "longitude": 121.611111,
        "latitude": 31.211111,
        "datum": "gcj02",
        "typed": {"longitude": 121.622222, "latitude": 31.222222},
        "permit_number": "91310115MA1TEXT01R001P",
        "permit_valid_from": "2024-01-02",
        "permit_valid_until": "2029-01-01",
        "management_level": "simplified",
        "is_medical": True,
        "contact_name": "甲联系",
        "contact_phone": "13800000001",
        "principal_name": "乙负责",
        "principal_phone": "13800000002",
        "opened_on": "2020-05-06",
        "closed_on": "2099-09-09",
        "close_reason": "将拆除",
        "state": "active",
        "version": 7,
    } | changes


def outlet(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the stack."""
    return {
        "id": str(world.flue_gas_outlet.pk),
        "code": "DA001",
        "name": "锅炉烟囱",
        "kind": "flue_gas",
        "emission_standard": "DB31/387",
        "height": 45.5,
        "inner_diameter": 1.25,
        "channel": "",
        "discharge_to": "atmosphere",
        "location": "厂区东侧",
        "longitude": 121.633333,
        "latitude": 31.233333,
        "datum": "bd09",
        "typed": {"longitude": 121.644444, "latitude": 31.244444},
        "opened_on": "2020-07-08",
        "closed_on": "2099-08-08",
        "state": "active",
        "version": 3,
    } | changes


def water_outlet(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the outfall, whose position nobody entered."""
    return {
        "id": str(world.wastewater_outlet.pk),
        "code": "DW001",
        "name": "废水总排口",
        "kind": "wastewater",
        "emission_standard": "",
        "height": None,
        "inner_diameter": None,
        "channel": "parshall",
        "discharge_to": "sea",
        "location": "",
        "longitude": None,
        "latitude": None,
        "datum": "wgs84",
        "typed": {"longitude": None, "latitude": None},
        "opened_on": None,
        "closed_on": None,
        "state": "active",
        "version": 8,
    } | changes


def empty_texts(specification: Specification) -> dict[str, Any]:
    """Return the texts that nobody filled in: a new field needs no line here."""
    return {path: "" for path, one in specification.fields.items() if one.kind == "text"}


def point(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the CEMS."""
    return (
        empty_texts(POINT)
        | {
            "id": str(world.flue_gas_point.pk),
            "outlet": str(world.flue_gas_outlet.pk),
            "name": "锅炉 CEMS",
            "kind": "flue_gas",
            "mn_code": "310115FFFF00000000000B02",
            "parameters": [{"symbol": "SO2", "code": "a21026"}, {"symbol": "厂控", "code": None}],
            "sampling_method": "dilution",
            "automatic_calibration": True,
            "networked_on": "2021-02-03",
            "location": "烟囱 20 米平台",
            "longitude": 121.655555,
            "latitude": 31.255555,
            "datum": "gcj02",
            "typed": {"longitude": 121.666666, "latitude": 31.266666},
            "station_area": 12.5,
            "station_temperature_control": True,
            "station_ups": False,
            "station_video": True,
            "opened_on": "2021-01-05",
            "closed_on": "2099-07-07",
            "state": "active",
            "version": 5,
        }
        | changes
    )


def water_point(world: World) -> dict[str, Any]:
    """Return what the API says of the station at the outfall, in WGS84."""
    return empty_texts(POINT) | {
        "id": str(world.wastewater_point.pk),
        "outlet": str(world.wastewater_outlet.pk),
        "name": "废水总排口在线监测站",
        "kind": "wastewater",
        "mn_code": "31011500000101",
        "parameters": [
            {"symbol": "CODCr", "code": "w01018"},
            {"symbol": "NH3-N", "code": "w21003"},
        ],
        "sampling_method": "",
        "automatic_calibration": False,
        "networked_on": None,
        "location": "",
        "longitude": 121.6,
        "latitude": 31.2,
        "datum": "wgs84",
        "typed": {"longitude": 121.6, "latitude": 31.2},
        "station_area": None,
        "station_temperature_control": False,
        "station_ups": False,
        "station_video": False,
        "opened_on": None,
        "closed_on": None,
        "state": "active",
        "version": 1,
    }


LIMIT: dict[str, Any] = {
    "id": str(key(2)),
    "parameter": "SO2",
    "lower": 0.5,
    "upper": 35.0,
    "unit": "mg/m³",
    "standard": "GB 13223",
    "clause": "4.1",
    "from": "2022-01-01",
    "to": "2098-01-01",
}


def point_detail(world: World) -> dict[str, Any]:
    """Return what the API says of the CEMS with its past."""
    return point(world) | {
        "revisions": [
            {
                "number": 4,
                "from": "2021-04-06",
                "to": "2097-01-01",
                "held": True,
                "parameters": ["SO2", "NOx"],
                "sampling_method": "direct",
                "automatic_calibration": False,
                "reason": "扩项",
            }
        ],
        "on": {
            "day": "2023-03-03",
            "in_use": True,
            "parameters": ["SO2", "NOx"],
            "instruments": [{"id": instrument(world)["id"], "slot": "SO2"}],
            "limits": [LIMIT],
        },
    }


def instrument(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the label of the analyser says."""
    row: Instrument = world.instrument  # type: ignore[attr-defined]
    return {
        "id": str(row.pk),
        "kind": "analyzer",
        "slot": "SO2",
        "in_use_from": "2022-03-04",
        "in_use_until": "2096-01-01",
        "name": "SO2 分析仪",
        "maker": "甲仪器厂",
        "model": "YJ-300",
        "serial": "SN-0007",
        "parameter": "SO2",
        "range_lower": 1.5,
        "range_upper": 250.25,
        "unit": "mg/m³",
        "settings": {"slope": "1.02", "intercept": "-0.4"},
        "certificate_valid_until": "2095-05-05",
        "point": {
            "id": str(world.flue_gas_point.pk),
            "name": "锅炉 CEMS",
            "mn_code": "310115FFFF00000000000B02",
            "outlet_code": "DA001",
            "outlet_name": "锅炉烟囱",
            "source_name": "示例造纸厂",
        },
    } | changes


def filing_row(world: World, **changes: Any) -> dict[str, Any]:
    """Return the line of the analyser's filing."""
    return {
        "id": str(world.revision.pk),  # type: ignore[attr-defined]
        "instrument": instrument(world)["id"],
        "kind": "analyzer",
        "number": 6,
        "state": "official",
        "edition": 9,
        "name": "SO2 分析仪",
        "parameter": "SO2",
        "model": "YJ-300",
        "serial_number": "SN-0007",
        "point": {
            "id": str(world.flue_gas_point.pk),
            "name": "锅炉 CEMS",
            "mn_code": "310115FFFF00000000000B02",
        },
        "submitted_at": moment(20),
        "decided_at": moment(21),
        "file_by": "2022-05-15",
    } | changes


def filing(
    world: World, values: dict[str, str | None] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the analyser's filing with all its values, those of `values` instead."""
    return (
        filing_row(world)
        | {
            "values": {
                "name": "SO2 分析仪",
                "parameter": "SO2",
                "method": "紫外荧光",
                "maker": "甲仪器厂",
                "model": "YJ-300",
                "serial_number": "SN-0007",
                "manufactured_on": "2022-01-10",
                "installed_on": "2022-02-11",
                "range_lower": "1.5000",
                "range_upper": "250.2500",
                "unit": "mg/m³",
                "detection_limit": "0.7500",
                "certificate_number": "CCAEPI-0008",
                "certificate_valid_until": "2095-05-05",
                "contact_name": "丙联系",
                "contact_phone": "13800000003",
                "change_kind": "renewal",
                "changed_on": "2022-04-14",
                "change_reason": "续期",
                "note": "备注在此",
                "more_ranges": "0～100",
                "components": "",
                "type_approval_number": "TA-0009",
                "accepted_on": "2022-03-12",
                "acceptance_number": "YS-0010",
                "networked_on": "2022-03-13",
                "settings.slope": "1.02",
                "settings.intercept": "-0.4",
                "settings.correction_factor": None,
                "settings.excess_air": None,
                "settings.line_temperature": None,
                "settings.nox_converter_efficiency": None,
                "settings.probe_temperature": None,
                "settings.reference_oxygen": None,
                "settings.response_seconds": None,
            }
            | (values or {}),
            "attachments": [str(key(3))],
            "decision_note": "资料齐全",
            "remarks": {"model": "与铭牌一致"},
        }
        | changes
    )


FOLLOW_UP: dict[str, Any] = {
    "id": str(key(4)),
    "code": "acceptance",
    "title": "重新验收",
    "standard": "HJ 75-2017",
    "clause": "7.2",
    "due_on": "2022-06-16",
    "done_on": None,
    "report_number": "BG-0011",
}


def follow_up(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the follow-up."""
    return FOLLOW_UP | {"instrument": instrument(world)["id"]} | changes


def filing_import(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the API says of the import."""
    return {
        "id": str(key(5)),
        "source": str(world.source.pk),
        "state": "undone",
        "filename": "仪器.xlsx",
        "digest": "sha256:55",
        "rows": 2,
        "problems": [{"sheet": "烟气", "row": 3, "column": "型号", "message": "请填写此项"}],
        "created_at": moment(23),
        "applied_at": moment(24),
        "undone_at": moment(25),
    } | changes


def visit_row(number: int = 7, **changes: Any) -> dict[str, Any]:
    """Return the line of a visit."""
    return {
        "id": str(key(number)),
        "point_name": "锅炉 CEMS",
        "outlet_code": "DA001",
        "source_name": "示例造纸厂",
        "agency_name": "清源环保",
        "engineer_name": "李工",
        "signed_in_at": moment(33),
        "signed_out_at": moment(34),
        "verdict": "fail",
        "state": "submitted",
        "deadline": "2099-01-01T00:00:00+00:00",
    } | changes


def visit(number: int = 7, **changes: Any) -> dict[str, Any]:
    """Return everything about a visit."""
    return (
        visit_row(number)
        | {
            "point_kind": "flue_gas",
            "mn_code": "310115FFFF00000000000B02",
            "task": {"id": str(key(6)), "due_on": today().isoformat()},
            "submitted_at": moment(35),
            "participants": ["张三", "李四"],
            "note": "换了滤芯",
            "warnings": ["定位精度较差"],
            "sign_in": {
                "at": moment(33),
                "longitude": 121.6777771,
                "latitude": 31.2777771,
                "accuracy": 12.5,
                "datum": "WGS84",
                "distance_m": 33.25,
                "photo_id": str(key(9)),
            },
            "sheets": [
                {
                    "id": str(key(8)),
                    "definition": sheets.definition(GAS_SHEET).source,
                    "answers": {"a": {"b": 1}},
                    "results": RESULT,
                    "verdict": "calibrate",
                }
            ],
            "attachments": [
                {
                    "id": str(key(9)),
                    "purpose": "sign_in",
                    "url": f"/files/{key(9)}",
                    "taken_at": moment(30),
                }
            ],
            "shown_digest": "sha256:15",
            "confirmation": None,
        }
        | changes
    )


def package(world: World) -> dict[str, Any]:
    """Return what the engineer's phone takes along."""
    analyser = {
        "name": "SO2 分析仪",
        "maker": "甲仪器厂",
        "model": "YJ-300",
        "serial": "SN-0007",
        "parameter": "SO2",
        "range_lower": 1.5,
        "range_upper": 250.25,
        "unit": "mg/m³",
    }
    more = ["free@1", "hj1286-calibration@1", "hj1286-inspection@1", "hj1286-verification@1"]
    more += [f"hj75-g{number}@1" for number in (2, 4, 5, 6, 7, 8)]
    names = [GAS_SHEET, *more]
    task = {
        "id": str(key(6)),
        "due_on": today().isoformat(),
        "state": "started",
        "bucket": "today",
        "plan_name": "试验纸业日常运维",
        "contents": ["巡检", "校准"],
        "point": {
            "id": str(world.flue_gas_point.pk),
            "name": "锅炉 CEMS",
            "kind": "flue_gas",
            "mn_code": "310115FFFF00000000000B02",
            "outlet_code": "DA001",
            "outlet_name": "锅炉烟囱",
            "source_name": "示例造纸厂",
            "address": "示例路 7 号",
            "longitude": 121.655555,
            "latitude": 31.255555,
            "datum": "WGS84",
        },
        "discharger_name": "浦江纸业",
        "instruments": [{"id": instrument(world)["id"], **analyser}],
        "sheets": [{"definition": name, "required": name == GAS_SHEET} for name in names],
        "prefill": {
            "discharger": {"name": "浦江纸业"},
            "source": {"name": "示例造纸厂", "address": "示例路 7 号"},
            "outlet": {"code": "DA001", "name": "锅炉烟囱"},
            "point": {
                "name": "锅炉 CEMS",
                "kind": "flue_gas",
                "mn_code": "310115FFFF00000000000B02",
                "method": "dilution",
            },
            "agency": {"name": "清源环保"},
            "engineer": {"name": "李建国"},
            "task": {"due_on": today().isoformat()},
            "today": today().isoformat(),
            "instruments": [analyser],
            "last": {"hj75-g1": {"a": {"b": 1}}},
        },
        "visit": {"id": str(key(10)), "state": "objected"},
    }
    definitions = {name: sheets.definition(name).source for name in names}
    return {"server_time": A_MOMENT, "tasks": [task], "definitions": definitions}


CONFIRMATION: dict[str, Any] = {
    "id": str(key(12)),
    "decision": "object",
    "reason": "未到现场",
    "signer_name": "周厂长",
    "signature_url": f"/files/{key(11)}",
    "decided_at": moment(32),
    "late": True,
}


def notification(number: int) -> dict[str, Any]:
    """Return what the API says of a message."""
    return {
        "id": str(key(number)),
        "title": f"标题 {number}",
        "body": f"正文 {number}",
        "link": f"/h5/#/visits/{number}",
        "created_at": moment(number + 27),
        "read": number == 14,
    }


def session(world: World, **changes: Any) -> dict[str, Any]:
    """Return what the engineer's phone is told of its session."""
    return {
        "account": {
            "id": str(world.engineer.pk),
            "name": "李工",
            "phone_masked": "139****2222",
            "organization": {
                "id": str(world.agency.pk),
                "name": "清源环保",
                "kind": "agency",
            },
            "roles": ["engineer"],
        },
        "openid_known": True,
        "bindings": [
            {
                "id": str(key(1)),
                "account_id": str(world.engineer.pk),
                "system": "supervision",
                "username": "li-gong",
                "organization_name": "清源环保",
                "is_current": True,
            }
        ],
        "identities": [
            {"id": str(key(1)), "tail": "gong", "bound_at": moment(1), "own": True},
        ],
        "server_time": A_MOMENT,
        "authorize_url": "/api/v1/wechat/authorize",
        "js_sdk": f"{settings.WECHAT_JS_BASE.rstrip('/')}/open/js/jweixin-1.6.0.js",
    } | changes


Body = Callable[[World], Any]


@dataclass(frozen=True)
class Example:
    """One request, and the very answer to it."""

    path: Callable[[World], str]
    answer: Callable[[World], Any]
    who: str = "discharger_owner"
    body: Body = lambda _world: None
    status: int = 200
    before: Callable[[World], object] = lambda _world: None
    headers: dict[str, str] = field(default_factory=dict)
    # what stands at two places because it is the same thing
    same: frozenset[Any] = field(default_factory=frozenset)


def long_ago(days: int) -> str:
    """Return a day of the past as JSON has it."""
    return (today() - timedelta(days=days)).isoformat()


def now_at() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)
