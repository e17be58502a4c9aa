"""A report over the API from its draft to its acceptance: each answer, each value at its name."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.verification.conftest import Desk
from tests.verification.test_api import call, said
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.kernel.clock import today
from yunjian.kernel.ids import new_id
from yunjian.verification.models import (
    Report,
    ReportInstrument,
    ReportMaterial,
    ReportOriginal,
    ReportTest,
)
from yunjian.verification.services import drafts

pytestmark = pytest.mark.reads_all_rows

TEXTS = {
    "issuer": "出具检测公司",
    "data_source": "third_party",
    "third_party": "丙方检测公司",
    "third_party_report": "BF-3",
    "laboratory": "丁实验室",
    "laboratory_cma": "CMA-4",
    "laboratory_report": "SY-5",
    "note": "说明六",
}


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.world.client(desk.preparer)


def test_a_report_is_told_with_each_value_at_its_name(desk: Desk, client: Client) -> None:
    # when
    address = f"/points/{desk.world.flue_gas_point.pk}/reports"
    status, made = call(client, "post", address, said(desk, issued_on=today().isoformat(), **TEXTS))

    # then
    assert status == 201, made
    report = Report.unscoped().get()
    instrument = ReportInstrument.unscoped().get()
    certificates = dict(Certificate.unscoped().values_list("number", "pk"))
    assert {name: made[name] for name in TEXTS} == TEXTS
    assert [one["code"] for one in made["findings"]]
    assert made["instruments"] == [
        {
            "instrument": str(instrument.instrument_id),
            "revision": str(instrument.revision_id),
            "snapshot": instrument.snapshot,
        }
    ]
    assert made["people"] == [
        {
            "person": str(desk.world.engineer_person.pk),
            "certificate": str(certificates["Z-person"]),
            "confirmation": None,
        }
    ]
    assert made["devices"] == [
        {
            "equipment": str(desk.world.equipment.pk),
            "certificate": str(certificates["Z-equipment"]),
        }
    ]
    plain = {
        "id": str(report.pk),
        "number": "API-1",
        "kind": "verification",
        "edition": 1,
        "state": "draft",
        "version": 1,
        "series": str(report.series),
        "previous": None,
        "issued_on": today().isoformat(),
        "form": "hj75-verification@1",
        "standard": "HJ 75-2017",
        "point": str(desk.world.flue_gas_point.pk),
        "agency": str(desk.world.agency.pk),
        "discharger": str(desk.world.discharger.pk),
        "submitted_at": None,
        "file": None,
        "materials": [],
        "tests": [],
        "originals": [],
        "content_digest": "",
        "keep_until": None,
        "decision_note": "",
        "field_remarks": {},
        "certificate_signature": None,
        "file_remarks": [],
    }
    assert {name: made[name] for name in plain} == plain
    assert set(made) == {
        *plain, *TEXTS, "executed_from", "executed_to", "instruments", "people", "devices",
        "shown_digest", "findings",
    }  # fmt: skip


def test_a_change_says_what_is_left_out_and_what_is_nothing(desk: Desk, client: Client) -> None:
    report = desk.draft(issued_on=today(), **TEXTS)
    address = f"/reports/{report.pk}"

    status, changed = call(
        client, "patch", address, {"note": None, "issued_on": None, "people": [], "version": 1}
    )
    assert (status, changed["note"], changed["issued_on"], changed["people"]) == (200, "", None, [])
    assert changed["version"] == 2
    kept = {name: value for name, value in TEXTS.items() if name != "note"}
    assert {name: changed[name] for name in kept} == kept
    assert len(changed["instruments"]) == len(changed["devices"]) == 1

    for name in ("number", "executed_from", "executed_to", "data_source"):
        status, refusal = call(client, "patch", address, {name: None})
        assert (status, refusal["errors"]) == (
            422,
            [{"path": name, "code": "required", "message": "不能为空"}],
        )
    for name in ("executed_from", "executed_to"):
        status, refusal = call(client, "patch", address, {name: "2026-11-20T08:00:00"})
        assert [(one["path"], one["code"]) for one in refusal["errors"]] == [(name, "invalid")]
    for name in ("instruments", "people", "devices"):
        status, refusal = call(client, "patch", address, {name: [str(new_id())]})
        assert (status, [(one["path"], one["code"]) for one in refusal["errors"]]) == (
            422,
            [(name, "unknown")],
        )
    twice = [str(desk.world.engineer_person.pk)] * 2
    _status, changed = call(client, "patch", address, {"people": twice})
    assert len(changed["people"]) == 1


def test_parts_are_added_and_removed_one_by_one(desk: Desk, client: Client) -> None:
    # given: another report with parts of its own
    other = desk.complete(number="O-1")
    report = desk.draft()
    base = f"/reports/{report.pk}"

    # materials
    gas = {
        "name": "NO 标准气体",
        "certificate_number": "GBW-2",
        "nominal": "50",
        "unit": "μmol/mol",
        "uncertainty": "1 %",
        "maker": "标气厂",
        "valid_until": "2030-02-03",
    }
    status, made = call(client, "post", f"{base}/materials", gas)
    key = made.pop("id")
    assert (status, made) == (201, gas)
    _status, shown = call(client, "get", base)
    assert shown["materials"] == [gas | {"id": key}]
    held = ReportMaterial.unscoped().get(report=other)
    assert call(client, "delete", f"{base}/materials/{held.pk}")[0] == 404
    assert call(client, "delete", f"{base}/materials/{key}") == (204, None)
    assert [*ReportMaterial.unscoped().all()] == [held]

    # original records
    file = desk.file("image")
    status, made = call(
        client, "post", f"{base}/originals", {"kind": "photos", "attachment": str(file.pk)}
    )
    key = made.pop("id")
    assert (status, made) == (201, {"kind": "photos", "attachment": str(file.pk)})
    _status, shown = call(client, "get", base)
    assert shown["originals"] == [made | {"id": key}]
    held_original = ReportOriginal.unscoped().filter(report=other)[0]
    assert call(client, "delete", f"{base}/originals/{held_original.pk}")[0] == 404
    assert call(client, "delete", f"{base}/originals/{key}") == (204, None)
    assert not ReportOriginal.unscoped().filter(report=report).exists()

    # tests, each by its key and parameter
    for parameter in ("SO2", "NOx"):
        body = {
            "test": "gas",
            "parameter": parameter,
            "readings": [{"reference": "100", "measured": "102"}],
            "values": {"emission_limit": "200"},
            "declared": {"difference": "2"},
            "declared_verdict": "fail",
            "unit": "mg/m3",
            "basis": "依据甲",
        }
        status, saved = call(client, "put", f"{base}/tests", body)
        assert status == 200, saved
        kept = {name: saved[name] for name in body if name != "readings"}
        assert kept == {name: value for name, value in body.items() if name != "readings"}
        row = ReportTest.unscoped().get(report=report, parameter=parameter)
        assert (saved["verdict"], saved["results"]) == (row.verdict, row.results)
        expected = str(row.instrument_id) if parameter == "SO2" else None
        assert saved["instrument"] == expected
        assert [(one["reference"], one["measured"]) for one in saved["readings"]] == [
            ("100", "102")
        ]
    version = desk.fresh(report).version
    status, refusal = call(client, "put", f"{base}/tests", body | {"version": version - 1})
    assert (status, refusal["code"]) == (409, "stale")
    assert call(client, "delete", f"{base}/tests?test=gas") == (204, None)
    assert call(client, "delete", f"{base}/tests?test=gas&parameter=NOx") == (204, None)
    assert ReportTest.unscoped().get(report=report).parameter == "SO2"
    assert ReportTest.unscoped().filter(report=other).exists()


def test_the_file_of_a_report_is_set_once_it_was_uploaded(desk: Desk, client: Client) -> None:
    report, file = desk.draft(), desk.file(name="甲.pdf")
    address = f"/reports/{report.pk}/file"
    status, refusal = call(client, "put", address, {"attachment": str(new_id())})
    assert (status, refusal["errors"]) == (
        422,
        [{"path": "attachment", "code": "unknown", "message": "没有这个附件，请先上传"}],
    )
    status, refusal = call(client, "put", address, {"attachment": str(file.pk), "version": 7})
    assert (status, refusal["code"]) == (409, "stale")
    status, changed = call(client, "put", address, {"attachment": str(file.pk), "version": 1})
    assert (status, changed["file"], changed["version"]) == (200, str(file.pk), 2)
    theirs = desk.file(account=desk.world.other_agency_manager)
    status, _refusal = call(client, "put", address, {"attachment": str(theirs.pk)})
    assert status == 422
    picture = desk.file("image")
    status, refusal = call(client, "put", address, {"attachment": str(picture.pk)})
    assert [(one["path"], one["message"]) for one in refusal["errors"]] == [
        ("file", "报告文件应为 PDF")
    ]
    status, refusal = call(client, "post", f"/reports/{report.pk}/form", {})
    assert (status, refusal["message"]) == (409, "该报告已采用现行的报告格式")


def test_from_the_check_to_the_acceptance(desk: Desk, client: Client) -> None:
    # given
    report = desk.complete()
    base = f"/reports/{report.pk}"
    supervisor, owner = desk.world.client(desk.supervisor), desk.world.client(desk.owner)
    reviewer = desk.world.client(desk.world.reviewer)

    # checked, sent back, checked again
    status, refusal = call(supervisor, "post", f"{base}/check", {"version": report.version - 1})
    assert (status, refusal["code"]) == (409, "stale")
    status, shown = call(supervisor, "post", f"{base}/check", {"note": "齐全"})
    assert (status, shown["state"]) == (200, "checked")
    assert desk.fresh(report).check_note == "齐全"
    status, shown = call(owner, "post", f"{base}/send-back", {"reason": "时间有误"})
    assert (status, shown["state"]) == (200, "draft")
    assert desk.fresh(report).check_note == "时间有误"
    _status, shown = call(supervisor, "post", f"{base}/check", {})

    # signed
    signature = desk.file("image", desk.owner)
    body = {"signature": str(signature.pk), "shown_digest": "sha256:00"}
    status, refusal = call(owner, "post", f"{base}/sign", body)
    assert (status, refusal["code"]) == (409, "content_changed")
    status, refusal = call(owner, "post", f"{base}/sign-challenge", {"shown_digest": "sha256:00"})
    assert (status, refusal["code"]) == (409, "content_changed")
    digest = shown["shown_digest"]
    status, refusal = call(owner, "post", f"{base}/sign", {"shown_digest": digest})
    assert [(one["path"], one["code"]) for one in refusal["errors"]] == [("signature", "required")]
    body = {"signature": str(new_id()), "shown_digest": digest}
    status, refusal = call(owner, "post", f"{base}/sign", body)
    assert [(one["path"], one["code"]) for one in refusal["errors"]] == [("signature", "unknown")]
    body = {"signature": str(signature.pk), "shown_digest": digest}
    status, shown = call(owner, "post", f"{base}/sign", body)
    assert (status, shown["state"], shown["content_digest"]) == (200, "submitted", digest)
    held = desk.fresh(report)
    assert (held.signature_id, held.signed_by_id) == (signature.pk, desk.owner.pk)
    assert held.keep_until is not None
    assert shown["keep_until"] == held.keep_until.isoformat()
    assert shown["submitted_at"] is not None

    # received, returned, revised, taken back
    status, shown = call(reviewer, "post", f"{base}/receive")
    assert (status, shown["state"]) == (200, "received")
    status, refusal = call(reviewer, "post", f"{base}/return", {})
    assert [(one["path"], one["code"]) for one in refusal["errors"]] == [("reason", "required")]
    remarks = {"number": "编号有误"}
    status, shown = call(reviewer, "post", f"{base}/return", {"reason": "请改", "remarks": remarks})
    assert (status, shown["state"], shown["decision_note"], shown["field_remarks"]) == (
        200,
        "returned",
        "请改",
        remarks,
    )
    status, edition = call(client, "post", f"{base}/revise")
    assert (status, edition["edition"], edition["state"], edition["previous"]) == (
        201,
        2,
        "draft",
        str(report.pk),
    )
    assert edition["series"] == shown["series"]
    again = f"/reports/{edition['id']}"
    status, _refusal = call(owner, "post", f"{again}/withdraw", {"reason": " "})
    assert status == 422
    status, taken = call(owner, "post", f"{again}/withdraw", {"reason": "不改了"})
    assert (status, taken["state"]) == (200, "withdrawn")
    assert Report.unscoped().get(pk=edition["id"]).withdraw_reason == "不改了"


def test_an_acceptance_keeps_its_opinion(desk: Desk) -> None:
    report = desk.submitted()
    reviewer = desk.world.client(desk.world.reviewer)
    status, shown = call(reviewer, "post", f"/reports/{report.pk}/accept", {"note": "同意"})
    assert (status, shown["state"], shown["decision_note"]) == (200, "accepted", "同意")


def test_findings_are_told_with_what_stops_a_signature(desk: Desk, client: Client) -> None:
    report = desk.complete(people=[])
    _status, shown = call(client, "get", f"/reports/{report.pk}")
    [found] = [one for one in shown["findings"] if one["blocking"]]
    basis = found.pop("basis")
    assert found == {
        "code": "no_person",
        "severity": "blocking",
        "path": "people",
        "text": "没有登记参与人员",
        "blocking": True,
    }
    assert basis


# --- what is carried over


def test_a_new_edition_carries_all_that_the_one_before_said(desk: Desk) -> None:
    # given
    report = desk.complete(issued_on=today(), executed_to=desk.begins + timedelta(hours=3), **TEXTS)
    desk.accept(report)
    preparer = desk.actor(desk.world.agency_manager)

    # when
    with acting_as(preparer):
        edition = drafts.report_revise(actor=preparer, report=desk.fresh(report))

    # then
    manager = desk.world.client(desk.world.agency_manager)
    _status, before = call(manager, "get", f"/reports/{report.pk}")
    _status, after = call(manager, "get", f"/reports/{edition.pk}")
    for part in ("materials", "originals"):
        for shown in (before, after):
            assert all(one.pop("id") for one in shown[part])
    differs = {name for name in before if before[name] != after[name]}
    assert differs - {"findings", "file_remarks"} == {
        "id", "edition", "state", "version", "previous", "submitted_at", "content_digest",
        "keep_until", "decision_note", "shown_digest",
    }  # fmt: skip
    assert (after["previous"], after["edition"], after["version"]) == (str(report.pk), 2, 1)
    held = desk.fresh(edition)
    assert held.prepared_by_id == desk.world.agency_manager.pk
    assert (held.latest, desk.fresh(report).latest) == (True, False)
    with acting_as(system_actor("test")):
        assert Report.unscoped().get(pk=edition.pk).number_key == report.number_key
