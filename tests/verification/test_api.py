"""Reports over the API: as an agency's own software writes them, and an authority's reads them."""

from typing import Any

import pytest
from django.test import Client

from tests.verification.conftest import Desk
from yunjian.verification.models import Report

pytestmark = pytest.mark.reads_all_rows


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    answer = getattr(client, method)(f"/api/v1{path}", body, content_type="application/json")
    return answer.status_code, answer.json() if answer.content else None


def said(desk: Desk, **changes: Any) -> dict[str, Any]:
    values = desk.values()
    return {
        "kind": "verification",
        "number": "API-1",
        "executed_from": values["executed_from"].isoformat(),
        "executed_to": values["executed_to"].isoformat(),
        "instruments": [str(one.pk) for one in values["instruments"]],
        "people": [str(desk.world.engineer_person.pk)],
        "devices": [str(desk.world.equipment.pk)],
    } | changes


def test_a_report_is_written_over_the_api(desk: Desk) -> None:
    client = desk.world.client(desk.preparer)
    status, made = call(
        client, "post", f"/points/{desk.world.flue_gas_point.pk}/reports", said(desk)
    )
    assert status == 201, made
    assert made["form"] == "hj75-verification@1"
    rows = [{"reference": f"{100 + n}", "measured": f"{102 + n}"} for n in range(9)]
    status, test = call(
        client,
        "put",
        f"/reports/{made['id']}/tests",
        {"test": "gas", "parameter": "SO2", "readings": rows, "unit": "mg/m³"},
    )
    assert status == 200, test
    assert test["results"]["rows"] == 9
    status, changed = call(
        client, "patch", f"/reports/{made['id']}", {"note": "x", "version": made["version"]}
    )
    assert (status, changed["code"]) == (409, "stale")
    status, changed = call(client, "patch", f"/reports/{made['id']}", {"note": "x"})
    assert (status, changed["note"], changed["number"]) == (200, "x", "API-1")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"people": ["01a2210a-4408-7716-897c-ac97f6a4bbd0"]}, "people"),
        ({"executed_from": "2026-11-20T08:00:00"}, "executed_from"),
        ({"number": ""}, "number"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    client = desk.world.client(desk.preparer)
    address = f"/points/{desk.world.flue_gas_point.pk}/reports"
    status, refusal = call(client, "post", address, said(desk, **changes))
    assert status == 422
    assert path in [one["path"] for one in refusal["errors"]]
    assert not Report.unscoped().exists()


def test_an_authority_reads_and_decides(desk: Desk) -> None:
    report = desk.submitted()
    client = desk.world.client(desk.world.reviewer)
    status, page = call(client, "get", "/reports?state=submitted")
    assert (status, [one["id"] for one in page["items"]]) == (200, [str(report.pk)])
    status, shown = call(client, "get", f"/reports/{report.pk}")
    assert status == 200
    assert shown["shown_digest"] == shown["content_digest"]
    status, accepted = call(client, "post", f"/reports/{report.pk}/accept", {"note": "同意"})
    assert (status, accepted["state"]) == (200, "accepted")
    status, _again = call(client, "post", f"/reports/{report.pk}/return", {"reason": "晚了"})
    assert status == 409


def test_a_draft_is_not_there_for_others(desk: Desk) -> None:
    report = desk.draft()
    for account in (desk.world.reviewer, desk.world.other_agency_manager):
        status, _refusal = call(desk.world.client(account), "get", f"/reports/{report.pk}")
        assert status == 404


def test_an_unknown_state_is_refused(desk: Desk) -> None:
    status, _refusal = call(desk.world.client(desk.preparer), "get", "/reports?state=other")
    assert status == 422
