"""The standards at the command line: figures, verdicts, and one sentence for what is wrong."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from pypdf import PdfReader

from tests.support.sheet_values import honest_answers
from yunjian.config import standards_cli
from yunjian.config.cli import main
from yunjian.standards.rules.model import Row
from yunjian.standards.sheets import definition

SO2 = (
    "reference,cems\n812,790\n805,799\n798,781\n820,812\n815,800\n808,795\n802,790\n810,803\n"
    "806,788\n"
)
COD = "online,reference\n104.6,123\n90,120\n118,121\n"
KEYS = {
    "n",
    "mean_reference",
    "mean_measured",
    "d_bar",
    "s_d",
    "cc",
    "relative_accuracy_pct",
    "absolute_error",
    "relative_error_pct",
    "judged_by",
    "limit",
    "pass",
    "clause",
    "provenance",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=given)


def compare(text: str | bytes, *more: str, standard: str = "hj75-2017", parameter: str = "SO2"
            ) -> Result:  # fmt: skip
    return run("compare", "--standard", standard, "--parameter", parameter, *more, "-", given=text)


def output_of(result: Result) -> str:
    """The one sentence on stderr, with exit code 2 and nothing on stdout."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("✗ ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    sentence = result.stderr.strip()
    assert any("一" <= sign <= "鿿" for sign in sentence)
    assert any(word.isascii() and word.isalpha() and len(word) > 1 for word in sentence.split())
    return sentence


def as_json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def pairs(*rows: tuple[Any, Any], header: str = "reference,cems") -> str:
    return "\n".join([header, *(f"{one},{other}" for one, other in rows)]) + "\n"


# --- figures ----------------------------------------------------------------------------------


def test_a_comparison_of_flue_gas_as_json() -> None:
    data = as_json(compare(SO2, "--unit", "mg/m3", "--json"))
    assert set(data) == KEYS
    assert data["n"] == 9
    assert data["mean_reference"] == pytest.approx(7276 / 9)
    assert data["mean_measured"] == pytest.approx(7158 / 9)
    assert data["d_bar"] == pytest.approx(118 / 9)
    assert data["s_d"] == pytest.approx(5.441609, abs=5e-7)
    assert data["cc"] == pytest.approx(4.182784, abs=5e-7)
    assert data["relative_accuracy_pct"] == pytest.approx(2.1392, abs=5e-5)
    assert data["absolute_error"] == pytest.approx(-118 / 9)
    assert data["relative_error_pct"] == pytest.approx(-1.62177, abs=5e-6)
    assert (data["judged_by"], data["limit"], data["pass"]) == ("RA", 15, True)
    assert (data["clause"], data["provenance"]) == ("9.3.8 表 2", "practice")


def test_a_comparison_of_wastewater_counts_the_pairs_that_pass() -> None:
    data = as_json(compare(COD, "--json", standard="hj355-2019", parameter="CODcr"))
    assert set(data) == KEYS | {"pairs_passed", "pairs_required"}
    assert data["mean_reference"] == pytest.approx(121.3333, abs=5e-5)
    assert (data["judged_by"], data["limit"], data["pass"]) == ("RE", 15, True)
    assert (data["pairs_passed"], data["pairs_required"]) == (2, 2)


def test_columns_may_stand_in_either_order_and_case() -> None:
    turned = "\n".join(",".join(reversed(line.split(","))) for line in COD.splitlines())
    for text in (turned, COD.upper(), COD.replace("online", " Online ")):
        data = as_json(compare(text, "--json", standard="hj355-2019", parameter="codcr"))
        assert data["mean_measured"] == pytest.approx(104.2)


def test_a_comparison_as_text_shows_every_figure(folder: Path) -> None:
    (folder / "pairs.csv").write_text(SO2)
    result = run("compare", "--standard", "hj75-2017", "--parameter", "SO2", "pairs.csv")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "数据对数 n: 9",
        "参比平均值 mean(RM): 808.4444 mg/m3",
        "仪器平均值 mean(CEMS): 795.3333 mg/m3",
        "差值平均值 d̄: 13.1111 mg/m3",
        "标准偏差 S_d: 5.4416 mg/m3",
        "置信系数 cc: 4.1828 mg/m3",
        "相对准确度 RA: 2.1392 %",
        "绝对误差 AE: -13.1111 mg/m3",
        "相对误差 RE: -1.6218 %",
        "适用区间 band: ≥715 mg/m3",
        "指标 criterion: |RA| ≤ 15 %",
        "结论 verdict: 合格 / pass",
        "条款 clause: HJ 75-2017 9.3.8 表 2",
        "数值来源 provenance: 行业实践 / practice",
    ]


