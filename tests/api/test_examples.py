"""One example of every operation: the very keys and values of its answer, each from its column."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from tests.api import credit_examples, report_examples
from tests.api import examples as city
from tests.api.examples import A_MOMENT, AN_ID, Example, key, long_ago
from tests.api.test_openapi import operations
from tests.instruments.test_imports import book
from tests.support.filing_values import analyzer_values
from tests.support.phone import picture, stamp
from tests.support.sheet_values import honest_answers
from tests.support.world import GAS_SHEET, World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.api.auth import OPENID_KEY
from yunjian.credit.models import DocumentVersion
from yunjian.evidence import parts
from yunjian.evidence.models import Attachment, Upload
from yunjian.instruments.models import (
    FilingImport,
    FollowUp,
    Instrument,
    InstrumentAction,
    InstrumentRevision,
)
from yunjian.kernel.clock import today
from yunjian.kernel.encryption import encrypt
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Visit
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.standards import sheets
from yunjian.standards.reports import report_form
from yunjian.verification.models import Report, ReportCorrection
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.reports import with_parts
from yunjian.wechat.models import Credential

pytestmark = pytest.mark.reads_all_rows

TODAY = today().isoformat()
JSON, JPEG = "application/json", "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURE = picture()
IN_DRAFT: dict[str, Any] = {
    "state": "draft", "submitted_at": None, "decided_at": None, "file_by": None,
}  # fmt: skip
DRAFT: dict[str, Any] = {
    "id": AN_ID, "state": "draft", "edition": 1, "submitted_at": None, "decided_at": None,
    "file_by": None, "decision_note": "", "remarks": {},
}  # fmt: skip
NEW = key(100)
MOVED_MN = "310115FFFF00000000000D04"
VALUES = {
    "name": "NOx 分析仪",
    "parameter": "NOx",
    "method": "化学发光",
    "maker": "乙仪器厂",
    "model": "YJ-500",
    "serial_number": "SN-0500",
    "manufactured_on": "2024-01-02",
    "installed_on": "2024-03-04",
    "range_lower": "2",
    "range_upper": "300",
    "unit": "mg/m³",
    "detection_limit": "0.5",
    "certificate_number": "CCAEPI-0500",
    "certificate_valid_until": "2094-05-06",
    "contact_name": "己联系",
    "contact_phone": "13800000021",
    "settings.slope": "1.07",
}
# as the database keeps numbers, and what was left out
NEW_VALUES: dict[str, Any] = {
    "range_lower": "2.0000", "range_upper": "300.0000", "detection_limit": "0.5000",
    "more_ranges": "", "change_reason": "",
}  # fmt: skip


def close_below(world: World) -> None:
    MonitoringPoint.unscoped().update(closed_on=today() - timedelta(days=9))
    Outlet.unscoped().update(closed_on=today() - timedelta(days=9))
    PollutionSource.unscoped().update(closed_on=None, close_reason="")


def closed_source(world: World) -> None:
    PollutionSource.unscoped().update(closed_on=today() - timedelta(days=3))


def open_places(world: World) -> None:
    MonitoringPoint.unscoped().update(closed_on=None)
    Outlet.unscoped().update(closed_on=None)
    PollutionSource.unscoped().update(closed_on=None)


def measuring_nox(world: World) -> None:
    open_places(world)
    MonitoringPoint.unscoped().filter(pk=world.flue_gas_point.pk).update(parameters=["SO2", "NOx"])


def no_instruments(world: World) -> None:
    open_places(world)
    Instrument.unscoped().update(period=None)


def in_use(world: World) -> None:
    open_places(world)
    Instrument.unscoped().filter(pk=world.instrument.pk).update(  # type: ignore[attr-defined]
        period=DateRange(today() - timedelta(days=90), None)
    )


def state(name: str, **more: Any) -> Any:
    def write(world: World) -> None:
        in_use(world)
        changes: dict[str, Any] = {"state": name, **more}
        rows = InstrumentRevision.unscoped()
        rows.filter(pk=world.revision.pk).update(**changes)  # type: ignore[attr-defined]

    return write


def loose_draft(world: World) -> None:
    FollowUp.unscoped().delete()
    state("draft")(world)


def checked_import(world: World) -> None:
    FilingImport.unscoped().filter(pk=key(5)).update(
        state="checked", rows=[], problems=[], applied_at=None, undone_at=None
    )


def applied_import(world: World) -> None:
    FilingImport.unscoped().filter(pk=key(5)).update(
        state="applied", rows=[], problems=[], applied_at=city.now_at(), undone_at=None
    )


def outlet_without_points(world: World) -> None:
    no_instruments(world)
    MonitoringPoint.unscoped().update(closed_on=today() - timedelta(days=9))


def other_point(world: World) -> None:
    in_use(world)
    point = MonitoringPoint.unscoped().get(pk=world.flue_gas_point.pk)
    point.pk, point.mn_code, point.name = key(17), MOVED_MN, "三号 CEMS"
    point.save(force_insert=True)


def stopped(world: World) -> None:
    in_use(world)
    InstrumentAction.unscoped().create(
        instrument=world.instrument,  # type: ignore[attr-defined]
        action="stop",
        on=today() - timedelta(days=5),
        stopped=DateRange(today() - timedelta(days=5), None),
        reason="检修",
    )


def ticket(world: World) -> None:
    later = city.now_at() + timedelta(hours=1)
    Credential.objects.create(
        app_id=settings.WECHAT_APP_ID, kind="ticket", sealed=encrypt(b"ticket"),
        renew_at=later, expires_at=later,
    )  # fmt: skip


def signed(world: World) -> None:
    city.attachment(world, key(16), world.discharger.pk, "signature", city.now_at())
    Attachment.unscoped().filter(pk=key(16)).update(uploaded_by=world.discharger_owner)


# what a new instrument, what takes the place of another, and what moves do not take over
NOT_CHANGED = {"change_kind": "", "changed_on": None}
NOT_ACCEPTED = NOT_CHANGED | {
    "installed_on": None, "accepted_on": None, "acceptance_number": "", "networked_on": None,
}  # fmt: skip
NOT_THE_SAME = NOT_ACCEPTED | {
    "manufactured_on": None, "certificate_number": "", "certificate_valid_until": None, "note": "",
    "type_approval_number": "", "settings.slope": None, "settings.intercept": None,
}  # fmt: skip


def upload(*, whole: bool) -> Any:
    """Return what begins an upload of a picture, or sends all of it."""

    def write(world: World) -> None:
        Upload(
            id=key(18),
            organization_id=world.agency.pk,
            account=world.engineer,
            length=len(PICTURE),
            filename="a.jpg",
            purpose="original",
            expires_at=city.now_at() + timedelta(hours=1),
        ).save(force_insert=True)
        parts.begin(key(18))
        parts.path_of(key(18)).write_bytes(PICTURE if whole else b"")

    return write


def begun(world: World) -> None:
    Visit.unscoped().filter(pk=key(7)).update(
        state="in_progress", submission_digest="", content_digest="", verdict="",
        submitted_at=None, signed_in_at=city.now_at() - timedelta(hours=1), warnings=[],
    )  # fmt: skip


def checked_report(world: World) -> None:
    """Write a report that waits for the signature of the owner."""
    world.boss = account_with(world.agency, "boss", "owner")  # type: ignore[attr-defined]
    Report(
        id=key(30), agency=world.agency, discharger=world.discharger, district=world.district,
        point=world.flue_gas_point, kind="verification", number="QY-30", number_key="qy-30",
        issuer="丙检测", issuer_key="丙检测", executed_from=city.now_at() - timedelta(hours=9),
        executed_to=city.now_at() - timedelta(hours=8), prepared_by=world.engineer,
        state="checked", checked_by=world.agency_manager, checked_at=city.now_at(),
    ).save(force_insert=True)  # fmt: skip


def shown_digest(_world: World) -> dict[str, str]:
    with acting_as(system_actor("test")):
        return {"shown_digest": digest_of(with_parts(Report.unscoped().get(pk=key(30))))}


def corrected(world: World) -> None:
    """Write what a failed report led to."""
    checked_report(world)
    ReportCorrection(
        id=key(31), report_id=key(30), point=world.flue_gas_point, parameters=["NOx"],
        title="重新比对", standard="HJ 75-2017", clause="11.6", provenance="assumed",
        opened_on=date(2026, 3, 2), due_on=date(2026, 4, 1),
    ).save(force_insert=True)  # fmt: skip


def correction(world: World) -> dict[str, Any]:
    return {
        "id": str(key(31)),
        "report": str(key(30)),
        "point": str(world.flue_gas_point.pk),
        "parameters": ["NOx"],
        "title": "重新比对",
        "standard": "HJ 75-2017",
        "clause": "11.6",
        "opened_on": "2026-03-02",
        "due_on": "2026-04-01",
        "overdue": True,
        "done_by_report": None,
    }


def submission(world: World) -> bytes:
    definition = sheets.definition(GAS_SHEET).source
    return orjson.dumps(
        {
            "task_id": str(key(6)),
            "signed_out_at": stamp(),
            "sign_out_position": None,
            "participants": [],
            "sheets": [
                {
                    "id": str(new_id()),
                    "definition": GAS_SHEET,
                    "answers": honest_answers(definition),
                    "started_at": stamp(),
                    "finished_at": stamp(),
                }
            ],
            "attachment_ids": [],
            "note": "",
        }
    )


def paths(*parts: str) -> Any:
    return lambda _world: "/".join(parts)


SOURCE = "sources/{source}"
OUTLET = "outlets/{outlet}"
POINT = "points/{point}"
TUS = {"Tus-Resumable": "1.0.0"}
UPLOAD = paths("uploads", str(key(18)))
INSTRUMENT = "instruments/{instrument}"
FILING = "filings/{filing}"


def at(template: str) -> Any:
    """Return the path to a row of the city."""
    return lambda world: template.format(
        source=world.source.pk,
        outlet=world.flue_gas_outlet.pk,
        point=world.flue_gas_point.pk,
        instrument=world.instrument.pk,
        filing=world.revision.pk,
    )


def body(**values: Any) -> Any:
    return lambda _world: values


def form_row(code: str, since: str, standard: str) -> dict[str, Any]:
    """Return how a form that ships is listed."""
    form = report_form(f"{code}@1")
    return {
        "name": f"{code}@1",
        "code": code,
        "version": 1,
        "title": {"zh": form.title.zh, "en": form.title.en},
        "standard": standard,
        "medium": form.medium,
        "kinds": list(form.kinds),
        "state": "current",
        "since": since,
        "until": None,
        "own": False,
    }


def report_begun(world: World) -> None:
    """Let the engineer begin a report."""
    Report.unscoped().create(
        pk=key(60),
        agency=world.agency,
        discharger=world.discharger,
        district=world.flue_gas_point.district,
        point=world.flue_gas_point,
        kind="verification",
        number="BG-0060",
        number_key="bg0060",
        issuer="己检测机构",
        issuer_key="己检测机构",
        executed_from=city.at(1),
        executed_to=city.at(2),
        form="hj75-verification@1",
        prepared_by=world.engineer,
    )


KEEPER: dict[str, Any] = {"who": "agency_manager"}
DOCUMENT = f"documents/{key(30)}"
VERSION = f"documents/versions/{key(31)}"
COMING = f"documents/versions/{key(32)}"
DRAFTED = f"documents/versions/{key(34)}"
NEW_DRAFT: dict[str, Any] = {
    "id": AN_ID, "title": "维护要求（改名后）", "number": 4, "state": "draft", "digest": "",
    "effective_from": None, "expires_on": "2094-03-04", "change_note": "新稿", "body": "每日更换",
    "version": 1,
}  # fmt: skip


def drafted(world: World) -> None:
    DocumentVersion.unscoped().create(
        id=key(34), document_id=key(30), organization=world.agency, number=4, body="旧稿",
        version=6,
    )  # fmt: skip


EXAMPLES: dict[str, Example] = {
    "documents": Example(
        at("documents?category=requirements&text=滤芯"),
        lambda _world: {
            "items": [city.document_row(excerpt="维护要求 每月更换滤芯 滤芯规格见附表")],
            "next": None,
        },
        **KEEPER,
    ),
    "document": Example(at(DOCUMENT), city.document, **KEEPER),
    "new_document": Example(
        at("documents"),
        lambda world: city.document(
            world,
            id=AN_ID,
            category="training",
            category_title="人员培训制度",
            title="培训办法",
            maker="",
            model="",
            state="none",
            number=None,
            effective_from=None,
            expires_on=None,
            points=[],
            read_by_positions=["quality_lead"],
            readers=[],
            read_within=21,
            version=1,
            versions=[],
        ),
        body=body(
            category="training",
            title="培训办法",
            read_by_positions=["quality_lead"],
            read_within=21,
        ),
        status=201,
        **KEEPER,
    ),
    "change_document": Example(
        at(DOCUMENT),
        lambda world: city.document(
            world,
            title="又改名",
            maker="丁厂",
            model="YJ-800",
            version=5,
            read_within=9,
            read_by_positions=["engineer"],
            readers=[],
        ),
        body=lambda world: {
            "title": "又改名",
            "maker": "丁厂",
            "model": "YJ-800",
            "points": [str(world.flue_gas_point.pk)],
            "read_by_positions": ["engineer"],
            "readers": [],
            "read_within": 9,
            "version": 4,
        },
        **KEEPER,
    ),
    "write_draft": Example(
        at(f"{DOCUMENT}/draft"),
        lambda _world: city.version(**NEW_DRAFT | {"file_text": "", "has_file_text": False}),
        body=body(
            body="每日更换",
            attachment=str(key(33)),
            expires_on="2094-03-04",
            change_note="新稿",
            version=None,
        ),
        status=201,
        **KEEPER,
    ),
    "version": Example(at(VERSION), lambda _world: city.version(), **KEEPER),
    "discard_draft": Example(
        at(f"{DRAFTED}?version=6"), lambda _world: None, status=204, before=drafted, **KEEPER
    ),
    "publish_draft": Example(
        at(f"{DRAFTED}/publish"),
        lambda _world: city.version(
            id=str(key(34)),
            title="维护要求（改名后）",
            number=4,
            state="coming",
            body="旧稿",
            effective_from=(today() + timedelta(days=95)).isoformat(),
            expires_on=None,
            file=None,
            has_file_text=False,
            file_text="",
            change_note="",
            digest=city.A_DIGEST,
            version=7,
        ),
        body=body(effective_from=(today() + timedelta(days=95)).isoformat(), version=6),
        before=drafted,
        **KEEPER,
    ),
    "withdraw_version": Example(
        at(f"{COMING}/withdraw"),
        lambda _world: (
            city.coming_row(state="withdrawn", version=4)
            | {"body": "每周更换滤芯", "file_text": ""}
        ),
        body=body(reason="写错了"),
        **KEEPER,
    ),
    "readings": Example(
        at("readings"),
        lambda _world: {
            "items": [
                {
                    "version": city.version_row(),
                    "due_on": (today() + timedelta(days=9)).isoformat(),
                    "read_at": None,
                    "state": "unread",
                }
            ]
        },
        who="engineer",
    ),
    "acknowledge": Example(
        at(f"{VERSION}/acknowledgement/{NEW}"),
        lambda _world: {
            "id": str(NEW),
            "version": str(key(31)),
            "shown_digest": "sha256:31",
            "read_at": A_MOMENT,
        },
        body=body(shown_digest="sha256:31"),
        status=201,
        who="engineer",
    ),
    "sources": Example(at("sources"), lambda world: {"items": [city.source(world)], "next": None}),
    "source": Example(at(SOURCE), city.source),
    "change_source": Example(
        at(SOURCE),
        lambda world: city.source(world, address="新址 9 号", version=8),
        body=body(reason="更正", version=7, address="新址 9 号"),
    ),
    "close_source": Example(
        at(f"{SOURCE}/close"),
        lambda world: city.source(
            world, closed_on=TODAY, close_reason="搬迁", state="closed", version=8
        ),
        body=body(on=TODAY, reason="搬迁", version=7),
        before=close_below,
    ),
    "reopen_source": Example(
        at(f"{SOURCE}/reopen"),
        lambda world: city.source(world, closed_on=None, close_reason="", version=8),
        body=body(reason="恢复", version=7),
        before=closed_source,
    ),
    "outlets": Example(
        at(f"{SOURCE}/outlets"),
        lambda world: {
            "items": [
                city.outlet(world) | {"points": [city.point(world)]},
                city.water_outlet(world) | {"points": [city.water_point(world)]},
            ]
        },
    ),
    "outlet": Example(at(OUTLET), lambda world: city.outlet(world) | {"limits": [city.LIMIT]}),
    "point": Example(at(f"{POINT}?on=2023-03-03"), city.point_detail),
    "instrument": Example(at(INSTRUMENT), city.instrument),
    "filings": Example(
        at("filings?point={point}"),
        lambda world: {"items": [city.filing_row(world)], "next": None},
    ),
    "follow_ups": Example(
        at("follow-ups"), lambda world: {"items": [city.follow_up(world)], "next": None}
    ),
    "filing_import": Example(at(f"filing-imports/{key(5)}"), city.filing_import),
    "visits": Example(
        at("visits?bucket=to_confirm"),
        lambda _world: {"items": [city.visit_row()], "next": None},
    ),
    "visit": Example(at(f"visits/{key(7)}"), lambda _world: city.visit()),
    "notifications": Example(
        at("notifications"),
        lambda _world: {
            "items": [city.notification(14), city.notification(13)],
            "next": None,
            "unread": 1,
        },
        who="engineer",
    ),
    "read_notifications": Example(
        at("notifications/read"),
        lambda _world: {"unread": 0},
        who="engineer",
        body=body(ids=[str(key(13))]),
    ),
    "session": Example(at("session"), city.session, who="engineer"),
    "end_session": Example(
        at("session/end"),
        lambda world: city.session(world, account=None, identities=[]),
        who="engineer",
    ),
    "switch_binding": Example(at(f"bindings/{key(1)}/switch"), city.session, who="engineer"),
    "unbind": Example(
        at(f"bindings/{key(1)}"),
        lambda world: city.session(world, account=None, identities=[], bindings=[]),
        who="engineer",
    ),
    "new_source": Example(
        at("sources"),
        lambda world: city.source(
            world,
            id=AN_ID,
            code="310115000888",
            credit_code="91310115MA1TEST0A1",
            name="二厂",
            street="花木街道",
            industry_code="2221",
            industry_name="机制纸及纸板制造",
            address="新路 3 号",
            longitude=121.61,
            latitude=31.21,
            datum="wgs84",
            typed={"longitude": 121.61, "latitude": 31.21},
            permit_number="",
            permit_valid_from=None,
            permit_valid_until=None,
            management_level="registered",
            is_medical=True,
            contact_name="丁",
            contact_phone="13800000011",
            principal_name="戊",
            principal_phone="13800000012",
            opened_on="2023-03-04",
            closed_on=None,
            close_reason="",
            version=1,
        ),
        body=lambda _world: {
            "code": "310115000888",
            "name": "二厂",
            "district": "310115",
            "street": "花木街道",
            "industry_code": "2221",
            "industry_name": "机制纸及纸板制造",
            "address": "新路 3 号",
            "longitude": 121.61,
            "latitude": 31.21,
            "management_level": "registered",
            "is_medical": True,
            "contact_name": "丁",
            "contact_phone": "13800000011",
            "principal_name": "戊",
            "principal_phone": "13800000012",
            "opened_on": "2023-03-04",
        },
        status=201,
    ),
    "new_outlet": Example(
        at(f"{SOURCE}/outlets"),
        lambda world: city.outlet(
            world,
            id=AN_ID,
            code="DA002",
            name="二号烟囱",
            emission_standard="DB31/933",
            height=60.5,
            inner_diameter=2.25,
            discharge_to="atmosphere",
            location="西侧",
            longitude=121.62,
            latitude=31.22,
            datum="wgs84",
            typed={"longitude": 121.62, "latitude": 31.22},
            opened_on="2023-05-06",
            closed_on=None,
            version=1,
        ),
        body=body(
            code="DA002",
            kind="flue_gas",
            name="二号烟囱",
            emission_standard="DB31/933",
            height=60.5,
            inner_diameter=2.25,
            discharge_to="atmosphere",
            location="西侧",
            longitude=121.62,
            latitude=31.22,
            opened_on="2023-05-06",
        ),
        status=201,
        before=open_places,
    ),
    "change_outlet": Example(
        at(OUTLET),
        lambda world: city.outlet(world, height=60.5, version=4, closed_on=None),
        body=body(reason="加高", version=3, height=60.5),
        before=open_places,
    ),
    "close_outlet": Example(
        at(f"{OUTLET}/close"),
        lambda world: city.outlet(world, closed_on=TODAY, state="closed", version=4),
        body=body(on=TODAY, reason="拆除", version=3),
        before=outlet_without_points,
    ),
    "new_limit": Example(
        at(f"{OUTLET}/limits"),
        lambda _world: {
            "id": AN_ID,
            "parameter": "NOx",
            "lower": 1.5,
            "upper": 50.5,
            "unit": "mg/m³",
            "standard": "DB31/933",
            "clause": "5.2",
            "from": "2024-02-03",
            "to": "2030-04-05",
        },
        body=body(
            parameter="NOx",
            lower=1.5,
            upper=50.5,
            unit="mg/m³",
            standard="DB31/933",
            clause="5.2",
            effective_from="2024-02-03",
            effective_to="2030-04-05",
        ),
        status=201,
        before=open_places,
    ),
    "end_limit": Example(
        at(f"limits/{key(2)}/end"),
        lambda _world: city.LIMIT | {"to": "2025-01-01"},
        body=body(on="2025-01-01", reason="修订"),
        before=open_places,
    ),
    "new_point": Example(
        at(f"{OUTLET}/points"),
        lambda world: city.point(
            world,
            id=AN_ID,
            name="二号 CEMS",
            mn_code="310115FFFF00000000000C03",
            parameters=[{"symbol": "NOx", "code": "a21002"}],
            sampling_method="full_extraction",
            networked_on="2023-06-07",
            location="平台",
            longitude=121.63,
            latitude=31.23,
            datum="wgs84",
            typed={"longitude": 121.63, "latitude": 31.23},
            station_area=20.5,
            station_temperature_control=False,
            station_ups=True,
            station_video=False,
            opened_on="2023-05-07",
            closed_on=None,
            version=1,
        ),
        body=body(
            name="二号 CEMS",
            mn_code="310115FFFF00000000000C03",
            parameters=["NOx"],
            sampling_method="full_extraction",
            automatic_calibration=True,
            networked_on="2023-06-07",
            location="平台",
            longitude=121.63,
            latitude=31.23,
            station_area=20.5,
            station_ups=True,
            opened_on="2023-05-07",
        ),
        status=201,
        before=open_places,
    ),
    "change_point": Example(
        at(POINT),
        lambda world: city.point(
            world,
            location="30 米平台",
            version=6,
            closed_on=None,
            parameters=[{"symbol": "SO2", "code": "a21026"}, {"symbol": "NOx", "code": "a21002"}],
        ),
        body=body(reason="更正", version=5, location="30 米平台"),
        before=measuring_nox,
    ),
    "close_point": Example(
        at(f"{POINT}/close"),
        lambda world: city.point(world, closed_on=TODAY, state="closed", version=6),
        body=body(on=TODAY, reason="拆除", version=5),
        before=no_instruments,
    ),
    "filing": Example(at(FILING), city.filing),
    "new_filing": Example(
        at(f"{POINT}/filings"),
        lambda world: city.filing(
            world,
            NOT_THE_SAME | VALUES | NEW_VALUES,
            **DRAFT,
            instrument=AN_ID,
            number=1,
            name="NOx 分析仪",
            parameter="NOx",
            model="YJ-500",
            serial_number="SN-0500",
            attachments=[],
        ),
        body=body(kind="analyzer", values=VALUES),
        status=201,
        before=measuring_nox,
    ),
    "change_instrument": Example(
        at(f"{INSTRUMENT}/filings"),
        lambda world: city.filing(
            world,
            NOT_CHANGED | {"change_kind": "data", "change_reason": "改型", "model": "YJ-301"},
            **DRAFT,
            number=7,
            model="YJ-301",
        ),
        body=body(values={"model": "YJ-301", "change_kind": "data", "change_reason": "改型"}),
        status=201,
        before=in_use,
    ),
    "replace_instrument": Example(
        at(f"{INSTRUMENT}/replacement"),
        lambda world: city.filing(
            world,
            NOT_THE_SAME | {"change_reason": "老化", "serial_number": "SN-0099"},
            **DRAFT,
            instrument=AN_ID,
            number=1,
            serial_number="SN-0099",
            attachments=[],
        ),
        body=body(values={"serial_number": "SN-0099", "change_reason": "老化"}),
        status=201,
        before=in_use,
    ),
    "relocate_instrument": Example(
        at(f"{INSTRUMENT}/relocation"),
        lambda world: city.filing(
            world,
            NOT_ACCEPTED | {"change_reason": "搬动"},
            **DRAFT,
            instrument=AN_ID,
            number=1,
            point={"id": str(key(17)), "name": "三号 CEMS", "mn_code": MOVED_MN},
            attachments=[],
        ),
        body=body(point=str(key(17)), values={"change_reason": "搬动"}),
        status=201,
        before=other_point,
    ),
    "edit_filing": Example(
        at(FILING),
        lambda world: city.filing(
            world, {"model": "YJ-302"}, **(IN_DRAFT | {"edition": 10, "model": "YJ-302"})
        ),
        body=body(values={"model": "YJ-302"}, edition=9),
        before=state("draft", submitted_at=None, decided_at=None),
    ),
    "discard_filing": Example(at(FILING), lambda _world: None, before=loose_draft, status=204),
    "submit_filing": Example(
        at(f"{FILING}/submit"),
        lambda world: city.filing(world, state="submitted", submitted_at=A_MOMENT, decided_at=None),
        before=state("draft", submitted_at=None, decided_at=None),
    ),
    "withdraw_filing": Example(
        at(f"{FILING}/withdraw"),
        lambda world: city.filing(world, state="draft", submitted_at=None, decided_at=None),
        before=state("submitted", decided_at=None),
    ),
    "approve_filing": Example(
        at(f"{FILING}/approve"),
        lambda world: city.filing(
            world, state="official", decided_at=A_MOMENT, decision_note="可以"
        ),
        who="reviewer",
        body=body(note="可以"),
        before=state("submitted", decided_at=None),
    ),
    "return_filing": Example(
        at(f"{FILING}/return"),
        lambda world: city.filing(
            world,
            state="returned",
            decided_at=A_MOMENT,
            decision_note="不清楚",
            remarks={"maker": "请核对"},
        ),
        who="reviewer",
        body=body(reason="不清楚", remarks={"maker": "请核对"}),
        before=state("submitted", decided_at=None),
    ),
    "stop_instrument": Example(
        at(f"{INSTRUMENT}/stop"),
        lambda world: city.instrument(world, in_use_from=long_ago(90), in_use_until=None),
        body=body(on=long_ago(3), reason="检修"),
        before=in_use,
    ),
    "retire_instrument": Example(
        at(f"{INSTRUMENT}/retire"),
        lambda world: city.instrument(world, in_use_from=long_ago(90), in_use_until=long_ago(1)),
        body=body(on=long_ago(1), reason="报废"),
        before=in_use,
    ),
    "resume_instrument": Example(
        at(f"{INSTRUMENT}/resume"),
        lambda world: city.instrument(world, in_use_from=long_ago(90), in_use_until=None),
        body=body(on=long_ago(2), reason="修好"),
        before=stopped,
    ),
    "change_parameters": Example(
        at(f"{INSTRUMENT}/parameter-changes"),
        lambda _world: {
            "id": AN_ID,
            "changes": {"settings.slope": ["1.02", "1.05"]},
            "at": f"{long_ago(1)}T08:00:00+00:00",
        },
        body=lambda _world: {
            "values": {"settings.slope": "1.05"},
            "reason": "校准",
            "changed_at": f"{long_ago(1)}T08:00:00Z",
            "attachments": [str(key(3))],
        },
        status=201,
        before=in_use,
    ),
    "follow_up_done": Example(
        at(f"follow-ups/{key(4)}/done"),
        lambda world: city.follow_up(world, done_on="2022-06-15", report_number="BG-0012"),
        body=body(on="2022-06-15", report_number="BG-0012", note="合格"),
    ),
    "check_import": Example(
        at(f"{SOURCE}/filing-imports?filename=b.xlsx"),
        lambda world: city.filing_import(
            world,
            id=AN_ID,
            state="checked",
            filename="b.xlsx",
            digest=city.Made("sha256:[0-9a-f]{64}"),
            rows=1,
            problems=[],
            created_at=A_MOMENT,
            applied_at=None,
            undone_at=None,
        ),
        body=lambda _world: (book([analyzer_values("NH3-N")]), XLSX),
        status=201,
        before=open_places,
    ),
    "apply_import": Example(
        at(f"filing-imports/{key(5)}/apply"),
        lambda world: city.filing_import(
            world, state="applied", rows=0, problems=[], applied_at=A_MOMENT, undone_at=None
        ),
        body=body(submit=False),
        before=checked_import,
    ),
    "undo_import": Example(
        at(f"filing-imports/{key(5)}/undo"),
        lambda world: city.filing_import(
            world,
            state="undone",
            rows=0,
            problems=[],
            applied_at=A_MOMENT,
            undone_at=A_MOMENT,
        ),
        before=applied_import,
    ),
    "filing_paper_pdf": Example(at(f"{FILING}/paper"), lambda _world: "application/pdf"),
    "instrument_labels": Example(
        at("instruments/labels"),
        lambda _world: "application/pdf",
        body=lambda world: {"instruments": [city.instrument(world)["id"]]},
    ),
    "filing_template": Example(at(f"{SOURCE}/filing-template"), lambda _world: XLSX),
    "put_attachment": Example(
        at(f"attachments/{NEW}?purpose=sheet&filename=a.jpg"),
        lambda _world: {
            "id": str(NEW),
            "digest": city.Made("sha256:[0-9a-f]{64}"),
            "width": 640,
            "height": 480,
        },
        who="engineer",
        body=lambda _world: (PICTURE, JPEG),
        status=201,
    ),
    "upload_abilities": Example(at("uploads"), lambda _world: None, who="engineer", status=204),
    "begin_upload": Example(
        at("uploads"),
        lambda _world: {"id": AN_ID, "length": 5, "expires_at": A_MOMENT},
        who="engineer",
        status=201,
        headers=TUS
        | {"Upload-Length": "5", "Upload-Metadata": "filename YS5wZGY=,purpose cmVwb3J0"},
        body=lambda _world: b"",
    ),
    "upload_state": Example(
        UPLOAD,
        lambda _world: None,
        who="engineer",
        status=204,
        headers=TUS,
        before=upload(whole=False),
    ),
    "append_upload": Example(
        UPLOAD,
        lambda _world: None,
        who="engineer",
        status=204,
        headers=TUS | {"Upload-Offset": "0"},
        before=upload(whole=False),
        body=lambda _world: (PICTURE, "application/offset+octet-stream"),
    ),
    "end_upload": Example(
        UPLOAD,
        lambda _world: None,
        who="engineer",
        status=204,
        headers=TUS,
        before=upload(whole=False),
    ),
    "finish_upload": Example(
        at(f"uploads/{key(18)}/finish"),
        lambda _world: {
            "id": str(key(18)),
            "digest": city.Made("sha256:[0-9a-f]{64}"),
            "width": 640,
            "height": 480,
        },
        who="engineer",
        before=upload(whole=True),
        body=lambda _world: b"",
    ),
    "sign_in": Example(
        at(f"visits/{NEW}/sign-in"),
        lambda _world: {
            "id": str(NEW),
            "state": "in_progress",
            "distance_m": city.Near(1112),
            "warnings": ["签到位置距测点 1,112 米，超过 500 米"],
        },
        who="engineer",
        body=lambda _world: {
            "task_id": str(key(6)),
            "at": stamp(),
            "position": {"longitude": 121.655555, "latitude": 31.265555, "accuracy": 12.5},
            "photo_id": str(key(9)),
        },
        status=201,
    ),
    "submit_visit": Example(
        at(f"visits/{key(7)}"),
        lambda _world: {
            "id": str(key(7)),
            "state": "submitted",
            "verdict": "pass",
            "content_digest": city.Made("sha256:[0-9a-f]{64}"),
            "submitted_at": A_MOMENT,
            "follow_ups": [],
        },
        who="engineer",
        body=submission,
        status=201,
        before=begun,
    ),
    "confirm_visit": Example(
        at(f"visits/{key(7)}/confirmation/{NEW}"),
        lambda _world: {"state": "objected", "confirmed_at": A_MOMENT, "late": False},
        body=body(
            decision="object", reason="不符", signature_id=str(key(16)), shown_digest="sha256:15"
        ),
        status=201,
        before=signed,
    ),
    "correction_list": Example(
        at("report-corrections"),
        lambda world: {"items": [correction(world)], "next": None},
        who="agency_manager",
        before=corrected,
    ),
    "sign_challenge": Example(
        at(f"reports/{key(30)}/sign-challenge"),
        lambda _world: {
            "id": AN_ID,
            "text": city.Made(r"yunjian/sign/1 \S+ sha256:[0-9a-f]{64} [0-9a-f]{64}"),
        },
        who="boss",
        body=shown_digest,
        status=201,
        before=checked_report,
    ),
    "package": Example(at("field/package"), city.package, who="engineer"),
    "bind": Example(
        at("bindings"),
        city.session,
        who="engineer",
        body=lambda world: {
            "system": "supervision",
            "username": "li-gong",
            "password": world.password,
        },
        status=201,
    ),
    "js_config": Example(
        at("wechat/js-config?url=http://testserver/h5/"),
        lambda _world: {
            "appId": settings.WECHAT_APP_ID,
            "timestamp": city.Near(int(city.now_at().timestamp()), 60),
            "nonceStr": city.Made(r"[\w-]{16}"),
            "signature": city.Made("[0-9a-f]{40}"),
            "jsApiList": ["getLocation", "chooseImage", "getLocalImgData", "scanQRCode"],
        },
        who="engineer",
        before=ticket,
    ),
    **credit_examples.EXAMPLES,
    **report_examples.EXAMPLES,
    "report_forms": Example(
        at("report-forms"),
        lambda _world: {
            "items": [
                form_row("hj1286-verification", "2023-08-01", "HJ 1286-2023"),
                form_row("hj355-comparison", "2020-03-24", "HJ 355-2019"),
                form_row("hj75-acceptance", "2018-03-01", "HJ 75-2017"),
                form_row("hj75-system-calibration", "2018-03-01", "HJ 75-2017"),
                form_row("hj75-verification", "2018-03-01", "HJ 75-2017"),
            ]
        },
        who="engineer",
    ),
    "report_forms_in_force": Example(
        at("report-forms/in-force?on=2026-03-01&medium=wastewater&kind=water_sample"),
        lambda _world: {"items": [form_row("hj355-comparison", "2020-03-24", "HJ 355-2019")]},
        who="engineer",
    ),
    "report_form": Example(
        at("report-forms/hj355-comparison@1"),
        lambda _world: (
            form_row("hj355-comparison", "2020-03-24", "HJ 355-2019")
            | {"base": "", "definition": report_form("hj355-comparison@1").model_dump(mode="json")}
        ),
        who="engineer",
    ),
    "move_report_form": Example(
        at(f"reports/{key(60)}/form"),
        lambda _world: {
            "code": "invalid_state",
            "message": "该报告已采用现行的报告格式",
            "errors": [],
        },
        who="engineer",
        body=body(version=1),
        status=409,
        before=report_begun,
    ),
}


def test_every_operation_has_an_example() -> None:
    names = {operation["operationId"] for operation in operations().values()}
    assert set(EXAMPLES) == names


def client_of(world: World, who: str) -> Client:
    """Return a browser of somebody; WeChat has told who holds the engineer's phone."""
    client: Client = world.client(getattr(world, who))
    if who == "engineer":
        with bypass_rls("test"):
            session = client.session
            session[OPENID_KEY] = "openid-of-li-gong"
            session.save()
    return client


