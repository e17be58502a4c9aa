"""The workbench, the ledger, and a visit as every portal shows it."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from tests.support.owner import owners_cursor
from tests.support.phone import Phone
from tests.support.world import World
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def visit_id(world: World, db: None) -> Any:
    """Walk a visit as far as its submission."""
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    identifier, answer = phone.sign_in(task)
    assert answer.status_code == 201, answer.content.decode()
    return identifier


@pytest.mark.parametrize(
    "path", ["", "visits/", "agencies/", "sources/", "evidence/", "visits/?state=late"]
)
def test_the_reviewer_opens_every_page(world: World, visit_id: Any, path: str) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/{path}")
    assert answer.status_code == 200


def test_the_visit_is_shown_in_all_three_portals(world: World, visit_id: Any) -> None:
    for account, portal in (
        (world.reviewer, "supervision"),
        (world.agency_manager, "agency"),
        (world.discharger_owner, "source"),
    ):
        client = world.client(account)
        listed = client.get(f"/{portal}/visits/").content.decode()
        assert f"/{portal}/visits/{visit_id}/" in listed
        shown = client.get(f"/{portal}/visits/{visit_id}/").content.decode()
        assert world.flue_gas_point.name in shown


def test_another_agency_does_not_find_the_visit(world: World, visit_id: Any) -> None:
    client = world.client(world.other_agency_manager)
    assert client.get(f"/agency/visits/{visit_id}/").status_code == 404
    assert str(visit_id) not in client.get("/agency/visits/").content.decode()


def test_only_authorities_enter_the_ledger(world: World, visit_id: Any) -> None:
    assert world.client(world.agency_manager).get("/supervision/visits/").status_code == 403


def test_an_unknown_visit_is_not_found(world: World, db: None) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/visits/{uuid4()}/")
    assert answer.status_code == 404


def test_verification_says_that_its_events_agree_with_the_log(world: World, visit_id: Any) -> None:
    client = world.client(world.reviewer)
    assert (
        "有关本记录的事件均与已签署的日志一致"
        in client.get(f"/supervision/visits/{visit_id}/verify/").content.decode()
    )


@pytest.mark.parametrize("path", ["visits", "agencies", "sources"])
def test_lists_are_exported_as_excel(world: World, visit_id: Any, path: str) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/{path}/?format=xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer).startswith(b"PK")


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("district=310115", True),
        ("district=310112", False),
        ("discharger=浦江", True),
        ("discharger=春申", False),
        ("agency=清源", True),
        ("agency=碧空", False),
        ("point=锅炉", True),
        ("point=31011500000102", True),
        ("point=总排口", False),
        ("state=in_progress", True),
        ("state=confirmed", False),
        ("verdict=pass", False),
        ("verdict=bad", False),
        ("since=2020-01-01", True),
        ("until=2020-01-01", False),
    ],
)
def test_the_query_row_narrows_the_ledger(
    world: World, visit_id: Any, query: str, *, result: bool
) -> None:
    page = world.client(world.reviewer).get(f"/supervision/visits/?{query}").content.decode()
    assert (str(visit_id) in page) is result


def test_the_export_holds_what_the_query_finds(world: World, visit_id: Any) -> None:
    client = world.client(world.reviewer)

    answer = client.get("/supervision/visits/?format=xlsx&agency=清源")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()

    assert [str(rows[1][0]), rows[1][1], rows[1][7]] == [
        str(visit_id),
        world.discharger.name,
        world.agency.name,
    ]
    assert len(rows) == 2
    nothing = client.get("/supervision/visits/?format=xlsx&agency=碧空")
    content = b"".join(nothing.streaming_content)  # type: ignore[attr-defined]
    assert (
        len(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()) == 1
    )


# statements of a page, session and account included; a list costs the same for one row and many
QUERIES = {"": 10, "visits/": 6, "agencies/": 5, "sources/": 6, "evidence/": 10}


@pytest.mark.parametrize("path", QUERIES)
def test_a_page_takes_as_many_statements_for_many_rows_as_for_one(
    world: World, visit_id: Any, path: str, django_assert_num_queries: Any
) -> None:
    phone = Phone(world.engineer)
    for days in range(1, 6):
        phone.sign_in(world.task(world.flue_gas_point, today() - timedelta(days=days)))
    client = world.client(world.reviewer)
    client.get(f"/supervision/{path}")
    with django_assert_num_queries(QUERIES[path]):
        client.get(f"/supervision/{path}")


@pytest.mark.parametrize("page", ["", "record.pdf"])
def test_a_foreign_visit_is_not_found_and_the_attempt_is_recorded(
    world: World, visit_id: Any, page: str
) -> None:
    for account, portal in (
        (world.other_agency_manager, "agency"),
        (world.other_discharger_owner, "source"),
    ):
        answer = world.client(account).get(f"/{portal}/visits/{visit_id}/{page}")
        assert answer.status_code == 404
        attempt = Event.unscoped().filter(verb="access.foreign").latest("id")
        assert attempt.actor_account_id == account.pk
        assert attempt.object_id == str(visit_id)


def test_there_is_no_copy_of_a_visit_that_was_not_handed_in(world: World, visit_id: Any) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/visits/{visit_id}/record.pdf")

    assert answer.status_code == 409
    assert "尚未提交" in answer.content.decode()
    assert "<html" in answer.content.decode()


def test_a_changed_event_is_named_on_the_page_of_its_visit(world: World, visit_id: Any) -> None:
    with owners_cursor() as cursor:
        cursor.execute(
            "UPDATE evidence_event SET actor_name = '别人' WHERE object_id = %s", [str(visit_id)]
        )

    page = world.client(world.reviewer).get(f"/supervision/visits/{visit_id}/verify/")

    assert "验证未通过" in page.content.decode()
    assert "列与正文不符" in page.content.decode()


def test_the_page_of_a_visit_draws_where_the_engineer_stood(world: World, visit_id: Any) -> None:
    page = world.client(world.reviewer).get(f"/supervision/visits/{visit_id}/").content.decode()
    assert 'aria-label="签到位置距测点 0 米"' in page


def test_the_workbench_counts_the_days_visits(world: World, visit_id: Any) -> None:
    page = world.client(world.reviewer).get("/supervision/").content.decode()
    chart = json.loads(page.partition('type="application/json">')[2].partition("</script>")[0])
    assert len(chart["labels"]) == 14
    assert {one["name"]: one["values"][-1] for one in chart["series"]} == {
        "合格": 0,
        "有异常、需校准": 0,
        "失控、不合格": 0,
        "进行中": 1,
    }