def test_a_failed_comparison_says_so_and_how_many_pairs_passed() -> None:
    text = COD.replace("118", "80")
    result = compare(text, standard="HJ 355-2019", parameter="CODcr")
    assert result.exit_code == 0
    assert "合格对数 pairs: 1 / 3 (≥ 2)" in result.stdout
    assert "结论 verdict: 不合格 / fail" in result.stdout


def test_the_calculation_is_shown_on_demand() -> None:
    text = compare(SO2, "--steps").stdout
    assert (
        "置信系数 confidence coefficient: cc = t(n − 1, 0.975) · S_d/√n；2.306 × 5.441609/√9；"
        "4.182784 mg/m3"
    ) in text.splitlines()
    data = as_json(compare(SO2, "--steps", "--json"))
    assert set(data) == KEYS | {"steps"}
    assert data["steps"][2] == {
        "zh": "差值平均值",
        "en": "mean difference",
        "formula": "d̄ = Σ(RM_i − CEMS_i)/n",
        "substituted": "118/9",
        "value": "13.111111",
        "unit": "mg/m3",
    }


@pytest.mark.parametrize(
    ("standard", "parameter", "unit", "count"),
    [
        ("hj75-2017", "SO2", "umol/mol", 9),
        ("hj75-2017", "NOx", "mg/m3", 9),
        ("hj75-2017", "PM", "mg/m3", 5),
        ("hj75-2017", "O2", "%", 9),
        ("hj75-2017", "velocity", "m/s", 5),
        ("hj75-2017", "temperature", "°C", 5),
        ("hj75-2017", "humidity", "%", 5),
        ("hj355-2019", "CODcr", "mg/L", 3),
        ("hj355-2019", "NH3-N", "mg/L", 3),
        ("hj355-2019", "TP", "mg/L", 3),
        ("hj355-2019", "TN", "mg/L", 3),
        ("hj355-2019", "pH", "pH", 3),
        ("hj355-2019", "water-temperature", "°C", 3),
        ("hj355-2019", "flow", "m3", 1),
        ("hj355-2019", "level", "mm", 6),
    ],
)
@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_every_parameter_is_judged(
    standard: str, parameter: str, unit: str, count: int, change: Any
) -> None:
    header = "reference,cems" if standard == "hj75-2017" else "reference,online"
    text = pairs(*[(20, 20)] * count, header=header)
    result = compare(text, "--unit", unit, "--json", standard=standard, parameter=change(parameter))
    assert as_json(result)["pass"] is True


def test_a_single_pair_of_the_flow_has_no_scatter() -> None:
    text = pairs((100, 105), header="reference,online")
    data = as_json(compare(text, "--json", standard="hj355-2019", parameter="flow"))
    assert (data["n"], data["s_d"], data["cc"], data["relative_accuracy_pct"]) == (
        1,
        None,
        None,
        None,
    )
    result = compare(text, standard="hj355-2019", parameter="flow")
    assert "标准偏差 S_d: —" in result.stdout


def test_thousands_of_pairs_are_compared() -> None:
    text = pairs(*((800 + place % 9, 795 + place % 7) for place in range(6000)))
    assert as_json(compare(text, "--json"))["n"] == 6000


def test_nmhc_is_judged_by_the_emission_limit() -> None:
    text = pairs(*[(20, 25)] * 9)
    known = compare(text, "--emission-limit", "40", "--json", standard="hj1286-2023",
                    parameter="NMHC")  # fmt: skip
    assert (as_json(known)["judged_by"], as_json(known)["pass"]) == ("AE", True)
    unknown = compare(text, "--json", standard="hj1286-2023", parameter="nmhc")
    data = as_json(unknown)
    assert (data["judged_by"], data["limit"], data["pass"]) == (None, None, None)
    shown = compare(text, standard="hj1286-2023", parameter="nmhc").stdout
    assert "指标 criterion: 未确认" in shown
    assert "结论 verdict: 未确认 / not confirmed" in shown
    assert "记忆，未与原文核对 / recalled" in shown


