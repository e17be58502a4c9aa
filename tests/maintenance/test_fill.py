"""填写记录 on a computer: kept while typed, judged at once, handed in as from the phone."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.phone import Phone, picture
from tests.support.world import World
from yunjian.evidence.models import Event
from yunjian.kernel.clock import SHANGHAI, now, today
from yunjian.library.models import PublishedSheet
from yunjian.maintenance.models import RecordSheet, SheetDraft, Task, Visit
from yunjian.standards import sheets

pytestmark = pytest.mark.reads_all_rows

G4 = sheets.current_name("hj75-g4", now().date())
DRIFT = {
    "parameter": "SO2",
    "principle": "紫外差分吸收",
    "range_lower": "0",
    "range_upper": "200",
    "unit": "mg/m³",
    "zero_gas": "0",
    "zero_last": "0",
    "zero_before": "2",
    "zero_normal": "true",
    "zero_after": "0",
    "span_gas": "160",
    "span_last": "160",
    "span_before": "161",
    "span_normal": "true",
    "span_after": "160",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def task(world: World) -> Task:
    made = world.task(world.flue_gas_point)
    Task.unscoped().filter(pk=made.pk).update(sheets=[G4])
    return made


@pytest.fixture
def visit_id(world: World, task: Task) -> UUID:
    visit_id, answer = Phone(world.engineer).sign_in(task)
    assert answer.status_code == 201, answer.content.decode()
    return visit_id


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.engineer)


def draft(visit_id: UUID) -> SheetDraft:
    return SheetDraft.unscoped().get(visit_id=visit_id)


def typed(visit_id: UUID, *rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """What the browser posts for the G.4 sheet with some analysers."""
    stored = draft(visit_id)
    header = stored.sheets[0]["answers"]["header"]
    posted = {f"s0.header.{key}": value for key, value in header.items()}
    posted |= {"s0.header.began_at": "09:00", "s0.header.ended_at": "10:00"}
    posted |= {"s0.closing.calibrated_by": "王工", "version": str(stored.version), "window": "one"}
    posted["s0.analysers.row"] = [str(index) for index in range(len(rows))]
    for index, row in enumerate(rows):
        posted |= {f"s0.analysers.{index}.{key}": value for key, value in row.items()}
    return posted | more


def address(visit_id: UUID) -> str:
    return f"/agency/visits/{visit_id}/fill/"


def now_in_shanghai() -> str:
    return f"{now().astimezone(tz=SHANGHAI):%Y-%m-%d %H:%M}"


def test_the_visit_leads_to_its_sheets_which_begin_prefilled(
    client: Client, world: World, visit_id: UUID
) -> None:
    assert address(visit_id) in client.get(f"/agency/visits/{visit_id}/").content.decode()

    page = client.get(address(visit_id)).content.decode()

    assert "零点/量程漂移与校准记录表" in page
    assert f'value="{world.discharger.name}"' in page
    assert draft(visit_id).sheets[0]["answers"]["header"]["company"] == world.discharger.name


def test_each_change_is_kept_and_judged(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))

    for before, text in (("4", "在允许范围内"), ("6", "需校准"), ("11", "判定失控")):
        row = {**DRIFT, "zero_before": before}
        page = client.post(address(visit_id), typed(visit_id, row), headers=HTMX).content.decode()
        assert text in page

    answers = draft(visit_id).sheets[0]["answers"]
    assert answers["analysers"][0]["zero_before"] == 11
    assert draft(visit_id).version == 3


def test_what_cannot_be_read_stays_and_is_told_at_its_place(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))
    row = {**DRIFT, "zero_before": "2,O"}

    page = client.post(address(visit_id), typed(visit_id, row), headers=HTMX).content.decode()

    assert 'value="2,O"' in page
    assert "请填写数字" in page
    assert draft(visit_id).sheets[0]["answers"]["analysers"][0]["zero_before"] == "2,O"


def test_handing_in_incomplete_sheets_names_every_place_and_stores_nothing(
    client: Client, visit_id: UUID
) -> None:
    client.get(address(visit_id))
    row = {key: value for key, value in DRIFT.items() if key != "span_gas"}

    answer = client.post(
        address(visit_id),
        typed(visit_id, row, action="submit", signed_out_at=now_in_shanghai()),
        headers=HTMX,
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#s0-analysers-0-span_gas"' in page
    assert "请填写此项" in page
    assert not RecordSheet.unscoped().exists()
    assert draft(visit_id).sheets[0]["answers"]["analysers"][0]["zero_before"] == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "请填写离场时间"),
        ("昨天", "时间格式应为"),
        ("2020-01-01 00:00", "签退时间早于签到时间"),
    ],
)
def test_the_time_of_leaving_has_to_make_sense(
    client: Client, visit_id: UUID, text: str, sentence: str
) -> None:
    client.get(address(visit_id))

    answer = client.post(
        address(visit_id), typed(visit_id, DRIFT, action="submit", signed_out_at=text)
    )

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_complete_record_is_handed_in_as_from_the_phone(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))

    answer = client.post(
        address(visit_id),
        typed(
            visit_id,
            {**DRIFT, "zero_before": "11"},
            action="submit",
            signed_out_at=now_in_shanghai(),
            participants="李工、 赵工",
            note="已校准",
        ),
    )

    assert answer.status_code == 302, answer.content.decode()[:3000]
    visit = Visit.unscoped().get(pk=visit_id)
    assert (visit.state, visit.verdict) == ("submitted", "out_of_control")
    assert visit.participants == ["李工", "赵工"]
    assert not SheetDraft.unscoped().exists()
    event = Event.unscoped().filter(verb="visit.submitted").get()
    assert json.loads(event.body)["payload"]["entered_on"] == "computer"


def test_what_is_handed_in_cannot_be_filled_again(client: Client, visit_id: UUID) -> None:
    test_a_complete_record_is_handed_in_as_from_the_phone(client, visit_id)

    answer = client.get(address(visit_id), follow=True)

    assert answer.redirect_chain
    assert "已经提交" in answer.content.decode()


def test_rows_are_added_and_dropped_without_losing_the_others(
    client: Client, visit_id: UUID
) -> None:
    client.get(address(visit_id))

    client.post(address(visit_id), typed(visit_id, DRIFT, action="add-row:s0.analysers"))
    assert len(draft(visit_id).sheets[0]["answers"]["analysers"]) == 2

    posted = typed(visit_id, DRIFT, {"parameter": "NOx"}, action="drop-row:s0.analysers.0")
    client.post(address(visit_id), posted)
    assert draft(visit_id).sheets[0]["answers"]["analysers"] == [{"parameter": "NOx"}]


def test_another_window_is_told_and_keeps_what_it_holds(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))
    old = typed(visit_id, {**DRIFT, "principle": "第二个窗口"}, window="two")
    client.post(address(visit_id), typed(visit_id, DRIFT))

    answer = client.post(address(visit_id), old, headers=HTMX)

    assert answer.status_code == 409
    assert "另一个窗口" in answer.content.decode()
    assert "第二个窗口" in answer.content.decode()
    assert draft(visit_id).sheets[0]["answers"]["analysers"][0]["principle"] == "紫外差分吸收"

    client.post(address(visit_id), {**old, "action": "overwrite"}, headers=HTMX)
    assert draft(visit_id).sheets[0]["answers"]["analysers"][0]["principle"] == "第二个窗口"


def test_a_window_may_repeat_what_it_saved_itself(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))
    posted = typed(visit_id, DRIFT)
    client.post(address(visit_id), posted, headers=HTMX)

    assert client.post(address(visit_id), posted, headers=HTMX).status_code == 200


def test_only_who_signed_in_fills_the_sheets(world: World, visit_id: UUID) -> None:
    assert world.client(world.agency_manager).get(address(visit_id)).status_code == 403
    assert world.client(world.other_agency_manager).get(address(visit_id)).status_code == 404


def test_a_picture_is_kept_with_its_field(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))
    upload = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")

    answer = client.post(f"{address(visit_id)}picture/?name=s0.closing.photos", {"file": upload})

    page = answer.content.decode()
    assert 'name="s0.closing.photos"' in page
    identifier = page.split('value="')[1].split('"')[0]
    client.post(address(visit_id), typed(visit_id, DRIFT, **{"s0.closing.photos": identifier}))
    assert draft(visit_id).sheets[0]["answers"]["closing"]["photos"] == [identifier]


def test_what_is_no_picture_is_refused_in_words(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))
    upload = SimpleUploadedFile("a.jpg", b"MZ nothing to see", content_type="image/jpeg")

    answer = client.post(f"{address(visit_id)}picture/?name=s0.closing.photos", {"file": upload})

    assert 'class="text-danger"' in answer.content.decode()


def test_a_sheet_that_was_not_planned_can_be_added_and_taken_out(
    client: Client, visit_id: UUID
) -> None:
    client.get(address(visit_id))
    name = sheets.current_name("hj75-g1", now().date())

    client.post(address(visit_id), typed(visit_id, DRIFT, action="add-sheet", add_sheet=name))
    assert [sheet["definition"] for sheet in draft(visit_id).sheets] == [G4, name]

    page = client.post(
        address(visit_id),
        typed(visit_id, DRIFT, action="all-normal:s1.auxiliary"),
        headers=HTMX,
    ).content.decode()
    assert draft(visit_id).sheets[1]["answers"]["auxiliary"]["power"] == {"state": "normal"}
    assert "完全抽取法" in page

    client.post(address(visit_id), typed(visit_id, DRIFT, action=f"drop-sheet:{name}"))
    assert [sheet["definition"] for sheet in draft(visit_id).sheets] == [G4]


def test_a_sheet_of_another_kind_of_point_cannot_be_added(client: Client, visit_id: UUID) -> None:
    client.get(address(visit_id))

    answer = client.post(
        address(visit_id), typed(visit_id, DRIFT, action="add-sheet", add_sheet="hj355-b@1")
    )

    assert answer.status_code == 422
    assert "不能添加这份记录单" in answer.content.decode()


@pytest.mark.parametrize(("days", "status"), [(-1, 200), (0, 200), (1, 422)])
def test_a_sheet_can_be_added_from_its_first_day_on(
    world: World, client: Client, visit_id: UUID, days: int, status: int
) -> None:
    client.get(address(visit_id))
    begins = today() + timedelta(days=days)
    source = {**sheets.definition("hj75-g1@1").source, "code": "city-g1", "version": 1}
    PublishedSheet.unscoped().create(
        organization=world.authority,
        code="city-g1",
        version=1,
        content={**source, "effective": [begins.isoformat()]},
        effective_from=begins,
    )

    added = typed(visit_id, DRIFT, action="add-sheet", add_sheet="city-g1@1")
    answer = client.post(address(visit_id), added, headers=HTMX)

    assert answer.status_code == status


def test_the_sheets_are_read_in_english_too(client: Client, visit_id: UUID) -> None:
    client.cookies["yunjian_language"] = "en"

    page = client.get(address(visit_id)).content.decode()

    assert "Zero and span drift and calibration record" in page
