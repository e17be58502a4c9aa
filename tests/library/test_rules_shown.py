"""The rule library, value by value: what stands under each header and beside each term."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.library.rules import (
    GAS,
    PATROL,
    actor_of,
    administrator,
    confirm,
    correct,
    publish,
    tomorrow,
)
from tests.support.reading import Row, facts, sheet, tables
from tests.support.world import World
from tests.web.markup import Markup
from yunjian.access.actor import acting_as
from yunjian.kernel.clock import SHANGHAI, today
from yunjian.library.models import PublishedPack
from yunjian.library.services.rules import overlay_upload
from yunjian.standards.rules import pack

pytestmark = pytest.mark.reads_all_rows

LIBRARY = "/supervision/rules/"
NAME = "HJ 75-2017 固定污染源烟气（SO2、NOx、颗粒物）排放连续监测技术规范"
SO2_BANDS = [
    ("<57 mg/m³", "|AE| ≤17 mg/m³"),
    ("≥57 且 <143 mg/m³", "|RE| ≤30 %"),
    ("≥143 且 <715 mg/m³", "|AE| ≤57 mg/m³"),
    ("≥715 mg/m³", "RA ≤15 %"),
    ("<20 μmol/mol", "|AE| ≤6 μmol/mol"),
    ("≥20 且 <50 μmol/mol", "|RE| ≤30 %"),
    ("≥50 且 <250 μmol/mol", "|AE| ≤20 μmol/mol"),
    ("≥250 μmol/mol", "RA ≤15 %"),
]
CITY = f"""
code = "city-hj75"
overlays = "hj75-2017@1"
authority = "试验市"