# --- what is wrong, in one sentence -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SO2.replace("805,", "abc,"), "✗ reference[2]：'abc' 不是数值 / 'abc' is no number"),
        (SO2.replace(",799", ",x1"), "✗ cems[2]：'x1' 不是数值 / 'x1' is no number"),
        (SO2.replace(",799", ",NaN"), "✗ cems[2]：NaN 不是有限的数值 / NaN is not a finite number"),
        (SO2.replace(",799", ",inf"), "✗ cems[2]：inf 不是有限的数值 / inf is not a finite number"),
        (SO2.replace(",799", ",-799"), "✗ cems[2]：-799 不能为负值 / -799 must not be negative"),
        (SO2.replace("805,", "-805,"), ("✗ reference[2]：-805 不能为负值 / "
                                       "-805 must not be negative")),
        (SO2.replace(",799", ","), "✗ cems[2]：缺少数据，两列个数必须相同 / the value is missing"),
        (SO2.replace(",799", ""), "✗ cems[2]：缺少数据，两列个数必须相同 / the value is missing"),
        (SO2.replace("805,", ","), ("✗ reference[2]：缺少数据，两列个数必须相同 / "
                                   "the value is missing")),
        (SO2.replace(",799", ",799,1"), "✗ 第 2 对多于两列 / pair 2 has more than two columns"),
        (SO2.replace(",799", ",1e99"), ("✗ cems[2]：数值过大或过小 / "
                                       "the number is absurdly large or small")),
        (SO2.replace(",799", ',"7\n9"'), "✗ cems[2]：'7\\n9' 不是数值 / '7\\n9' is no number"),
        (pairs((812, 790)), ("✗ pairs：至少需要 9 对数据，现有 1 对 / "
                            "at least 9 pairs are needed, there are 1")),
        (pairs(*[(812, 790)] * 8), ("✗ pairs：至少需要 9 对数据，现有 8 对 / "
                                   "at least 9 pairs are needed, there are 8")),
        (pairs(*[(0, 790)] * 9), ("✗ reference：参比方法平均值为零 / "
                                 "the mean of the reference is zero")),
        ("reference,cems\n", "✗ reference：没有数据 / there are no values"),
        ("", "✗ 第一行应为列名 reference,cems / the first line has to name these columns"),
        ("\n\n", "✗ 第一行应为列名 reference,cems / the first line has to name these columns"),
        (COD, "✗ 第一行应为列名 reference,cems / the first line has to name these columns"),
        ("812,790\n", "✗ 第一行应为列名 reference,cems / the first line has to name these columns"),
        (b"reference,cems\n\xff\xfe", "✗ 文件不是 UTF-8 编码的 CSV / the file is no CSV in UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_pairs_is_told(text: str | bytes, sentence: str) -> None:
    assert output_of(compare(text)) == sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--unit", "mg/L"), ("✗ unit：单位 mg/L 不适用，应为 umol/mol、mg/m3 / "
                             "the unit has to be umol/mol、mg/m3")),
        (("--on", "2018-02-28"), ("✗ on_date：2018-02-28 不在 HJ 75-2017 的实施期内"
                                 "（2018-03-01 起实施） / HJ 75-2017 is not in force on "
                                 "2018-02-28 (it is since 2018-03-01)")),
        (("--on", "yesterday"), "✗ 日期 yesterday 应为 YYYY-MM-DD / no date"),
        (("--emission-limit", "x"), "✗ emission_limit：'x' 不是数值 / 'x' is no number"),
        (("--emission-limit", "0"), "✗ emission_limit：不能为零 / must not be zero"),
        (("--overlay", "nothing.toml"), ("✗ 无法读取 nothing.toml：No such file or directory / "
                                        "cannot be read")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_options_is_told(
    arguments: tuple[str, ...], sentence: str, folder: Path
) -> None:
    assert output_of(compare(SO2, *arguments)) == sentence


def test_an_unknown_parameter_or_standard_is_told_with_those_that_there_are() -> None:
    assert output_of(compare(SO2, parameter="dust")).startswith(
        "✗ parameter：HJ 75-2017 没有 dust 的比对要求，现有 SO2、NOx"
    )
    assert output_of(compare(SO2, standard="hj99")) == (
        "✗ 没有规则包 hj99，现有 hj1286-2023@1、hj355-2019@1、hj75-2017@1 / no such rule pack"
    )


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    arguments = ("compare", "--standard", "hj75-2017", "--parameter", "SO2")
    assert output_of(run(*arguments, "nothing.csv")) == (
        "✗ 无法读取 nothing.csv：No such file or directory / cannot be read"
    )
    assert "Is a directory" in output_of(run(*arguments, "."))


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standards_cli, "_LARGEST_FILE", 10)
    assert output_of(compare(SO2)) == "✗ 文件过大 / the file is too large"
    monkeypatch.setattr(standards_cli, "_LARGEST_FILE", len(SO2))
    assert compare(SO2).exit_code == 0


