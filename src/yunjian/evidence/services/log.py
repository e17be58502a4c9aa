"""Writing the transparency log: events get their places, and what was written is signed."""

from django.conf import settings
from django.db import connection, transaction

from yunjian.evidence.log import (
    TILE,
    TILE_LEVELS,
    hashes_of_tile,
    latest_checkpoint,
    leaf_of,
    stored_tree,
)
from yunjian.evidence.log_keys import log_signer
from yunjian.evidence.models import Checkpoint, Event, LogEntry, LogNode, PendingLeaf
from yunjian.evidence.transparency import checkpoint, merkle
from yunjian.kernel.clock import now

LOG_LOCK = 0x796A_6C6F  # "yjlo"
BATCH = 10_000


@transaction.atomic
def log_extend(batch: int = BATCH) -> Checkpoint | None:
    """Give the events that wait their places in the log, and sign what the log is now.

    One at a time: whoever finds another at it leaves at once. Events are taken as they are seen,
    those of one batch in the order of their ids; one that was committed later stands later.

    Returns:
        The new checkpoint, or None when nothing waited or another process is at it. An event
        that waits and is not there any more keeps waiting: the walk reports it.
    """
    if not _alone():
        return None
    waiting = PendingLeaf.objects.order_by("event_id").values_list("event_id", flat=True)[:batch]
    events = list(
        Event.unscoped()
        .filter(pk__in=list(waiting))
        .order_by("pk")
        .values_list("pk", "body", "digest")
    )
    if not events:
        return None
    before = latest_checkpoint()
    size = before.size if before else 0
    LogEntry.objects.bulk_create(
        LogEntry(index=index, event_id=pk, leaf_hash=merkle.leaf_hash(leaf_of(body, digest)))
        for index, (pk, body, digest) in enumerate(events, start=size)
    )
    PendingLeaf.objects.filter(pk__in=[pk for pk, _body, _digest in events]).delete()
    _keep_nodes(size, size + len(events))
    return _sign(size + len(events))


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOG_LOCK])
        return bool(cursor.fetchone()[0])


def _keep_nodes(old: int, new: int) -> None:
    """Keep the roots of the tiles that were filled, on each level that has some."""
    level = 0
    while new // TILE > old // TILE:
        filled = range(old // TILE, new // TILE)
        level += TILE_LEVELS
        LogNode.objects.bulk_create(
            LogNode(
                level=level,
                index=index,
                hash=merkle.subtree_root(hashes_of_tile(level - TILE_LEVELS, index)),
            )
            for index in filled
        )
        old, new = old // TILE, new // TILE


def _sign(size: int) -> Checkpoint:
    root = merkle.root(size, stored_tree())
    state = checkpoint.Checkpoint(settings.LOG_ORIGIN, size, root)
    return Checkpoint.objects.create(
        size=size, root=root, note=state.signed(log_signer()), created_at=now()
    )
