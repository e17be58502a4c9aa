"""Pages of report forms: each value in its column, what each control sends, and to whom."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from tests.library.report_forms import (
    BASE,
    CODE,
    begin,
    fresh,
    move_line,
    original,
    publish,
    published,
    remove_line,
    save_line,
    withdraw,
)
from tests.library.rules import actor_of, administrator, tomorrow
from tests.support.reading import facts, tables
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, at, now, today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.library.forms.report_forms import line_form
from yunjian.library.models import PublishedReportForm, ReportFormDraft, ReportFormWithdrawal
from yunjian.library.selectors.report_forms import (
    form_drafts,
    library,
    rows_as_data,
    versions_of,
)
from yunjian.library.selectors.report_forms import tested as judged
from yunjian.library.services.report_forms import form_drop
from yunjian.standards import reports

pytestmark = pytest.mark.reads_all_rows

LIST = "/supervision/report-forms/"
OTHER = "hj355-comparison@1"
LINE = {
    "key": "seal",
    "title": {"zh": "检测机构印章", "en": "Seal of the body"},
    "clause": "本市要求 3",
    "source": "file",
    "provenance": "text",
    "required": False,
}


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


def payloads(verb: str) -> list[dict[str, Any]]:
    rows = Event.unscoped().filter(verb=verb).order_by("id")
    return [orjson.loads(row.body)["payload"] for row in rows]


def moment(of: Any) -> str:
    return f"{of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


# --- the list


def test_the_list_tells_of_each_form_where_it_stands(world: World, client: Client) -> None:
    # given: one that was published and holds, one that comes, one that is written
    now_held = published(world, today())
    coming = published(world, tomorrow(9), base=now_held.name, key="more")
    draft = begin(world, OTHER)

    # when
    page = client.get(LIST).content.decode()
    [rows] = tables(page)
    reader = world.client(world.reviewer).get(LIST).content.decode()

    # then
    assert [row["序号"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    by_code = {row["报告格式"].split(" ")[-1]: row for row in rows}
    own = by_code[CODE]
    own.pop("序号"), own.pop("报告格式")
    assert own == {
        "标准": "HJ 75-2017",
        "现行版本": "地方第 1 版",
        "施行": today().isoformat(),
        "至": tomorrow(9).isoformat(),
        "将施行": f"地方第 2 版 {tomorrow(9).isoformat()}",
        "发布": "试验市生态环境局",
        "各版本": "地方第 2 版 地方第 1 版 第 1 版",
        "操作": "查看",
    }
    other = by_code["hj355-comparison"]
    assert (other["现行版本"], other["至"], other["将施行"], other["发布"]) == (
        "第 1 版",
        "长期",
        "—",
        "随产品提供",
    )
    assert "草稿" in other["报告格式"]
    assert other["操作"] == "查看 继续编制"
    link = f'href="{LIST}drafts/{draft.pk}/"'
    assert page.count(link) == reader.count(link) == 2
    assert "查看草稿" in reader
    assert "继续编制" not in reader
    for name in (coming.name, now_held.name, BASE):
        assert f'href="{LIST}{name}/"' in page
    assert f'<a class="fw-semibold" href="{LIST}{now_held.name}/">' in page


def test_a_form_of_which_no_version_holds_says_so(world: World) -> None:
    day = min(form.since for form in reports.report_forms().values()) - timedelta(days=1)
    with acting_as(actor_of(world)):
        rows = library(day)
    assert {row["current"] for row in rows} == {None}
    assert {row["shown"].state for row in rows} == {"coming"}
    assert [row["code"] for row in rows] == sorted(
        {form.code for form in reports.report_forms().values()}
    )
    with at(datetime.combine(day, time(12), SHANGHAI)):
        [shown] = tables(world.client(world.reviewer).get(LIST).content.decode())
    assert {(row["现行版本"], row["施行"], row["至"]) for row in shown if row["将施行"] != "—"} == {
        ("未施行", "—", "—")
    }


def test_drafts_are_the_open_ones_the_last_changed_first(world: World) -> None:
    first, second = begin(world), begin(world, OTHER)
    with at(now() + timedelta(minutes=1)):
        save_line(world, first, "originals", original("more"))
    with acting_as(actor_of(world)):
        assert [*form_drafts()] == [first, second]
    publish(world, first)
    with acting_as(actor_of(world)):
        assert [*form_drafts()] == [second]


# --- one version


def test_a_version_says_whose_it_is_and_since_when(world: World, client: Client) -> None:
    row = published(world, today())
    later = published(world, tomorrow(20), base=row.name, key="more")
    withdraw(world, later, tomorrow(3), "标准修订")

    page = client.get(f"{LIST}{row.name}/").content.decode()
    said = facts(page)

    assert said == {
        "版本": "地方第 1 版 现行",
        "施行期": f"{today()} ~ 长期",
        "发布": f"试验市生态环境局 赵规 {moment(row.published_at)}",
        "标准": "HJ 75-2017",
        "适用": said["适用"],
        "各版本": "地方第 2 版 地方第 1 版 第 1 版",
    }
    form = reports.report_form(row.name)
    assert said["适用"].startswith("烟气")
    assert len(said["适用"].split("、")) == len(form.kinds)
    current = f'href="{LIST}{row.name}/" aria-current="page"'
    assert page.count('aria-current="page">地方') == 1
    assert current in page
    assert f'hx-get="{LIST}{row.name}/withdraw/" hx-target="#dialog"' in page
    assert f'href="{LIST}{row.name}/difference/"' in page
    assert f'action="{LIST}{row.name}/next/"' in page

    gone = client.get(f"{LIST}{later.name}/").content.decode()
    assert f"自 {tomorrow(3)} 起停用（赵规）：标准修订" in gone
    assert "form-withdraw" not in gone
    ships = client.get(f"{LIST}{OTHER}/").content.decode()
    assert facts(ships)["发布"] == "随产品提供"
    assert "form-withdraw" not in ships
    assert "/difference/" not in ships
    reader = world.client(world.reviewer).get(f"{LIST}{row.name}/").content.decode()
    assert "form-withdraw" not in reader
    assert "form-begin" not in reader


@pytest.mark.parametrize("name", sorted(reports.report_forms()))
def test_each_line_of_a_form_stands_in_its_columns(world: World, client: Client, name: str) -> None:
    form = reports.report_form(name)
    contents, originals, tests = tables(client.get(f"{LIST}{name}/").content.decode())
    assert [(row["序号"], row["内容"], row["条款"], row["必备"]) for row in contents] == [
        (str(n), one.title.zh, one.clause, "是" if one.required else "否")
        for n, one in enumerate(form.contents, 1)
    ]
    assert all(row["填写处"] and row["所在部分"] and row["依据来源"] for row in contents)
    shown = [
        (row["序号"], row["记录类别"], row["必交"]) for row in originals if row["序号"].isdecimal()
    ]
    assert shown == [
        (str(n), one.title.zh, "是" if one.required else "否")
        for n, one in enumerate(form.originals, 1)
    ]
    lines = judged(form, today())
    assert [row["序号"] for row in tests] == [str(n) for n in range(1, len(form.tests) + 1)]
    for row, line, spec in zip(tests, lines, form.tests, strict=True):
        assert line.title == spec.title.zh
        assert row["测试项目"] == f"{line.title} {line.parameters}".strip()
        assert (row["统计方法"], row["依据来源"]) == (line.method, line.provenance)
        assert row["条款"] == f"{line.standard} {spec.clause}"
        for names, demands in line.limits:
            assert names in row["判定限值"]
            assert all(" ".join(one.split()) in row["判定限值"] for one in demands)
        if not line.pairs:
            assert row["最少数据对数"] == "规则包未规定"
        for text, names in line.pairs:
            assert text in row["最少数据对数"]
            assert (names in row["最少数据对数"]) is (len(line.pairs) > 1)


def test_before_a_pack_holds_a_test_has_no_limits() -> None:
    form = reports.report_form(BASE)
    for line in judged(form, form.since - timedelta(days=4000)):
        assert line.standard == line.pack
        assert line.pairs == []
        assert len(line.limits) <= 1


# --- versions and their days


def test_each_version_ends_when_the_next_begins_or_it_is_taken_out(world: World) -> None:
    first = published(world, tomorrow(2))
    second = published(world, tomorrow(5), base=first.name, key="more")
    third = published(world, tomorrow(9), base=second.name, key="third")
    withdraw(world, third, today())
    withdraw(world, second, tomorrow(7))

    def states(days: int) -> list[tuple[str, str, Any]]:
        return [(one.form.name, one.state, one.until) for one in versions_of(CODE, tomorrow(days))]

    # the third never holds; the second ends on its day, and the first, which was relieved, too
    names = [third.name, second.name, first.name, BASE]
    assert [name for name, _state, _until in states(1)] == names
    assert [state for _name, state, _until in states(1)] == [
        "withdrawn",
        "coming",
        "coming",
        "current",
    ]
    assert [state for _name, state, _until in states(2)][2:] == ["current", "ended"]
    assert [state for _name, state, _until in states(5)] == [
        "withdrawn",
        "current",
        "ended",
        "ended",
    ]
    assert states(6)[1][1:] == ("current", tomorrow(7))
    assert states(7)[1][1:] == ("withdrawn", tomorrow(7))
    assert [until for _name, _state, until in states(1)][2:] == [tomorrow(5), tomorrow(2)]
    assert [one.published.pk if one.published else None for one in versions_of(CODE, today())] == [
        third.pk,
        second.pk,
        first.pk,
        None,
    ]


def test_the_api_tells_all_of_a_version(world: World) -> None:
    row = published(world, tomorrow(2))
    form = reports.report_form(row.name)
    mine = {one["name"]: one for one in rows_as_data() if one["code"] == CODE}
    assert mine[row.name] == {
        "code": CODE,
        "version": 101,
        "title": form.model_dump(mode="json")["title"],
        "standard": "HJ 75-2017",
        "medium": "flue_gas",
        "kinds": [*form.kinds],
        "name": row.name,
        "state": "coming",
        "since": tomorrow(2),
        "until": None,
        "own": True,
    }
    assert (mine[BASE]["until"], mine[BASE]["own"]) == (tomorrow(2), False)
    codes = [one["code"] for one in rows_as_data()]
    assert codes == sorted(codes)


# --- the difference


def test_a_version_is_compared_with_the_one_before_or_any_other(
    world: World, client: Client
) -> None:
    first = published(world, today())
    second = published(world, tomorrow(5), base=first.name, key="more")

    def compared(name: str, before: str = "") -> tuple[str, set[str]]:
        address = f"{LIST}{name}/difference/"
        page = client.get(address, {"before": before} if before else {}).content.decode()
        [chosen] = re.findall(r'<option value="([^"]*)" selected>', page)
        assert f'href="{LIST}{name}/"' in page
        assert page.count("<option ") == 3
        return chosen, set(re.findall(r'data-testid="change-([^"]*)"', page))

    assert compared(second.name) == (first.name, {"originals.more"})
    assert compared(second.name, BASE) == (BASE, {"originals.lightning", "originals.more"})
    assert compared(first.name) == (BASE, {"originals.lightning"})
    assert compared(BASE) == (BASE, set())
    page = client.get(f"{LIST}{second.name}/difference/").content.decode()
    assert f'<option value="{second.name}">地方第 2 版（{tomorrow(5)}）</option>' in page


# --- the draft


def test_the_draft_shows_its_lines_with_what_each_control_sends(
    world: World, client: Client
) -> None:
    draft = begin(world)
    save_line(world, draft, "contents", LINE)
    save_line(world, draft, "originals", original("lightning", required=False))
    page = client.get(f"{LIST}drafts/{draft.pk}/").content.decode()
    held = fresh(draft)

    contents, originals, _changes = tables(page)
    last = contents[-1]
    assert {name: last[name] for name in last if name not in {"操作", "所在部分"}} == {
        "序号": str(len(contents)),
        "内容": "检测机构印章",
        "条款": "本市要求 3",
        "依据来源": "原文",
        "填写处": "报告文件",
        "必备": "否",
    }
    last = originals[-1]
    assert {name: last[name] for name in last if name != "操作"} == {
        "序号": str(len(originals)),
        "记录类别": "防雷检测记录",
        "依据来源": "行业实践",
        "必交": "否",
    }
    base = f"{LIST}drafts/{draft.pk}/"
    for part, key in (("contents", "seal"), ("originals", "lightning")):
        line = f"{base}{part}/lines/{key}/"
        assert f'hx-get="{line}" hx-target="#dialog" data-testid="edit-{part}-{key}"' in page
        assert f'action="{line}move/"' in page
        assert f'value="remove" data-testid="remove-{part}-{key}"' in page
        assert f'hx-get="{base}{part}/new/" hx-target="#dialog" data-testid="{part}-new"' in page
    assert page.count('name="action" value="up"') == len(contents) + len(originals)
    assert page.count('name="action" value="down"') == len(contents) + len(originals)
    assert f'<input type="hidden" name="revision" value="{held.revision}">' in page
    assert f'hx-get="{base}drop/" hx-target="#dialog" data-testid="form-drop"' in page
    assert f'hx-get="{base}publish/" hx-target="#dialog" data-testid="form-publish"' in page
    assert f"依据 {BASE} 编制，改动 2 项，最近修改 {moment(held.changed_at)} 赵规。" in page
    assert set(re.findall(r'data-testid="change-([^"]*)"', page)) == {
        "contents.seal",
        "originals.lightning",
    }
    assert "form-problems" not in page
    shown = client.get(f"{LIST}{BASE}/").content.decode()
    assert f'href="{base}" data-testid="form-draft"' in shown
    assert "继续编制草稿" in shown
    assert "form-begin" not in shown
    reader = world.client(world.reviewer)
    assert "查看草稿" in reader.get(f"{LIST}{BASE}/").content.decode()
    assert "form-draft" not in client.get(f"{LIST}{OTHER}/").content.decode()


@pytest.mark.parametrize(("part", "key"), [("contents", "seal"), ("originals", "lightning")])
def test_the_dialog_of_a_line_begins_with_what_it_says(
    world: World, client: Client, part: Any, key: str
) -> None:
    # given
    draft = begin(world)
    row: dict[str, Any] = LINE if part == "contents" else original(key, required=False)
    save_line(world, draft, part, row)

    # when
    form = client.get(f"{LIST}drafts/{draft.pk}/{part}/lines/{key}/").context["form"]
    new = client.get(f"{LIST}drafts/{draft.pk}/{part}/new/").context["form"]

    # then
    expected = {
        "title_zh": row["title"]["zh"],
        "title_en": row["title"]["en"],
        "provenance": row["provenance"],
        "required": False,
    }
    if part == "contents":
        expected |= {"clause": row["clause"], "source": row["source"]}
    assert {name: form.initial[name] for name in expected} == expected
    assert form.fields["revision"].initial == fresh(draft).revision
    between = ["clause", "source"] if part == "contents" else []
    order = ["title_zh", "title_en", *between, "provenance", "required", "revision"]
    assert [*form.fields] == order
    assert [*new.fields] == ["key", *order]
    assert str(new.fields["required"].label) == ("必备" if part == "contents" else "必交")
    assert (new.initial["provenance"], new.initial["required"]) == ("practice", True)
    assert new.initial["key"] not in {"", key}
    if part == "contents":
        groups = dict(form.fields["source"].choices)
        assert [*groups] == ["", "封面", "正文", "统计表", "原始记录"]
        assert dict(groups["封面"])["number"] == "报告编号"
        assert dict(groups["统计表"])["test:gas"] == reports.report_form(BASE).test("gas").title.zh
        assert dict(groups["原始记录"])["original:photos"] == "现场照片"
        assert "people" in dict(groups["正文"])


@pytest.mark.parametrize(
    ("field", "longest"), [("title_zh", 120), ("title_en", 120), ("clause", 80), ("key", 40)]
)
def test_a_line_is_as_long_as_it_may_be(world: World, field: str, longest: int) -> None:
    draft = begin(world)
    given = {
        "key": "seal", "title_zh": "x", "title_en": "x", "clause": "x", "source": "file",
        "provenance": "text", "revision": "0",
    }  # fmt: skip
    for length, good in ((longest, True), (longest + 1, False)):
        form = line_form("contents", draft.content, "", given | {field: "x" * length})
        assert form.is_valid() is good
        assert (field in form.errors) is not good


def test_lines_are_moved_down_and_removed_where_they_stand(world: World, client: Client) -> None:
    draft = begin(world)
    keys = [row["key"] for row in draft.content["originals"]]
    base = f"{LIST}drafts/{draft.pk}/"
    answer = client.post(f"{base}originals/lines/{keys[0]}/move/", {"action": "down"})
    assert (answer.status_code, answer["Location"]) == (302, f"{base}#originals")
    held = [row["key"] for row in fresh(draft).content["originals"]]
    assert held == [keys[1], keys[0], *keys[2:]]
    assert fresh(draft).content["contents"] == draft.content["contents"]
    move_line(world, draft, "originals", keys[-1], 1)
    assert [row["key"] for row in fresh(draft).content["originals"]] == held
    remove_line(world, draft, "originals", keys[1])
    assert [row["key"] for row in fresh(draft).content["originals"]] == [keys[0], *keys[2:]]
    with pytest.raises(InvalidState, match="这一项已被删除，请刷新后继续"):
        move_line(world, draft, "originals", keys[1], 1)


def test_a_line_may_be_wrong_only_elsewhere(world: World) -> None:
    draft = begin(world)
    with pytest.raises(InvalidInput) as refused:
        save_line(world, draft, "contents", LINE | {"source": "nothing"})
    assert [one.path for one in refused.value.errors] == ["source"]
    remove_line(world, draft, "originals", "photos")
    save_line(world, draft, "contents", LINE)
    assert fresh(draft).content["contents"][-1] == LINE


# --- what the chain keeps


def test_each_step_is_kept_with_what_it_was_about(world: World) -> None:
    # when
    draft = begin(world, OTHER)
    actor = world.actor(administrator(world))
    with acting_as(actor):
        form_drop(actor=actor, draft_id=draft.pk)
    row = published(world, tomorrow(2))
    withdrawal = withdraw(world, row, tomorrow(9), " 误发 ")

    # then
    assert payloads("report_form.begun") == [{"base": OTHER}, {"base": BASE}]
    assert payloads("report_form.dropped") == [{"code": "hj355-comparison", "base": OTHER}]
    [payload] = payloads("report_form.published")
    assert payload.pop("content")
    assert payload == {
        "name": f"{CODE}@101",
        "base": BASE,
        "effective_from": tomorrow(2).isoformat(),
    }
    assert payloads("report_form.withdrawn") == [
        {"name": f"{CODE}@101", "ends_on": tomorrow(9).isoformat(), "reason": "误发"}
    ]
    account = Account.objects.get(username="rules")
    held = ReportFormWithdrawal.unscoped().get()
    assert (held.form_id, held.ends_on, held.reason, held.withdrawn_by_id) == (
        row.pk,
        tomorrow(9),
        "误发",
        account.pk,
    )
    assert held.organization_id == world.authority.pk
    assert withdrawal == held
    made = PublishedReportForm.unscoped().get()
    assert (made.code, made.version, made.base, made.published_by_id) == (
        CODE,
        101,
        BASE,
        account.pk,
    )
    assert made.effective_from == tomorrow(2)
    assert ReportFormDraft.unscoped().get().published_id == made.pk


@pytest.mark.parametrize(
    ("ends", "reason", "expected"),
    [
        (-1, "误发", [("ends_on", "past", "停用日期不能早于今天")]),
        (0, "误发", []),
        (0, "", [("reason", "required", "请填写停用原因")]),
        (0, f" {'长' * 200} ", []),
        (0, "长" * 201, [("reason", "too_long", "停用原因不能超过 200 字")]),
        (
            -1,
            " ",
            [
                ("ends_on", "past", "停用日期不能早于今天"),
                ("reason", "required", "请填写停用原因"),
            ],
        ),
    ],
    ids=["yesterday", "today", "no reason", "200", "201", "both"],
)
def test_a_version_is_taken_out_from_today_on_for_a_reason(
    world: World, ends: int, reason: str, expected: list[tuple[str, str, str]]
) -> None:
    row = published(world)
    try:
        withdraw(world, row, tomorrow(ends), reason)
        said = []
    except InvalidInput as error:
        said = [(one.path, one.code, one.message) for one in error.errors]
    assert said == expected


def test_the_dialogs_of_publishing_and_taking_out_send_to_their_own(
    world: World, client: Client
) -> None:
    draft = begin(world)
    base = f"{LIST}drafts/{draft.pk}/"
    unchanged = client.get(f"{base}publish/").content.decode()
    assert "没有差异。" in unchanged
    assert "form-publish-submit" not in unchanged
    save_line(world, draft, "originals", original("more"))
    page = client.get(f"{base}publish/")
    text = page.content.decode()
    assert page.context["form"].initial == {"revision": 1}
    assert f'action="{base}publish/" hx-post="{base}publish/" hx-target="#dialog"' in text
    assert 'form="publish" data-testid="form-publish-submit"' in text
    assert "发布 烟气 CEMS 校验（比对）报告 的新版本" in " ".join(text.split())
    stale = client.post(
        f"{base}publish/", {"effective_from": tomorrow().isoformat(), "revision": "0"}
    )
    assert stale.status_code == 409
    assert not PublishedReportForm.unscoped().exists()
    row = publish(world, draft)
    dialog = client.get(f"{LIST}{row.name}/withdraw/")
    assert dialog.context["form"].initial == {"ends_on": today()}
    assert f"停用 {row.name}" in dialog.content.decode()
    assert 'data-testid="form-withdraw-submit"' in dialog.content.decode()
    twice = {"ends_on": today().isoformat(), "reason": "x"}
    answer = client.post(f"{LIST}{row.name}/withdraw/", twice)
    assert answer["Location"] == f"{LIST}{row.name}/"
    again = client.post(f"{LIST}{row.name}/withdraw/", twice)
    assert again.status_code == 409
    assert "不能再次停用" in again.content.decode()
