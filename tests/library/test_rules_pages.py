"""The rule library, page by page: what is shown, to whom, and what narrows it."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.library.rules import administrator
from tests.support.world import World

pytestmark = pytest.mark.reads_all_rows

LIBRARY = "/supervision/rules/"
GAS = f"{LIBRARY}hj75-2017/"
LIBRARY_QUERIES = 7  # session, account, actor; versions twice; drafts; unread messages
PACK_QUERIES = 9  # session, account, actor; versions twice, draft, marks, published; unread
PAGES = [
    LIBRARY,
    GAS,
    f"{GAS}versions/",
    f"{GAS}difference/",
    f"{GAS}draft/",
    f"{LIBRARY}what-if/",
    f"{LIBRARY}overlays/",
]
WRITES = [
    f"{GAS}rows/hj75.patrol/confirm/",
    f"{GAS}rows/hj75.patrol/correct/",
    f"{GAS}rows/hj75.patrol/restore/",
    f"{GAS}draft/publish/",
    f"{GAS}draft/discard/",
    f"{LIBRARY}overlays/upload/",
]


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.reviewer)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_library_opens_for_the_authority(client: Client, address: str) -> None:
    assert "规则库" in page_of(client, address)


@pytest.mark.parametrize("address", [*PAGES, *WRITES])
@pytest.mark.parametrize("account", ["agency_manager", "discharger_owner"])
def test_to_other_organisations_the_library_is_closed(
    world: World, account: str, address: str
) -> None:
    client = world.client(getattr(world, account))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403


def test_who_is_not_signed_in_is_asked_to(world: World) -> None:
    answer = Client().get(LIBRARY)
    assert answer.status_code == 302
    assert "/signin/" in answer["Location"]


@pytest.mark.parametrize("address", WRITES)
def test_a_reviewer_only_reads(client: Client, address: str) -> None:
    values = {"effective_from": "2099-01-01", "note": "x", "revision": 0}
    assert client.post(address, values).status_code == 403


def test_a_reviewer_is_offered_no_change(client: Client) -> None:
    page = page_of(client, GAS)
    assert "line-hj75.patrol" in page
    assert "confirm-hj75.patrol" not in page


def test_a_district_administrator_changes_nothing(world: World) -> None:
    account = administrator(world)
    world.authority.jurisdiction.set([world.district])
    client = world.client(account)
    assert client.post(f"{GAS}rows/hj75.patrol/confirm/", {}).status_code == 403
    assert "confirm-hj75.patrol" not in page_of(client, GAS)


def test_the_library_counts_what_is_established(client: Client) -> None:
    page = page_of(client, LIBRARY)
    for code in ("hj75-2017", "hj355-2019", "hj1286-2023"):
        assert f'data-testid="pack-{code}"' in page
    assert "HJ 1286-2023" in page
    assert "2018-03-01" in page


@pytest.mark.parametrize(
    ("query", "result", "missing"),
    [
        ("text=全系统校准", "line-hj75.cal-full-system", "line-hj75.patrol"),
        ("kind=wastewater", "line-check.standard", "line-hj75.patrol"),
        ("table=deadlines", "line-fault.on-site", "line-hj75.patrol"),
        ("provenance=practice", "line-hj75.consumables-summary", "line-hj75.cal-auto"),
        ("state=open", "line-accuracy.NMHC", "line-hj75.patrol"),
        ("text=715", "line-accuracy.SO2", "line-accuracy.NOx"),
    ],
)
def test_the_query_row_narrows_the_library(
    client: Client, query: str, result: str, missing: str
) -> None:
    page = page_of(client, f"{LIBRARY}?{query}")
    assert f'data-testid="{result}"' in page
    assert f'data-testid="{missing}"' not in page


def test_a_query_that_finds_nothing_says_what_to_do(client: Client) -> None:
    assert "请放宽条件" in page_of(client, f"{LIBRARY}?text=没有这样的词")


def test_bands_are_written_for_people(client: Client) -> None:
    page = page_of(client, f"{GAS}?tab=limits")
    for text in ("≥57 且 &lt;143 mg/m³", "|RE| ≤30 %", "|AE| ≤57 mg/m³", "RA ≤15 %"):
        assert text in page


@pytest.mark.parametrize(
    ("tab", "text"),
    [
        ("obligations", "完全抽取、稀释；不具备自动校准；SO2、NOx、O2、CO、HCl"),
        ("control", "|误差| &gt;8 %F.S. 且绝对误差 &gt;1.8 m/s"),
        ("pairs", "至少 9 对"),
        ("deadlines", "≤4 小时"),
        ("validity", "捕集率 ≥75 % 且 &lt;90 %：取上次校准前 2160 个有效小时的最大值"),
    ],
)
def test_each_kind_of_rule_has_its_tab(client: Client, tab: str, text: str) -> None:
    assert text in page_of(client, f"{GAS}?tab={tab}")


def test_how_many_pairs_have_to_pass_is_shown(client: Client) -> None:
    page = page_of(client, f"{LIBRARY}hj355-2019/?tab=pairs")
    assert "3 对起至少 2 对合格" in page


def test_what_nobody_established_is_unconfirmed(client: Client) -> None:
    page = page_of(client, f"{LIBRARY}hj1286-2023/?tab=limits")
    assert page.count("未确认") > 3


def test_tabs_keep_the_query(client: Client) -> None:
    page = page_of(client, f"{GAS}?tab=limits&text=SO2")
    assert "tab=control&amp;text=SO2" in page


@pytest.mark.parametrize("address", ["nothing/", "hj75-2017/?version=9", "nothing/versions/"])
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"{LIBRARY}{address}").status_code == 404


@pytest.mark.parametrize("address", [LIBRARY, GAS, f"{GAS}?text=SO2"])
def test_the_rows_can_be_exported(client: Client, address: str) -> None:
    joined = "&" if "?" in address else "?"
    answer: Any = client.get(f"{address}{joined}format=xlsx")
    workbook = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    content = workbook.read("xl/worksheets/sheet1.xml").decode()
    assert "≥57 且 &lt;143 mg/m³：|RE| ≤30 %" in content


@pytest.mark.parametrize(("address", "number"), [(LIBRARY, LIBRARY_QUERIES), (GAS, PACK_QUERIES)])
def test_pages_ask_the_database_little(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    number: int,
) -> None:
    client.get(address)
    with django_assert_num_queries(number):
        client.get(address)


@pytest.mark.parametrize("offset", ["9999", "-1", "x", "١"])
def test_a_place_in_the_list_that_is_not_there_shows_rows(client: Client, offset: str) -> None:
    assert "line-" in page_of(client, f"{LIBRARY}?n={offset}")


def test_a_long_list_comes_in_pages(client: Client) -> None:
    first = page_of(client, LIBRARY)
    assert "?n=50" in first
    second = page_of(client, f"{LIBRARY}?n=50")
    assert ">51<" in second.replace(" ", "")


def test_the_library_reads_in_english(client: Client) -> None:
    client.cookies["yunjian_language"] = "en"
    assert "Routine inspection" in page_of(client, GAS)