def test_more_pairs_than_anybody_measures_are_refused() -> None:
    assert "最多 10000 个数据" in output_of(compare(pairs(*[(1, 1)] * 10_001)))


def test_a_csv_that_is_broken_is_told() -> None:
    assert output_of(compare('reference,cems\n"' + "1" * 200_000 + '",1\n')) == (
        "✗ 文件不是 UTF-8 编码的 CSV / the file is no CSV in UTF-8"
    )


def test_a_file_with_a_mark_at_its_beginning_is_read() -> None:
    assert compare(b"\xef\xbb\xbf" + SO2.replace("\n", "\r\n").encode()).exit_code == 0


def test_the_installed_command_reads_standard_input() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "yunjian", "compare", "--standard", "hj75-2017",
         "--parameter", "SO2", "--json", "-"],
        input=SO2.replace("805", "805x"),
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "✗ reference[2]：'805x' 不是数值 / '805x' is no number\n"


# --- a city's own rules -----------------------------------------------------------------------

OVERLAY = """
code = "city"
version = 1
overlays = "hj75-2017@1"
effective = ["2020-01-01"]
authority = "试验市"
[[limits]]
id = "drift.zero.gas"
clause = "市 1"
provenance = "text"
limit = 2
[[limits]]
id = "accuracy.SO2"
clause = "市 2"
provenance = "text"
[limits.criteria]
"umol/mol" = [
  { from = 250, statistic = "RA", limit = 2, unit = "%" },
  { from = 50, below = 250, statistic = "AE", limit = 20, unit = "umol/mol" },
  { from = 20, below = 50, statistic = "RE", limit = 30, unit = "%" },
  { below = 20, statistic = "AE", limit = 6, unit = "umol/mol" },
]
"mg/m3" = [
  { from = 715, statistic = "RA", limit = 2, unit = "%" },
  { from = 143, below = 715, statistic = "AE", limit = 57, unit = "mg/m3" },
  { from = 57, below = 143, statistic = "RE", limit = 30, unit = "%" },
  { below = 57, statistic = "AE", limit = 17, unit = "mg/m3" },
]
"""


@pytest.fixture
def overlay(folder: Path) -> Path:
    path = folder / "city.toml"
    path.write_text(OVERLAY)
    return path


def test_a_city_judges_by_its_own_limit(overlay: Path) -> None:
    result = compare(SO2, "--overlay", overlay.name)
    assert "指标 criterion: |RA| ≤ 2 %" in result.stdout
    assert "结论 verdict: 不合格 / fail" in result.stdout
    assert "条款 clause: 试验市 市 2" in result.stdout
    assert "标准原文 / text" in result.stdout


def test_a_city_judges_from_its_first_day_on(overlay: Path) -> None:
    sentence = output_of(compare(SO2, "--overlay", overlay.name, "--on", "2019-12-31"))
    assert "2020-01-01 起实施" in sentence


def test_an_overlay_over_another_standard_is_refused(overlay: Path) -> None:
    result = compare(COD, "--overlay", overlay.name, standard="hj355-2019", parameter="CODcr")
    assert output_of(result) == "✗ city.toml 不是 hj355-2019@1 的加严规则 / does not lie over it"


