"""`yunjian sheets`: the record sheets at the command line, without a database."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from yunjian.config.standards_cli import Wrong, print_json, provenance_text, sentences
from yunjian.standards.sheets import (
    Definition,
    SheetError,
    UnknownSheet,
    current_name,
    definition,
    definitions,
    evaluate,
)
from yunjian.standards.sheets.layout import laid_out

_LARGEST_FILE = 4 * 1024 * 1024


@click.group("sheets")
def sheets() -> None:
    """记录表：列出、查看和输出。

    Record sheets: list, show and render them.
    """


@sheets.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON / print JSON")
def sheets_list(*, json_wanted: bool) -> None:
    """列出记录表及其版本和实施日期。

    List the sheets with their versions and effective dates.
    """
    known = sorted(definitions().values(), key=lambda item: (item.code, item.version))
    if json_wanted:
        print_json([_head(item) for item in known])
        return
    for item in known:
        source = item.source
        click.echo(
            f"{item.name}  {source['title']['zh']} / {source['title']['en']}  "
            f"{source['standard']} {source['annex']}  {_dates(source)}"
        )


@sheets.command("show")
@click.argument("name")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON / print JSON")
def sheets_show(name: str, *, json_wanted: bool) -> None:
    """显示记录表的各部分和各项；NAME 为 hj75-g1@1，不写版本时取今天实施的版本。

    Show sections and fields; without a version the one in force today.
    """
    result = _found(name)
    if json_wanted:
        print_json(result.source)
        return
    for line in _lines(result):
        click.echo(line)


@sheets.command("render")
@click.argument("name")
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False),
    help="填写内容的 JSON 文件 / what was filled in, as JSON",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
              help="语言 / language")  # fmt: skip
@click.option("--force", is_flag=True, help="覆盖已有文件 / replace what is there")
def sheets_render(
    *, name: str, output: Path, answers: Path | None, language: str, force: bool
) -> None:
    """把记录表输出为 PDF：空白表，或按 --answers 填写并判定。

    Write a sheet as PDF: empty, or filled in and judged by the rules.
    """
    result = _found(name)
    with sentences():
        if output.suffix.lower() != ".pdf":
            raise Wrong(f"{output.name}：只能输出 .pdf 文件 / only .pdf can be written")
        if output.exists() and not force:
            raise Wrong(f"{output.name} 已存在，加 --force 覆盖 / exists; --force replaces it")
        given = None if answers is None else _answers(answers)
        content = _pdf(result, given, language)
        output.write_bytes(content)
    click.secho(f"✓ {output}", fg="green")


def _pdf(sheet: Definition, answers: dict[str, Any] | None, language: str) -> bytes:
    from yunjian.evidence.pdf import SheetCopy, render_sheet  # noqa: PLC0415 - slow to import

    verdict, results = "", {}
    if answers is not None:
        result = evaluate(sheet, answers, {})
        if result.errors:
            raise Wrong(_refusal(result.errors[0], len(result.errors)))
        verdict, results = result.verdict, result.as_json()
    source = sheet.source
    blocks = laid_out(
        source,
        answers or {},
        results,
        "en" if language == "en" else "zh",
        empty=answers is None,
    )
    standard = f"{source['standard']} {source['annex']}".strip()
    paper = source.get("paper", "portrait")
    return render_sheet(SheetCopy(source["title"][language], standard, blocks, verdict, paper))


def _refusal(error: SheetError, count: int) -> str:
    more = f"（共 {count} 处）" if count > 1 else ""
    return f"{error.path}：{error.message['zh']}{more} / {error.message['en']}"


def _answers(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        content = stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise Wrong(f"{path.name}：文件过大 / the file is too large")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{path.name} 不是 JSON / is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise Wrong(f"{path.name} 应为 JSON 对象 / has to be a JSON object")
    return data


def _found(name: str) -> Definition:
    try:
        today = date.today()  # noqa: DTZ011 - the day at the user's own desk
        return definition(name if "@" in name else current_name(name, today))
    except UnknownSheet as error:
        known = "、".join(sorted(definitions()))
        raise Wrong(f"没有记录表 {name}，现有 {known} / no such sheet") from error


def _head(item: Definition) -> dict[str, Any]:
    keys = ("title", "standard", "annex", "effective", "provenance", "applies")
    return {"name": item.name, "code": item.code, "version": item.version} | {
        key: item.source[key] for key in keys if key in item.source
    }


def _dates(source: dict[str, Any]) -> str:
    since, *until = [str(day) for day in source["effective"]]
    return f"{since} – {until[0]}" if until else f"{since} 起"


def _lines(item: Definition) -> Iterator[str]:
    source = item.source
    yield f"{item.name}  {source['title']['zh']} / {source['title']['en']}"
    yield f"{source['standard']} {source['annex']}  {_dates(source)}"
    yield provenance_text(source["provenance"])
    for section in source["sections"]:
        rows = (
            f"  [{section.get('min', 0)}–{section.get('max', 100)} 行 / rows]"
            if section["kind"] == "group"
            else ""
        )
        yield f"{_named(section)}{rows}"
        for part in section.get("items", []):
            days = f"  {part['interval_days']} d" if part.get("interval_days") else ""
            yield f"    {_named(part)}{days}"
        for part in section.get("fields", []):
            yield f"    {_named(part)}  {_about(part)}"


def _named(part: dict[str, Any]) -> str:
    return f"{part['key']}  {part['title']['zh']} / {part['title']['en']}"


def _about(part: dict[str, Any]) -> str:
    text = [part["type"]]
    if part.get("unit"):
        text.append(part["unit"])
    if part.get("required"):
        text.append("必填 / required")
    text += [f"{rule['when']} → {rule['verdict']}" for rule in part.get("judge", [])]
    return "  ".join(text)
