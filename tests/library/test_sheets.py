"""记录单 of an authority's own: copied, changed, published for a day to come."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from django.test import Client

from tests.library.rules import administrator
from tests.support.reading import tables
from tests.support.world import World
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.library.models import PublishedSheet, SheetDesign
from yunjian.maintenance.models import Task
from yunjian.standards import sheets

pytestmark = pytest.mark.reads_all_rows

G4 = "hj75-g4@1"
LIST = "/supervision/sheets/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


@pytest.fixture
def design(client: Client) -> SheetDesign:
    answer = client.post(f"{LIST}hj75-g1@1/copy/", {"code": ""})
    assert answer.status_code == 302, answer.content.decode()
    return SheetDesign.unscoped().get()


def address(design: SheetDesign, more: str = "") -> str:
    return f"{LIST}designs/{design.pk}/{more}"


def stored(design: SheetDesign) -> SheetDesign:
    return SheetDesign.unscoped().get(pk=design.pk)


def press(client: Client, design: SheetDesign, place: str, action: str) -> str:
    posted = {"place": place, "action": action, "revision": str(stored(design).revision)}
    return client.post(address(design), posted, headers=HTMX).content.decode()


def section(key: str = "header", title: str = "基本信息", **more: str) -> dict[str, str]:
    return {
        "part-key": key,
        "part-title_zh": title,
        "part-title_en": "General",
        **{f"part-{name}": value for name, value in more.items()},
    }


def field(key: str, kind: str = "number", **more: str) -> dict[str, str]:
    return {
        "part-key": key,
        "part-title_zh": "烟道静压",
        "part-title_en": "Static pressure",
        "part-type": kind,
        "part-demanded": "no",
        "judge-TOTAL_FORMS": "1",
        "judge-INITIAL_FORMS": "0",
        **{f"part-{name}": value for name, value in more.items()},
    }


def save(client: Client, design: SheetDesign, place: str, values: dict[str, str]) -> str:
    posted = {"place": place, "action": "change", "revision": str(stored(design).revision)}
    return client.post(address(design), posted | values, headers=HTMX).content.decode()


def publish(client: Client, design: SheetDesign, day: date) -> tuple[int, str]:
    revision = str(stored(design).revision)
    posted = {"effective_from": day.isoformat(), "revision": revision}
    answer = client.post(address(design, "publish/"), posted)
    return answer.status_code, answer.content.decode()


def test_every_sheet_is_listed_with_its_versions(client: Client) -> None:
    page = client.get(LIST).content.decode()

    for name in ("hj75-g1@1", "hj355-b@1"):
        assert f"{LIST}{name}/" in page


def test_a_copy_is_the_next_version_with_the_same_parts(design: SheetDesign) -> None:
    base = sheets.definition("hj75-g1@1").source

    assert design.name == "hj75-g1@2"
    assert design.content["sections"] == base["sections"]


def test_a_second_copy_waits_for_the_first(client: Client, design: SheetDesign) -> None:
    answer = client.post(f"{LIST}{design.base}/copy/", {"code": ""})

    assert answer.status_code == 409
    assert "已有一份草稿" in answer.content.decode()


@pytest.mark.parametrize(("code", "sentence"), [("hj75-g4", "已被使用"), ("大写", "编号只能由")])
def test_a_code_of_ones_own_has_to_be_new_and_a_code(
    client: Client, code: str, sentence: str
) -> None:
    answer = client.post(f"{LIST}{G4}/copy/", {"code": code})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_field_is_added_changed_and_seen_in_the_preview(
    client: Client, design: SheetDesign
) -> None:
    press(client, design, "0", "add:number")
    place = f"0.{len(stored(design).content['sections'][0]['fields']) - 1}"

    page = save(client, design, place, field("static_pressure", unit="kPa", decimals="2", min="-5"))

    part = stored(design).content["sections"][0]["fields"][-1]
    assert part == {
        "key": "static_pressure",
        "title": {"zh": "烟道静压", "en": "Static pressure"},
        "type": "number",
        "unit": "kPa",
        "decimals": 2,
        "min": -5,
    }
    assert 'name="t.header.static_pressure"' in page


def test_rules_of_a_field_are_kept_in_their_order(client: Client, design: SheetDesign) -> None:
    press(client, design, "0", "add:number")
    place = f"0.{len(stored(design).content['sections'][0]['fields']) - 1}"
    rules = {
        "judge-TOTAL_FORMS": "2",
        "judge-0-when": "row.static_pressure > 5",
        "judge-0-verdict": "fail",
        "judge-0-message_zh": "过高",
        "judge-0-message_en": "Too high",
        "judge-0-clause": "地方要求",
        "judge-0-follow_up": "repair",
        "judge-1-when": "row.static_pressure > 3",
        "judge-1-verdict": "attention",
        "judge-1-message_zh": "偏高",
        "judge-1-message_en": "High",
    }

    save(client, design, place, field("static_pressure") | rules)

    judge = stored(design).content["sections"][0]["fields"][-1]["judge"]
    assert [rule["verdict"] for rule in judge] == ["fail", "attention"]
    assert judge[0]["follow_up"] == ["repair"]

    answer = client.post(address(design, "try/"), {"t.header.static_pressure": "6"}, headers=HTMX)
    assert "过高" in answer.content.decode()


def test_a_broken_expression_is_named_and_cannot_be_published(
    client: Client, design: SheetDesign
) -> None:
    page = save(client, design, "0.0", field("company", "text", show="row.nobody =="))

    assert "表达式不成立" in page
    assert "修正问题后显示预览" in page
    status, page = publish(client, design, today() + timedelta(days=3))
    assert status == 422
    assert "表达式不成立" in page
    assert not PublishedSheet.unscoped().exists()


def test_a_field_that_would_lose_its_data_cannot_be_taken_away(
    client: Client, design: SheetDesign
) -> None:
    page = press(client, design, "0.0", "remove")

    assert "header.company" in page
    status, _page = publish(client, design, today() + timedelta(days=3))
    assert status == 422


def test_a_sheet_of_its_own_code_may_leave_fields_out(client: Client) -> None:
    client.post(f"{LIST}hj75-g1@1/copy/", {"code": "city-g1"})
    own = SheetDesign.unscoped().get()
    press(client, own, "0.9", "remove")

    status, page = publish(client, own, today() + timedelta(days=1))

    assert status == 302, page
    assert sheets.definition("city-g1@1").version == 1


def test_a_text_that_is_no_number_stays_and_is_told(client: Client, design: SheetDesign) -> None:
    press(client, design, "0", "add:number")
    place = f"0.{len(stored(design).content['sections'][0]['fields']) - 1}"

    page = save(client, design, place, field("static_pressure", max="五"))

    assert 'value="五"' in page
    assert "请填写数字" in page


def test_published_it_holds_from_its_day_on_and_not_before(
    world: World, client: Client, design: SheetDesign
) -> None:
    day = today() + timedelta(days=5)
    before = world.task(world.flue_gas_point, day - timedelta(days=1))
    after = world.task(world.flue_gas_point, day)
    begun = {}
    for number, state in enumerate(("started", "done", "cancelled"), start=1):
        task = world.task(world.flue_gas_point, day + timedelta(days=number))
        Task.unscoped().filter(pk=task.pk).update(state=state)
        begun[state] = task.pk

    status, page = publish(client, design, day)

    assert status == 302, page
    assert sheets.current_name("hj75-g1", day - timedelta(days=1)) == "hj75-g1@1"
    assert sheets.current_name("hj75-g1", day) == "hj75-g1@2"
    assert Task.unscoped().get(pk=before.pk).sheets == ["hj75-g1@1"]
    assert Task.unscoped().get(pk=after.pk).sheets == ["hj75-g1@2"]
    kept = dict(Task.unscoped().filter(pk__in=begun.values()).values_list("state", "sheets"))
    assert kept == {state: ["hj75-g1@1"] for state in begun}
    assert Event.unscoped().filter(verb="sheet.published").count() == 1


@pytest.mark.parametrize("days", [-1, 0])
def test_what_has_begun_already_is_no_day_to_publish_for(
    client: Client, design: SheetDesign, days: int
) -> None:
    status, page = publish(client, design, today() + timedelta(days=days))

    assert status == 422
    assert "施行日期必须晚于今天" in page


def test_versions_follow_one_another(client: Client, design: SheetDesign) -> None:
    publish(client, design, today() + timedelta(days=9))
    client.post(f"{LIST}hj75-g1@2/copy/", {"code": ""})
    third = SheetDesign.unscoped().get(published=None)
    assert third.name == "hj75-g1@3"

    status, page = publish(client, third, today() + timedelta(days=9))

    assert status == 422
    assert "须晚于上一版本" in page


def test_what_is_published_is_never_altered(client: Client, design: SheetDesign) -> None:
    publish(client, design, today() + timedelta(days=3))
    published = PublishedSheet.unscoped().get()

    with pytest.raises((InternalError, ProgrammingError)):
        PublishedSheet.unscoped().filter(pk=published.pk).update(code="other")


def test_a_published_draft_is_shown_and_not_edited(client: Client, design: SheetDesign) -> None:
    publish(client, design, today() + timedelta(days=3))

    answer = client.get(address(design))

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}hj75-g1@2/")


def test_somebody_elses_change_in_between_is_told(
    world: World, client: Client, design: SheetDesign
) -> None:
    SheetDesign.unscoped().filter(pk=design.pk).update(revision=7, changed_by_id=world.reviewer.pk)

    answer = client.post(
        address(design),
        {"place": "0", "action": "change", "revision": "1"} | section(title="别的"),
        headers=HTMX,
    )

    assert answer.status_code == 409
    assert "他人修改" in answer.content.decode()
    assert stored(design).content["sections"][0]["title"]["zh"] == "基本信息"


def test_a_draft_can_be_given_up(client: Client, design: SheetDesign) -> None:
    client.post(address(design, "drop/"))

    assert not SheetDesign.unscoped().exists()
    assert Event.unscoped().filter(verb="sheet.design_dropped").count() == 1


def test_a_reviewer_reads_but_does_not_write(world: World, design: SheetDesign) -> None:
    reviewer = world.client(world.reviewer)

    assert reviewer.get(LIST).status_code == 200
    page = reviewer.get(address(design)).content.decode()
    assert "disabled" in page
    assert "design-to-publish" not in page
    assert press_status(reviewer, design) == 403
    assert reviewer.post(f"{LIST}hj355-b@1/copy/", {"code": ""}).status_code == 403


def press_status(client: Client, design: SheetDesign) -> int:
    return client.post(address(design), {"place": "0", "action": "down"}).status_code


def test_others_have_no_business_here(world: World, design: SheetDesign) -> None:
    for account in (world.agency_manager, world.discharger_owner):
        assert world.client(account).get(LIST).status_code == 403
        assert world.client(account).get(address(design)).status_code == 403


def test_the_empty_sheet_is_printed(client: Client, design: SheetDesign) -> None:
    for path in (f"{LIST}hj75-g1@1/empty.pdf", address(design, "empty.pdf")):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")


def test_a_shown_version_can_be_tried_out(client: Client) -> None:
    page = client.get(f"{LIST}{G4}/").content.decode()
    assert 'data-testid="trial"' in page

    row = {"t.analysers.row": "0", "action": "add-row:t.analysers"}
    answer = client.post(f"{LIST}{G4}/try/", row, headers=HTMX)
    assert 'name="t.analysers.1.zero_before"' in answer.content.decode()


@pytest.mark.parametrize("path", ["hj75-g1@99/", "nothing@1/copy/", f"designs/{UUID(int=7)}/"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"{LIST}{path}").status_code == 404


def test_before_publishing_one_sees_what_differs_from_the_version_before(
    client: Client, design: SheetDesign
) -> None:
    save(client, design, "0", section(title="单位信息"))
    press(client, design, "0", "add:number")
    place = f"0.{len(stored(design).content['sections'][0]['fields']) - 1}"
    rule = {
        "judge-0-when": "row.static_pressure > 5",
        "judge-0-verdict": "fail",
        "judge-0-message_zh": "过高",
        "judge-0-message_en": "Too high",
    }
    save(client, design, place, field("static_pressure", unit="kPa", decimals="2") | rule)

    (rows,) = tables(client.get(address(design, "publish/")).content.decode())

    last = sheets.definition(design.base).source["sections"][0]["fields"][-1]["title"]["zh"]
    shown = [
        (row["变化"], row["条目"], row["项目"], row["原"], row["新"])
        for row in rows
        if row["项目"] != "英文标题"
    ]
    assert shown == [
        ("修改", "单位信息", "中文标题", "基本信息", "单位信息"),
        *(
            ("新增", "烟道静压 单位信息", label, "—", value)
            for label, value in (
                ("中文标题", "烟道静压"),
                ("编号", "static_pressure"),
                ("类型", "数字"),
                ("单位", "kPa"),
                ("小数位数", "2"),
                ("必填", "否"),
                ("判定规则 1", "row.static_pressure > 5 · 不合格 · 过高"),
                ("前一项", last),
            )
        ),
    ]


def test_nobody_publishes_what_was_changed_since_it_was_shown(
    client: Client, design: SheetDesign
) -> None:
    shown = {"effective_from": (today() + timedelta(days=3)).isoformat(), "revision": "0"}
    save(client, design, "0", section(title="单位信息"))

    answer = client.post(address(design, "publish/"), shown)

    assert answer.status_code == 409
    assert "草稿刚被修改过" in answer.content.decode()
    assert not PublishedSheet.unscoped().exists()


def test_a_code_has_one_draft_at_a_time(world: World, client: Client, design: SheetDesign) -> None:
    publish(client, design, today() + timedelta(days=3))
    columns = {"organization": world.authority, "code": design.code, "content": {}, "version": 3}
    SheetDesign.unscoped().create(**columns)

    with pytest.raises(IntegrityError, match="sheetdesign_one_open"):
        SheetDesign.unscoped().create(**columns)
