"""报告格式 of an authority: drafted line by line, published from a day on, taken out of use."""

from uuid import UUID

import pytest
from django.db.utils import InternalError, ProgrammingError
from django.test import Client

from tests.library.report_forms import (
    BASE,
    CODE,
    begin,
    fresh,
    original,
    publish,
    published,
    save_line,
    withdraw,
)
from tests.library.rules import administrator, tomorrow
from tests.support.reading import tables
from tests.support.world import World
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState
from yunjian.library.models import PublishedReportForm, ReportFormDraft
from yunjian.library.selectors.report_forms import form_of_code
from yunjian.records.versions import StaleVersion
from yunjian.standards import reports

pytestmark = pytest.mark.reads_all_rows

LIST = "/supervision/report-forms/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


@pytest.fixture
def draft(world: World) -> ReportFormDraft:
    return begin(world)


def address(draft: ReportFormDraft, more: str = "") -> str:
    return f"{LIST}drafts/{draft.pk}/{more}"


def line(draft: ReportFormDraft, **changes: str) -> dict[str, str]:
    return {
        "key": "seal",
        "title_zh": "检测机构印章",
        "title_en": "Seal of the body",
        "clause": "本市要求 3",
        "source": "file",
        "provenance": "text",
        "required": "on",
        "revision": str(fresh(draft).revision),
    } | changes


def in_force(days: int) -> str:
    form = form_of_code(CODE, tomorrow(days))
    return form.name if form else ""


# --- reading


def test_every_form_is_listed_with_version_and_days(world: World, client: Client) -> None:
    published(world, tomorrow(5))

    (rows,) = tables(client.get(LIST).content.decode())

    assert len(rows) == len({form.code for form in reports.report_forms().values()})
    (row,) = [row for row in rows if CODE in row["报告格式"]]
    assert (row["标准"], row["现行版本"], row["施行"], row["至"]) == (
        "HJ 75-2017",
        "第 1 版",
        "2018-03-01",
        tomorrow(5).isoformat(),
    )
    assert row["将施行"] == f"地方第 1 版 {tomorrow(5).isoformat()}"


def test_a_form_shows_contents_originals_and_tests_with_clause_and_provenance(
    client: Client,
) -> None:
    page = client.get(f"{LIST}{BASE}/").content.decode()
    contents, originals, tests = tables(page)
    form = reports.report_form(BASE)

    assert len(contents) == len(form.contents)
    number = contents[0]
    assert (number["内容"], number["条款"], number["依据来源"]) == (
        "报告编号",
        "报告要素",
        "行业实践",
    )
    assert (number["所在部分"], number["填写处"], number["必备"]) == ("封面", "报告编号", "是")
    assert [row["记录类别"] for row in originals] == [one.title.zh for one in form.originals]
    gas = next(row for row in tests if "气态污染物" in row["测试项目"])
    assert gas["最少数据对数"].startswith("至少 9 对")
    assert "HJ 75-2017 9.3.8 表 2" in gas["条款"]
    assert "统计方法、判定限值和最少数据对数不在报告格式中修改" in page


def test_every_form_that_ships_can_be_opened(client: Client) -> None:
    for name in reports.report_forms():
        assert client.get(f"{LIST}{name}/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "nothing@1/",
        f"{CODE}@9/",
        f"{BASE}/difference/?before=nothing@1",
        f"{BASE}/difference/?before=hj355-comparison@1",
        f"drafts/{UUID(int=7)}/",
        f"{BASE}/withdraw/",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"{LIST}{path}").status_code == 404


def test_a_reviewer_reads_and_does_not_write(world: World, draft: ReportFormDraft) -> None:
    reviewer = world.client(world.reviewer)

    page = reviewer.get(address(draft)).content.decode()
    assert "form-publish" not in page
    assert "contents-new" not in page
    assert reviewer.post(f"{LIST}hj355-comparison@1/next/").status_code == 403
    for more in ("publish/", "drop/", "contents/new/", "contents/lines/number/"):
        assert reviewer.get(address(draft, more)).status_code == 403
    moved = {"action": "down", "revision": "0"}
    assert reviewer.post(address(draft, "contents/lines/number/move/"), moved).status_code == 403
    assert fresh(draft).revision == 0


def test_others_have_no_business_here(world: World) -> None:
    for account in (world.agency_manager, world.discharger_owner):
        assert world.client(account).get(LIST).status_code == 403


# --- writing


