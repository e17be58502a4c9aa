"""What the JSON API of documents, trainings and supervisions leaves out, refuses and keeps."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.credit.test_api import BASE, put, record
from tests.credit.test_documents import new, published, written
from tests.credit.trainings import (
    another_person,
    approved_plan,
    draft_plan,
    issued,
    quality_supervisor,
    scheduled,
    signature,
    supervised,
)
from tests.support.world import World
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    Document,
    DocumentVersion,
    Supervision,
    TrainingPlan,
    TrainingSession,
)
from yunjian.credit.services.supervisions import supervision_draft
from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import today
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows
YEAR = today().year
DAY = timedelta(days=1)


def items(client: Client, path: str) -> list[str]:
    """Return the ids of a page, in its order."""
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["items"]]


def problem(answer: Any) -> tuple[int, list[tuple[str, str, str]]]:
    """Return a refusal: its status, and where it says what."""
    errors = answer.json()["errors"]
    return answer.status_code, [(one["path"], one["code"], one["message"]) for one in errors]


# --- supervisions


def test_lists_of_supervisions_are_what_one_was_supervised_in_or_made(world: World) -> None:
    account = quality_supervisor(world)
    first, second = issued(world), issued(world)
    other = issued(world, person=another_person(world, "同事"))
    draft = supervision_draft(actor=world.actor(account), said=supervised(world))
    engineer, maker = world.client(world.engineer), world.client(account)
    newest_first = [str(draft.pk), str(other.pk), str(second.pk), str(first.pk)]
    assert items(engineer, "/supervisions") == [str(second.pk), str(first.pk)]
    assert items(engineer, "/supervisions?bucket=made") == []
    assert items(maker, "/supervisions?bucket=mine") == []
    assert items(maker, "/supervisions?bucket=made") == newest_first
    assert items(maker, f"/supervisions?bucket=made&cursor={other.pk}") == newest_first[2:]
    refused = maker.get(f"{BASE}/supervisions?bucket=all")
    assert problem(refused) == (422, [("bucket", "unknown", "不认识的列表")])


@pytest.mark.parametrize(
    ("state", "waits"), [("issued", "yes"), ("appealed", "no"), ("closed", "no")]
)
def test_only_the_supervised_person_may_answer_and_only_what_waits(
    world: World, state: str, waits: str
) -> None:
    row = issued(world)
    Supervision.unscoped().filter(pk=row.pk).update(state=state)
    flags = {}
    for name in ("engineer", "agency_manager"):
        client = world.client(getattr(world, name))
        shown = client.get(f"{BASE}/supervisions/{row.pk}").json()
        flags[name] = (shown["is_mine"], shown["may_answer"])
    assert flags == {"engineer": (True, waits == "yes"), "agency_manager": (False, False)}


def test_the_package_has_those_who_are_there_by_name(world: World) -> None:
    stays = another_person(world, "甲明天走", left_on=today() + DAY)
    another_person(world, "乙走了", left_on=today())
    another_person(world, "丙别家", organization=world.other_agency)
    package = world.client(quality_supervisor(world)).get(f"{BASE}/supervision-package").json()
    names = sorted([(stays.name, str(stays.pk)), ("李建国", str(world.engineer_person.pk))])
    assert [(one["name"], one["id"]) for one in package["people"]] == names
    points = {one["id"]: one["name"] for one in package["points"]}
    place = world.discharger.name
    assert points == {
        str(point.pk): f"{place} · {point.name}"
        for point in (world.flue_gas_point, world.wastewater_point)
    }
    [item] = [one for one in package["items"] if one["key"] == "calibration"]
    assert item == {
        "key": "calibration",
        "title": {
            "zh": "按规程完成校准，标准物质在有效期内",
            "en": "Calibrates as prescribed, with reference material in date",
        },
        "severity": "major",
        "points": 6,
        "clause": "HJ 75-2017 11.2",
        "provenance": "recalled",
    }


def test_what_a_phone_hands_in_is_kept_with_each_value_in_its_place(world: World) -> None:
    account = quality_supervisor(world)
    client, identifier = world.client(account), new_id()
    head, pad, photo = another_person(world, "负责人"), signature(account), signature(account)
    check = {
        "parameter": "SO2", "signal": "analogue", "unit": "mg/m³", "analyser": "35.2",
        "logger": "35.3", "analyser_range": "0～101", "acquisition_range": "0～102",
        "logger_range": "0～103",
    }  # fmt: skip
    body = record(
        world, pad.pk, supervised_on=f"{today() - DAY}", severity="major",
        head_id=str(head.pk), point_id=str(world.flue_gas_point.pk),
        attachment_ids=[str(photo.pk)], remote_checks=[check],
        findings=[{"key": "safety", "passed": False, "note": "缺"}],
    )  # fmt: skip
    for field, words in (
        ("person_id", "请选择本机构的人员"),
        ("head_id", "请选择本机构的人员"),
        ("point_id", "请选择本机构合同内的测点"),
    ):
        refused = put(client, f"/supervisions/{new_id()}", body | {field: str(new_id())})
        assert problem(refused) == (422, [(field, "unknown", words)])
    assert put(client, f"/supervisions/{identifier}", body).status_code == 201
    row = Supervision.unscoped().get()
    assert (row.pk, row.supervised_on, row.purpose, row.person, row.head, row.point) == (
        identifier, today() - DAY, "日常监督", world.engineer_person, head, world.flue_gas_point,
    )  # fmt: skip
    assert (row.place, row.facts, row.opinion, row.severity, row.signature) == (
        "一号站房", "记录齐全", "无", "major", pad,
    )  # fmt: skip
    assert row.attachment_ids == [photo.pk]
    assert row.findings == [{"key": "safety", "passed": False, "note": "缺"}]
    [kept] = row.remote_checks
    assert {name: kept[name] for name in check} == check
    assert put(world.client(world.engineer), f"/supervisions/{new_id()}", body).status_code == 403


def test_a_report_waits_for_its_pictures(world: World) -> None:
    row = issued(world)
    Supervision.unscoped().filter(pk=row.pk).update(state="rectifying", rectify_by=today())
    pictures = [str(signature(world.engineer).pk)] * 2
    path = f"/supervisions/{row.pk}/report/{new_id()}"
    client = world.client(world.engineer)
    missing = {"text": "已补签", "attachment_ids": [*pictures, str(new_id())]}
    words = "照片还没有上传完，请稍后再试"
    assert problem(put(client, path, missing)) == (422, [("attachment_ids", "missing", words)])
    body = {"text": "已补签", "attachment_ids": pictures}
    assert put(client, path, body).status_code == 201


# --- trainings


def test_plans_and_sessions_are_listed_by_year_newest_first(world: World) -> None:
    plan = approved_plan(world)
    other = TrainingPlan.unscoped().create(
        organization=world.agency, year=YEAR + 1, title="明年", prepared_by=world.agency_manager
    )
    first, second = scheduled(world), scheduled(world, [world.supervisor()], topic="第二")
    TrainingSession.unscoped().filter(pk=second.pk).update(year=YEAR - 1)
    client = world.client(world.engineer)
    assert items(client, "/training-plans") == [str(other.pk), str(plan.pk)]
    assert items(client, f"/training-plans?year={YEAR}") == [str(plan.pk)]
    assert items(client, f"/training-plans?cursor={other.pk}") == [str(plan.pk)]
    assert items(client, "/trainings") == [str(second.pk), str(first.pk)]
    assert items(client, f"/trainings?year={YEAR}") == [str(first.pk)]
    assert items(client, f"/trainings?cursor={second.pk}") == [str(first.pk)]
    shown = client.get(f"{BASE}/training-plans/{other.pk}").json()
    assert (shown["checked_by"], shown["approved_by"], shown["items"]) == ("", "", [])
    authority = world.client(world.reviewer)
    assert items(authority, "/training-plans") == [str(plan.pk)]
    assert items(authority, "/trainings") == []


def test_the_summary_of_people_is_of_the_year_asked_for_or_the_present_one(world: World) -> None:
    plan = draft_plan(world)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(state="approved")
    client = world.client(world.engineer)
    for query, year, planned in (("", YEAR, 1), (f"?year={YEAR - 1}", YEAR - 1, 0)):
        answer = client.get(f"{BASE}/training-people{query}").json()
        assert answer["year"] == year
        counts = {one["name"]: (one["planned_count"], one["planned_hours"], one["missing_count"])
                  for one in answer["items"]}  # fmt: skip
        assert counts["李建国"] == (planned, 2.0 * planned, planned)
    for wrong in (1999, 2101):
        assert client.get(f"{BASE}/training-people?year={wrong}").status_code == 422
    for right in (2000, 2100):
        assert client.get(f"{BASE}/training-people?year={right}").status_code == 200


# --- documents


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Send a body."""
    return getattr(client, method)(f"{BASE}{path}", body, content_type="application/json")