def ask(world: World, example: Example, name: str, client: Client | None = None) -> Any:
    """Send the request of an example; with another client than of whom it names."""
    client = client or client_of(world, example.who)
    method = next(k for k, v in operations().items() if v["operationId"] == name).partition(" ")[0]
    content = example.body(world)
    kind = JSON
    if isinstance(content, tuple):
        content, kind = content
    path = f"/api/v1/{example.path(world)}"
    if content is None:
        return getattr(client, method.lower())(path, headers=example.headers)
    raw = content if isinstance(content, bytes) else orjson.dumps(content)
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    return getattr(client, method.lower())(
        path,
        raw,
        content_type=kind,
        headers={"content-digest": f"sha-256=:{digest}:", **example.headers},
    )


@pytest.fixture
def world(db: None) -> World:
    return city.build()


def test_every_operation_answers_as_its_example_says(world: World) -> None:
    wrong: list[str] = []
    check(world, wrong)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def check(world: World, wrong: list[str]) -> None:
    """Ask for every example, each in the city as it was, and collect what is not as it says."""
    for name, example in EXAMPLES.items():
        with transaction.atomic():
            with acting_as(system_actor("test")):
                example.before(world)
            answer = ask(world, example, name)
            expected, got = example.answer(world), read(answer)
            transaction.set_rollback(True)
        if answer.status_code != example.status:
            wrong.append(f"{name}: {answer.status_code} {got}")
        elif got != expected:
            wrong += [f"{name}: {line}" for line in differences("", got, expected)]


