"""Examples of reports: one with a value of its own in each column, at each step of its way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.api import examples as city
from tests.api.examples import A_DIGEST, A_MOMENT, AN_ID, Example
from tests.support.world import World
from tests.verification.conftest import Desk, report_desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import now, today
from yunjian.verification.models import Report
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import reviews

VALUES: dict[str, Any] = {
    "number": "QY-0700",
    "issuer": "丁检测机构",
    "issued_on": today(),
    "laboratory": "戊实验室",
    "laboratory_cma": "CMA-0701",
    "laboratory_report": "SY-0702",
    "note": "负荷八成",
}
READINGS = [
    {
        "begins": f"{9 + n:02d}:00", "ends": f"{9 + n:02d}:05", "reference": str(110 + n),
        "measured": f"{112 + n}.5", "note": f"第 {n + 1} 对",
    }
    for n in range(9)
]  # fmt: skip
CHECKS = {
    "emission_limit": "200", "check_nominal": "90", "check_before": "90.5", "check_after": "91",
}  # fmt: skip
GAS = {
    "name": "SO2 标准气体",
    "certificate_number": "GBW-1",
    "nominal": "100",
    "unit": "mg/m³",
    "uncertainty": "",
    "maker": "",
}


def desk_of(world: World) -> Desk:
    """Return the people of the agency; made once for a city."""
    held: Desk | None = getattr(world, "desk", None)
    if held is None:
        held = world.desk = report_desk(world)  # type: ignore[attr-defined]
        world.quality, world.chief = held.supervisor, held.owner  # type: ignore[attr-defined]
    return held


def report() -> Report:
    """Return the newest report."""
    with acting_as(system_actor("test")):
        return Report.unscoped().latest("id")


def report_id() -> Any:
    """Return its id; where an answer is looked at alone there is none."""
    with acting_as(system_actor("test")):
        row = Report.unscoped().order_by("-id").first()
    return str(row.pk) if row else AN_ID


def drafted(world: World) -> Report:
    """Write a draft with all that a signature asks for."""
    world.__dict__.pop("desk", None)  # the city before was taken back
    row = desk_of(world).complete(**VALUES)
    desk_of(world).read(row, values=CHECKS, readings=READINGS)
    return desk_of(world).fresh(row)


def checked(world: World) -> Report:
    """Have it checked."""
    row = drafted(world)
    return desk_of(world).check(row)


def signed(world: World) -> Report:
    """Have it signed."""
    row = checked(world)
    return desk_of(world).sign(row)


def returned(world: World) -> Report:
    """Have it returned by the authority."""
    row, desk = signed(world), desk_of(world)
    reviewer = desk.actor(world.reviewer)
    with acting_as(reviewer):
        return reviews.report_return(actor=reviewer, report=row, reason="看不清", remarks={})


def row_of(world: World, **changes: Any) -> dict[str, Any]:
    """Return the report as lists show it."""
    begins = desk_of(world).begins
    return {
        "id": report_id(),
        "number": "QY-0700",
        "kind": "verification",
        "edition": 1,
        "state": "draft",
        "point": str(world.flue_gas_point.pk),
        "agency": str(world.agency.pk),
        "discharger": str(world.discharger.pk),
        "executed_from": city.Made(rf"{begins:%Y-%m-%dT%H:%M}.*"),
        "executed_to": city.Made(rf"{begins + timedelta(hours=4):%Y-%m-%dT%H:%M}.*"),
        "submitted_at": None,
    } | changes


def test_of(**changes: Any) -> dict[str, Any]:
    """Return the test of the report."""
    return {
        "test": "gas",
        "parameter": "SO2",
        "instrument": AN_ID,
        "unit": "mg/m3",
        "basis": "",
        "readings": READINGS,
        "values": CHECKS,
        "declared": {},
        "declared_verdict": "pass",
        "verdict": city.Made("pass"),
        "results": city.Anything(),
    } | changes


def whole(world: World, **changes: Any) -> dict[str, Any]:
    """Return all of the report."""
    desk_of(world)
    with acting_as(system_actor("test")):
        certificates = {
            row.person_id or row.equipment_id: str(row.pk) for row in Certificate.unscoped().all()
        }
    return (
        row_of(world)
        | {
            "version": 8,
            "series": AN_ID,
            "previous": None,
            "issuer": "丁检测机构",
            "issued_on": today().isoformat(),
            "form": "hj75-verification@1",
            "standard": "HJ 75-2017",
            "data_source": "own",
            "third_party": "",
            "third_party_report": "",
            "laboratory": "戊实验室",
            "laboratory_cma": "CMA-0701",
            "laboratory_report": "SY-0702",
            "note": "负荷八成",
            "file": AN_ID,
            "instruments": [
                {
                    "instrument": str(world.instrument.pk),  # type: ignore[attr-defined]
                    "revision": str(world.revision.pk),  # type: ignore[attr-defined]
                    "snapshot": city.Anything(),
                }
            ],
            "people": [
                {
                    "person": str(world.engineer_person.pk),
                    "certificate": certificates[world.engineer_person.pk],
                    "confirmation": None,
                }
            ],
            "devices": [
                {
                    "equipment": str(world.equipment.pk),
                    "certificate": certificates[world.equipment.pk],
                }
            ],
            "materials": [material()],
            "tests": [test_of()],
            "originals": [original(kind) for kind in KINDS],
            "content_digest": "",
            "keep_until": None,
            "decision_note": "",
            "field_remarks": {},
            "shown_digest": A_DIGEST,
            "findings": city.Anything(),
            "certificate_signature": None,
            "file_remarks": [],
        }
        | changes
    )


# what the form demands, in the order in which it is bound
KINDS = ("field", "photos", "raw")


def material(**changes: Any) -> dict[str, Any]:
    """Return the standard gas."""
    valid = (now() + timedelta(days=90)).date().isoformat()
    return {"id": AN_ID, **GAS, "valid_until": valid} | changes


def original(kind: str) -> dict[str, Any]:
    """Return a file of the original records."""
    return {"id": AN_ID, "kind": kind, "attachment": AN_ID}


def after(end: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    """Return what is answered once the report stands so."""
    return lambda world: whole(world, state=end, **more)


def at(path: str = "") -> Callable[[World], str]:
    """Return an address of the report."""
    return lambda _world: f"reports/{report().pk}{path}"


def part_at(name: str) -> Callable[[World], str]:
    """Return the address of the first of its parts."""

    def address(_world: World) -> str:
        with acting_as(system_actor("test")):
            part = getattr(report(), name).order_by("id").first()
            return f"reports/{report().pk}/{name}/{part.pk}"

    return address


def with_file(
    step: Callable[[World], object], kind: str = "pdf", who: str = "preparer"
) -> Callable[[World], None]:
    """Return what writes a report and uploads one more file."""

    def before(world: World) -> None:
        step(world)
        desk = desk_of(world)
        desk.file(kind, getattr(desk, who), name=NEW_FILE)

    return before


NEW_FILE = "新文件"


def new_file() -> str:
    """Return the id of the file that was uploaded besides."""
    with acting_as(system_actor("test")):
        return str(Attachment.unscoped().get(filename=NEW_FILE).pk)


def sign_body(_world: World) -> dict[str, Any]:
    """Return a signature of what is shown."""
    with acting_as(system_actor("test")):
        shown = digest_of(with_parts(report()))
    return {"signature": new_file(), "shown_digest": shown}


SIGNED: dict[str, Any] = {
    "submitted_at": A_MOMENT,
    "content_digest": A_DIGEST,
    "keep_until": city.Made(r"\d{4}-\d\d-\d\d"),
}
DRAFTED: dict[str, Any] = {"who": "engineer", "before": drafted}

EXAMPLES: dict[str, Example] = {
    "report_list": Example(
        lambda _world: "reports?state=draft",
        lambda world: {"items": [row_of(world)], "next": None},
        **DRAFTED,
    ),
    "report": Example(at(), whole, **DRAFTED),
    "new_report": Example(
        lambda world: f"points/{world.flue_gas_point.pk}/reports",
        lambda world: whole(
            world, id=AN_ID, number="QY-0703", version=1, file=None, materials=[], tests=[],
            originals=[], note="另一份",
        ),
        who="engineer",
        body=lambda world: {
            **VALUES,
            "issued_on": today().isoformat(),
            "number": "QY-0703",
            "note": "另一份",
            "kind": "verification",
            "executed_from": desk_of(world).begins.isoformat(),
            "executed_to": (desk_of(world).begins + timedelta(hours=4)).isoformat(),
            "instruments": [str(world.instrument.pk)],  # type: ignore[attr-defined]
            "people": [str(world.engineer_person.pk)],
            "devices": [str(world.equipment.pk)],
        },
        status=201,
        before=drafted,
    ),
    "change_report": Example(
        at(),
        lambda world: whole(world, version=9, note="负荷九成", laboratory="己实验室"),
        body=lambda _world: {"note": "负荷九成", "laboratory": "己实验室", "version": 8},
        **DRAFTED,
    ),
    "set_report_file": Example(
        at("/file"),
        lambda world: whole(world, version=9),
        body=lambda _world: {"attachment": new_file()},
        who="engineer",
        before=with_file(drafted),
    ),
    "add_material": Example(
        at("/materials"),
        lambda _world: material(
            name="NO 标准气体", certificate_number="GBW-9", nominal="55", uncertainty="2%",
            maker="庚气体厂", valid_until="2094-01-02",
        ),
        body=lambda _world: {
            "name": "NO 标准气体", "certificate_number": "GBW-9", "nominal": "55", "unit": "mg/m³",
            "uncertainty": "2%", "maker": "庚气体厂", "valid_until": "2094-01-02",
        },
        status=201,
        **DRAFTED,
    ),
    "remove_material": Example(part_at("materials"), lambda _world: None, status=204, **DRAFTED),
    "add_original": Example(
        at("/originals"),
        lambda _world: original("scheme"),
        body=lambda _world: {"kind": "scheme", "attachment": new_file()},
        status=201,
        who="engineer",
        before=with_file(drafted),
    ),
    "remove_original": Example(part_at("originals"), lambda _world: None, status=204, **DRAFTED),
    "save_readings": Example(
        at("/tests"),
        lambda _world: test_of(
            readings=READINGS[:8], values=CHECKS, declared={"RA": "3.1"}, declared_verdict="fail",
            verdict="not_judged",
        ),
        body=lambda _world: {
            "test": "gas", "parameter": "SO2", "readings": READINGS[:8], "values": CHECKS,
            "declared": {"RA": "3.1"}, "declared_verdict": "fail", "unit": "mg/m³",
        },
        **DRAFTED,
    ),
    "remove_readings": Example(
        at("/tests?test=gas&parameter=SO2"), lambda _world: None, status=204, **DRAFTED
    ),
    "check_report": Example(
        at("/check"),
        after("checked"),
        who="quality",
        body=lambda _world: {"note": "数据齐全"},
        before=drafted,
    ),
    "send_back_report": Example(
        at("/send-back"),
        after("draft", version=9),
        who="quality",
        body=lambda _world: {"reason": "补照片"},
        before=checked,
    ),
    "sign_report": Example(
        at("/sign"), after("submitted", **SIGNED), who="chief", body=sign_body,
        before=with_file(checked, "image", "owner"),
    ),
    "withdraw_report": Example(
        at("/withdraw"),
        after("withdrawn", **SIGNED),
        who="chief",
        body=lambda _world: {"reason": "设备编号有误"},
        before=signed,
    ),
    "receive_report": Example(
        at("/receive"), after("received", **SIGNED), who="reviewer", before=signed
    ),
    "return_report": Example(
        at("/return"),
        after(
            "returned", **SIGNED, decision_note="请补充", field_remarks={"originals": "照片模糊"}
        ),
        who="reviewer",
        body=lambda _world: {"reason": "请补充", "remarks": {"originals": "照片模糊"}},
        before=signed,
    ),
    "accept_report": Example(
        at("/accept"),
        after("accepted", **SIGNED, decision_note="已核对原始记录"),
        who="reviewer",
        body=lambda _world: {"note": "已核对原始记录"},
        before=signed,
    ),
    "revise_report": Example(
        at("/revise"),
        lambda world: whole(world, edition=2, version=1, previous=AN_ID),
        who="engineer",
        status=201,
        before=returned,
    ),
}  # fmt: skip
