"""Pages by key: every row once, in order, whatever the column holds."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import today
from yunjian.kernel.cursors import cursor_text, key_slice, newest_first, read_cursor
from yunjian.sources.models import PollutionSource

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def _acting() -> Iterator[None]:
    """What is asked of the program is asked by the system."""
    with acting_as(system_actor("test")):
        yield


@pytest.fixture
def rows(world: World) -> list[PollutionSource]:
    """Sources of which some have no day of opening, and some share one."""
    days = [None, today(), today(), None, today() - timedelta(days=1), today()]
    PollutionSource.unscoped().update(opened_on=today() + timedelta(days=5))
    for number, day in enumerate(days):
        PollutionSource.unscoped().create(
            organization=world.discharger,
            code=f"31011500010{number}",
            name=f"{number} 厂",
            district=world.district,
            industry_code="2222",
            industry_name="手工纸制造",
            address="路",
            longitude=121,
            latitude=31,
            opened_on=day,
        )
    return list(PollutionSource.unscoped())


@pytest.mark.parametrize(
    "order", ["-id", "id", "opened_on", "-opened_on", "name", "-district__name"]
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.usefixtures("_acting")
def test_pages_hold_each_row_once_in_the_order_of_the_database(
    rows: list[PollutionSource], order: str, size: int
) -> None:
    everything = PollutionSource.unscoped()
    column = order.lstrip("-")
    seen: list[PollutionSource] = []
    after = None
    while True:
        page = key_slice(everything, size=size, order=order, after=after)
        seen += page.rows
        if not page.has_more:
            break
        assert len(page.rows) == size
        after = read_cursor(everything, column, cursor_text(page.rows[-1], column))
        assert after is not None
    tie = "pk" if order[0] != "-" else "-pk"
    assert seen == list(everything.order_by(order, tie))
    assert len(seen) == len(rows)


@pytest.mark.usefixtures("_acting")
def test_the_next_cursor_is_the_last_row_of_a_page_that_is_followed(
    rows: list[PollutionSource],
) -> None:
    everything = PollutionSource.unscoped()
    page = newest_first(everything, size=4)
    assert page.next == page.rows[-1].pk
    rest = newest_first(everything, size=4, cursor=page.next)
    assert (len(rest.rows), rest.next) == (len(rows) - 4, None)
    assert newest_first(everything, size=len(rows)).next is None


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("id", ""),
        ("id", "v1"),
        ("id", "v~"),
        ("id", "n~01890000-0000-7000-8000-000000000001"),
        ("id", "x~01890000-0000-7000-8000-000000000001"),
        ("id", "vnot-an-id~01890000-0000-7000-8000-000000000001"),
        ("opened_on", "vyesterday~01890000-0000-7000-8000-000000000001"),
        ("opened_on", "v2026-01-01~nobody"),
        ("nowhere", "v1~01890000-0000-7000-8000-000000000001"),
        ("name", "v\x00~01890000-0000-7000-8000-000000000001"),
    ],
)
def test_what_is_no_cursor_is_none(db: None, column: str, text: str) -> None:
    assert read_cursor(PollutionSource.unscoped(), column, text) is None
