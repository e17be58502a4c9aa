"""Every list goes through the one list page, with all that a list page does."""

import ast
from datetime import date, timedelta
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape

import yunjian
from tests.isolation.routes import ROUTES
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import today
from yunjian.web.lists import LAYOUTS, ListPage
from yunjian.web.models import ListView

pytestmark = pytest.mark.reads_all_rows

SOURCES = Path(yunjian.__file__).parent
YEAR = f"/agency/years/{today().year}/"
# every list with its address and who opens it
LISTS = {
    "administration.organizations": ("/system/organizations/", "sys"),
    "administration.districts": ("/system/districts/", "sys"),
    "administration.accounts": ("/system/accounts/", "sec"),
    "administration.resets": ("/system/resets/", "sec"),
    "administration.entries": ("/system/dictionaries/", "sys"),
    "administration.notices": ("/system/notices/", "sys"),
    "administration.signins": ("/system/signins/", "aud"),
    "administration.events": ("/system/events/", "aud"),
    "administration.sessions": ("/system/sessions/", "sec"),
    "administration.jobs": ("/system/jobs/", "sys"),
    "agencies.people": ("/agency/people/", "agency"),
    "agencies.equipment": ("/agency/equipment/", "agency"),
    "agencies.vehicles": ("/agency/vehicles/", "agency"),
    "agencies.parts": ("/agency/parts/", "agency"),
    "agencies.contracts": ("/agency/contracts/", "agency"),
    "identity.accounts": ("/accounts/", "agency"),
    "identity.bindings": ("/accounts/{engineer}/bindings/", "agency"),
    "identity.messages": ("/messages/", "agency"),
    "identity.notices": ("/notices/", "agency"),
    "maintenance.plans": ("/agency/plans/", "agency"),
    "maintenance.tasks": ("/agency/tasks/", "agency"),
    "maintenance.agency_visits": ("/agency/visits/", "agency"),
    "maintenance.source_visits": ("/source/visits/", "factory"),
    "credit.documents": ("/agency/documents/", "agency"),
    "credit.coverage": ("/agency/documents/coverage/", "agency"),
    "credit.readings": ("/agency/readings/", "agency"),
    "credit.agency_documents": ("/supervision/documents/", "bureau"),
    "credit.plans": (f"{YEAR}plans/", "agency"),
    "credit.trainings": (f"{YEAR}trainings/", "agency"),
    "credit.supervisions": (f"{YEAR}supervisions/", "agency"),
    "credit.people": (f"{YEAR}people/", "agency"),
    "credit.agency_years": ("/supervision/years/", "bureau"),
    "verification.agency_reports": ("/agency/reports/", "agency"),
    "verification.source_reports": ("/source/reports/", "factory"),
    "verification.reports": ("/supervision/reports/", "bureau"),
    "verification.agency_corrections": ("/agency/reports/corrections/", "agency"),
    "verification.source_corrections": ("/source/reports/corrections/", "factory"),
    "verification.supervision_corrections": ("/supervision/reports/corrections/", "bureau"),
    "verification.exceptions": ("/supervision/report-exceptions/", "bureau"),
    "sources.sources": ("/source/sources/", "factory"),
    "sources.instruments": ("/source/instruments/", "factory"),
    "sources.follow_ups": ("/source/instruments/follow-ups/", "factory"),
    "supervision.agencies": ("/supervision/agencies/", "bureau"),
    "supervision.agency_filings": ("/supervision/agency-filings/", "bureau"),
    "supervision.filings": ("/supervision/filings/", "bureau"),
    "supervision.renewals": ("/supervision/filings/?tab=renewals", "bureau"),
    "supervision.ledger": ("/supervision/visits/", "bureau"),
    "supervision.rules": ("/supervision/rules/", "bureau"),
    **{
        f"supervision.rules.{tab}": (f"/supervision/rules/hj75-2017/?tab={tab}", "bureau")
        for tab in ("obligations", "limits", "control", "pairs", "deadlines", "validity")
    },
}


def test_no_list_is_without_a_test() -> None:
    import_every_module()
    assert set(ListPage.every) == set(LISTS)


def test_no_room_pages_sorts_or_exports_on_its_own() -> None:
    """What a list page is made of is imported by the frame alone."""
    ours = {"yunjian.web.paging": "*", "yunjian.web.excel": {"stream_xlsx"}}
    result = [
        f"{path.relative_to(SOURCES)}: {alias.name}"
        for path in SOURCES.rglob("*.py")
        if "web" not in path.relative_to(SOURCES).parts[:1]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module in ours
        for alias in node.names
        if ours[node.module] == "*" or alias.name in ours[node.module]
    ]
    assert sorted(result) == [
        # what is filled in and read back: the items of a plan, the results of a session
        "credit/views/trainings.py: stream_xlsx",
        # every field of every point of a source, which no list shows
        "sources/views/places.py: stream_xlsx",
    ]


