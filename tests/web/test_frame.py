"""The frame: front door, menus, languages, error pages, content policy, pages by key, Excel."""

from importlib import import_module
from io import BytesIO
from pkgutil import walk_packages
from typing import Any
from zipfile import ZipFile

import pytest
from django.db.models import QuerySet
from django.test import Client
from python_calamine import CalamineWorkbook

import yunjian
from tests.support.world import World
from yunjian.identity.models import Account
from yunjian.kernel.clock import now
from yunjian.web.excel import stream_xlsx
from yunjian.web.menu import AGENCY, PORTALS
from yunjian.web.paging import Page, key_page, sequence_page

pytestmark = pytest.mark.reads_all_rows


def test_the_front_door_leads_to_ones_own_portal(world: World) -> None:
    assert Client().get("/").headers["location"] == "/signin/"
    assert world.client(world.reviewer).get("/").headers["location"] == "/supervision/"


def test_the_open_page_is_marked_in_the_menu() -> None:
    assert AGENCY.current("/agency/plans/new/") == "/agency/tasks/"
    assert AGENCY.current("/agency/") == "/agency/"
    assert AGENCY.current("/elsewhere/") == ""


def test_every_page_of_every_menu_opens(world: World) -> None:
    accounts = {
        "discharger": world.discharger_owner,
        "agency": world.agency_manager,
        "authority": world.reviewer,
    }
    for kind, account in accounts.items():
        client = world.client(account)
        for path in PORTALS[kind].paths_for(world.actor(account)):
            assert client.get(path, follow=True).status_code == 200, path


def test_nobody_gets_into_anothers_portal(world: World) -> None:
    client = world.client(world.discharger_owner)
    for path in ("/agency/", "/supervision/", "/supervision/visits/", "/agency/plans/"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "您没有权限查看此页面" in answer.content.decode()


def test_a_page_that_is_not_there_says_so_in_words(world: World) -> None:
    answer = world.client(world.reviewer).get("/nowhere/")
    assert (answer.status_code, "没有找到您要的内容" in answer.content.decode()) == (404, True)


def test_a_form_without_its_token_is_refused_in_words(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/signin/", {"username": "x", "password": "y"})
    assert (answer.status_code, "页面已过期" in answer.content.decode()) == (403, True)


def test_every_answer_carries_a_strict_content_policy(world: World) -> None:
    answer = Client().get("/signin/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"


def walked(rows: QuerySet[Any], order: str, size: int = 2) -> list[Page[Any]]:
    """Return every page, one after the other."""
    pages = [key_page(rows, {}, order=order, size=size)]
    while (position := pages[-1].next) is not None:
        pages.append(key_page(rows, position, order=order, size=size))
    return pages


# a key, a value that several share, and values that some rows lack
PLACE = "organization__district__name"
ORDERS = ["id", "-id", "phone", "-phone", "last_login", "-last_login", PLACE, f"-{PLACE}"]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_by_key_lead_forth_and_back_without_gap_or_repeat(world: World, order: str) -> None:
    with_value = [world.engineer.pk, world.reviewer.pk]
    Account.objects.filter(pk__in=with_value).update(last_login=now())
    rows = Account.objects.select_related("organization__district")
    pages = walked(rows, order)
    seen = [row.pk for page in pages for row in page.rows]
    column = order.lstrip("-")
    names = [order] if column == "id" else [order, "-id" if order.startswith("-") else "id"]
    assert seen == list(rows.order_by(*names).values_list("pk", flat=True))
    assert {page.total for page in pages} == {len(seen)}
    assert [page.start for page in pages] == list(range(0, len(seen), 2))
    for page, before in zip(pages[1:], pages, strict=False):
        assert page.previous is not None
        back = key_page(rows, page.previous, order=order, size=2)
        assert [row.pk for row in back.rows] == [row.pk for row in before.rows]
        assert (back.start, back.next) == (before.start, before.next)
    assert pages[0].first is pages[0].previous is pages[-1].next is None


@pytest.mark.parametrize(
    "cursor",
    ["rubbish", "vx~y", "~", "n~", "v~", "v\x00~00000000-0000-0000-0000-000000000000", "vx~1"],
)
def test_a_cursor_that_cannot_be_read_begins_at_the_first_page(world: World, cursor: str) -> None:
    for order in ("-id", "last_login"):
        page = key_page(Account.objects.all(), {"after": cursor, "n": "40"}, order=order, size=2)
        assert (len(page.rows), page.start) == (2, 0)


@pytest.mark.parametrize(("number", "start"), [("7", 7), ("-1", 0), ("x", 0), ("9" * 30, 0)])
def test_the_number_of_a_row_is_what_the_address_says(
    world: World, number: str, start: int
) -> None:
    after = (key_page(Account.objects.all(), {}, size=2).next or {})["after"]
    assert key_page(Account.objects.all(), {"after": after, "n": number}, size=2).start == start


def test_a_list_counts_no_further_than_it_must(world: World) -> None:
    rows = Account.objects.all()
    held = rows.count()
    whole = key_page(rows, {}, size=2, most_counted=held)
    cut = key_page(rows, {}, size=2, most_counted=held - 1)
    assert (whole.total, whole.is_capped) == (held, False)
    assert (cut.total, cut.is_capped) == (held - 1, True)


def test_rows_without_a_table_come_in_pages(world: World) -> None:
    rows = list("abcde")
    first = sequence_page(rows, {}, size=2)
    second = sequence_page(rows, first.next or {}, size=2)
    last = sequence_page(rows, second.next or {}, size=2)
    assert (first.rows, second.rows, last.rows) == (["a", "b"], ["c", "d"], ["e"])
    assert (last.start, last.next, second.previous, last.first) == (4, None, {"n": "0"}, {})
    assert sequence_page(rows, {"n": "9999"}, size=2).rows == ["e"]


def test_excel_holds_titles_and_rows_and_never_a_formula() -> None:
    rows = [{"name": "=1+1", "number": 3.5}, {"name": "乙", "number": None}]
    answer = stream_xlsx("表.xlsx", [("名称", "name"), ("数", lambda row: row["number"])], rows)
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python() == [["名称", "数"], ["=1+1", 3.5], ["乙", ""]]
    with ZipFile(BytesIO(content)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


def import_every_module() -> list[str]:
    """Import every module of the product, so that each class of it is known."""
    result = [
        module.name
        for module in walk_packages(yunjian.__path__, "yunjian.")
        if ".settings" not in module.name and "__main__" not in module.name
    ]
    for name in result:
        import_module(name)
    return result
