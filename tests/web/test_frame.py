"""The frame: front door, menus, languages, error pages, content policy, pages by key, Excel."""

from importlib import import_module
from io import BytesIO
from pkgutil import walk_packages
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.test import Client, RequestFactory

import yunjian
from tests.world import World
from yunjian.identity.models import Account
from yunjian.web.excel import stream_xlsx
from yunjian.web.menu import AGENCY, PORTALS
from yunjian.web.paging import key_page
from yunjian.web.tables import Table

pytestmark = pytest.mark.reads_all_rows


def test_the_front_door_leads_to_ones_own_portal(world: World) -> None:
    assert Client().get("/").headers["location"] == "/signin/"
    assert world.client(world.reviewer).get("/").headers["location"] == "/supervision/"


def test_the_open_page_is_marked_in_the_menu() -> None:
    assert AGENCY.current("/agency/plans/new/") == "/agency/plans/"
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
        for item in PORTALS[kind].items_for(world.actor(account)):
            for page in item.children or (item,):
                assert client.get(page.path).status_code == 200, page.path


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


def test_pages_by_key_lead_forth_and_back_without_gap_or_repeat(world: World) -> None:
    rows = Account.objects.all()
    seen: list[UUID] = []
    address = ""
    back = None
    while True:
        page = key_page(rows, RequestFactory().get(f"/x/{address}"), order="id", size=2)
        seen += [row.pk for row in page.rows]
        back = page.previous
        if page.next is None:
            break
        address = page.next
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == rows.count() == page.total
    before = key_page(rows, RequestFactory().get(f"/x/{back}"), order="id", size=2)
    assert before.rows[-1].pk < page.rows[0].pk
    assert before.next is not None


def test_pages_by_another_column_break_ties_by_id(world: World) -> None:
    rows = Account.objects.all()
    seen = []
    address = ""
    while True:
        page = key_page(rows, RequestFactory().get(f"/x/{address}"), order="-phone", size=2)
        seen += [row.pk for row in page.rows]
        if page.next is None:
            break
        address = page.next
    assert len(seen) == len(set(seen)) == rows.count()


@pytest.mark.parametrize(
    "cursor", ["rubbish", "x~y", "~", "%00~00000000-0000-0000-0000-000000000000"]
)
def test_a_cursor_that_cannot_be_read_begins_at_the_first_page(world: World, cursor: str) -> None:
    page = key_page(Account.objects.all(), RequestFactory().get(f"/x/?after={cursor}"), size=2)
    assert len(page.rows) == 2


def test_excel_holds_titles_and_rows_and_never_a_formula(world: World) -> None:
    rows = [{"name": "=1+1", "number": 3.5}, {"name": "乙", "number": None}]
    answer = stream_xlsx("表.xlsx", [("名称", "name"), ("数", lambda row: row["number"])], rows)
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[arg-type]
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet
    assert "3.5" in sheet


def test_every_list_has_the_look_of_the_frame(rf: RequestFactory) -> None:
    names = [name for name in import_every_module() if ".tables" in name or ".views" in name]
    assert len(names) > 10
    lists = Table.__subclasses__()
    assert len(lists) > 10
    for kind in lists:
        shown = kind([]).as_html(rf.get("/"))
        assert 'class="table table-sm table-bordered table-hover yj-table yj-list' in shown, kind


def import_every_module() -> list[str]:
    """Import every module of the product, so that each class of it is known."""
    found = [
        module.name
        for module in walk_packages(yunjian.__path__, "yunjian.")
        if ".settings" not in module.name and "__main__" not in module.name
    ]
    for name in found:
        import_module(name)
    return found
