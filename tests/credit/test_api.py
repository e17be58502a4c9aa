"""The JSON API of trainings and supervisions."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client

from tests.credit.trainings import approved_plan, issued, quality_supervisor, scheduled, signature
from tests.support.world import World
from yunjian.credit.models import Supervision
from yunjian.credit.services.supervisions import rectification_ask
from yunjian.kernel.clock import today
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows
BASE = "/api/v1"


def put(client: Client, path: str, body: dict[str, Any]) -> Any:
    """Send a body as the phone does."""
    content = orjson.dumps(body)
    value = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return client.put(
        f"{BASE}{path}",
        content,
        content_type="application/json",
        headers={"Content-Digest": f"sha-256=:{value}:"},
    )


def record(world: World, pad: UUID, **values: Any) -> dict[str, Any]:
    """Return a supervision as the phone sends it."""
    return {
        "supervised_on": today().isoformat(),
        "purpose": "日常监督",
        "person_id": str(world.engineer_person.pk),
        "place": "一号站房",
        "facts": "记录齐全",
        "opinion": "无",
        "severity": "general",
        "findings": [{"key": "safety", "passed": True}],
        "signature_id": str(pad),
    } | values


def test_a_supervision_that_is_sent_twice_is_there_once(world: World) -> None:
    account = quality_supervisor(world)
    client, path = world.client(account), f"/supervisions/{new_id()}"
    body = record(world, signature(account).pk)

    first, again = put(client, path, body), put(client, path, body)
    other = put(client, path, body | {"facts": "别的"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert first.json()["full_number"].endswith("-0001")
    assert Supervision.unscoped().count() == 1


def test_what_is_wrong_is_told_at_its_field(world: World) -> None:
    account = quality_supervisor(world)
    client, path = world.client(account), f"/supervisions/{new_id()}"
    pad = signature(account).pk
    for wrong, field in (
        ({"place": " "}, "place"),
        ({"person_id": str(new_id())}, "person_id"),
        ({"findings": []}, "findings"),
        ({"supervised_on": (today() + timedelta(days=1)).isoformat()}, "supervised_on"),
        ({"supervised_on": "1999-01-01"}, "year"),
        ({"facts": "长" * 801}, "facts"),
        ({"more": 1}, "more"),
        ({"remote_checks": [{"parameter": "SO2"}]}, "remote_checks.0.analyser"),
    ):
        answer = put(client, path, record(world, pad, **wrong))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == field
    assert put(client, path, {}).status_code == 422
    assert not Supervision.unscoped().exists()


def test_the_supervised_engineer_reads_and_confirms_exactly_once(world: World) -> None:
    row = issued(world)
    client = world.client(world.engineer)
    listed = client.get(f"{BASE}/supervisions?bucket=mine").json()["items"]
    shown = client.get(f"{BASE}/supervisions/{row.pk}").json()
    assert [one["id"] for one in listed] == [str(row.pk)]
    assert shown["may_answer"] is True
    assert shown["findings"][0]["note"] == "未签名"
    answer = {
        "decision": "confirm",
        "signature_id": str(signature(world.engineer).pk),
        "shown_digest": shown["shown_digest"],
    }
    path = f"/supervisions/{row.pk}/answer/{new_id()}"
    statuses = [put(client, path, answer).status_code for _time in range(2)]
    assert statuses == [201, 200]
    assert client.get(f"{BASE}/supervisions/{row.pk}").json()["state"] == "confirmed"
    other = world.client(world.agency_manager)
    assert other.get(f"{BASE}/supervisions/{row.pk}").json()["may_answer"] is False
    assert other.get(f"{BASE}/supervisions?bucket=no").status_code == 422


def test_an_appeal_is_sent_and_withdrawn(world: World) -> None:
    row = issued(world)
    client = world.client(world.engineer)
    digest = client.get(f"{BASE}/supervisions/{row.pk}").json()["shown_digest"]
    answer = {
        "decision": "appeal",
        "text": "签名在背面",
        "signature_id": str(signature(world.engineer).pk),
        "shown_digest": digest,
    }
    assert put(client, f"/supervisions/{row.pk}/answer/{new_id()}", answer).status_code == 201
    here = f"{BASE}/supervisions/{row.pk}"
    back = client.post(f"{here}/withdraw", {"text": ""}, content_type="application/json")
    assert back.json()["state"] == "issued"
    report = put(client, f"/supervisions/{row.pk}/report/{new_id()}", {"text": "x"})
    assert report.status_code == 409


def test_a_rectification_is_reported_with_its_pictures_exactly_once(world: World) -> None:
    row, leader = issued(world), world.actor(quality_supervisor(world))
    client = world.client(world.engineer)
    digest = client.get(f"{BASE}/supervisions/{row.pk}").json()["shown_digest"]
    pad = str(signature(world.engineer).pk)
    answer = {"decision": "confirm", "signature_id": pad, "shown_digest": digest}
    put(client, f"/supervisions/{row.pk}/answer/{new_id()}", answer)
    rectification_ask(actor=leader, supervision=row, text="补贴标签", due_on=today())
    path = f"/supervisions/{row.pk}/report/{new_id()}"
    body = {"text": "已补贴", "attachment_ids": [pad]}

    missing = put(client, path, body | {"attachment_ids": [str(new_id())]})
    statuses = [put(client, path, body).status_code for _time in range(2)]
    other = put(client, path, body | {"text": "别的"})

    assert missing.status_code == 422
    assert missing.json()["errors"][0]["path"] == "attachment_ids"
    assert [*statuses, other.status_code] == [201, 200, 409]
    shown = client.get(f"{BASE}/supervisions/{row.pk}").json()
    assert shown["state"] == "rectified"
    assert [step["act"] for step in shown["steps"]] == ["issue", "confirm", "ask", "report"]


def test_an_answer_that_was_cut_on_its_way_is_not_read(world: World) -> None:
    row = issued(world)
    answer = world.client(world.engineer).put(
        f"{BASE}/supervisions/{row.pk}/answer/{new_id()}",
        b"{}",
        content_type="application/json",
        headers={"Content-Digest": "sha-256=:AAAA:"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")


def test_the_package_has_people_points_and_the_checklist(world: World) -> None:
    package = world.client(quality_supervisor(world)).get(f"{BASE}/supervision-package").json()
    assert str(world.engineer_person.pk) in [one["id"] for one in package["people"]]
    assert package["template"] == "RYJD@1"
    assert world.client(world.engineer).get(f"{BASE}/supervision-package").status_code == 403


def test_plans_sessions_and_people_are_read(world: World) -> None:
    plan, session = approved_plan(world), scheduled(world)
    client = world.client(world.engineer)
    year = today().year
    shown = client.get(f"{BASE}/training-plans/{plan.pk}").json()
    assert shown["items"][0]["people"] == [world.engineer_person.name]
    assert shown["prepared_by"] == world.agency_manager.display_name
    assert client.get(f"{BASE}/training-plans?year={year}").json()["items"][0]["id"] == str(plan.pk)
    assert client.get(f"{BASE}/trainings").json()["items"][0]["id"] == str(session.pk)
    shown = client.get(f"{BASE}/trainings/{session.pk}").json()
    assert shown["participants"][0]["attendance"] == "expected"
    people = client.get(f"{BASE}/training-people?year={year}").json()["items"]
    assert {one["planned_count"] for one in people} >= {1}
    outside = world.client(world.discharger_owner)
    assert outside.get(f"{BASE}/trainings/{session.pk}").status_code == 404