def test_a_looser_overlay_is_refused_by_its_row(overlay: Path) -> None:
    overlay.write_text(OVERLAY.replace("limit = 2\n", "limit = 3\n"))
    assert output_of(run("rules", "check", overlay.name)) == (
        "✗ 规则包有误 / wrong rule pack: city.toml: drift.zero.gas: looser than hj75-2017@1: limit"
    )


# --- rules ------------------------------------------------------------------------------------


def test_the_packs_are_listed_with_what_is_open() -> None:
    lines = run("rules", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["hj1286-2023@1", "hj355-2019@1", "hj75-2017@1"]
    assert lines[0].endswith("12 行 / rows，未确认 6")
    assert "2018-03-01 起" in lines[2]
    data = as_json(run("rules", "list", "--json"))
    assert data[0]["name"] == "hj1286-2023@1"
    assert (data[0]["rows"], data[0]["unconfirmed"]) == (12, 6)
    assert data[2]["effective"] == ["2018-03-01"]


def test_a_pack_is_shown_row_by_row() -> None:
    lines = run("rules", "show", "hj75-2017").stdout.splitlines()
    assert lines[0].startswith("hj75-2017@1  HJ 75-2017 固定污染源烟气")
    for expected in (
        "hj75.patrol  [10.2]  记忆，未与原文核对、行业实践 / recalled + practice",
        "    日常巡检: 每 7 天",
        "    全系统校准: 每 3 个月，超期期间按失控处理",
        "    自动零点量程校准核查: 每 24 小时，超期期间按失控处理",
        "    限值 ±2.5 %F.S.",
        "    失控 ±5.0 %F.S.",
        "    限值 ±0.9 m/s",
        "    失控 ±1.8 m/s",
        "    ≥57 <143 mg/m3: RE ±30 %",
        "    <57 mg/m3: AE ±17 mg/m3",
        "    >5 %: RA ≤15 %",
        "    >50 mg/m3: r ≥0.85 1",
        "    至少 9 对",
        "    限值 ≤ 200 s",
        "    到达现场: 4 h",
        (
            "    失控或超期未校准时段排放量修约: "
            "捕集率 ≥90 %，≤24 h：最近一次校准前 180 个有效小时的最大值"
        ),
        "    维护或其他无效时段排放量修约: 捕集率 ≥90 %，>24 h：失效前 720 个有效小时的最大值",
        "    维护或其他无效时段排放量修约: 捕集率 ≥75 % <90 %：失效前 2160 个有效小时的最大值",
    ):
        assert expected in lines
    water = run("rules", "show", "hj355-2019@1").stdout
    assert "每月 1 次" in water
    assert "每季度 1 次" in water
    assert "4 对起至少 3 对合格" in water


def test_what_has_to_be_reached_is_told_from_what_must_not_be_exceeded() -> None:
    text = run("rules", "show", "hj75-2017").stdout
    assert "test-gas.high.min  [调试检测]  行业实践 / practice\n    限值 ≥ 80 %F.S.\n" in text
    assert "test-gas.high.max  [调试检测]  行业实践 / practice\n    限值 ≤ 100 %F.S.\n" in text


def test_what_is_open_is_shown_as_not_confirmed() -> None:
    lines = run("rules", "show", "hj1286-2023").stdout.splitlines()
    for row in ("hj1286.calibration", "drift.zero.NMHC", "capture-rate"):
        place = next(i for i, line in enumerate(lines) if line.startswith(row))
        assert lines[place + 1] == "    未确认"
    assert "    ≥50 mg/m3: 未确认" in lines
    assert "    <50 mg/m3: AE ±10 mg/m3（排放限值 <50，否则未确认）" in lines


def test_a_pack_is_shown_as_json() -> None:
    data = as_json(run("rules", "show", "hj355-2019", "--json"))
    row = next(item for item in data["limits"] if item["id"] == "comparison.TP")
    assert row["criteria"]["mg/L"][1] == {
        "below": "0.4",
        "statistic": "AE",
        "limit": "0.04",
        "unit": "mg/L",
    }
    assert row["provenance"] == "practice"
    assert data["kind"] == "wastewater"


def test_a_city_is_shown_in_the_place_of_its_base(overlay: Path) -> None:
    result = run("rules", "show", "hj75-2017", "--overlay", overlay.name)
    assert result.stdout.startswith("city@1  HJ 75-2017")
    assert "drift.zero.gas  [市 1]  标准原文 / text\n    限值 ±2 %F.S." in result.stdout


def test_an_unknown_pack_is_told() -> None:
    assert "没有规则包 nothing，现有" in output_of(run("rules", "show", "nothing"))


def test_packs_are_checked(overlay: Path) -> None:
    result = run("rules", "check")
    assert result.stdout.splitlines()[2].startswith("✓ hj75-2017@1")
    result = run("rules", "check", overlay.name)
    assert (result.exit_code, result.stdout) == (0, "✓ city@1  48 行 / rows\n")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"code = ", "bad.toml: end: "),
        (b"a = 1\nb = ?\n", "bad.toml: line 2: "),
        (b"\xff", "bad.toml: 1: not UTF-8"),
        (b'code = "x"', "bad.toml: version: "),
    ],
)
def test_a_wrong_pack_is_told_by_its_row(text: bytes, where: str, folder: Path) -> None:
    (folder / "bad.toml").write_bytes(text)
    assert output_of(run("rules", "check", "bad.toml")).startswith(
        f"✗ 规则包有误 / wrong rule pack: {where}"
    )


