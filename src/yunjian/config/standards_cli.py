"""`yunjian compare` and `yunjian rules`: the standards at the command line, without a database."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from yunjian.config.startup import Refusal
from yunjian.standards.rounding import rounded
from yunjian.standards.rules.limits import is_unconfirmed, sorted_bands
from yunjian.standards.rules.model import LimitRow, ObligationRow, Row, SubstitutionRow, ValueRow
from yunjian.standards.rules.overlays import read_pack, with_overlays
from yunjian.standards.rules.packs import (
    TABLES,
    NotInForce,
    Pack,
    UnknownRule,
    pack,
    pack_on,
    packs,
)
from yunjian.standards.rules.problems import InvalidPack, Problem, Reason
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.judging import (
    UNCONFIRMED,
    Comparison,
    band_text,
    compared,
    criterion_text,
)
from yunjian.standards.statistics.numbers import shown

COLUMNS = {"flue_gas": ("reference", "cems"), "wastewater": ("reference", "online")}
PERIOD_NAMES = {
    "day": "日", "week": "周", "month": "月", "quarter": "季度", "half_year": "半年", "year": "年",
}  # fmt: skip
_LARGEST_FILE = 4 * 1024 * 1024
_DECIMALS = 4
_PROVENANCE = {"text": "标准原文", "practice": "行业实践", "recalled": "记忆，未与原文核对"}


class Wrong(Refusal):
    """What was given cannot be used: one sentence, exit code 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))  # one line, whatever was typed


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what was wrong with the input into one sentence.

    Raises:
        Wrong: something was.
    """
    try:
        yield
    except (InvalidMeasurement, NotInForce) as error:
        raise Wrong(f"{error.field}：{error.message_zh} / {error.message_en}") from error
    except UnknownRule as error:
        known = "、".join(item.name for item in packs())
        raise Wrong(f"没有规则包 {error.args[0]}，现有 {known} / no such rule pack") from error
    except InvalidPack as error:
        raise Wrong(f"规则包有误 / wrong rule pack: {error}") from error
    except OSError as error:
        raise Wrong(f"无法读取 {error.filename}：{error.strerror} / cannot be read") from error


@click.command("compare")
@click.option("--standard", required=True, help="标准 / standard: hj75-2017, hj355-2019, …")
@click.option("--parameter", required=True, help="参数 / parameter: SO2, NOx, PM, CODcr, …")
@click.option("--unit", help="单位 / unit: mg/m3, umol/mol, mg/L, …")
@click.option("--emission-limit", help="排放限值，单位同上 / emission limit, same unit")
@click.option("--on", "on_date", help="比对日期（默认今天） / day, YYYY-MM-DD")
@click.option("--overlay", type=click.Path(path_type=Path), help="地方加严规则 / a city's overlay")
@click.option("--steps", is_flag=True, help="显示计算过程 / show the calculation")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.argument("source", metavar="PAIRS.CSV")
def compare(
    *,
    standard: str,
    parameter: str,
    unit: str | None,
    emission_limit: str | None,
    on_date: str | None,
    overlay: Path | None,
    steps: bool,
    as_json: bool,
    source: str,
) -> None:
    """按标准判定比对数据（CSV 两列；- 为标准输入）。

    Judge pairs by a standard. Columns: reference,cems (flue gas) or online,reference (wastewater).
    """
    with sentences():
        chosen = _chosen(standard, _day(on_date), overlay)
        columns = COLUMNS[chosen.kind]
        reference, measured = _read_pairs(source, columns)
        with _named_as(columns):
            result = compared(
                chosen, parameter, reference, measured, unit=unit, emission_limit=emission_limit
            )
    if as_json:
        click.echo(json.dumps(as_data(result, steps=steps), ensure_ascii=False))
    else:
        click.echo(as_text(result, steps=steps))


def as_data(result: Comparison, *, steps: bool = False) -> dict[str, Any]:
    """Return a comparison as plain JSON, on demand with its steps; what cannot be told is null."""
    numbers = result.statistics
    data: dict[str, Any] = {
        "n": numbers.n,
        "mean_reference": float(numbers.mean_reference),
        "mean_measured": float(numbers.mean_measured),
        "d_bar": float(numbers.d_bar),
        "s_d": _float(numbers.s_d),
        "cc": _float(numbers.cc),
        "relative_accuracy_pct": _float(numbers.relative_accuracy),
        "absolute_error": float(numbers.absolute_error),
        "relative_error_pct": _float(numbers.relative_error),
        "judged_by": result.judged_by,
        "limit": _float(result.limit),
        "pass": result.passed,
        "clause": result.clause,
        "provenance": result.provenance,
    }
    if result.pairs_required is not None:
        data["pairs_passed"] = result.pairs_passed
        data["pairs_required"] = result.pairs_required
    if steps:
        data["steps"] = [asdict(line) for line in result.steps]
    return data


def as_text(result: Comparison, *, steps: bool = False) -> str:
    """Return a comparison as lines, its figures rounded by GB/T 8170."""
    numbers, unit = result.statistics, result.unit
    lines = [
        ("数据对数 n", str(numbers.n)),
        ("参比平均值 mean(RM)", _figure(numbers.mean_reference, unit)),
        ("仪器平均值 mean(CEMS)", _figure(numbers.mean_measured, unit)),
        ("差值平均值 d̄", _figure(numbers.d_bar, unit)),
        ("标准偏差 S_d", _figure(numbers.s_d, unit)),
        ("置信系数 cc", _figure(numbers.cc, unit)),
        ("相对准确度 RA", _figure(numbers.relative_accuracy, "%")),
        ("绝对误差 AE", _figure(numbers.absolute_error, unit)),
        ("相对误差 RE", _figure(numbers.relative_error, "%")),
        ("适用区间 band", result.band),
        ("指标 criterion", _criterion(result)),
    ]
    if result.pairs_required is not None:
        lines.append(
            ("合格对数 pairs", f"{result.pairs_passed} / {numbers.n} (≥ {result.pairs_required})")
        )
    lines += [
        ("结论 verdict", _verdict(passed=result.passed)),
        ("条款 clause", f"{result.standard} {result.clause}"),
        ("数值来源 provenance", provenance_text(result.provenance)),
    ]
    text = [f"{name}: {value}" for name, value in lines]
    if steps:
        text += [
            f"{line.zh} {line.en}: {line.formula}；{line.substituted}；{line.value} {line.unit}"
            for line in result.steps
        ]
    return "\n".join(text)


def provenance_text(provenance: str) -> str:
    """Write where a number comes from in both languages."""
    text = "、".join(_PROVENANCE[part] for part in provenance.split(" + "))
    return f"{text} / {provenance}"


@click.group("rules")
def rules() -> None:
    """规则包：查看和检查。

    Rule packs: list, show and check them.
    """


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def rules_list(*, as_json: bool) -> None:
    """列出随产品提供的规则包。

    List the packs that ship with the product.
    """
    if as_json:
        print_json([_head(item) for item in packs()])
        return
    for item in packs():
        open_rows = sum(is_unconfirmed(row) for row in item.rows)
        click.echo(
            f"{item.name}  {item.standard} {item.title.zh}  {item.since} 起  "
            f"{len(item.rows)} 行 / rows，{UNCONFIRMED} {open_rows}"
        )


@rules.command("show")
@click.argument("name")
@click.option("--overlay", type=click.Path(path_type=Path), help="地方加严规则 / a city's overlay")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def rules_show(*, name: str, overlay: Path | None, as_json: bool) -> None:
    """显示一个规则包的每一行：数值、条款和来源。

    Show every row of a pack with its clause and provenance.
    """
    with sentences():
        chosen = pack(name)
        if overlay is not None:
            chosen = _overlay_of(chosen, overlay)
    if as_json:
        print_json(_head(chosen) | _tables(chosen))
        return
    click.echo(f"{chosen.name}  {chosen.standard} {chosen.title.zh}  {chosen.since} 起")
    for table in TABLES:
        for row in getattr(chosen, table):
            click.echo(f"{row.id}  [{row.clause}]  {provenance_text(row.provenance)}")
            for line in row_lines(row):
                click.echo(f"    {line}")


@rules.command("check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def rules_check(file: Path | None) -> None:
    """检查规则包或地方加严规则；不给文件时检查随产品提供的规则包。

    Check a rule pack or an overlay; without a file those that ship with the product.
    """
    with sentences():
        checked = packs() if file is None else (_read_pack(file),)
    for item in checked:
        click.secho(f"✓ {item.name}  {len(item.rows)} 行 / rows", fg="green")


def print_json(data: Any) -> None:
    """Print data as JSON for people to read."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))