def test_every_page_with_a_pager_is_a_list_page(world: World, operator: Organization) -> None:
    """Whatever address shows a pager shows it through the one list page."""
    clients = [client_of(world, name) for name in ("agency", "factory", "bureau", "sys")]
    pagers = set()
    for name in ROUTES:
        try:
            address = reverse(name)
        except NoReverseMatch:  # it has parameters: a page of one row
            continue
        for client in clients:
            answer = client.get(address)
            if answer.status_code == 200 and b"yj-pager" in answer.content:
                assert answer.context["list"].name in LISTS, address
                pagers.add(address)
    assert len(pagers) > 20


def address_of(world: World, name: str) -> tuple[str, str]:
    """Return the address of a list, and who opens it."""
    path, who = LISTS[name]
    return path.format(engineer=world.engineer.pk), who


def client_of(world: World, username: str) -> Client:
    return world.client(Account.objects.get(username=username))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_its_columns_and_nothing_but_its_own(
    world: World, operator: Organization, name: str
) -> None:
    path, who = address_of(world, name)
    answer = client_of(world, who).get(path)
    shown = answer.context["list"]
    assert shown.name == name
    page = answer.content.decode()
    heads = [str(head.column.title) for head in shown.table.heads]
    assert heads == [
        str(column.title)
        for column in ListPage.every[name].table.columns.values()
        if column in shown.table.shown
    ]
    assert 'class="table table-sm table-bordered table-hover yj-table yj-list"' in page
    assert str(shown.table.empty) not in ("", "没有符合条件的数据") or shown.page.total
    assert page.split('id="results"')[1].count("<th ") == len(heads) + 1


@pytest.mark.parametrize("name", LISTS)
def test_the_file_of_a_list_has_the_columns_of_its_table(
    world: World, operator: Organization, name: str
) -> None:
    path, who = address_of(world, name)
    joined = "&" if "?" in path else "?"
    answer: Any = client_of(world, who).get(f"{path}{joined}format=xlsx")
    table = ListPage.every[name].table
    if name.startswith("supervision.rules."):  # a file holds the rows of all tabs
        table = ListPage.every["supervision.rules"].table
    if not ListPage.every[name].exportable:
        assert answer["Content-Type"].startswith("text/html")
        return
    titles = cells_of(answer)[0]
    assert titles == [str(one.title) for one in table.columns.values() if one.in_file]


def cells_of(answer: Any) -> list[list[str]]:
    """Return the texts of an Excel file, row by row."""
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [
        ["".join(cell.itertext()) for cell in row.iter(f"{space}c")]
        for row in sheet.iter(f"{space}row")
    ]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_by_each_of_its_orders(
    world: World, operator: Organization, name: str
) -> None:
    path, who = address_of(world, name)
    client = client_of(world, who)
    joined = "&" if "?" in path else "?"
    for column in ListPage.every[name].table.columns.values():
        for sort in (column.name, f"-{column.name}"):
            answer = client.get(f"{path}{joined}sort={sort}&columns={column.name}")
            assert answer.status_code == 200
            heads = {head.column.name: head for head in answer.context["list"].table.heads}
            if column.order is None or column.name not in heads:
                continue
            falls = sort.startswith("-")
            assert heads[column.name].sorted == ("descending" if falls else "ascending")
            other = column.name if falls else f"-{column.name}"
            assert f"sort={other}" in heads[column.name].address


def test_an_index_serves_each_order_or_few_rows_need_none(
    world: World, operator: Organization
) -> None:
    lacking = []
    for name in LISTS:
        path, who = address_of(world, name)
        model = model_of(client_of(world, who), path)
        for column in ListPage.every[name].table.columns.values():
            if column.order is None or column.order.bounded or model is None:
                continue
            if not is_served(model, column.order.by):
                lacking.append(f"{name}: {column.order.by}")
        default = ListPage.every[name].order.lstrip("-")
        known = [one.order for one in ListPage.every[name].table.columns.values() if one.order]
        if model is not None and not is_served(model, default):
            assert [one for one in known if one.by == default and one.bounded], name
    assert lacking == []


def model_of(client: Client, path: str) -> type[models.Model] | None:
    answer = client.get(path)
    rows = answer.context["list"].rows
    return rows.model if isinstance(rows, models.QuerySet) else None


