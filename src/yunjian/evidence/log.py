"""Reading the transparency log: its tree, its checkpoints, and proofs out of it."""

from dataclasses import dataclass

from yunjian.evidence.models import Checkpoint, Event, LogEntry, LogNode
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.merkle import ReadNode

TILE_LEVELS = 8  # a tile is a complete subtree of so many levels
TILE = 2**TILE_LEVELS


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an event is in the log: its place, the hashes to the root, and who signed that root."""

    event: Event
    index: int
    proof: list[bytes]
    checkpoint: Checkpoint


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


def latest_checkpoint() -> Checkpoint | None:
    """Return the last thing that the log signed, or None before the first event."""
    return Checkpoint.objects.order_by("-size").first()


def inclusion_of(event: Event) -> Inclusion | None:
    """Return that an event is in the log as it was last signed, or None while it waits."""
    entry = LogEntry.objects.filter(event_id=event.pk).first()
    checkpoint = latest_checkpoint()
    if entry is None or checkpoint is None:
        return None
    proof = merkle.inclusion_proof(entry.index, checkpoint.size, stored_tree())
    return Inclusion(event, entry.index, proof, checkpoint)


def consistency_between(old: int, new: int) -> list[bytes]:
    """Return the proof that the log of `old` leaves is the beginning of that of `new`.

    Raises:
        IndexError: the log never had so many, or the earlier one is empty or the larger one.
    """
    latest = latest_checkpoint()
    if latest is None or new > latest.size:
        raise IndexError(f"the log has no {new} leaves")
    return merkle.consistency_proof(old, new, stored_tree())