def test_a_row_of_no_known_kind_says_nothing() -> None:
    row = Row(id="x", clause="1", provenance="text")
    assert standards_cli.row_lines(row) == []


# --- sheets -----------------------------------------------------------------------------------


def test_sheets_are_listed_with_their_dates() -> None:
    lines = run("sheets", "list").stdout.splitlines()
    patrol = next(line for line in lines if line.startswith("hj75-g1@1"))
    assert "完全抽取法 CEMS 日常巡检记录表 / Routine inspection record" in patrol
    assert "HJ 75-2017 附录 G 表 G.1  2018-03-01 起" in patrol
    data = as_json(run("sheets", "list", "--json"))
    names = [item["name"] for item in data]
    assert names == sorted(names)
    g1 = data[names.index("hj75-g1@1")]
    assert (g1["effective"], g1["provenance"]) == (["2018-03-01"], "practice")
    g4 = next(line for line in lines if line.startswith("hj75-g4@1"))
    assert g4.endswith(" 起") or " – " in g4


def test_a_sheet_is_shown_with_sections_items_and_fields() -> None:
    text = run("sheets", "show", "hj75-g1@1").stdout
    assert "header  基本信息 / General\n" in text
    assert "    log  查询日志 / Read the log  7 d\n" in text
    assert "    company  企业名称 / Company  text  必填 / required\n" in text
    assert "行 / rows]" in text
    assert " → attention" in text
    assert as_json(run("sheets", "show", "hj75-g1@1", "--json")) == json.loads(
        json.dumps(definition("hj75-g1@1").source, default=str)
    )


@time_machine.travel("2026-11-24T04:00:00Z")
def test_without_a_version_the_sheet_of_today_is_meant() -> None:
    assert run("sheets", "show", "hj75-g4").stdout.startswith("hj75-g4@1 ")


@pytest.mark.parametrize("name", ["nothing", "hj75-g1@99"])
def test_an_unknown_sheet_is_told_with_those_that_there_are(name: str) -> None:
    sentence = output_of(run("sheets", "show", name))
    assert sentence.startswith(f"✗ 没有记录表 {name}，现有 ")
    assert "、hj75-g1@1、" in sentence


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def test_an_empty_sheet_is_printed(folder: Path) -> None:
    result = run("sheets", "render", "hj75-g1@1", "g1.pdf")
    assert (result.exit_code, result.stdout) == (0, "✓ g1.pdf\n")
    text = text_of(folder / "g1.pdf")
    assert "日常巡检记录表" in text
    assert "查询日志" in text