[[obligations]]
id = "{PATROL}"
clause = "第三条"
provenance = "text"
interval = {{ value = 3, unit = "day" }}
"""


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


def page(client: Client, address: str = "") -> str:
    answer = client.get(f"{LIBRARY}{address}")
    assert answer.status_code == 200
    return answer.content.decode()


def source_of(row_id: str, name: str = "hj75-2017@1") -> dict[str, Any]:
    item = pack(name)
    return next(
        dict(row)
        for table in ("obligations", "limits", "deadlines", "validity", "substitutions")
        for row in item.source.get(table, [])
        if row["id"] == row_id
    )


def second_version(world: World) -> PublishedPack:
    """Publish a version in which one row was compared and another corrected."""
    confirm(world, page="第 18 页", remark="首次印刷")
    correct(world, "accuracy.SO2", {**source_of("accuracy.SO2"), "clause": "9.9"}, sure=False)
    return publish(world)


def upload(world: World, text: str = CITY) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        overlay_upload(actor=actor, text=text, filename="city.toml")


def one(rows: list[Row], **wanted: str) -> Row:
    return next(row for row in rows if wanted.items() <= row.items())


def test_the_excel_file_of_a_pack_has_each_value_under_its_header(
    world: World, client: Client
) -> None:
    second_version(world)

    rows = sheet(client.get(f"{LIBRARY}{GAS}/?version=2&format=xlsx"))

    assert len(rows) == 48
    assert one(rows, 条目编号=PATROL) == {
        "规则包": "hj75-2017@2",
        "标准": "HJ 75-2017",
        "规则": "运维频次",
        "条目编号": "hj75.patrol",
        "名称": "日常巡检",
        "适用": "全部测点",
        "规定的内容": "至多每 7 天",
        "数据对数": "",
        "记录表": "hj75-g2、hj75-g3、hj75-g1",
        "条款": "10.2",
        "数值来源": "回忆、行业实践",
        "核对": "已核对",
        "核对人与日期": f"赵规 {today()}",
        "页码": "第 18 页",
        "备注与说明": "首次印刷",
    }
    assert one(rows, 条目编号="accuracy.SO2") == {
        "规则包": "hj75-2017@2",
        "标准": "HJ 75-2017",
        "规则": "限值",
        "条目编号": "accuracy.SO2",
        "名称": "二氧化硫准确度",
        "适用": "烟气",
        "规定的内容": "\n".join(f"{band}：{text}" for band, text in SO2_BANDS),
        "数据对数": "至少 9 对",
        "记录表": "",
        "条款": "9.9",
        "数值来源": "行业实践",
        "核对": "待核对",
        "核对人与日期": "",
        "页码": "",
        "备注与说明": "对照印刷本",
    }


def test_the_excel_file_of_the_library_holds_what_the_query_finds(client: Client) -> None:
    rows = sheet(client.get(f"{LIBRARY}?table=deadlines&kind=flue_gas&format=xlsx"))
    assert [(row["条目编号"], row["规定的内容"], row["核对"]) for row in rows[:3]] == [
        ("fault.on-site", "≤4 小时", "待核对"),
        ("fault.simple", "≤8 小时", "待核对"),
        ("fault.data", "≤12 小时", "待核对"),
    ]
    assert {row["规则"] for row in rows} == {"时限"}


def test_a_query_of_several_words_finds_rows_with_all_of_them(client: Client) -> None:
    rows = sheet(client.get(f"{LIBRARY}?text=零点漂移 颗粒物&format=xlsx"))
    assert [row["条目编号"] for row in rows] == ["drift.zero.pm"]


def test_a_card_of_the_library_tells_what_holds_and_what_comes(
    world: World, client: Client
) -> None:
    second_version(world)
    confirm(world, row="hj75.cal-auto")

    cards = tables(page(client))[0]

    assert cards[0] == {
        "序号": "1",
        "标准": NAME.replace("HJ 75-2017", "HJ 75-2017 草稿 1 条"),
        "类别": "烟气",
        "现行版本": "第 1 版",
        "施行": "2018-03-01",
        "至": str(tomorrow()),
        "将施行": f"第 2 版，{tomorrow()}",
        "条目": "48",
        "已核对": "0",
        "待核对": "48",
        "未确认": "0",
        "操作": "查看 版本",
    }
    assert one(cards, 序号="3") == {
        "序号": "3",
        "标准": "HJ 1286-2023 固定污染源废气非甲烷总烃连续监测技术规范",
        "类别": "烟气",
        "现行版本": "第 1 版",
        "施行": "2023-08-01",
        "至": "长期",
        "将施行": "—",
        "条目": "12",
        "已核对": "0",
        "待核对": "6",
        "未确认": "6",
        "操作": "查看 版本",
    }


def test_a_row_of_the_library_has_each_value_under_its_header(client: Client) -> None:
    rows = tables(page(client, "?text=hj75.cal-auto"))[1]
    assert rows == [
        {
            "序号": "1",
            "标准": "HJ 75-2017",
            "规则": "运维频次",
            "名称": "自动零点量程校准核查",
            "适用": "具备自动校准；颗粒物、SO2、NOx、O2、CO、HCl",
            "规定的内容": "至多每 24 小时 超期期间按失控处理",
            "条款": "11.2 a",
            "数值来源": "回忆待核",
            "核对": "待核对",
        }
    ]


def test_a_pack_tells_its_version_time_and_counts(world: World, client: Client) -> None:
    second_version(world)
    assert facts(page(client, f"{GAS}/")) == {
        "版本": "第 1 版 现行",
        "施行期": f"2018-03-01 ~ {tomorrow()}",
        "条目": "48 条：已核对 0，待核对 48，未确认 0",
    }
    assert facts(page(client, f"{GAS}/?version=2")) == {
        "版本": "第 2 版 将施行",
        "施行期": f"{tomorrow()} ~ 长期",
        "条目": "48 条：已核对 1，待核对 47，未确认 0",
    }


LINES: dict[str, Row] = {
    "obligations": {
        "名称": "日常巡检 hj75.patrol",
        "适用": "全部测点",
        "频次": "至多每 7 天",
        "记录表": "hj75-g2、hj75-g3、hj75-g1",
        "条款": "10.2",
        "数值来源": "回忆 行业实践",
        "核对": f"已核对 赵规 {today()} · 第 18 页 首次印刷",
    },
    "control": {
        "名称": "颗粒物零点漂移 drift.zero.pm",
        "限值": "|误差| ≤2 %F.S.",
        "失控判据": "|误差| >8 %F.S.",
        "判据来源": "回忆待核",
        "条款": "11.6 表 4",
        "数值来源": "行业实践",
        "核对": "待核对",
    },
    "pairs": {
        "名称": "二氧化硫准确度 accuracy.SO2",
        "最少对数": "至少 9 对",
        "判定方法": "以平均值判定",
        "条款": "9.9",
        "数值来源": "行业实践",
        "核对": "待核对",
    },
    "deadlines": {
        "名称": "到达现场 fault.on-site",
        "适用": "烟气",
        "规定的内容": "≤4 小时",
        "条款": "11.5",
        "数值来源": "回忆待核",
        "核对": "待核对",
    },
    "validity": {
        "名称": "季度有效数据捕集率 capture-rate",
        "适用": "烟气",
        "规定的内容": "≥75 %",
        "条款": "12",
        "数值来源": "回忆待核",
        "核对": "待核对",
    },
    "limits": {
        "名称": "颗粒物零点漂移 drift.zero.pm",
        "适用": "烟气",
        "规定的内容": "|误差| ≤2 %F.S. 失控：|误差| >8 %F.S.",
        "条款": "11.6 表 4",
        "数值来源": "行业实践",
        "核对": "待核对",
    },
}


def test_each_tab_has_each_value_under_its_header(world: World, client: Client) -> None:
    second_version(world)
    shown = {tab: tables(page(client, f"{GAS}/?version=2&tab={tab}"))[0][0] for tab in LINES}
    assert shown == {tab: {"序号": "1", **row, "操作": "核对 更正"} for tab, row in LINES.items()}


def test_two_demands_of_a_row_do_not_run_together(client: Client) -> None:
    rows = tables(page(client, f"{GAS}/?tab=obligations&text=hj75.cal-auto"))[0]
    assert [row["频次"] for row in rows] == ["至多每 24 小时 超期期间按失控处理"]


def test_the_history_of_a_pack_names_who_published_what_when_and_why(
    world: World, client: Client
) -> None:
    row = second_version(world)

    history = tables(page(client, f"{GAS}/versions/"))[0]

    assert history == [
        {
            "序号": "1",
            "版本": "第 2 版",
            "状态": "将施行",
            "施行": str(tomorrow()),
            "至": "长期",
            "条目": "48",
            "已核对": "1",
            "未确认": "0",
            "发布人": "赵规 试验市生态环境局",
            "发布时间": f"{row.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "发布说明": "与印刷本核对",
            "操作": "查看 差异",
        },
        {
            "序号": "2",
            "版本": "第 1 版",
            "状态": "现行",
            "施行": "2018-03-01",
            "至": str(tomorrow()),
            "条目": "48",
            "已核对": "0",
            "未确认": "0",
            "发布人": "随产品提供",
            "发布时间": "—",
            "发布说明": "—",
            "操作": "查看",
        },
    ]


def test_a_draft_shows_each_value_before_and_after_and_why(world: World, client: Client) -> None:
    data = {**source_of(PATROL), "interval": {"value": 5, "unit": "day"}}
    correct(world, PATROL, data, sure=False)

    assert tables(page(client, f"{GAS}/draft/")) == [
        [
            {
                "序号": "1",
                "变化": "修改",
                "条目": "日常巡检 运维频次 · 10.2",
                "项目": "频次",
                "原": "至多每 7 天",
                "新": "至多每 5 天",
                "依据": f"赵规 {today()} 对照印刷本 更正 撤销",
            }
        ]
    ]


def test_the_difference_of_two_versions_shows_each_value_before_and_after(
    world: World, client: Client
) -> None:
    row = second_version(world)

    shown = page(client, f"{GAS}/difference/")

    assert tables(shown) == [
        [
            {
                "序号": "1",
                "变化": "修改",
                "条目": "日常巡检 运维频次 · 10.2",
                "项目": "核对",
                "原": "—",
                "新": f"赵规 {today()}",
            },
            {
                "序号": "2",
                "变化": "修改",
                "条目": "二氧化硫准确度 限值 · 9.9",
                "项目": "条款",
                "原": "9.3.8 表 2",
                "新": "9.9",
            },
        ]
    ]
    assert facts(shown) == {
        "发布人": "赵规（试验市生态环境局）",
        "发布时间": f"{row.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "施行": str(tomorrow()),
        "发布说明": "与印刷本核对",
    }


def test_the_dialog_of_comparing_shows_all_that_the_row_says(client: Client) -> None:
    shown = facts(page(client, f"{GAS}/rows/accuracy.SO2/confirm/"))
    assert shown == {
        "标准": "HJ 75-2017 · 9.3.8 表 2",
        "适用": "烟气",
        "规定的内容": " ".join(f"{band} {text}" for band, text in [*SO2_BANDS[4:], *SO2_BANDS[:4]]),
        "数据对数": "至少 9 对；以平均值判定",
        "来源": "行业实践",
    }
    obligation = facts(page(client, f"{GAS}/rows/hj75.cal-pm-manual/confirm/"))
    assert obligation["适用"] == "不具备自动校准；颗粒物"


def test_the_list_of_overlays_shows_drafts_and_what_holds(world: World, client: Client) -> None:
    upload(world)
    assert tables(page(client, "overlays/"))[0] == [
        {
            "序号": "",
            "代码": "city-hj75",
            "加严对象": "hj75-2017@1",
            "发布单位": "试验市",
            "现行版本": "—",
            "将施行": "—",
            "草稿": "有",
            "操作": "预览并发布",
        }
    ]
    publish(world, code="city-hj75", since=today())
    upload(world, CITY.replace("value = 3", "value = 2"))
    publish(world, code="city-hj75", since=tomorrow())
    assert tables(page(client, "overlays/"))[0] == [
        {
            "序号": "1",
            "代码": "city-hj75",
            "加严对象": "hj75-2017@1",
            "发布单位": "试验市",
            "现行版本": f"第 1 版，{today()} 起",
            "将施行": f"第 2 版，{tomorrow()}",
            "草稿": "—",
            "操作": "查看 版本",
        }
    ]
    assert facts(page(client, "city-hj75/?version=1")) == {
        "版本": "第 1 版 现行",
        "施行期": f"{today()} ~ {tomorrow()}",
        "条目": "48 条：已核对 0，待核对 48，未确认 0",
        "加严对象": "hj75-2017@1",
        "发布单位": "试验市",
    }


def test_what_if_has_each_value_under_its_header(client: Client) -> None:
    shown = tables(page(client, "what-if/?kind=wastewater&on=2026-12-01&parameters=CODCr"))
    assert one(shown[0], 事项="自动校准") == {
        "序号": "6",
        "事项": "自动校准",
        "频次": "至多每 168 小时",
        "依据": "HJ 355-2019 附录 D",
        "记录表": "hj355-d",
        "来源": "回忆待核",
    }
    first_week = {"周": "1", "日期": "2026-12-01 ~ 12-07"}
    daily = {"最迟在": "12-02、12-03、12-04、12-05、12-06、12-07", "次数": "6"}
    assert [row for row in shown[1] if row["周"] == "1"] == [
        {**first_week, "事项": "自动标样核查", "因子": "CODCr", **daily},
        {**first_week, "事项": "每日远程或现场查看数据与仪器状态", "因子": "整个测点", **daily},
    ]
    comparisons = [row for row in shown[1] if row["事项"] == "实际水样比对试验"]
    assert [(row["周"], row["最迟在"], row["次数"]) for row in comparisons] == [
        ("5", "12-31", "1"),
        ("9", "01-31", "1"),
    ]


def test_what_is_due_three_times_a_month_counts_three_times(world: World, client: Client) -> None:
    data = source_of("hj355.water-comparison", "hj355-2019@1")
    changed = {**data, "count": {"times": 3, "period": "month"}}
    correct(world, "hj355.water-comparison", changed, code="hj355-2019")
    publish(world, code="hj355-2019", since=today())

    shown = tables(page(client, f"what-if/?kind=wastewater&on={today()}&parameters=CODCr"))

    assert one(shown[0], 事项="实际水样比对试验")["频次"] == "每月至少 3 次"
    times = {row["次数"] for row in shown[1] if row["事项"] == "实际水样比对试验"}
    assert times == {"3"}


def test_what_a_city_leaves_open_is_said_of_the_city(world: World, client: Client) -> None:
    upload(
        world,
        """