def is_served(model: type[models.Model], field: str) -> bool:
    """Tell whether an index begins with the field, after whose or where the rows are."""
    meta: Any = model._meta
    if field == meta.pk.name:
        return True
    scopes = {"organization", "discharger", "agency", "district", "recipient", "source"}
    if "__" not in field and (meta.get_field(field).unique or meta.get_field(field).db_index):
        return True
    for index in [*meta.indexes, *meta.constraints]:
        names = [name.lstrip("-") for name in getattr(index, "fields", ())]
        while names and names[0] in scopes and names[0] != field:
            names.pop(0)
        if names and names[0] == field:
            return True
    return False


PEOPLE = "/agency/people/"


@pytest.fixture
def people(world: World) -> Client:
    """The manager's browser, of an agency of 45 people with distinct titles."""
    with acting_as(system_actor("test")):
        Person.unscoped().bulk_create(
            Person(
                organization=world.agency,
                name=f"员工{number:02}",
                job=f"岗位{44 - number:02}",
                position="engineer",
                joined_on=date(2020, 1, 1) + timedelta(days=number) if number % 3 else None,
            )
            for number in range(45)
        )
    return world.client(world.agency_manager)


def rows_of(answer: Any) -> list[str]:
    return [row.name for row in answer.context["list"].table.rows]


def test_filter_order_columns_size_and_position_are_one_address(people: Client) -> None:
    first = people.get(f"{PEOPLE}?text=员工&sort=name&size=20&columns=name&columns=job")
    shown = first.context["list"]
    assert rows_of(first) == [f"员工{number:02}" for number in range(20)]
    assert [head.column.name for head in shown.table.heads] == ["name", "job", "actions"]
    second = people.get(f"{PEOPLE}{shown.next}")
    assert rows_of(second) == [f"员工{number:02}" for number in range(20, 40)]
    assert "<td>21</td>" in second.content.decode()  # 序号 goes on
    third = people.get(f"{PEOPLE}{second.context['list'].next}")
    assert (rows_of(third)[0], third.context["list"].next) == ("员工40", None)
    back = people.get(f"{PEOPLE}{third.context['list'].previous}")
    assert rows_of(back) == rows_of(second)
    assert "<td>21</td>" in back.content.decode()
    for address in (shown.next, shown.table.heads[0].address, shown.sizes[1][1]):
        assert "text=%E5%91%98%E5%B7%A5" in address
        assert "columns=name%2Cjob" in address
    # another order or size begins at the first page
    assert "after=" not in second.context["list"].table.heads[0].address
    assert "after=" not in second.context["list"].sizes[2][1]


def test_a_column_with_gaps_is_sorted_and_paged_without_losing_a_row(people: Client) -> None:
    for sort in ("joined_on", "-joined_on"):
        address, seen = f"?text=员工&sort={sort}&size=20", []
        while address:
            answer = people.get(f"{PEOPLE}{address}")
            seen += [row.joined_on for row in answer.context["list"].table.rows]
            address = answer.context["list"].next
        known = [day for day in seen if day is not None]
        assert len(seen) == 45
        assert known == sorted(known, reverse=sort.startswith("-"))
        gaps = [place for place, day in enumerate(seen) if day is None]
        expected = range(15) if sort.startswith("-") else range(30, 45)
        assert gaps == list(expected)


@pytest.mark.parametrize(
    "nonsense",
    ["sort=password", "sort=-", "size=7", "size=100000", "columns=nothing", "after=~&n=x", "n=-5"],
)
def test_what_an_address_cannot_mean_means_the_default(people: Client, nonsense: str) -> None:
    answer = people.get(f"{PEOPLE}?{nonsense}")
    shown = answer.context["list"]
    assert (answer.status_code, shown.size, len(shown.table.rows)) == (200, 20, 20)
    assert len(shown.table.heads) == 10


def test_the_file_has_every_row_in_the_order_of_the_page(people: Client) -> None:
    answer = people.get(f"{PEOPLE}?text=员工&sort=-name&size=50&format=xlsx")
    lines = cells_of(answer)
    assert [line[0] for line in lines[1:]] == [f"员工{number:02}" for number in range(44, -1, -1)]