def test_a_draft_begins_with_what_its_base_says(client: Client) -> None:
    answer = client.post(f"{LIST}{BASE}/next/")

    draft = ReportFormDraft.unscoped().get()
    assert (answer.status_code, answer["Location"]) == (302, address(draft))
    assert draft.content == reports.report_form(BASE).model_dump(mode="json")
    page = client.get(address(draft)).content.decode()
    assert "没有差异" in page
    assert Event.unscoped().filter(verb="report_form.begun").count() == 1


def test_a_second_draft_waits_for_the_first(client: Client, draft: ReportFormDraft) -> None:
    answer = client.post(f"{LIST}{BASE}/next/")

    assert answer.status_code == 409
    assert "已有一份草稿" in answer.content.decode()
    assert ReportFormDraft.unscoped().get() == draft


def test_a_line_is_added_and_seen_in_the_difference(client: Client, draft: ReportFormDraft) -> None:
    answer = client.post(address(draft, "contents/new/"), line(draft))

    assert answer.status_code == 302, answer.content.decode()
    assert fresh(draft).content["contents"][-1] == {
        "key": "seal",
        "title": {"zh": "检测机构印章", "en": "Seal of the body"},
        "clause": "本市要求 3",
        "provenance": "text",
        "source": "file",
        "required": True,
    }
    *_lists, changes = tables(client.get(address(draft)).content.decode())
    shown = {row["项目"]: row["新"] for row in changes}
    assert shown["填写处"] == "报告文件"
    assert (shown["条款"], shown["必备"], shown["依据来源"]) == ("本市要求 3", "是", "原文")


def test_a_line_is_changed_under_its_key(client: Client, draft: ReportFormDraft) -> None:
    values = line(draft, title_zh="编号", source="laboratory", clause="9.9")
    values.pop("required")

    answer = client.post(address(draft, "contents/lines/number/"), values)

    assert answer.status_code == 302, answer.content.decode()
    first = fresh(draft).content["contents"][0]
    assert (first["key"], first["title"]["zh"], first["source"]) == ("number", "编号", "laboratory")
    assert first["required"] is False


