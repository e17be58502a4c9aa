"""The packs that ship say what is known of the standards, row by row, with where it comes from.

Bands and limits of accuracy and comparisons are in test_statistics_judging.
"""

from decimal import Decimal
from typing import Any

import pytest

from yunjian.standards import sheets
from yunjian.standards.rules import pack
from yunjian.standards.rules.model import Row

FLUE, WATER, NMHC = pack("hj75-2017"), pack("hj355-2019"), pack("hj1286-2023")
PACKS = {item.code: item for item in (FLUE, WATER, NMHC)}
GASES = ("SO2", "NOx", "O2", "CO", "HCl")
EXTRACTIVE = ("full_extraction", "dilution")
SEEN_AND_RECALLED = "recalled + practice"

# id: clause, at most every, applies when (automatic calibration, methods, parameters), provenance
FLUE_DUTIES: dict[str, tuple[str, str, tuple[Any, Any, Any], str]] = {
    "patrol": ("10.2", "7 day", (None, None, None), SEEN_AND_RECALLED),
    "cal-auto": ("11.2 a", "24 hour", (True, None, ("PM", *GASES)), "recalled"),
    "cal-pm-manual": ("11.2 b", "15 day", (False, None, ("PM",)), "recalled"),
    "cal-gas-insitu": ("11.2 c", "15 day", (False, ("direct",), GASES), "recalled"),
    "cal-gas-extractive": ("11.2 d", "7 day", (False, EXTRACTIVE, GASES), "recalled"),
    "cal-full-system": ("11.2 e", "3 month", (None, EXTRACTIVE, GASES), SEEN_AND_RECALLED),
    "cal-flow-auto": ("11.2 f", "24 hour", (True, None, ("velocity",)), "recalled"),
    "cal-flow-manual": ("11.2 f", "30 day", (False, None, ("velocity",)), "recalled"),
    "verify-manual": ("11.4 a", "3 month", (False, None, None), SEEN_AND_RECALLED),
    "verify-auto": ("11.4 a", "6 month", (True, None, None), SEEN_AND_RECALLED),
    "consumables-summary": ("附录 G", "6 month", (None, None, None), "practice"),
}
NUTRIENTS = ("CODCr", "NH3-N", "TP", "TN")
WATER_DUTIES: dict[str, tuple[str, tuple[str, ...] | None, str]] = {
    "daily-check": ("1 day", None, SEEN_AND_RECALLED),
    "weekly-maintenance": ("7 day", None, SEEN_AND_RECALLED),
    "monthly-maintenance": ("1 month", None, SEEN_AND_RECALLED),
    "quarterly-maintenance": ("3 month", None, SEEN_AND_RECALLED),
    "auto-check": ("24 hour", NUTRIENTS, "recalled"),
    "auto-calibration": ("168 hour", NUTRIENTS, "recalled"),
    "water-comparison": ("1 × month", (*NUTRIENTS, "pH", "temperature"), SEEN_AND_RECALLED),
    "flow-comparison": ("1 × quarter", ("flow",), "recalled"),
}
NMHC_DUTIES = {"patrol": "7 day", "sampling-line": "30 day", "full-system": "90 day"}


def how_often(row: Any) -> str:
    if row.interval is not None:
        return f"{row.interval.value} {row.interval.unit}"
    return f"{row.count.times} × {row.count.period}"


def test_flue_gas_demands_what_is_known_of_it() -> None:
    stated = {
        row.id.removeprefix("hj75."): (
            row.clause,
            how_often(row),
            (row.automatic_calibration, row.methods, row.parameters),
            row.provenance,
        )
        for row in FLUE.obligations
    }

    assert stated == FLUE_DUTIES


def test_wastewater_demands_what_is_known_of_it() -> None:
    stated = {
        row.id.removeprefix("hj355."): (how_often(row), row.parameters, row.provenance)
        for row in WATER.obligations
    }

    assert stated == WATER_DUTIES


def test_nmhc_demands_what_is_known_and_leaves_the_rest_open() -> None:
    rows = {row.id.removeprefix("hj1286."): row for row in NMHC.obligations}

    assert {key: how_often(row) for key, row in rows.items() if not row.unconfirmed} == NMHC_DUTIES
    assert {key for key, row in rows.items() if row.unconfirmed} == {"calibration", "verification"}
    assert {row.parameters for row in rows.values()} == {("NMHC",)}


