"""One layout of a sheet for page, paper and spreadsheet."""

from typing import Any

from yunjian.standards import sheets
from yunjian.standards.sheets.layout import Block, laid_out

TITLE = {"zh": "题", "en": "Title"}


def _field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": {"zh": f"{key} 项", "en": f"{key} item"}, "type": kind, **more}


def _sheet(*sections: dict[str, Any]) -> dict[str, Any]:
    return {"sections": [{"key": f"s{n}", "title": TITLE, **one} for n, one in enumerate(sections)]}


def _fields(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "fields", "fields": list(fields)}


def _checklist() -> dict[str, Any]:
    items = [{"key": "pump", "title": TITLE, "interval_days": 7}, {"key": "door", "title": TITLE}]
    return {"kind": "checklist", "items": items}


def _one(blocks: list[Block]) -> Block:
    assert len(blocks) == 1
    return blocks[0]


def test_facts_carry_value_unit_and_what_the_rules_say() -> None:
    sheet = _sheet(_fields(_field("drift", "computed", unit="%F.S.", decimals=2)))
    results = {
        "fields": {
            "s0.drift": {"value": 3.0, "verdict": "calibrate", "message": "超限", "clause": "11.6"}
        }
    }

    fact = _one(laid_out(sheet, {}, results)).facts[0]

    assert (fact.label, fact.cell.text, fact.cell.unit) == ("drift 项", "3.00", "%F.S.")
    assert (fact.cell.verdict, fact.cell.note, fact.wide) == ("calibrate", "超限（11.6）", True)


def test_words_follow_the_language() -> None:
    choice = _field("kind", "choice", choices=[{"value": "a", "title": TITLE}])
    many = _field("kinds", "choices", choices=[{"value": "a", "title": TITLE}])
    sheet = _sheet(_fields(choice, many, _field("ok", "boolean"), _field("bad", "boolean")))
    answers = {"s0": {"kind": "a", "kinds": ["a", "b"], "ok": True, "bad": False}}
    results = {"fields": {"s0.ok": {"message": {"zh": "好", "en": "well"}, "clause": ""}}}

    english = _one(laid_out(sheet, answers, results, "en"))

    assert english.title == "Title"
    assert [fact.cell.text for fact in english.facts] == ["Title", "Title, b", "Yes", "No"]
    assert english.facts[2].cell.note == "well"
    assert [fact.cell.text for fact in _one(laid_out(sheet, answers, {})).facts] == [
        "题", "题、b", "是", "否",
    ]  # fmt: skip


def test_whole_numbers_are_written_without_a_point_unless_decimals_are_asked_for() -> None:
    sheet = _sheet(
        _fields(_field("a", "number"), _field("b", "number"), _field("c", "number", decimals=1))
    )
    answers = {"s0": {"a": 3.0, "b": 3.25, "c": 3}}
    facts = _one(laid_out(sheet, answers, {})).facts
    assert [fact.cell.text for fact in facts] == ["3", "3.25", "3.0"]


def test_moments_are_written_as_clocks_in_china_show_them() -> None:
    sheet = _sheet(_fields(*[_field(key, "datetime") for key in "abcd"], _field("e")))
    answers = {
        "s0": {
            "a": "2026-11-20T09:30:00+08:00",
            "b": "2026-11-20T20:30:59Z",
            "c": "2026-11-20T09:30",
            "d": "昨天",
            "e": "2026-11-20T09:30:00+08:00",
        }
    }

    facts = _one(laid_out(sheet, answers, {})).facts

    assert [fact.cell.text for fact in facts] == [
        "2026-11-20 09:30",
        "2026-11-21 04:30",
        "2026-11-20 09:30",
        "昨天",
        "2026-11-20T09:30:00+08:00",
    ]


def test_long_texts_take_the_whole_line() -> None:
    sheet = _sheet(_fields(_field("a"), _field("b", "longtext"), _field("c")))
    answers = {"s0": {"a": "短", "b": "短", "c": "长" * 30}}
    assert [fact.wide for fact in _one(laid_out(sheet, answers, {})).facts] == [False, True, True]


def test_photos_are_counted_and_named() -> None:
    sheet = _sheet(_fields(_field("photos", "photo")))
    cell = _one(laid_out(sheet, {"s0": {"photos": ["a", "b"]}}, {})).facts[0].cell
    assert (cell.text, cell.photos) == ("2 张", ("a", "b"))


def test_checklists_that_follow_one_another_make_one_table() -> None:
    sheet = _sheet(_checklist(), _checklist(), _fields(_field("a")), _checklist())
    answers = {
        "s0": {"pump": {"state": "abnormal", "note": "漏"}, "door": {"state": "normal"}},
        "s1": {"pump": {"state": "not_applicable"}, "door": "?"},
        "s2": {"a": "x"},
        "s3": {"pump": {"state": "normal"}},
    }

    blocks = laid_out(sheet, answers, {})

    assert [block.kind for block in blocks] == ["checks", "facts", "checks"]
    first, second = blocks[0].checks
    assert (first.lines[0].text, first.lines[0].note, first.lines[0].interval) == (
        "异常", "漏", "7 d",
    )  # fmt: skip
    assert (first.lines[1].interval, second.lines[0].text, second.lines[1].text) == (
        "", "不适用", "",
    )  # fmt: skip


def test_rows_make_a_table_without_the_columns_that_nobody_filled() -> None:
    sheet = _sheet({"kind": "group", "fields": [_field("a"), _field("b")]})
    block = _one(laid_out(sheet, {"s0": [{"a": "1"}, None, {"a": "2"}]}, {}))
    assert (block.heads, block.upright) == (["a 项"], False)
    assert [row[0].text for row in block.rows] == ["1", "", "2"]


def test_a_row_of_many_columns_stands_upright() -> None:
    fields = [_field(f"f{n}") for n in range(8)]
    sheet = _sheet({"kind": "group", "fields": fields})
    row = {f"f{n}": str(n) for n in range(8)}
    block = _one(laid_out(sheet, {"s0": [row, row]}, {}))
    assert block.upright
    assert block.lines_upright[1][0] == "f1 项"
    assert [cell.text for cell in block.lines_upright[1][1]] == ["1", "1"]


def test_what_was_not_filled_is_left_out() -> None:
    sheet = _sheet(_checklist(), _fields(_field("a")), {"kind": "group", "fields": [_field("b")]})
    assert laid_out(sheet, {}, {}) == []
    assert laid_out(sheet, {"s2": [{"b": ""}]}, {}) == []


def test_an_empty_form_shows_everything_with_room_to_write() -> None:
    sheet = _sheet(
        _checklist(),
        _fields(_field("a", unit="mg/L")),
        {"kind": "group", "min": 2, "fields": [_field("b")]},
    )
    blocks = laid_out(sheet, {}, {}, empty=True)
    assert [block.kind for block in blocks] == ["checks", "facts", "table"]
    assert blocks[1].facts[0].cell.unit == "mg/L"
    assert len(blocks[2].rows) == 5


def test_every_shipped_sheet_can_be_laid_out_in_both_languages() -> None:
    for definition in sheets.definitions().values():
        data = definition.source
        chinese = laid_out(data, {}, {}, empty=True)
        english = laid_out(data, {}, {}, "en", empty=True)
        assert [block.kind for block in chinese] == [block.kind for block in english]
        assert chinese