def test_a_document_keeps_each_value_in_the_order_it_was_sent(world: World) -> None:
    client = world.client(world.agency_manager)
    one, two = another_person(world, "甲"), another_person(world, "乙")
    points = [str(world.wastewater_point.pk), str(world.flue_gas_point.pk)]
    body: dict[str, Any] = {
        "category": "requirements",
        "title": "甲",
        "maker": "某厂",
        "model": "X-1",
        "points": [*points, points[0]],
        "read_by_positions": ["technical_lead"],
        "readers": [str(two.pk), str(one.pk)],
        "read_within": 9,
    }
    unknown = "没有找到所选的内容"
    for field in ("points", "readers"):
        refused = send(client, "post", "/documents", body | {field: [*body[field], str(new_id())]})
        assert problem(refused) == (422, [(field, "unknown", unknown)])
    assert not Document.unscoped().exists()
    answer = send(client, "post", "/documents", body)
    assert answer.status_code == 201
    shown = answer.json()
    assert {name: shown[name] for name in ("category", "title", "maker", "model")} == {
        "category": "requirements", "title": "甲", "maker": "某厂", "model": "X-1",
    }  # fmt: skip
    assert {one["id"] for one in shown["points"]} == set(points)
    assert {one["name"] for one in shown["readers"]} == {"甲", "乙"}
    assert (shown["read_by_positions"], shown["read_within"]) == (["technical_lead"], 9)
    assert (shown["state"], shown["number"], shown["version"]) == ("none", None, 1)

    here = f"/documents/{shown['id']}"
    body = {name: value for name, value in body.items() if name != "category"}
    changed = body | {"title": "乙", "readers": [str(one.pk)], "version": 1}
    answer = send(client, "put", here, changed)
    assert answer.status_code == 200
    again = answer.json()
    assert (again["title"], again["version"], again["category"]) == ("乙", 2, "requirements")
    assert [one["name"] for one in again["readers"]] == ["甲"]
    assert send(client, "put", here, changed).status_code == 409
    for name in ("engineer", "discharger_owner"):
        outsider = world.client(getattr(world, name))
        assert (
            send(outsider, "post", "/documents", {**body, "category": "training"}).status_code
            == 403
        )
    assert send(world.client(world.engineer), "put", here, changed).status_code == 403


