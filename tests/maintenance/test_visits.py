"""签到, submission and confirmation through the API: what is accepted, refused and kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model

from tests.support.phone import Phone, picture, stamp
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.models import Instrument
from yunjian.kernel import clock
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Confirmation, RecordSheet, RejectedSubmission, Task, Visit
from yunjian.maintenance.selectors.documents import content_digest
from yunjian.maintenance.selectors.visits import attachments_of, instrument_facts_at
from yunjian.messaging.models import Notification
from yunjian.sources.models import PointAccess

pytestmark = pytest.mark.reads_all_rows

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def task(world: World) -> Task:
    return world.task(world.flue_gas_point)


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world.engineer)


def rows(model: type[Model]) -> int:
    with acting_as(system_actor("test")):
        return model._default_manager.count()


def stored(visit_id: UUID) -> Visit:
    return Visit.unscoped().get(pk=visit_id)


def submitted(phone: Phone, task: Task) -> UUID:
    visit_id, answer = phone.sign_in(task)
    assert answer.status_code == 201, answer.content.decode()
    answer = phone.put(f"visits/{visit_id}", phone.submission(task))
    assert answer.status_code == 201, answer.content.decode()
    return visit_id


def decision(phone: Phone, visit_id: UUID, **changes: object) -> bytes:
    body = {
        "decision": "confirm",
        "reason": "",
        "signature_id": str(phone.upload("signature")),
        "shown_digest": stored(visit_id).content_digest,
    }
    return orjson.dumps({**body, **changes})


# --- sign-in -----------------------------------------------------------------------------------


def test_signing_in_on_site_begins_the_visit(phone: Phone, task: Task) -> None:
    visit_id, answer = phone.sign_in(task)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(visit_id),
        "state": "in_progress",
        "distance_m": 0.0,
        "warnings": [],
    }
    assert Task.unscoped().get(pk=task.pk).state == "started"


def test_signing_in_far_away_is_kept_with_a_warning(phone: Phone, task: Task) -> None:
    position = {"longitude": 121.61, "latitude": 31.2, "accuracy": 300, "datum": "WGS84"}
    _visit_id, answer = phone.sign_in(task, position=position)
    assert answer.status_code == 201
    assert 900 < answer.json()["distance_m"] < 1000
    assert any("超过 500 米" in warning for warning in answer.json()["warnings"])
    assert any("定位精度" in warning for warning in answer.json()["warnings"])


def test_the_phones_clock_is_corrected_and_the_difference_remembered(
    phone: Phone, task: Task
) -> None:
    slow = now() - timedelta(minutes=20)
    visit_id, body = new_id(), phone.sign_in_body(task, phone.upload(), at=stamp(slow))
    answer = phone.put(f"visits/{visit_id}/sign-in", body, device_time=slow)
    visit = stored(visit_id)
    assert abs(visit.signed_in_at - now()) < timedelta(minutes=1)
    assert 19 * 60_000 < visit.clock_offset_ms < 21 * 60_000
    assert any("相差 20 分钟" in warning for warning in answer.json()["warnings"])


def test_a_sign_in_without_a_photo_is_refused_at_the_photo(phone: Phone, task: Task) -> None:
    answer = phone.put(f"visits/{new_id()}/sign-in", phone.sign_in_body(task, new_id()))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"path": "photo_id", "code": "required", "message": "请先拍摄现场照片"}
    ]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"at": stamp(now() + timedelta(hours=1))}, "at"),
        ({"at": stamp(now() - timedelta(days=30))}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"position": {"longitude": 200, "latitude": 0, "accuracy": 1}}, "position.longitude"),
        ({"position": {"longitude": 1, "latitude": 0, "accuracy": "x"}}, "position.accuracy"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    phone: Phone, task: Task, changes: dict[str, object], path: str
) -> None:
    _visit_id, answer = phone.sign_in(task, **changes)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]
    assert rows(Visit) == 0


def test_only_the_assigned_engineer_signs_in(world: World, task: Task) -> None:
    _visit_id, answer = Phone(world.agency_manager).sign_in(task)
    assert (answer.status_code, answer.json()["message"]) == (403, "这个任务没有分配给您")


def test_another_agency_does_not_even_see_the_task(world: World, task: Task) -> None:
    _visit_id, answer = Phone(world.other_agency_manager).sign_in(task)
    assert answer.status_code == 404


def test_the_same_sign_in_twice_is_one_visit(phone: Phone, task: Task) -> None:
    visit_id, body = new_id(), phone.sign_in_body(task, phone.upload())
    first = phone.put(f"visits/{visit_id}/sign-in", body)
    again = phone.put(f"visits/{visit_id}/sign-in", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = phone.put(f"visits/{visit_id}/sign-in", phone.sign_in_body(task, phone.upload()))
    assert (other.status_code, other.json()["code"]) == (409, "different_content")
    assert rows(Visit) == 1


def test_an_id_from_another_time_is_refused(phone: Phone, task: Task) -> None:
    old = new_id(now() - timedelta(days=90))
    answer = phone.put(f"visits/{old}/sign-in", phone.sign_in_body(task, phone.upload()))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "clock")


def test_what_waited_offline_keeps_its_own_time(phone: Phone, task: Task) -> None:
    earlier = now() - timedelta(hours=2)
    visit_id, answer = phone.sign_in(task, at=stamp(earlier))
    assert answer.status_code == 201
    assert abs(stored(visit_id).signed_in_at - earlier) < timedelta(seconds=5)


def test_a_clock_that_cannot_be_read_is_refused(phone: Phone, task: Task) -> None:
    answer = phone.http.put(
        f"/api/v1/visits/{new_id()}/sign-in",
        b"{}",
        content_type="application/json",
        headers={
            "content-digest": "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
            "x-device-time": "noon",
        },
    )
    assert answer.status_code == 422


# --- submission --------------------------------------------------------------------------------


def test_a_submission_is_judged_sealed_and_announced(
    phone: Phone, task: Task, world: World
) -> None:
    visit_id = submitted(phone, task)
    visit = stored(visit_id)
    assert (visit.state, visit.verdict) == ("submitted", "pass")
    assert Task.unscoped().get(pk=task.pk).state == "done"
    event = Event.unscoped().get(verb="visit.submitted")
    assert event.object_id == str(visit_id)
    assert visit.content_digest in event.body
    message = Notification.unscoped().get(recipient=world.discharger_owner)
    assert (message.title, message.link) == ("运维记录待确认", f"/h5/#/visits/{visit_id}")


def test_what_was_sealed_can_be_computed_anew_from_the_stored_rows(
    phone: Phone, task: Task
) -> None:
    visit = stored(submitted(phone, task))
    sheets = list(RecordSheet.unscoped().filter(visit=visit).order_by("position"))
    files = [row for row in attachments_of(visit) if row.pk in visit.attachment_ids]
    assert content_digest(visit, sheets, files) == visit.content_digest


def test_the_same_submission_again_gets_the_same_answer(phone: Phone, task: Task) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = phone.submission(task)
    first, again = (phone.put(f"visits/{visit_id}", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert rows(RecordSheet) == 1
    assert Event.unscoped().filter(verb="visit.submitted").count() == 1


def test_another_content_under_the_same_id_is_refused_and_both_are_kept(
    phone: Phone, task: Task
) -> None:
    visit_id = submitted(phone, task)
    before = stored(visit_id).submission_digest
    answer = phone.put(f"visits/{visit_id}", phone.submission(task, note="另一份内容"))
    assert (answer.status_code, answer.json()["code"]) == (409, "different_content")
    assert "两个版本都已保留" in answer.json()["message"]
    remaining = RejectedSubmission.unscoped().get(visit_id=visit_id)
    assert "另一份内容" in remaining.body
    assert stored(visit_id).submission_digest == before
    assert Event.unscoped().filter(verb="visit.second_version_refused").count() == 1


def test_wrong_values_are_named_in_their_sheet_and_nothing_is_stored(
    phone: Phone, task: Task
) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = orjson.loads(phone.submission(task))
    answers = body["sheets"][0]["answers"]
    section, items = next((key, value) for key, value in answers.items() if _checklist(value))
    first, second = list(items)[:2]
    items[first] = {"state": "abnormal", "note": ""}
    items[second] = {"state": "sideways", "note": ""}
    answer = phone.put(f"visits/{visit_id}", orjson.dumps(body))
    assert answer.status_code == 422
    paths = {error["path"]: error["code"] for error in answer.json()["errors"]}
    assert paths[f"sheets.0.{section}.{first}.note"] == "note_required"
    assert any(path.startswith(f"sheets.0.{section}.{second}") for path in paths)
    assert all(error["message"] for error in answer.json()["errors"])
    assert rows(RecordSheet) == 0
    assert stored(visit_id).state == "in_progress"


def _checklist(value: object) -> bool:
    return isinstance(value, dict) and any(isinstance(item, dict) for item in value.values())


def test_a_number_that_is_none_is_refused_at_its_field(phone: Phone, task: Task) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = orjson.loads(phone.submission(task))
    section, key = next(
        (section, key)
        for section, values in body["sheets"][0]["answers"].items()
        if isinstance(values, dict)
        for key, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    )
    body["sheets"][0]["answers"][section][key] = "十二"
    answer = phone.put(f"visits/{visit_id}", orjson.dumps(body))
    assert answer.status_code == 422
    assert {"path": f"sheets.0.{section}.{key}", "code": "not_a_number"}.items() <= (
        answer.json()["errors"][0].items()
    )


@pytest.mark.parametrize(
    ("sheets", "code"), [("none", "sheet_missing"), ("twice", "twice"), ("other", "unknown_sheet")]
)
def test_the_set_of_sheets_must_be_the_tasks(
    phone: Phone, task: Task, sheets: str, code: str
) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = orjson.loads(phone.submission(task))
    sheet = body["sheets"][0]
    body["sheets"] = {
        "none": [{**sheet, "definition": "hj355-b@1"}],
        "twice": [sheet, {**sheet, "id": str(new_id())}],
        "other": [sheet, {**sheet, "id": str(new_id()), "definition": "hj355-b@1"}],
    }[sheets]
    answer = phone.put(f"visits/{visit_id}", orjson.dumps(body))
    assert answer.status_code == 422
    assert code in {error["code"] for error in answer.json()["errors"]}


def test_a_submission_before_signing_in_says_so(phone: Phone, task: Task) -> None:
    answer = phone.put(f"visits/{new_id()}", phone.submission(task))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_signed_in")


def test_a_point_that_may_no_longer_be_seen_is_said_in_words_and_nothing_is_stored(
    phone: Phone, task: Task
) -> None:
    visit_id, _answer = phone.sign_in(task)
    with acting_as(system_actor("test")):
        PointAccess.unscoped().filter(point=task.point).delete()
    answer = phone.put(f"visits/{visit_id}", phone.submission(task))
    assert (answer.status_code, answer.json()["code"]) == (404, "task_hidden")
    assert stored(visit_id).state == "in_progress"


def test_a_missing_attachment_is_named(phone: Phone, task: Task) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = phone.submission(task, attachment_ids=[str(new_id())])
    answer = phone.put(f"visits/{visit_id}", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "attachment_missing"


def test_a_body_that_is_not_what_its_digest_says_is_refused(phone: Phone, task: Task) -> None:
    answer = phone.http.put(
        f"/api/v1/visits/{new_id()}",
        phone.submission(task),
        content_type="application/json",
        headers={"content-digest": "sha-256=:AAAA:"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")


def test_a_body_that_is_not_json_is_refused_in_words(phone: Phone, task: Task) -> None:
    visit_id, _answer = phone.sign_in(task)
    answer = phone.put(f"visits/{visit_id}", b"{")
    assert answer.status_code == 422
    assert "JSON" in answer.json()["errors"][0]["message"]


def test_signing_out_before_signing_in_is_refused(phone: Phone, task: Task) -> None:
    visit_id, _answer = phone.sign_in(task)
    body = phone.submission(task, signed_out_at=stamp(now() - timedelta(hours=3)))
    answer = phone.put(f"visits/{visit_id}", body)
    assert answer.json()["errors"][0]["path"] == "signed_out_at"


def test_an_upload_that_is_not_a_picture_is_refused(phone: Phone) -> None:
    answer = phone.put(
        f"attachments/{new_id()}?purpose=sign_in&filename=photo.jpg", b"MZ not a picture", "x/y"
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "file"


def test_an_upload_repeats_safely(phone: Phone) -> None:
    identifier, content = new_id(), picture("a")
    path = f"attachments/{identifier}?purpose=sign_in&filename=photo.jpg"
    statuses = [phone.put(path, content, "image/jpeg").status_code for _ in range(2)]
    statuses.append(phone.put(path, picture("b"), "image/jpeg").status_code)
    assert statuses == [201, 200, 409]


# --- confirmation ------------------------------------------------------------------------------


def test_the_discharger_confirms_the_same_day(phone: Phone, task: Task, world: World) -> None:
    visit_id = submitted(phone, task)
    owner = Phone(world.discharger_owner)
    shown = owner.get(f"visits/{visit_id}").json()
    body = decision(owner, visit_id, shown_digest=shown["shown_digest"])
    answer = owner.put(f"visits/{visit_id}/confirmation/{new_id()}", body)
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["late"]) == ("confirmed", False)
    event = Event.unscoped().get(verb="visit.confirmed")
    assert event.chain == world.discharger.pk
    assert shown["shown_digest"] in event.body
    assert Notification.unscoped().filter(recipient=world.engineer).count() == 1


def test_a_confirmation_on_the_next_day_is_late(phone: Phone, task: Task, world: World) -> None:
    visit_id = submitted(phone, task)
    tomorrow = clock.day_bounds(clock.today())[1]
    with clock.at(tomorrow):
        owner = Phone(world.discharger_owner)
        body = decision(owner, visit_id)
        answer = owner.put(f"visits/{visit_id}/confirmation/{new_id()}", body)
    assert (answer.status_code, answer.json()["late"]) == (201, True)


def test_an_objection_needs_a_reason_and_reaches_the_engineer(
    phone: Phone, task: Task, world: World
) -> None:
    visit_id = submitted(phone, task)
    owner = Phone(world.discharger_owner)
    refused = owner.put(
        f"visits/{visit_id}/confirmation/{new_id()}",
        decision(owner, visit_id, decision="object", reason="  "),
    )
    assert refused.json()["errors"][0]["path"] == "reason"
    answer = owner.put(
        f"visits/{visit_id}/confirmation/{new_id()}",
        decision(owner, visit_id, decision="object", reason="标气未更换"),
    )
    assert answer.json()["state"] == "objected"
    assert "标气未更换" in Notification.unscoped().get(recipient=world.engineer).body


def test_the_same_confirmation_twice_is_one(phone: Phone, task: Task, world: World) -> None:
    visit_id = submitted(phone, task)
    owner = Phone(world.discharger_owner)
    path, body = f"visits/{visit_id}/confirmation/{new_id()}", decision(owner, visit_id)
    assert [owner.put(path, body).status_code for _ in range(2)] == [201, 200]
    other = owner.put(path, decision(owner, visit_id))
    assert (other.status_code, other.json()["code"]) == (409, "different_content")
    second = owner.put(f"visits/{visit_id}/confirmation/{new_id()}", body)
    assert (second.status_code, second.json()["code"]) == (409, "invalid_state")
    assert rows(Confirmation) == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"shown_digest": "sha256:other"}, (409, "content_changed")),
        ({"signature_id": str(new_id())}, (422, "required")),
        ({"decision": "maybe"}, (422, "invalid")),
    ],
)
def test_a_signature_under_something_else_does_not_count(
    phone: Phone, task: Task, world: World, changes: dict[str, object], refusal: tuple[int, str]
) -> None:
    visit_id = submitted(phone, task)
    owner = Phone(world.discharger_owner)
    body = decision(owner, visit_id, **changes)
    answer = owner.put(f"visits/{visit_id}/confirmation/{new_id()}", body)
    assert (answer.status_code, answer.json()["code"]) == refusal
    assert stored(visit_id).state == "submitted"


def test_the_agency_cannot_confirm_its_own_work(phone: Phone, task: Task, world: World) -> None:
    visit_id = submitted(phone, task)
    body = decision(phone, visit_id)
    answer = phone.put(f"visits/{visit_id}/confirmation/{new_id()}", body)
    assert answer.status_code == 403


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("began", "ended", "known"), [(0, None, 1), (1, None, 0), (-9, 0, 0)])
def test_a_sheet_knows_the_instruments_that_stand_there_today(
    world: World, began: int, ended: int | None, known: int
) -> None:
    begin = today() + timedelta(days=began)
    end = None if ended is None else today() + timedelta(days=ended)
    there = Instrument.unscoped().filter(point=world.flue_gas_point)
    there.update(period=DateRange(begin, end))
    with acting_as(world.actor(world.engineer)):
        assert len(instrument_facts_at(world.flue_gas_point.pk)) == known


def test_the_package_holds_all_that_the_field_needs(phone: Phone, task: Task) -> None:
    package = phone.get("field/package").json()
    assert [item["id"] for item in package["tasks"]] == [str(task.pk)]
    item = package["tasks"][0]
    assert item["bucket"] == "today"
    assert item["instruments"][0]["range_upper"] == 200.0
    assert item["prefill"]["discharger"]["name"] == "浦江试验纸业有限公司"
    requested = {one["definition"] for one in item["sheets"] if one["required"]}
    beside = {one["definition"] for one in item["sheets"] if not one["required"]}
    assert requested == {"hj75-g1@1"}
    assert {"hj75-g6@1", "hj75-g7@1", "free@1"} <= beside
    assert not any(name.startswith(("hj355", "hj75-g1")) for name in beside)
    assert set(package["definitions"]) == requested | beside


def test_a_visit_of_others_looks_like_nothing_and_leaves_an_event(
    phone: Phone, task: Task, world: World
) -> None:
    visit_id = submitted(phone, task)
    answer = Phone(world.other_discharger_owner).get(f"visits/{visit_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Event.unscoped().filter(verb="access.foreign", object_id=str(visit_id)).count() == 1


def test_lists_move_a_visit_from_to_confirm_to_confirmed(
    phone: Phone, task: Task, world: World
) -> None:
    visit_id = submitted(phone, task)
    owner = Phone(world.discharger_owner)

    def listed(bucket: str) -> list[str]:
        return [item["id"] for item in owner.get(f"visits?bucket={bucket}").json()["items"]]

    assert (listed("to_confirm"), listed("confirmed")) == ([str(visit_id)], [])
    owner.put(f"visits/{visit_id}/confirmation/{new_id()}", decision(owner, visit_id))
    assert (listed("to_confirm"), listed("confirmed")) == ([], [str(visit_id)])
