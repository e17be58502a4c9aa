"""Two administrators at one moment: nobody's change to a draft is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import pytest
from django.db import connection, transaction

from tests.library.rules import GAS, PATROL, actor_of, confirm, correct, publish, tomorrow
from tests.library.test_rules_shown import CITY, source_of
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.kernel.errors import InvalidState
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.services import rules
from yunjian.records.versions import StaleVersion

Result = TypeVar("Result")
SECONDS = 60

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reads_all_rows]


def meanwhile(first: Callable[[], object], second: Callable[[], Result]) -> Result:
    """Return the result of `second`, which begins while the transaction of `first` is open.

    `first` is committed when `second` waits for it, or is done because it does not.
    """
    held, committed = Event(), Event()

    def holder() -> None:
        try:
            with transaction.atomic():
                first()
                held.set()
                assert committed.wait(SECONDS)
        finally:
            held.set()
            connection.close()

    def follower() -> Result:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(holder)
        assert held.wait(SECONDS)
        other = pool.submit(follower)
        while not other.done() and not somebody_waits():
            pass
        committed.set()
        one.result(SECONDS)
        return other.result(SECONDS)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def upload(world: World, text: str = CITY) -> RuleDraft:
    actor = actor_of(world)
    with acting_as(actor):
        return rules.overlay_upload(actor=actor, text=text, filename="city.toml")


def test_of_two_who_compare_rows_at_one_moment_both_are_kept(world: World) -> None:
    confirm(world, row="hj75.verify-auto")
    meanwhile(lambda: confirm(world), lambda: confirm(world, row="hj75.cal-auto"))
    draft = RuleDraft.unscoped().get(code=GAS)
    assert (sorted(draft.marks), draft.revision) == (
        ["hj75.cal-auto", PATROL, "hj75.verify-auto"],
        3,
    )
    compared = {row["id"] for row in draft.content["obligations"] if "confirmed_by" in row}
    assert compared == set(draft.marks)


def test_of_two_who_begin_a_draft_at_one_moment_both_are_kept(world: World) -> None:
    actor_of(world)
    meanwhile(lambda: confirm(world), lambda: confirm(world, row="hj75.cal-auto"))
    assert sorted(RuleDraft.unscoped().get(code=GAS).marks) == ["hj75.cal-auto", PATROL]


def test_what_is_changed_at_the_moment_of_publishing_is_not_published_unseen(
    world: World,
) -> None:
    confirm(world)
    five = {**source_of("hj75.cal-auto"), "clause": "11.2 b"}

    def published() -> str:
        try:
            return publish(world).name
        except StaleVersion as error:
            return error.code

    assert meanwhile(lambda: correct(world, "hj75.cal-auto", five), published) == "stale"
    assert not PublishedPack.unscoped().exists()
    assert sorted(RuleDraft.unscoped().get(code=GAS).marks) == ["hj75.cal-auto", PATROL]


def test_of_two_who_publish_at_one_moment_one_succeeds(world: World) -> None:
    confirm(world)

    def published() -> str:
        try:
            return publish(world, since=tomorrow(2)).name
        except (InvalidState, RuleDraft.DoesNotExist):
            return "too late"

    assert meanwhile(lambda: publish(world), published) == "too late"
    assert [row.name for row in PublishedPack.unscoped()] == ["hj75-2017@2"]


def test_a_row_is_taken_back_beside_a_change_of_another(world: World) -> None:
    confirm(world)
    actor = actor_of(world)

    def restore() -> None:
        with acting_as(actor):
            rules.row_restore(actor=actor, code=GAS, row_id=PATROL)

    meanwhile(lambda: confirm(world, row="hj75.cal-auto"), restore)
    draft = RuleDraft.unscoped().get(code=GAS)
    assert (list(draft.marks), draft.revision) == (["hj75.cal-auto"], 3)


def test_uploads_at_one_moment_count_one_after_the_other(world: World) -> None:
    upload(world)
    stricter = CITY.replace("value = 3", "value = 2")
    meanwhile(lambda: upload(world, stricter), lambda: upload(world, stricter))
    assert RuleDraft.unscoped().get(code="city-hj75").revision == 3


def test_what_is_changed_while_somebody_publishes_is_based_on_what_was_published(
    world: World,
) -> None:
    confirm(world)
    meanwhile(lambda: publish(world), lambda: confirm(world, row="hj75.cal-auto"))
    draft = RuleDraft.unscoped().get(code=GAS, published=None)
    assert (draft.base, list(draft.marks)) == ("hj75-2017@2", ["hj75.cal-auto"])
    assert publish(world, since=tomorrow(2)).name == "hj75-2017@3"