# --- what an example shows has to come from columns that hold something of their own

# words of the program, which any number of columns may hold
PROGRAM_WORDS = {"gcj02", "bd09", "wgs84", "WGS84", "flue_gas", "SO2", "analyzer", "fail"}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in parts:
        if isinstance(one, dict | list) and name not in {"definition", "definitions"}:
            yield from objects(one)


def test_each_value_of_an_example_stands_at_one_place_of_its_object(world: World) -> None:
    """Or a column in the place of another would not be noticed."""
    wrong = []
    for name, example in EXAMPLES.items():
        expected = example.answer(world)
        for one in objects(expected) if isinstance(expected, dict) else ():
            texts = [str(value) for value in one.values() if isinstance(value, str | float)]
            counted = Counter(text for text in texts if text and text not in PROGRAM_WORDS)
            wrong += [f"{name}: {text}" for text, times in counted.items() if times > 1]
    assert wrong == []


def test_a_visit_with_its_confirmation(world: World) -> None:
    client = world.client(world.discharger_owner)
    shown = client.get(f"/api/v1/visits/{key(10)}").json()
    assert shown == city.visit(10, state="objected", sheets=[], confirmation=city.CONFIRMATION)


def test_a_repeated_request_is_answered_like_the_first(world: World) -> None:
    begun(world)
    example = EXAMPLES["submit_visit"]
    content = example.body(world)
    again = Example(example.path, example.answer, who=example.who, body=lambda _world: content)
    answers = [ask(world, again, "submit_visit") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


def read(answer: Any) -> Any:
    """Return the JSON of an answer, or what kind of file it is."""
    kind = answer.headers.get("Content-Type", JSON).partition(";")[0]
    if answer.streaming or kind != JSON:
        return kind
    return answer.json() if answer.content else None


def differences(place: str, got: Any, expected: Any) -> Iterator[str]:
    if isinstance(got, dict) and isinstance(expected, dict):
        for name in sorted(got.keys() | expected.keys()):
            if name not in got or name not in expected:
                yield f"{place}.{name} is {'missing' if name in expected else 'too much'}"
            else:
                yield from differences(f"{place}.{name}", got[name], expected[name])
    elif isinstance(got, list) and isinstance(expected, list) and len(got) == len(expected):
        for number, pair in enumerate(zip(got, expected, strict=True)):
            yield from differences(f"{place}.{number}", *pair)
    elif got != expected:
        yield f"{place} is {got!r}, not {expected!r}"
