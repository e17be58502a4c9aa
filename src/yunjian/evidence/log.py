"""Reading the transparency log: its tree, its checkpoints, and proofs out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Checkpoint, Event, LogEntry, LogNode, PendingLeaf
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.merkle import ReadNode

TILE_LEVELS = 8  # a tile is a complete subtree of so many levels
TILE = 2**TILE_LEVELS


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an event is in the log: its place, and the hashes from there to the root."""

    index: int
    proof: list[bytes]


def leaf_of(body: str, digest: str) -> bytes:
    """Return the content of the leaf of an event: its canonical JSON, and its digest on a line.

    The digest repeats the body in the algorithm that is set (SM3 where it has to be); of events
    from before the log it carries the chain over, which it was the digest of.
    """
    return f"{body}\n{digest}".encode()


def stored_tree() -> ReadNode:
    """Return a reader of the tree as it is stored; what it has read it remembers."""
    tiles: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, index: int) -> list[bytes]:
        if (level, index) not in tiles:
            tiles[level, index] = hashes_of_tile(level, index)
        return tiles[level, index]

    def read(level: int, index: int) -> bytes:
        above = level % TILE_LEVELS
        first = index << above
        hashes = tile(level - above, first // TILE)
        start = first % TILE
        return merkle.subtree_root(hashes[start : start + (1 << above)])

    return read


def hashes_of_tile(level: int, index: int) -> list[bytes]:
    """Return the hashes of a tile: 256, in the last of a level (a multiple of 8) fewer."""
    among = {"index__gte": index * TILE, "index__lt": (index + 1) * TILE}
    if level == 0:
        entries = LogEntry.objects.filter(**among).order_by("index")
        return [bytes(row) for row in entries.values_list("leaf_hash", flat=True)]
    nodes = LogNode.objects.filter(level=level, **among).order_by("index")
    return [bytes(row) for row in nodes.values_list("hash", flat=True)]


@dataclass(frozen=True, slots=True)
class LogState:
    """What the log signed last, and the events that have no place in it yet."""

    origin: str
    checkpoint: Checkpoint | None
    waiting: int
    waits_since: datetime | None


def log_state() -> LogState:
    """Return where the log stands."""
    with bypass_rls("how many events wait, and since when; nothing of what they say"):
        waiting = PendingLeaf.objects.count()
        oldest = PendingLeaf.objects.order_by("pk").values("pk")[:1]
        since = Event.unscoped().filter(pk=oldest).values_list("at", flat=True).first()
    return LogState(settings.LOG_ORIGIN, latest_checkpoint(), waiting, since)


def latest_checkpoint() -> Checkpoint | None:
    """Return the last thing that the log signed, or None before the first event."""
    return Checkpoint.objects.order_by("-size").first()


def inclusions_of(events: Sequence[Event]) -> tuple[Checkpoint | None, list[Inclusion | None]]:
    """Return what was signed last, and for each event that it is in it; None while it waits."""
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        return None, [None for _event in events]
    size, read = checkpoint.size, stored_tree()
    places = dict(
        LogEntry.objects.filter(
            event_id__in=[event.pk for event in events], index__lt=size
        ).values_list("event_id", "index")
    )
    return checkpoint, [
        Inclusion(places[event.pk], merkle.inclusion_proof(places[event.pk], size, read))
        if event.pk in places
        else None
        for event in events
    ]


def consistency_between(old: int, new: int) -> list[bytes]:
    """Return the proof that the log of `old` leaves is the beginning of that of `new`.

    Raises:
        IndexError: the log never had so many, or the earlier one is empty or the larger one.
    """
    latest = latest_checkpoint()
    if latest is None or new > latest.size:
        raise IndexError(f"the log has no {new} leaves")
    return merkle.consistency_proof(old, new, stored_tree())