def _head(item: Pack) -> dict[str, Any]:
    return {
        "name": item.name,
        "standard": item.standard,
        "title": asdict(item.title),
        "kind": item.kind,
        "effective": list(item.effective),
        "rows": len(item.rows),
        "unconfirmed": sum(is_unconfirmed(row) for row in item.rows),
    }


def _tables(item: Pack) -> dict[str, Any]:
    return {
        table: [
            row.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for row in getattr(item, table)
        ]
        for table in TABLES
    }


def row_lines(row: Row) -> list[str]:
    """Write what a row demands; what is not established is 未确认."""
    if row.unconfirmed:
        return [UNCONFIRMED]
    if isinstance(row, ObligationRow):
        overdue = "，超期期间按失控处理" if row.overdue_out_of_control else ""
        return [f"{row.activity.zh}: {_how_often(row)}{overdue}"]
    if isinstance(row, LimitRow):
        return _limit_lines(row)
    if isinstance(row, ValueRow):
        return [f"{row.title.zh}: {row.value} {row.unit}"]
    if isinstance(row, SubstitutionRow):
        return [f"{row.title.zh}: {_substitution_text(row)}"]
    return []


def _substitution_text(row: SubstitutionRow) -> str:
    below = "" if row.capture_below is None else f" <{row.capture_below} %"
    longer = "" if row.longer_than is None else f"，>{row.longer_than} h"
    until = "" if row.up_to is None else f"，≤{row.up_to} h"
    since = {"last_calibration": "最近一次校准", "failure": "失效"}[row.before]
    return (
        f"捕集率 ≥{row.capture_from} %{below}{longer}{until}："
        f"{since}前 {row.window} 个有效小时的最大值"
    )