def test_a_draft_is_written_changed_published_and_taken_back(world: World) -> None:
    document = new(world)
    client, engineer = world.client(world.agency_manager), world.client(world.engineer)
    file = Attachment.unscoped().create(
        organization_id=world.agency.pk, kind="image", purpose="document", filename="a.png",
        content_type="image/png", size=1, digest="sha-256:x", source_digest="sha-256:x",
        storage_key="x", uploaded_by=world.agency_manager,
    )  # fmt: skip
    here = f"/documents/{document.pk}/draft"
    body: dict[str, Any] = {
        "body": "甲", "attachment": str(file.pk), "expires_on": f"{today() + 9 * DAY}",
        "change_note": "新增", "version": None,
    }  # fmt: skip
    refused = send(client, "put", here, body | {"attachment": str(new_id())})
    assert problem(refused) == (422, [("attachment", "unknown", "没有找到所选的内容")])
    assert send(engineer, "put", here, body).status_code == 403
    made = send(client, "put", here, body)
    assert made.status_code == 201
    shown = made.json()
    assert shown["file"]["filename"] == "a.png"
    assert {name: shown[name] for name in ("body", "expires_on", "change_note")} == {
        name: body[name] for name in ("body", "expires_on", "change_note")
    }
    assert (shown["state"], shown["number"], shown["version"]) == ("draft", 1, 1)
    assert send(client, "put", here, body).status_code == 409
    changed = send(client, "put", here, {"body": "乙", "version": 1})
    assert changed.status_code == 200
    assert (changed.json()["body"], changed.json()["file"], changed.json()["version"]) == (
        "乙", None, 2,
    )  # fmt: skip
    of = f"/documents/versions/{shown['id']}"
    since = f"{today() + DAY}"
    stale = send(client, "post", f"{of}/publish", {"effective_from": since, "version": 1})
    assert stale.status_code == 409
    ready = send(client, "post", f"{of}/publish", {"effective_from": since, "version": 2})
    assert (ready.status_code, ready.json()["state"], ready.json()["effective_from"]) == (
        200, "coming", since,
    )  # fmt: skip
    assert client.delete(f"{BASE}{of}?version=3").status_code == 409
    back = send(client, "post", f"{of}/withdraw", {"reason": "有误"})
    assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
    assert DocumentVersion.unscoped().get().withdraw_reason == "有误"
    second = written(world, document)
    of = f"/documents/versions/{second.pk}"
    assert client.delete(f"{BASE}{of}?version=2").status_code == 409
    assert client.delete(f"{BASE}{of}?version=1").status_code == 204
    assert not DocumentVersion.unscoped().filter(pk=second.pk).exists()


