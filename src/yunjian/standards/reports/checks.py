"""What stands against a report form that somebody writes: each problem at its line and field."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yunjian.standards.reports.model import COVER, PARTS
from yunjian.standards.rules.model import Text

MOST_LINES = 100
KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
LISTS = {
    "contents": Text("报告内容", "the contents"),
    "originals": Text("原始记录", "the original records"),
}


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Something wrong: of which list, in which line (its key; empty: the list), at which field."""

    part: str
    line: str
    field: str
    code: str
    text: Text


def check(data: Mapping[str, Any]) -> list[FormProblem]:
    """Return what stands against the data of a form; without problems `parsed` accepts them.

    Only the contents and the original records are written by people, and looked at here.
    """
    problems = [*_list("contents", data["contents"]), *_list("originals", data["originals"])]
    if not data["contents"]:
        text = Text("报告内容至少要有一项", "A report has to say something")
        problems.append(FormProblem("contents", "", "", "empty", text))
    known = {
        *COVER,
        *PARTS,
        *(f"test:{row['key']}" for row in data["tests"]),
        *(f"original:{row['key']}" for row in data["originals"]),
    }
    for row in data["contents"]:
        if row["source"] not in known:
            text = Text(
                f"“{row['title']['zh']}”的填写处已不存在，请另选填写处，或删除这一项",
                f"“{row['title']['en']}” is filled from what is gone: choose again or remove it",
            )
            problems.append(FormProblem("contents", row["key"], "source", "unknown", text))
    return problems


def _list(part: str, rows: list[Mapping[str, Any]]) -> Iterator[FormProblem]:
    name = LISTS[part]
    if len(rows) > MOST_LINES:
        text = Text(f"{name.zh}最多 {MOST_LINES} 项", f"At most {MOST_LINES} lines in {name.en}")
        yield FormProblem(part, "", "", "too_many", text)
    times = Counter(row["key"] for row in rows)
    for key, number in times.items():
        if number > 1:
            text = Text(f"编号“{key}”在{name.zh}中已有", f"“{key}” is there twice in {name.en}")
            yield FormProblem(part, key, "key", "taken", text)
        if not KEY.fullmatch(key):
            text = Text(
                "编号只能由小写字母、数字和连字符组成，以字母开头，最多 40 字",
                "A key has small letters, digits and hyphens, begins with a letter, 40 at most",
            )
            yield FormProblem(part, key, "key", "wrong_key", text)
    for row in rows:
        for field in _blank(row):
            text = Text(f"{name.zh}“{row['key']}”没有填全", f"“{row['key']}” is not complete")
            yield FormProblem(part, row["key"], field, "required", text)


def _blank(row: Mapping[str, Any]) -> Iterator[str]:
    for language in ("zh", "en"):
        if not row["title"][language].strip():
            yield f"title_{language}"
    if not row.get("clause", "-").strip():
        yield "clause"