def test_originals_are_bound_in_the_order_that_they_are_given(
    client: Client, draft: ReportFormDraft
) -> None:
    before = [row["key"] for row in draft.content["originals"]]
    moved = address(draft, f"originals/lines/{before[1]}/move/")
    for action in ("up", "up"):
        client.post(moved, {"action": action, "revision": str(fresh(draft).revision)})

    assert [row["key"] for row in fresh(draft).content["originals"]] == [
        before[1],
        before[0],
        *before[2:],
    ]
    assert fresh(draft).revision == 1  # at the top it stays where it is


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("contents", {"source": "nothing"}, "请从列表中选择"),
        ("contents", {"source": ""}, "请选择填写处"),
        ("contents", {"clause": " "}, "请填写条款"),
        ("contents", {"title_zh": ""}, "请填写中文名称"),
        ("contents", {"key": "number"}, "编号“number”在报告内容中已有"),
        ("originals", {"key": "photos"}, "编号“photos”在原始记录中已有"),
        ("originals", {"key": "照片"}, "编号只能由小写字母"),
        ("originals", {"title_en": "x" * 121}, "120"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field_and_stays_typed(
    client: Client, draft: ReportFormDraft, part: str, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post(address(draft, f"{part}/new/"), line(draft, **changes))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f"id_{next(iter(changes))}_error" in page
    assert fresh(draft).revision == 0


def test_a_draft_may_hold_a_mistake_and_a_version_may_not(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    gone = {"action": "remove", "revision": "0"}
    client.post(address(draft, "originals/lines/photos/move/"), gone)

    page = client.get(address(draft)).content.decode()
    assert "“现场照片”的填写处已不存在" in page
    assert "form-publish-submit" not in client.get(address(draft, "publish/")).content.decode()
    with pytest.raises(InvalidInput) as refused:
        publish(world, draft)
    assert [(one.path, one.code) for one in refused.value.errors] == [
        ("contents.original-photos.source", "unknown")
    ]


def test_a_form_without_contents_is_not_published(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    for row in draft.content["contents"]:
        gone = {"action": "remove", "revision": str(fresh(draft).revision)}
        client.post(address(draft, f"contents/lines/{row['key']}/move/"), gone)

    assert "还没有报告内容" in client.get(address(draft)).content.decode()
    with pytest.raises(InvalidInput) as refused:
        publish(world, draft)
    assert [(one.path, one.code) for one in refused.value.errors] == [("contents", "empty")]


def test_what_somebody_else_changed_is_told_and_nothing_typed_is_lost(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    opened = line(draft, title_zh="我的名称")
    first = {**draft.content["contents"][0], "clause": "别人的条款"}
    save_line(world, draft, "contents", first, key="number")

    answer = client.post(address(draft, "contents/lines/number/"), opened)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="我的名称"' in page
    assert "别人的条款" in page
    again = client.post(address(draft, "contents/lines/number/"), opened | {"revision": "1"})
    assert again.status_code == 302
    assert fresh(draft).content["contents"][0]["title"]["zh"] == "我的名称"


def test_a_line_that_somebody_removed_is_told(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    gone = {"action": "remove", "revision": "0"}
    moved = address(draft, "contents/lines/number/move/")
    assert client.post(moved, gone).status_code == 302

    assert client.get(address(draft, "contents/lines/number/")).status_code == 404
    answer = client.post(address(draft, "contents/lines/number/"), line(draft, title_zh="我的"))
    assert answer.status_code == 409
    assert 'value="我的"' in answer.content.decode()
    assert "已被删除" in client.post(moved, gone | {"revision": "1"}).content.decode()


def test_an_order_given_in_sight_of_another_draft_is_refused(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    save_line(world, draft, "originals", original("lightning"))

    moved = address(draft, "originals/lines/photos/move/")
    answer = client.post(moved, {"action": "remove", "revision": "0"})

    assert answer.status_code == 409
    assert "草稿刚被修改过" in answer.content.decode()
    assert len(fresh(draft).content["originals"]) == len(draft.content["originals"]) + 1


def test_a_draft_can_be_given_up(client: Client, draft: ReportFormDraft) -> None:
    assert "不能恢复" in client.get(address(draft, "drop/")).content.decode()
    assert client.post(address(draft, "drop/")).status_code == 302

    assert not ReportFormDraft.unscoped().exists()
    assert Event.unscoped().filter(verb="report_form.dropped").count() == 1


def test_a_list_that_no_form_has_is_not_found(client: Client, draft: ReportFormDraft) -> None:
    assert client.get(address(draft, "tests/new/")).status_code == 404


# --- publishing


def test_published_it_holds_from_its_day_on_and_old_versions_stay_readable(
    world: World, client: Client, draft: ReportFormDraft
) -> None:
    client.post(address(draft, "contents/new/"), line(draft))
    shown = client.get(address(draft, "publish/")).content.decode()
    assert "检测机构印章" in shown

    day = tomorrow(4)
    answer = client.post(
        address(draft, "publish/"), {"effective_from": day.isoformat(), "revision": "1"}
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{CODE}@101/")
    assert (in_force(3), in_force(4)) == (BASE, f"{CODE}@101")
    assert "检测机构印章" not in client.get(f"{LIST}{BASE}/").content.decode()
    assert "检测机构印章" in client.get(f"{LIST}{CODE}@101/").content.decode()
    assert "检测机构印章" in client.get(f"{LIST}{CODE}@101/difference/").content.decode()
    assert client.get(address(draft)).status_code == 302
    event = Event.unscoped().get(verb="report_form.published")
    assert event.object_type == "library.publishedreportform"


def test_a_version_may_begin_today(world: World) -> None:
    assert published(world, today()).name == in_force(0)


def test_versions_follow_one_another(world: World) -> None:
    published(world, tomorrow(9))
    third = begin(world, f"{CODE}@101")
    save_line(world, third, "originals", original("more"))

    for days, code in ((-1, "past"), (0, "order"), (9, "order")):
        with pytest.raises(InvalidInput) as refused:
            publish(world, third, tomorrow(days))
        assert [(one.path, one.code) for one in refused.value.errors] == [("effective_from", code)]
    assert publish(world, third, tomorrow(10)).name == f"{CODE}@102"
    assert [in_force(days) for days in (8, 9, 10)] == [BASE, f"{CODE}@101", f"{CODE}@102"]


def test_the_day_is_refused_at_its_field(client: Client, world: World) -> None:
    draft = begin(world)
    save_line(world, draft, "originals", original("more"))
    for typed in ("2020-01-01", "", "明天"):
        posted = {"effective_from": typed, "revision": "1"}
        answer = client.post(address(draft, "publish/"), posted)
        assert answer.status_code == 422
        assert "id_effective_from_error" in answer.content.decode()


def test_a_draft_that_changes_nothing_is_not_published(
    world: World, draft: ReportFormDraft
) -> None:
    with pytest.raises(InvalidInput, match="没有改动"):
        publish(world, draft)


def test_nobody_publishes_what_was_changed_since_it_was_shown(
    world: World, draft: ReportFormDraft
) -> None:
    save_line(world, draft, "originals", original("more"))

    with pytest.raises(StaleVersion):
        publish(world, draft, revision=0)
    assert not PublishedReportForm.unscoped().exists()


def test_what_was_published_is_changed_by_nobody(world: World, draft: ReportFormDraft) -> None:
    save_line(world, draft, "originals", original("more"))
    row = publish(world, draft)

    with pytest.raises(InvalidState):
        save_line(world, draft, "originals", original("again"))
    with pytest.raises((InternalError, ProgrammingError)):
        PublishedReportForm.unscoped().filter(pk=row.pk).update(code="other")


# --- taking out of use


def test_a_withdrawn_version_gives_way_to_the_one_before(world: World, client: Client) -> None:
    row = published(world, today())
    answer = client.post(
        f"{LIST}{row.name}/withdraw/", {"ends_on": tomorrow(3).isoformat(), "reason": "标准修订"}
    )

    assert answer.status_code == 302, answer.content.decode()
    assert [in_force(days) for days in (0, 2, 3)] == [row.name, row.name, BASE]
    page = client.get(f"{LIST}{row.name}/").content.decode()
    assert "标准修订" in page
    assert "form-withdraw" not in page
    assert Event.unscoped().filter(verb="report_form.withdrawn").count() == 1


def test_a_version_withdrawn_before_its_day_never_holds_and_binds_no_other(
    world: World, client: Client
) -> None:
    row = published(world, tomorrow(9))
    withdraw(world, row, today())

    assert {in_force(days) for days in (0, 9, 99)} == {BASE}
    assert "已停用" in client.get(f"{LIST}{row.name}/").content.decode()
    assert published(world, tomorrow(2), base=row.name, key="more").name == f"{CODE}@102"
    assert [in_force(days) for days in (1, 2, 20)] == [BASE, f"{CODE}@102", f"{CODE}@102"]


def test_a_version_is_withdrawn_once_with_a_reason(world: World) -> None:
    row = published(world)

    for ends_on, reason, wrong in (
        (tomorrow(-1), "误发", "ends_on"),
        (today(), " ", "reason"),
        (today(), "x" * 201, "reason"),
    ):
        with pytest.raises(InvalidInput) as refused:
            withdraw(world, row, ends_on, reason)
        assert [one.path for one in refused.value.errors] == [wrong]
    withdraw(world, row, today())
    with pytest.raises(Conflict):
        withdraw(world, row, today())


def test_states_are_told_as_of_today(world: World, client: Client) -> None:
    now = published(world, today())
    later = published(world, tomorrow(20), base=now.name, key="more")

    for name, state in ((BASE, "已被替代"), (now.name, "现行"), (later.name, "将施行")):
        assert state in client.get(f"{LIST}{name}/").content.decode()


# --- the API


def test_the_api_gives_out_the_versions(world: World) -> None:
    row = published(world, tomorrow(3))
    client = world.client(world.engineer)

    items = client.get("/api/v1/report-forms").json()["items"]
    mine = [one for one in items if one["code"] == CODE]
    assert [(one["name"], one["state"], one["own"]) for one in mine] == [
        (row.name, "coming", True),
        (BASE, "current", False),
    ]
    assert mine[1]["until"] == tomorrow(3).isoformat()

    one = client.get(f"/api/v1/report-forms/{row.name}").json()
    assert (one["base"], one["definition"]["originals"][-1]["key"]) == (BASE, "lightning")
    assert client.get(f"/api/v1/report-forms/{BASE}").json()["base"] == ""
    assert client.get("/api/v1/report-forms/nothing@1").status_code == 404


def test_the_api_tells_what_is_in_force_on_a_day(world: World) -> None:
    row = published(world, tomorrow(3))
    client = world.client(world.engineer)

    def names(**query: str) -> set[str]:
        answer = client.get("/api/v1/report-forms/in-force", query)
        return {one["name"] for one in answer.json()["items"]}

    narrow = {"medium": "flue_gas", "kind": "comparison"}
    assert BASE in names(on=tomorrow(2).isoformat(), **narrow)
    after = names(on=tomorrow(3).isoformat(), **narrow)
    assert row.name in after
    assert BASE not in after
    assert client.get("/api/v1/report-forms/in-force", {"on": "x"}).status_code == 422
