"""The transparency log: each event gets one place, what was signed stays true, cheating shows."""

from collections.abc import Iterator
from itertools import pairwise
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence import log
from yunjian.evidence.log_keys import log_signer, log_verifiers
from yunjian.evidence.models import Checkpoint, Event, LogEntry, LogNode, PendingLeaf
from yunjian.evidence.services import log_extend, record, verify_log
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.checkpoint import opened

pytestmark = pytest.mark.reads_all_rows
ORIGIN = "127.0.0.1/yunjian-log"


@pytest.fixture
def system(world: World) -> Iterator[World]:
    """The small city, and the system acting."""
    with acting_as(system_actor("test")):
        yield world


def _happen(count: int = 1) -> list[Event]:
    with transaction.atomic():
        return [
            record(actor=system_actor("test"), verb="test.done", obj=("test.thing", uuid4()))
            for _ in range(count)
        ]


def test_each_event_gets_one_place_and_what_the_log_is_then_is_signed(system: World) -> None:
    events = _happen(3)

    signed = log_extend()

    assert signed is not None
    stated = opened(signed.note, ORIGIN, log_verifiers())
    assert (stated.size, stated.root) == (Event.unscoped().count(), bytes(signed.root))
    places = [LogEntry.objects.get(event_id=event.pk).index for event in events]
    assert sorted(LogEntry.objects.values_list("index", flat=True)) == [*range(signed.size)]
    assert places == sorted(places)
    assert not PendingLeaf.objects.exists()


def test_nothing_is_signed_when_nothing_happened(system: World) -> None:
    _happen()
    log_extend()
    assert log_extend() is None
    assert Checkpoint.objects.count() == 1


def test_an_event_whose_transaction_fails_does_not_wait_for_a_place(system: World) -> None:
    before = PendingLeaf.objects.count()
    with transaction.atomic():
        record(actor=system_actor("test"), verb="test.done", obj=("test.thing", uuid4()))
        transaction.set_rollback(True)
    assert PendingLeaf.objects.count() == before


