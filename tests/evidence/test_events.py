"""Events: what is recorded stays, and what was touched is named."""

from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.db import InternalError, transaction
from django.db.utils import DatabaseError

from tests.support.owner import owners_cursor
from tests.support.world import World
from yunjian.access.actor import OutsideScope, acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.evidence.services import log_extend, record, verify_log, verify_object
from yunjian.evidence.services.verification import LogReport

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


def _verified() -> LogReport:
    with acting_as(system_actor("test")):
        return verify_log()


def _extended() -> None:
    with acting_as(system_actor("test")):
        log_extend()


def _reasons() -> list[str]:
    return [one.reason.partition(" / ")[2] for one in _verified().broken]


def test_untouched_events_hold_while_they_wait_and_in_the_log(world: World) -> None:
    _three_events(world)
    waiting = verify_object(world.agency)
    assert (waiting.ok, waiting.waiting) == (True, 3)
    _extended()

    report = _verified()

    assert (report.events, report.waiting, report.checkpoints, report.broken) == (3, 0, 1, [])
    logged = verify_object(world.agency)
    assert (logged.ok, logged.waiting) == (True, 0)


def test_who_does_not_reach_every_event_is_told_nothing_of_them(world: World) -> None:
    with pytest.raises(OutsideScope):
        verify_log()
    with acting_as(world.actor(world.reviewer)), pytest.raises(OutsideScope):
        verify_log()


def test_an_event_is_recorded_by_one_statement(
    world: World, django_assert_num_queries: object
) -> None:
    _three_events(world)
    actor = world.actor(world.engineer)
    with django_assert_num_queries(1):  # type: ignore[operator]
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
    _extended()
    _tamper("UPDATE evidence_event SET body = body || ' ' WHERE id = %s", event.pk)

    assert _reasons() == ["an event differs from the log", "content differs from its digest"]
    report = verify_object(world.agency)
    assert not report.ok
    assert len(report.problems) == 2
    assert str(_verified().broken[0]).startswith(f"{event.chain} #1: 事件 {event.pk}")


@pytest.mark.parametrize("in_the_log", [True, False])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "x"),
        ("actor_name", "x"),
        ("object_type", "x"),
        ("organization_id", None),
        ("sequence", "7"),
        ("at", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_changed_column_is_named(
    world: World, column: str, value: str | None, *, in_the_log: bool
) -> None:
    event = _three_events(world)[1]
    if in_the_log:
        _extended()
    _tamper(f"UPDATE evidence_event SET {column} = %s WHERE id = %s", value, event.pk)

    assert _reasons() == ["columns differ from the body"]


def test_a_digest_of_no_known_kind_is_told_and_no_crash(world: World) -> None:
    event = _three_events(world)[2]
    _tamper("UPDATE evidence_event SET digest = 'none' WHERE id = %s", event.pk)

    assert _reasons() == ["content differs from its digest"]


def test_a_digest_before_it_that_was_made_up_is_told(world: World) -> None:
    event = _three_events(world)[1]
    _extended()
    _tamper("UPDATE evidence_event SET previous_digest = 'x' WHERE id = %s", event.pk)

    assert _reasons() == ["content differs from its digest"]


def test_an_event_that_was_altered_with_its_digest_differs_from_the_log(
    world: World,
) -> None:
    event = _three_events(world)[1]
    _extended()
    _tamper(
        "UPDATE evidence_event SET verb = other.verb, body = other.body, digest = other.digest"
        " FROM evidence_event other WHERE evidence_event.id = %s AND other.verb = 'test.3'",
        event.pk,
    )

    assert "an event differs from the log" in _reasons()
    assert any("differs from the log" in each for each in verify_object(world.agency).problems)


def test_an_event_of_a_thing_that_is_in_no_log_is_told(world: World) -> None:
    _three_events(world)
    _tamper("DELETE FROM evidence_pendingleaf")

    assert len(verify_object(world.agency).problems) == 3
    assert _reasons() == ["an event is not in the log"] * 3


def test_what_was_signed_is_looked_at_with_each_thing(world: World) -> None:
    _three_events(world)
    _extended()
    _tamper("UPDATE evidence_checkpoint SET note = ''")
    assert any("signature" in each for each in verify_object(world.agency).problems)


def test_a_tree_that_was_put_into_disorder_is_told_with_each_thing(world: World) -> None:
    _three_events(world)
    _extended()
    _tamper("UPDATE evidence_logentry SET leaf_hash = '\\x00' WHERE index = 0")
    # its own leaf is computed from the event; the proofs of the others lead through it
    assert len(verify_object(world.agency).problems) == 2


def test_a_thing_without_any_event_has_no_proof(world: World) -> None:
    assert not verify_object(world.discharger).ok


def test_the_digest_is_of_the_algorithm_that_is_set(world: World, settings: LazySettings) -> None:
    settings.EVIDENCE_DIGEST = "sm3"
    assert {event.digest.partition(":")[0] for event in _three_events(world)} == {"sm3"}
    _extended()
    assert _verified().broken == []


def test_an_event_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        record(actor=system_actor("test"), verb="test", obj=("thing", uuid4()))


def test_an_organisation_sees_its_own_events_and_an_authority_all(world: World) -> None:
    _three_events(world)
    for account, count in ((world.engineer, 3), (world.discharger_owner, 0), (world.reviewer, 3)):
        condition = Event.visible_to(world.actor(account))
        assert Event.unscoped().filter(condition).count() == count