# id: limit, out of control, the same as absolute numbers, unit
DRIFTS = {
    "drift.zero.pm": ("2.0", "8.0", None, None),
    "drift.span.pm": ("2.0", "8.0", None, None),
    "drift.zero.gas": ("2.5", "5.0", None, None),
    "drift.span.gas": ("2.5", "10.0", None, None),
    "drift.zero.velocity": ("3.0", "8.0", "0.9", "1.8"),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_drifts_have_two_limits_with_a_provenance_each(name: str) -> None:
    row = FLUE.limit(name)

    result = (row.limit, row.out_of_control, row.absolute_limit, row.absolute_out_of_control)
    assert result == tuple(None if item is None else Decimal(item) for item in DRIFTS[name])
    assert (row.unit, row.absolute_unit) == ("%F.S.", "m/s" if DRIFTS[name][2] else None)
    assert (row.provenance, row.out_of_control_provenance) == ("practice", "recalled")


@pytest.mark.parametrize(
    ("parameter", "pairs"),
    [
        ("PM", 5),
        *[(gas, 9) for gas in ("SO2", "NOx", "gas", "O2")],
        *[(other, 5) for other in ("velocity", "temperature", "humidity")],
    ],
)
def test_a_verification_needs_so_many_pairs(parameter: str, pairs: int) -> None:
    assert FLUE.limit(f"accuracy.{parameter}").pairs_min == pairs


# (pack, id): value, unit, provenance
NUMBERS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("hj75-2017", "indication.O2"): ("5", "%", "recalled"),
    ("hj75-2017", "response.gas"): ("200", "s", "recalled"),
    ("hj75-2017", "field_factor.rsd"): ("5", "%", "recalled"),
    ("hj75-2017", "correlation.confidence"): ("10", "%", "recalled"),
    ("hj75-2017", "correlation.tolerance"): ("25", "%", "recalled"),
    ("hj75-2017", "test-gas.high.min"): ("80", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.high.max"): ("100", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.middle.min"): ("50", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.middle.max"): ("60", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.low.min"): ("20", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.low.max"): ("30", "%F.S.", "practice"),
    ("hj75-2017", "fault.on-site"): ("4", "h", "recalled"),
    ("hj75-2017", "fault.simple"): ("8", "h", "recalled"),
    ("hj75-2017", "fault.data"): ("12", "h", "recalled"),
    ("hj75-2017", "capture-rate"): ("75", "%", "recalled"),
    ("hj355-2019", "check.standard"): ("10", "%", "practice"),
    ("hj355-2019", "check.unmet"): ("6", "h", "recalled"),
    ("hj355-2019", "manual-results.interval"): ("6", "h", "recalled"),
    ("hj355-2019", "manual-results.count"): ("4", "/d", "recalled"),
    ("hj355-2019", "stop.report"): ("24", "h", "recalled"),
    ("hj355-2019", "data-rate"): ("90", "%", "recalled"),
    ("hj1286-2023", "response.NMHC"): ("300", "s", "recalled"),
    ("hj1286-2023", "sampling-line.NMHC"): ("120", "°C", "practice"),
    ("hj1286-2023", "hydrocarbon-remover.NMHC"): ("350", "°C", "practice"),
}


@pytest.mark.parametrize("place", NUMBERS, ids=":".join)
def test_a_number_is_the_one_that_is_known(place: tuple[str, str]) -> None:
    code, name = place
    row: Any = next(row for row in PACKS[code].rows if row.id == name)

    value = row.limit if hasattr(row, "limit") else row.value
    assert (value, row.unit, row.provenance) == (Decimal(NUMBERS[place][0]), *NUMBERS[place][1:])


@pytest.mark.parametrize(("gas", "edge"), [("SO2", 100), ("NOx", 200)])
def test_the_range_decides_of_what_an_indication_error_is_a_part(gas: str, edge: int) -> None:
    bands = FLUE.limit(f"indication.{gas}").criteria["umol/mol"]

    assert [(item.from_, item.below, item.statistic, item.limit) for item in bands] == [
        (edge, None, "RE", 5),
        (None, edge, "FS", Decimal("2.5")),
    ]


def test_a_correlation_is_the_closer_the_wider_the_range() -> None:
    bands = FLUE.limit("correlation.r").criteria["mg/m3"]

    assert [(item.above, item.to, item.limit) for item in bands] == [
        (50, None, Decimal("0.85")),
        (None, 50, Decimal("0.75")),
    ]
    correlated = [row for row in FLUE.limits if row.id.startswith("correlation.")]
    assert {row.pairs_min for row in correlated} == {15}


@pytest.mark.parametrize(
    ("reason", "before"), [("out_of_control", "last_calibration"), ("invalid", "failure")]
)
def test_emission_mass_is_replaced_by_the_largest_of_so_many_hours(
    reason: str, before: str
) -> None:
    rows = [row for row in FLUE.substitutions if row.reason == reason]

    results: list[Any] = [
        (row.capture_from, row.capture_below, row.longer_than, row.up_to, row.window)
        for row in rows
    ]
    assert results == [
        (90, None, None, 24, 180),
        (90, None, 24, None, 720),
        (75, 90, None, None, 2160),
    ]
    assert {(row.before, row.provenance) for row in rows} == {(before, "practice")}


def test_what_nobody_established_for_nmhc_has_no_value() -> None:
    open_rows: list[Row] = [row for row in NMHC.rows if row.unconfirmed]

    assert {row.id for row in open_rows} == {
        "hj1286.calibration",
        "hj1286.verification",
        "drift.zero.NMHC",
        "drift.span.NMHC",
        "capture-rate",
    }
    high, low = NMHC.limit("accuracy.NMHC").criteria["mg/m3"]
    assert high.unconfirmed
    result: Any = (low.below, low.emission_limit_below, low.statistic, low.limit)
    assert result == (50, 50, "AE", 10)


def test_every_number_is_one_of_these() -> None:
    known = {*NUMBERS, *(("hj75-2017", name) for name in DRIFTS)}
    others = ("accuracy.", "comparison.", "indication.", "correlation.", "substitution.", "hj")

    unnamed = {
        (code, row.id)
        for code, item in PACKS.items()
        for row in item.rows
        if not row.unconfirmed and not row.id.startswith(others)
    } - known
    assert unnamed == set()


# --- record sheets ------------------------------------------------------------------------------

CEMS = [
    f"{kind} CEMS {part}"
    for kind in ("气态污染物", "颗粒物")
    for part in ("生产商", "规格型号", "编号")
]
ITEMS_OF_G1: dict[str, list[tuple[str, int]]] = {
    "维护预备": [("查询日志", 7), ("检查耗材", 7)],
    "辅助设备检查": [
        *[(name, 7) for name in ("站房卫生", "密封性", "供电系统", "室内温湿度", "空调")],
        *[("空气压缩机压力", 7), ("压缩机排水", 7)],
    ],
    "气态污染物监测设备": [
        *[(name, 7) for name in ("管路加热温度", "采样系统流量", "反吹过滤装置", "手动反吹")],
        *[(name, 7) for name in ("采样泵流量", "制冷器温度", "管路冷凝水", "空气过滤器")],
        *[(name, 7) for name in ("标气有效期", "烟气分析仪状态", "测量数据")],
        *[("分析仪校准", 15), ("全系统校准", 90), ("系统校验", 90)],
    ],
    "流速监测系统": [
        *[("反吹装置", 30), ("测量传感器", 30), ("探头", 90)],
        *[("烟道压力", 7), ("皮托管反吹管路控制阀", 7)],
    ],
    "颗粒物监测系统": [("鼓风机", 30), ("光路", 30), ("监测数据", 7), ("校准", 30)],
    "其它烟气参数": [("氧含量", 7), ("烟温", 7), ("湿度", 7)],
    "数据传输装置": [("通讯线", 7), ("传输设备的电源", 7)],
}
MORE_ITEMS = {
    "hj75-g2": [
        *[(name, 7) for name in ("加热装置温度", "稀释气压力、真空度", "吸附剂、干燥剂")],
        ("稀释探头控制器", 7),
    ],
    "hj75-g3": [
        *[(name, 7) for name in ("净化风机", "过滤器及管路", "标气有效期", "测量数据")],
        *[("分析仪状态", 7), ("测量探头", 30), ("分析仪校准", 30), ("系统校验", 90)],
    ],
    "hj1286-inspection": [
        *[(name, 7) for name in ("氢气发生器除湿", "除烃空气除湿", "除烃装置温度", "预处理温度")],
        *[(name, 7) for name in ("FID 点火", "出峰时间与标准谱图一致性", "柱箱、检测器温度")],
        *[("流量与压力", 7), ("采样管路气密性", 30), ("清洗采样探头", 30)],
        *[("全系统校准", 90), ("正确度核查", 90)],
    ],
    "hj355-b": [
        *[(name, 1) for name in ("采样泵", "排水管路", "报警状态", "状态参数", "数据上传")],
        *[(name, 7) for name in ("站房卫生", "密封", "供电", "温湿度", "空调", "自来水")],
        *[(name, 7) for name in ("采样管路", "自动清洗", "采样探头", "自动采样器", "留样桶")],
        *[(name, 7) for name in ("仪器管路", "电极标准液", "试剂保质期", "数据一致性")],
        *[(name, 7) for name in ("量水堰槽", "超声波探头", "流量计参数", "加药", "消解")],
        *[(name, 7) for name in ("比色池", "自动标样核查", "校准", "废液回收")],
        *[(name, 30) for name in ("泵管、加热炉", "电极钝化", "流量计高度", "管路保养")],
        *[("光源强度", 30), ("实际水样比对", 30), ("校验", 90), ("加药计量准确性", 90)],
    ],
}
FIELDS = {
    "hj75-g1": [
        "企业名称",
        "巡检日期",
        *CEMS,
        "安装地点",
        "维护管理单位",
        "异常情况处理",
        "巡检人",
    ],
    "hj75-g4": [
        *[*CEMS, "校准日期", "开始时间", "结束时间", "分析仪原理", "量程下限", "量程上限"],
        *["计量单位", "零气浓度", "零点漂移", "标气浓度", "量程漂移", "校准人"],
        *[
            f"{kind}：{what}"
            for kind in ("零点", "量程")
            for what in ("上次校准后测试值", "校前测试值", "仪器校准是否正常", "校准后测试值")
        ],
    ],
    "hj75-g5": [
        *["企业名称", "CEMS 供应商", "仪器名称", "型号", "制造商", "测试项目", "测量原理"],
        *["本次校验日期", "上次校验日期", "监测时间", "参比方法测定值", "CEMS 测定值"],
        *["评价标准", "是否合格", "总体校验是否合格", "浓度", "方法依据", "校验人"],
    ],
    "hj75-g6": [
        "维修情况描述",
        "更换部件",
        "站房是否清理",
        "维修情况总结",
        "备注",
        "维修人",
        "停机原因",
    ],
    "hj75-g7": ["更换日期", "易耗品名称", "规格型号", "单位", "数量", "更换原因", "维护保养人"],
    "hj75-g8": ["标准物质名称", "浓度", "单位", "数量", "供应商", "有效期至", "气瓶编号"],
    "hj355-c": ["参数项目", "变更前", "变更后", "变更日期", "变更原因"],
    "hj355-d": ["核查完成时间", "标准溶液浓度", "测量结果", "误差", "第四点信号值", "是否通过校准"],
    "hj355-f": ["更换日期", "易耗品名称", "数量", "更换原因"],
    "hj355-g": ["标准样品浓度", "配制日期", "有效期至", "供应商"],
    "hj355-h": [
        "比对日期",
        "在线仪器测定结果",
        "平行样一",
        "平行样二",
        "平均值",
        "误差",
        "是否合格",
    ],
    "hj355-i": ["报告编号", "在线仪器测定结果", "比对方法及依据", "仪器名称", "是否合格"],
    "hj355-waste": ["批次", "产生时间", "名录名称", "废物代码", "产生量", "容器", "去向"],
}


def newest(code: str) -> Any:
    return max(
        (item for item in sheets.definitions().values() if item.code == code),
        key=lambda item: item.version,
    )


def is_there(wanted: tuple[str, int], section: dict[str, Any]) -> bool:
    return any(
        wanted[0] in item["title"]["zh"] and wanted[1] == item["interval_days"]
        for item in section.get("items", [])
        if "interval_days" in item
    )


def test_the_inspection_has_every_item_at_its_place_and_as_often() -> None:
    sections = {part["title"]["zh"]: part for part in newest("hj75-g1").source["sections"]}

    missing = [
        (title, item)
        for title, items in ITEMS_OF_G1.items()
        for item in items
        if not is_there(item, sections[title])
    ]
    assert missing == []


@pytest.mark.parametrize("code", MORE_ITEMS)
def test_other_inspections_have_items_of_their_own(code: str) -> None:
    sections = newest(code).source["sections"]

    missing = [
        item
        for item in MORE_ITEMS[code]
        if not any(is_there(item, section) for section in sections)
    ]
    assert missing == []


@pytest.mark.parametrize("code", FIELDS)
def test_a_sheet_asks_for_what_its_annex_asks_for(code: str) -> None:
    titles = [
        part["title"]["zh"]
        for section in newest(code).source["sections"]
        for part in section.get("fields", [])
    ]

    assert [name for name in FIELDS[code] if not any(name in title for title in titles)] == []