@pytest.mark.parametrize("steps", [[1, 1, 1], [255, 1, 1], [256], [300, 300], [700]])
def test_proofs_from_the_stored_tree_lead_to_what_was_signed(
    system: World, steps: list[int]
) -> None:
    log_extend()
    events, signed = [], []
    for step in steps:
        events += _happen(step)
        one = log_extend()
        assert one is not None
        signed.append(one)

    for event in events[:: max(1, len(events) // 20)]:
        checkpoint, [inclusion] = log.inclusions_of([event])
        assert checkpoint == signed[-1]
        assert inclusion is not None
        leaf = merkle.leaf_hash(log.leaf_of(event.body, event.digest))
        size, root = checkpoint.size, bytes(checkpoint.root)
        assert merkle.root_of_inclusion(leaf, inclusion.index, size, inclusion.proof) == root
    for old, new in pairwise(signed):
        proof = log.consistency_between(old.size, new.size)
        merkle.check_consistency(old.size, bytes(old.root), new.size, bytes(new.root), proof)
    tiles = signed[-1].size // log.TILE
    assert LogNode.objects.filter(level=8).count() == tiles


def test_batches_are_taken_one_after_the_other(system: World) -> None:
    _happen(5)
    waiting = PendingLeaf.objects.count()
    sizes = []
    while (signed := log_extend(batch=2)) is not None:
        sizes.append(signed.size)
    assert sizes == [*range(2, waiting, 2), waiting]


def test_an_event_that_waits_has_no_proof_yet(system: World) -> None:
    [event] = _happen()
    assert log.inclusions_of([event]) == (None, [None])
    with pytest.raises(IndexError):
        log.consistency_between(1, 1)
    log_extend()
    [other] = _happen()
    assert [one is None for one in log.inclusions_of([event, other])[1]] == [False, True]
    with pytest.raises(IndexError):
        log.consistency_between(1, Event.unscoped().count())


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_log_one_leaves_and_no_event_is_lost_or_doubled() -> None:
    with acting_as(system_actor("test")):
        _happen(40)
    barrier = Barrier(2)

    def extend() -> None:
        try:
            with acting_as(system_actor("test")):
                barrier.wait(10)
                log_extend(batch=30)
        finally:
            connection.close()

    threads = [Thread(target=extend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with acting_as(system_actor("test")):
        while log_extend() is not None:
            pass
        assert sorted(LogEntry.objects.values_list("index", flat=True)) == [*range(40)]
        assert verify_log().broken == []


def _tamper(statement: str, *values: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET session_replication_role = replica")  # no triggers, as a superuser can
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(f"SET ROLE {connection.settings_dict['OPTIONS']['assume_role']}")


def _reasons() -> list[str]:
    return [one.reason for one in verify_log().broken]


def test_a_log_that_nobody_touched_holds(system: World) -> None:
    _happen(3)
    log_extend()
    _happen(2)  # these wait
    report = verify_log()
    assert report.broken == []
    assert (report.events, report.waiting) == (Event.unscoped().count() - 2, 2)
    assert report.checkpoints == 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE evidence_event SET body = replace(body, 'test.done', 'test.gone')", "与日志不符"),
        ("UPDATE evidence_event SET digest = 'sha256:00'", "与日志不符"),
        ("DELETE FROM evidence_event", "不存在"),
        ("UPDATE evidence_logentry SET leaf_hash = '\\x00'", "与日志不符"),
        ("UPDATE evidence_checkpoint SET root = '\\x00'", "检查点与其签名不符"),
        ("UPDATE evidence_checkpoint SET note = replace(note, 'log', 'lag')", "签名无效"),
        ("UPDATE evidence_checkpoint SET note = ''", "签名无效"),
    ],
)
def test_what_is_altered_in_the_database_is_told(
    system: World, statement: str, reason: str
) -> None:
    _happen(3)
    log_extend()
    _tamper(statement)
    assert any(reason in each for each in _reasons())


def test_an_end_that_was_cut_off_is_told(system: World) -> None:
    log_extend()
    _happen(3)
    log_extend()
    _tamper(
        "DELETE FROM evidence_logentry"
        " WHERE index >= (SELECT max(index) - 1 FROM evidence_logentry)"
    )
    assert any("曾签署" in each for each in _reasons())


def test_an_end_that_nobody_signed_is_told(system: World) -> None:
    _happen(2)
    log_extend()
    _happen(3)
    log_extend()
    _tamper(
        "DELETE FROM evidence_checkpoint WHERE size = (SELECT max(size) FROM evidence_checkpoint)"
    )
    assert any("没有签署" in each for each in _reasons())


def test_an_entry_that_is_left_out_is_told(system: World) -> None:
    _happen(3)
    log_extend()
    _tamper("DELETE FROM evidence_logentry WHERE index = 1")
    reasons = _reasons()
    assert any("缺少第 1 条" in each for each in reasons)
    assert any("不在日志中" in each for each in reasons)


def test_an_event_that_never_came_to_the_log_is_told(system: World) -> None:
    [event] = _happen()
    _tamper("DELETE FROM evidence_pendingleaf")
    assert any(f"{event.pk} 不在日志中" in each for each in _reasons())


def test_an_event_that_is_gone_before_it_got_its_place_is_told(system: World) -> None:
    [event] = _happen()
    _tamper("DELETE FROM evidence_event WHERE id = %s", event.pk)
    while log_extend() is not None:
        pass
    assert any(f"{event.pk} 不存在" in each for each in _reasons())


def test_a_log_rewritten_with_its_own_key_contradicts_what_others_hold(system: World) -> None:
    _happen(5)
    held = log_extend()
    assert held is not None
    others = held.size, bytes(held.root)

    _tamper("UPDATE evidence_event SET body = replace(body, 'test.done', 'test.gone')")
    _tamper("DELETE FROM evidence_logentry")
    _tamper("DELETE FROM evidence_checkpoint")
    _tamper("INSERT INTO evidence_pendingleaf SELECT id FROM evidence_event")
    while log_extend() is not None:
        pass
    _happen(4)
    later = log_extend()
    assert later is not None
    proof = log.consistency_between(held.size, later.size)
    with pytest.raises(merkle.InvalidProof):
        merkle.check_consistency(*others, later.size, bytes(later.root), proof)


def test_the_program_cannot_alter_the_log(system: World) -> None:
    _happen(2)
    log_extend()
    for statement in (
        "UPDATE evidence_logentry SET index = index + 1",
        "DELETE FROM evidence_checkpoint",
        "DELETE FROM evidence_logentry",
    ):
        with (
            pytest.raises(DatabaseError, match="Cannot update or delete"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.fixture
def key_files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two keys as an operator makes them, today's first."""
    folder = tmp_path_factory.mktemp("keys")
    paths = []
    for name in ("today", "before"):
        path = folder / f"{name}.pem"
        key = Ed25519PrivateKey.generate()
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        paths.append(str(path))
    return paths


def test_what_a_key_signed_before_another_came_still_holds(
    system: World, settings: LazySettings, key_files: list[str]
) -> None:
    settings.LOG_KEYS = key_files[1:]
    _happen()
    log_extend()
    settings.LOG_KEYS = key_files
    _happen()
    log_extend()

    assert len({str(each) for each in log_verifiers()}) == 2
    assert verify_log().broken == []
    settings.LOG_KEYS = key_files[:1]
    assert any("签名无效" in each for each in _reasons())


def test_a_key_that_cannot_be_used_is_told_by_its_name(
    settings: LazySettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("keys")
    no_key, another = folder / "no-key.pem", folder / "rsa.pem"
    no_key.write_text("no key")
    another.write_bytes(
        generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    for path in (folder / "missing.pem", no_key, another):
        settings.LOG_KEYS = [str(path)]
        with pytest.raises(ImproperlyConfigured, match=path.name):
            log_signer()
