"""The record sheets of a visit as Excel."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from python_calamine import CalamineWorkbook

from tests.support.phone import Phone
from tests.support.world import World

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def submitted(world: World) -> Any:
    """Walk a visit up to its submission."""
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    visit_id, _answer = phone.sign_in(task)
    answer = phone.put(f"visits/{visit_id}", phone.submission(task))
    assert answer.status_code == 201, answer.content.decode()
    return visit_id


def _rows(answer: Any) -> list[list[Any]]:
    content = b"".join(answer.streaming_content)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


@pytest.mark.parametrize(
    ("who", "portal"),
    [("reviewer", "supervision"), ("agency_manager", "agency"), ("discharger_owner", "source")],
)
def test_each_party_takes_the_sheets_as_excel(
    world: World, submitted: Any, who: str, portal: str
) -> None:
    client = world.client(getattr(world, who))

    rows = _rows(client.get(f"/{portal}/visits/{submitted}/record.xlsx"))

    texts = {str(cell) for row in rows for cell in row}
    assert "完全抽取法 CEMS 日常巡检记录表" in texts
    assert {"项目", "内容", "周期", "维护情况", "备注", "正常"} <= texts
    assert "12.4 mg/m³" in texts


def test_a_visit_without_sheets_gives_an_empty_book(world: World) -> None:
    phone = Phone(world.engineer)
    visit_id, _answer = phone.sign_in(world.task(world.flue_gas_point))
    answer = world.client(world.reviewer).get(f"/supervision/visits/{visit_id}/record.xlsx")
    assert _rows(answer) == []


def test_the_book_of_a_foreign_visit_is_not_found(world: World, submitted: Any) -> None:
    client = world.client(world.other_agency_manager)
    assert client.get(f"/agency/visits/{submitted}/record.xlsx").status_code == 404


def test_what_was_typed_is_text_and_neither_a_link_nor_a_formula(world: World) -> None:
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    visit_id, _answer = phone.sign_in(task)
    submission = orjson.loads(phone.submission(task))
    checks = submission["sheets"][0]["answers"]["preparation"]
    first, second = list(checks)[:2]
    checks[first]["note"], checks[second]["note"] = "https://example.org/a", "=1+1"
    assert phone.put(f"visits/{visit_id}", orjson.dumps(submission)).status_code == 201

    answer: Any = world.client(world.reviewer).get(f"/supervision/visits/{visit_id}/record.xlsx")

    book = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    shared = book.read("xl/sharedStrings.xml").decode()
    assert "<t>https://example.org/a</t>" in shared
    assert "<t>=1+1</t>" in shared
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<hyperlink" not in sheet
    assert "<f>" not in sheet