def test_a_filled_sheet_is_printed_with_its_answers_and_verdict(folder: Path) -> None:
    answers = honest_answers(
        definition("hj75-g1@1").source, header__company="云间热电厂", header__gas_maker="Anyone"
    )
    (folder / "a.json").write_text(json.dumps(answers))
    for language, expected in (("zh", "企业名称"), ("en", "Company")):
        result = run(
            "sheets", "render", "hj75-g1@1", "g1.pdf", "--answers", "a.json", "--force",
            "--language", language,
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        text = text_of(folder / "g1.pdf")
        assert expected in text
        assert "云间热电厂" in text


@pytest.mark.parametrize(
    ("name", "group", "rows", "heads"),
    [
        ("hj75-g7@1", "replacements", 50, ("更换记录", "更换日期", "易耗品名称")),
        ("hj75-g4@1", "analysers", 12, ("校准", "校准项目")),
    ],
)
def test_what_goes_on_on_the_next_page_has_its_heads_there_too(
    name: str, group: str, rows: int, heads: tuple[str, ...], folder: Path
) -> None:
    answers = honest_answers(definition(name).source)
    answers[group] = answers[group][:1] * rows
    (folder / "a.json").write_text(json.dumps(answers))

    result = run("sheets", "render", name, "a.pdf", "--answers", "a.json")

    assert result.exit_code == 0, result.stderr
    first, second = (page.extract_text() for page in PdfReader(folder / "a.pdf").pages[:2])
    for head in heads:
        assert head in first
        assert head in second


def test_answers_that_do_not_fit_are_told_by_their_path(folder: Path) -> None:
    (folder / "a.json").write_text('{"header": {"company": 7}}')
    sentence = output_of(run("sheets", "render", "hj75-g1@1", "g1.pdf", "--answers", "a.json"))
    assert sentence.startswith("✗ header.company：请填写文字（共 ")
    (folder / "a.json").write_text(
        json.dumps(honest_answers(definition("hj75-g1@1").source) | {"nothing": 1})
    )
    assert output_of(run("sheets", "render", "hj75-g1@1", "g1.pdf", "--answers", "a.json")) == (
        "✗ nothing：不认识的内容 / Unknown content"
    )
    assert not (folder / "g1.pdf").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "✗ a.json 不是 JSON / is no JSON: "),
        ("[" * 100_000, "✗ a.json 不是 JSON / is no JSON: "),
        ("[]", "✗ a.json 应为 JSON 对象 / has to be a JSON object"),
        ('{"a": "' + "x" * 5_000_000 + '"}', "✗ a.json：文件过大 / the file is too large"),
    ],
)
def test_answers_that_cannot_be_read_are_told(content: str, sentence: str, folder: Path) -> None:
    (folder / "a.json").write_text(content)
    result = run("sheets", "render", "hj75-g1@1", "g1.pdf", "--answers", "a.json")
    assert output_of(result).startswith(sentence)


def test_a_file_is_not_overwritten_and_only_pdf_is_written(folder: Path) -> None:
    (folder / "g1.pdf").write_text("kept")
    assert output_of(run("sheets", "render", "hj75-g1@1", "g1.pdf")) == (
        "✗ g1.pdf 已存在，加 --force 覆盖 / exists; --force replaces it"
    )
    assert (folder / "g1.pdf").read_text() == "kept"
    assert output_of(run("sheets", "render", "hj75-g1@1", "g1.doc")) == (
        "✗ g1.doc：只能输出 .pdf 文件 / only .pdf can be written"
    )
    assert "No such file" in output_of(run("sheets", "render", "hj75-g1@1", "no/folder.pdf"))
    missing = run("sheets", "render", "hj75-g1@1", "new.pdf", "--answers", "none.json")
    assert "无法读取 none.json" in output_of(missing)


# --- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare",),
        ("rules",),
        ("rules", "list"),
        ("rules", "show"),
        ("rules", "check"),
        ("sheets",),
        ("sheets", "list"),
        ("sheets", "show"),
        ("sheets", "render"),
    ],
)
def test_every_command_explains_itself_in_chinese_and_english(arguments: tuple[str, ...]) -> None:
    text = run(*arguments, "--help").stdout
    body = text.split("Options:")[0]
    assert any("一" <= sign <= "鿿" for sign in body)
    assert any(word.isascii() and word.isalpha() and word.islower() for word in body.split())
    for line in text.partition("Options:")[2].splitlines():
        if "--" in line and "--help" not in line:
            assert any("一" <= sign <= "鿿" for sign in line), line