code = "city-nmhc"
overlays = "hj1286-2023@1"
authority = "试验市"

[[obligations]]
id = "hj1286.calibration"
clause = "第七条"
provenance = "text"
""",
    )
    publish(world, code="city-nmhc", since=today())

    shown = tables(page(client, f"what-if/?kind=flue_gas&on={today()}&parameters=NMHC"))[0]

    unconfirmed = [row for row in shown if row["频次"] == "未确认"]
    assert {row["事项"]: row["依据"] for row in unconfirmed} == {
        "非甲烷总烃零点量程校准": "试验市 第七条",
        "非甲烷总烃参比方法校验": "HJ 1286-2023 条款未核对",
    }


def test_a_point_is_found_by_its_name_its_mn_code_and_its_company(
    world: World, client: Client
) -> None:
    point = world.flue_gas_point
    for text in (point.name, point.mn_code, point.organization.name):
        assert f"?point={point.pk}" in page(client, f"what-if/?q={text}")
    shown = page(client, f"what-if/?q={point.organization.name}")
    assert f"?point={world.wastewater_point.pk}" in shown


def test_a_draft_tells_how_many_rows_it_changes_and_when_it_was_changed_last(
    world: World, client: Client
) -> None:
    with time_machine.travel("2026-11-20T01:00:00Z", tick=False):
        confirm(world)
    with time_machine.travel("2026-11-21T02:30:00Z", tick=False):
        confirm(world, row="hj75.cal-auto")
    assert "与 hj75-2017@1 相比改动 2 条，最后修改 2026-11-21 10:30。" in page(
        client, f"{GAS}/draft/"
    )


def test_the_newest_version_is_compared_with_the_one_before(world: World, client: Client) -> None:
    second_version(world)
    confirm(world, row="hj75.cal-auto")
    publish(world, since=tomorrow(2))
    (rows,) = tables(page(client, f"{GAS}/difference/"))
    assert [row["条目"] for row in rows] == ["自动零点量程校准核查 运维频次 · 11.2 a"]


def test_a_value_that_was_compared_keeps_where_it_comes_from(world: World, client: Client) -> None:
    practice = next(row.id for row in pack("hj75-2017@1").limits if row.provenance == "practice")
    rows = {practice: "行业实践", PATROL: "回忆 行业实践"}
    for row in rows:
        confirm(world, row=row)
    publish(world, since=today())
    for row, origin in rows.items():
        assert facts(page(client, f"{GAS}/rows/{row}/confirm/"))["来源"] == origin


def test_a_standard_leads_to_its_rules_and_its_draft_to_the_draft(
    world: World, client: Client
) -> None:
    confirm(world)
    links = {
        element.text.strip(): element.get("href")
        for element in Markup(page(client)).all("a")
        if (row := element.within("tr")) and row.get("data-testid") == f"pack-{GAS}"
    }
    assert links == {
        "HJ 75-2017": f"{LIBRARY}{GAS}/",
        "草稿 1 条": f"{LIBRARY}{GAS}/draft/",
        "查看": f"{LIBRARY}{GAS}/",
        "版本": f"{LIBRARY}{GAS}/versions/",
    }


def test_each_version_says_whether_it_holds(world: World, client: Client) -> None:
    for row, since in ((PATROL, today()), ("hj75.cal-auto", tomorrow())):
        confirm(world, row=row)
        publish(world, since=since)
    pages = {version: page(client, f"{GAS}/?version={version}") for version in (1, 2, 3)}
    states = {version: facts(text)["版本"] for version, text in pages.items()}
    assert states == {1: "第 1 版 已被替代", 2: "第 2 版 现行", 3: "第 3 版 将施行"}
    coming = f"第 3 版将于 {tomorrow()} 起施行。 查看"
    notices = {
        version: [each.text for each in Markup(text).all("div") if each.get("role") == "status"]
        for version, text in pages.items()
    }
    assert notices == {1: [coming], 2: [coming], 3: []}


def test_the_library_lists_what_holds_from_its_first_day_on(world: World, client: Client) -> None:
    correct(world, PATROL, {**source_of(PATROL), "interval": {"value": 5, "unit": "day"}})
    publish(world, since=today())
    rows = tables(page(client, "?text=日常巡检&kind=flue_gas"))[1]
    assert "至多每 5 天" in {text for row in rows for text in row.values()}


@pytest.mark.parametrize("place", ["versions", "draft"])
def test_the_way_to_a_page_of_a_pack_leads_over_the_pack(client: Client, place: str) -> None:
    steps = [
        each.get("href")
        for each in Markup(page(client, f"{GAS}/{place}/")).all("a")
        if (step := each.within("li")) and "breadcrumb-item" in step.get("class")
    ]
    assert steps[:2] == [LIBRARY, f"{LIBRARY}{GAS}/"]
