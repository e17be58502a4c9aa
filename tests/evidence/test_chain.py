"""The chain: what is sealed stays, and what was touched is named."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import InternalError, transaction
from django.db.utils import DatabaseError

from tests.support.owner import owners_cursor
from tests.support.world import World
from yunjian.access.actor import OutsideScope, acting_as, system_actor
from yunjian.evidence.jobs import seal_day
from yunjian.evidence.models import ChainHead, DailyHead, Event
from yunjian.evidence.services import daily_head, record, verify_chains, verify_object
from yunjian.evidence.services.verification import ChainReport
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows


def _three_events(world: World) -> list[Event]:
    actor = world.actor(world.engineer)
    with transaction.atomic():
        return [
            record(actor=actor, verb=f"test.{n}", obj=world.agency, payload={"n": n})
            for n in (1, 2, 3)
        ]


def _tamper(sql: str, *values: UUID | str | None) -> None:
    """Change rows as somebody with the rights of the database's owner would."""
    with owners_cursor() as cursor:
        cursor.execute(sql, values)


def _verified() -> ChainReport:
    with acting_as(system_actor("test")):
        return verify_chains()


def _reasons() -> list[tuple[int, str]]:
    return [(b.sequence, b.reason.partition(" / ")[2]) for b in _verified().broken]


def test_an_untouched_chain_is_intact(world: World) -> None:
    events = _three_events(world)

    report = _verified()

    assert (report.chains, report.events, report.broken) == (1, 3, [])
    assert [e.sequence for e in events] == [1, 2, 3]
    assert verify_object(world.agency).ok


def test_who_does_not_reach_every_chain_is_told_nothing_of_them(world: World) -> None:
    with pytest.raises(OutsideScope):
        verify_chains()
    with acting_as(world.actor(world.reviewer)), pytest.raises(OutsideScope):
        verify_chains()


def test_appending_to_a_chain_takes_two_statements(
    world: World, django_assert_num_queries: object
) -> None:
    _three_events(world)
    actor = world.actor(world.engineer)
    with django_assert_num_queries(2):  # type: ignore[operator]
        record(actor=actor, verb="test.4", obj=("thing", 4))


def test_the_trigger_refuses_to_change_or_delete_an_event(world: World) -> None:
    event = _three_events(world)[1]
    for act in (
        lambda: Event.unscoped().filter(pk=event.pk).update(verb="other"),
        lambda: Event.unscoped().filter(pk=event.pk).delete(),
    ):
        with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
            act()


def test_a_changed_body_is_named(world: World) -> None:
    event = _three_events(world)[1]
    _tamper("UPDATE evidence_event SET body = body || ' ' WHERE id = %s", event.pk)

    assert _reasons() == [(2, "content differs from its digest")]
    report = verify_object(world.agency)
    assert not report.ok
    assert len(report.problems) == 1
    assert str(_verified().broken[0]).startswith(f"{event.chain} #2")


@pytest.mark.parametrize(
    ("column", "value"),
    [("verb", "x"), ("actor_name", "x"), ("object_type", "x"), ("organization_id", None)],
)
def test_a_changed_column_is_named(world: World, column: str, value: str | None) -> None:
    event = _three_events(world)[1]
    _tamper(f"UPDATE evidence_event SET {column} = %s WHERE id = %s", value, event.pk)

    assert _reasons() == [(2, "columns differ from the body")]


def test_a_digest_of_no_known_kind_is_a_break_not_a_crash(world: World) -> None:
    event = _three_events(world)[2]
    _tamper("UPDATE evidence_event SET digest = 'none' WHERE id = %s", event.pk)

    assert (3, "content differs from its digest") in _reasons()


def test_a_deleted_event_is_named(world: World) -> None:
    event = _three_events(world)[1]
    _tamper("DELETE FROM evidence_event WHERE id = %s", event.pk)

    assert _reasons() == [(2, "event 2 is missing")]
    assert verify_object(world.agency).problems


def test_a_cut_tail_is_named(world: World) -> None:
    event = _three_events(world)[2]
    _tamper("DELETE FROM evidence_event WHERE id = %s", event.pk)

    assert _reasons() == [(3, "the head points elsewhere")]


def test_a_link_that_was_rewritten_is_named(world: World) -> None:
    event = _three_events(world)[1]
    _tamper("UPDATE evidence_event SET previous_digest = 'x' WHERE id = %s", event.pk)

    assert (2, "does not follow the event before") in _reasons()


def test_a_chain_without_its_head_is_named(world: World) -> None:
    _three_events(world)
    ChainHead.objects.all().delete()

    assert len(_verified().broken) == 3
    assert not verify_object(world.agency).ok


def test_an_event_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        record(actor=system_actor("test"), verb="test", obj=("thing", uuid4()))


def test_a_day_is_sealed_once_and_follows_the_day_before(world: World) -> None:
    _three_events(world)
    with acting_as(system_actor("test")):
        first = daily_head(today() - timedelta(days=2))
    seal_day(0)
    with acting_as(system_actor("test")):
        again = daily_head(today() - timedelta(days=2))

    second = DailyHead.objects.get(day=today() - timedelta(days=1))
    assert first.digest == again.digest
    assert second.previous_digest == first.digest
    assert str(world.agency.pk) in second.body


def test_an_organisation_sees_its_own_chain_and_an_authority_all(world: World) -> None:
    _three_events(world)
    for account, count in ((world.engineer, 3), (world.discharger_owner, 0), (world.reviewer, 3)):
        condition = Event.visible_to(world.actor(account))
        assert Event.unscoped().filter(condition).count() == count