def test_the_rows_alone_have_an_address_of_their_own(people: Client) -> None:
    answer = people.get(f"{PEOPLE}?text=员工&sort=name&part=results")
    content = answer.content.decode()
    assert "<html" not in content
    assert "员工00" in content
    assert "part=results" not in content
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_list_reads_its_rows_and_counts_them_and_asks_no_more(
    people: Client, django_assert_num_queries: Any
) -> None:
    people.get(PEOPLE)
    with django_assert_num_queries(6):  # session, account, actor; unread; rows; count
        people.get(PEOPLE)
    with django_assert_num_queries(5):  # all in view: nothing to count
        people.get(f"{PEOPLE}?text=员工01")


def keep(client: Client, query: str, **own: str) -> Any:
    sent = dict(parse_qsl(query)) | {f"_{key}": value for key, value in own.items()}
    address = reverse("web:list_views", args=["agencies.people"])
    return client.post(address, {"_path": PEOPLE} | sent)


def test_a_named_view_is_opened_again_and_forgotten(people: Client, world: World) -> None:
    answer = keep(people, "text=员工&sort=-name&after=vx~y&n=20", do="save", name="倒序")
    assert answer.headers["location"].startswith(PEOPLE)
    view = ListView.unscoped().get()
    assert (view.account_id, view.name) == (world.agency_manager.pk, "倒序")
    assert "after" not in view.query
    dialog = people.get(reverse("web:list_views", args=["agencies.people"]), {"_path": PEOPLE})
    assert f'href="{PEOPLE}?{escape(view.query)}"' in dialog.content.decode()
    assert rows_of(people.get(f"{PEOPLE}?{view.query}"))[0] == "员工44"
    keep(people, "text=员工&sort=name", do="save", name="倒序")
    assert ListView.unscoped().get().query.endswith("sort=name")
    keep(people, "", do="delete", view=str(view.pk))
    assert not ListView.unscoped().exists()


def test_a_persons_default_holds_until_the_address_says_otherwise(
    people: Client, world: World
) -> None:
    keep(people, "text=员工&sort=-name&size=50&columns=name,job", do="default")
    for client in (people, world.client(world.agency_manager)):  # and at the next sign-in
        shown = client.get(PEOPLE).context["list"]
        assert [head.column.name for head in shown.table.heads] == ["name", "job", "actions"]
        assert (shown.size, shown.table.rows[0].name[:2]) == (50, "李建")
        other = client.get(f"{PEOPLE}?size=20&sort=name&columns=phone").context["list"]
        assert [head.column.name for head in other.table.heads] == ["phone", "actions"]
        assert other.size == 20
    assert LAYOUTS in people.session
    # a filter is no part of a default, and another person's list is not touched
    assert ListView.unscoped().get().query == "sort=-name&size=50&columns=name%2Cjob"
    colleague = world.client(account_with(world.agency, "colleague", "manager"))
    assert len(colleague.get(PEOPLE).context["list"].table.heads) == 10


def test_nobody_opens_or_forgets_a_view_of_somebody_else(people: Client, world: World) -> None:
    keep(people, "sort=name", do="save", name="我的视图")
    view = ListView.unscoped().get()
    colleague = world.client(account_with(world.agency, "colleague", "manager"))
    page = colleague.get(reverse("web:list_views", args=["agencies.people"]))
    assert "我的视图" not in page.content.decode()
    keep(colleague, "", do="delete", view=str(view.pk))
    assert ListView.unscoped().filter(pk=view.pk).exists()


@pytest.mark.parametrize(
    ("query", "own", "word"),
    [
        ("", {"do": "save", "name": " "}, "请填写视图名称"),
        ("", {"do": "save", "name": "长" * 31}, "名称不超过 30 个字"),
        (f"text={'长' * 400}", {"do": "save", "name": "长"}, "查询条件过长"),
        ("", {"do": "delete", "view": "x"}, "没有找到"),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused_in_words(
    people: Client, query: str, own: dict[str, str], word: str
) -> None:
    answer = keep(people, query, **own)
    assert word in people.get(answer.headers["location"]).content.decode()
    assert not ListView.unscoped().exists()


def test_only_so_many_views_are_kept_of_a_list(people: Client) -> None:
    for number in range(21):
        answer = keep(people, "sort=name", do="save", name=f"视图{number}")
    assert ListView.unscoped().count() == 20
    assert "最多保存 20 个视图" in people.get(answer.headers["location"]).content.decode()


def test_keeping_a_view_leads_nowhere_else(people: Client) -> None:
    address = reverse("web:list_views", args=["agencies.people"])
    for path in ("https://elsewhere.test/", "//elsewhere.test/", "javascript:1"):
        answer = people.post(address, {"_path": path, "_do": "save", "_name": "x"})
        assert answer.headers["location"] == "/"
    assert people.get(reverse("web:list_views", args=["nothing"])).status_code == 404


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