def _how_often(row: ObligationRow) -> str:
    units = {"hour": "小时", "day": "天", "month": "个月"}
    if row.count is not None:
        return f"每{PERIOD_NAMES[row.count.period]} {row.count.times} 次"
    interval = row.interval
    return UNCONFIRMED if interval is None else f"每 {interval.value} {units[interval.unit]}"


def _limit_lines(row: LimitRow) -> list[str]:
    sign = "≥ " if row.bound == "min" else "±" if row.statistic else "≤ "
    lines = [
        f"{label} {sign}{value} {unit}"
        for label, value, unit in (
            ("限值", row.limit, row.unit),
            ("失控", row.out_of_control, row.unit),
            ("限值", row.absolute_limit, row.absolute_unit),
            ("失控", row.absolute_out_of_control, row.absolute_unit),
        )
        if value is not None
    ]
    lines += [
        f"{band_text(band, unit)}: {criterion_text(band)}"
        for unit, bands in row.criteria.items()
        for band in sorted_bands(bands)
    ]
    if row.pairs_min is not None:
        lines.append(f"至少 {row.pairs_min} 对")
    lines += [f"{item.from_} 对起至少 {item.required} 对合格" for item in row.pass_counts]
    return lines


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011 - the day at the user's own desk
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"日期 {text} 应为 YYYY-MM-DD / no date") from error


def _chosen(standard: str, on_date: date, overlay: Path | None) -> Pack:
    chosen = pack_on("".join(standard.split()).lower(), on_date)
    if overlay is None:
        return chosen
    covering = _overlay_of(chosen, overlay)
    return pack_on(covering.name, on_date, with_overlays(packs(), [covering]))


def _overlay_of(chosen: Pack, path: Path) -> Pack:
    covering = _read_pack(path)
    if covering.overlays != chosen.name:
        raise Wrong(f"{path.name} 不是 {chosen.name} 的加严规则 / does not lie over it")
    return covering


def _read_pack(path: Path) -> Pack:
    try:
        return read_pack(path.read_text(encoding="utf-8"), path.name, packs())
    except UnicodeDecodeError as error:
        raise InvalidPack(path.name, "1", Problem(Reason.NOT_UTF8)) from error


def _read_pairs(source: str, columns: tuple[str, str]) -> tuple[list[str], list[str]]:
    content = _content(source)
    if len(content) > _LARGEST_FILE:
        raise Wrong("文件过大 / the file is too large")
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Wrong("文件不是 UTF-8 编码的 CSV / the file is no CSV in UTF-8") from error
    return _columns([row for row in rows if any(cell.strip() for cell in row)], columns)


def _content(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(_LARGEST_FILE + 1)
    with Path(source).open("rb") as stream:
        return stream.read(_LARGEST_FILE + 1)


def _columns(rows: list[list[str]], names: tuple[str, str]) -> tuple[list[str], list[str]]:
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if sorted(header) != sorted(names):
        wanted = ",".join(names)
        raise Wrong(f"第一行应为列名 {wanted} / the first line has to name these columns")
    result: tuple[list[str], list[str]] = ([], [])
    for number, row in enumerate(rows[1:], start=1):
        for name, values in zip(names, result, strict=True):
            values.append(_cell(row, header.index(name), f"{name}[{number}]"))
        if len(row) > len(names):
            raise Wrong(f"第 {number} 对多于两列 / pair {number} has more than two columns")
    return result


def _cell(row: list[str], place: int, field: str) -> str:
    cell = row[place].strip() if place < len(row) else ""
    if not cell:
        raise Wrong(f"{field}：缺少数据，两列个数必须相同 / the value is missing")
    return cell


@contextmanager
def _named_as(columns: tuple[str, str]) -> Iterator[None]:
    """Name the columns of the file instead of what they are called inside.

    Raises:
        InvalidMeasurement: what was raised inside, under the name of its column.
    """
    try:
        yield
    except InvalidMeasurement as error:
        field = error.field.replace("measured", columns[1])
        raise InvalidMeasurement(field, error.reason, error.message_zh, error.message_en) from error


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _figure(value: Fraction | None, unit: str) -> str:
    return "—" if value is None else f"{rounded(value, _DECIMALS)} {unit}"


def _criterion(result: Comparison) -> str:
    if result.limit is None:
        return UNCONFIRMED
    return f"|{result.judged_by}| ≤ {shown(result.limit)} {result.limit_unit}"


def _verdict(*, passed: bool | None) -> str:
    if passed is None:
        return f"{UNCONFIRMED} / not confirmed"
    return "合格 / pass" if passed else "不合格 / fail"