def test_documents_are_found_by_category_and_text_newest_first(world: World) -> None:
    first = new(world, title="甲规程")
    second = new(world, title="乙规程")
    third = new(world, title="甲培训", category="training")
    client = world.client(world.agency_manager)
    assert items(client, "/documents") == [str(row.pk) for row in (third, second, first)]
    assert items(client, "/documents?category=procedures") == [str(second.pk), str(first.pk)]
    assert items(client, "/documents?text=甲") == [str(third.pk), str(first.pk)]
    assert items(client, "/documents?text=甲&category=training") == [str(third.pk)]
    assert items(client, f"/documents?cursor={third.pk}") == [str(second.pk), str(first.pk)]


def test_a_reading_is_listed_with_its_day_and_confirmed_once(world: World) -> None:
    row = published(world, new(world, read_within=3))
    Person.unscoped().filter(pk=world.engineer_person.pk).update(joined_on=date(2020, 1, 1))
    client = world.client(world.engineer)
    [reading] = client.get(f"{BASE}/readings").json()["items"]
    assert (reading["version"]["id"], reading["due_on"], reading["state"], reading["read_at"]) == (
        str(row.pk), f"{today() + 3 * DAY}", "unread", None,
    )  # fmt: skip
    path = f"/documents/versions/{row.pk}/acknowledgement/{new_id()}"
    body = {"shown_digest": reading["version"]["digest"]}
    assert [send(client, "put", path, body).status_code for _time in range(2)] == [201, 200]
    [reading] = client.get(f"{BASE}/readings").json()["items"]
    assert reading["state"] == "read"
    assert send(client, "put", path, {"shown_digest": "x"}).status_code == 409
