"""The Merkle tree of the log: hashing of RFC 6962, 2.1; proofs of RFC 9162, 2.1.3 and 2.1.4.

A tree is read through a function that returns the hash over the complete subtree `(level, index)`:
the 2**level leaves from index · 2**level on. All hashes are 32 bytes of SHA-256.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode = Callable[[int, int], bytes]


class InvalidProof(Exception):
    """What was given does not prove what it should."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf; its prefix keeps it from being taken for that of a node."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two nodes or leaves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a complete subtree: 1, 2, 4, … leaves or nodes of one level."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that cover the leaves `start` to `end`.

    From the left, the largest first; `start` is a multiple of the size of the largest.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_root(start: int, end: int, read: ReadNode) -> bytes:
    """Return the hash over the leaves `start` to `end`, which are as for `complete_subtrees`."""
    *left, last = [read(level, index) for level, index in complete_subtrees(start, end)]
    for each in reversed(left):
        last = node_hash(each, last)
    return last


def root(size: int, read: ReadNode) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return range_root(0, size, read) if size else EMPTY_ROOT


class GrowingTree:
    """A tree of which only the complete subtrees are kept: its root, while leaves are added."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []  # of the size in binary, the largest first

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        full = self.size
        while full & 1:
            leaf = node_hash(self._subtrees.pop(), leaf)
            full >>= 1
        self._subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        *left, last = self._subtrees
        for each in reversed(left):
            last = node_hash(each, last)
        return last


def inclusion_proof(index: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root of the tree of `size` leaves.

    Raises:
        IndexError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} of a tree of {size}")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_root(middle, end, read))
            end = middle
        else:
            proof.append(range_root(start, middle, read))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read: ReadNode) -> list[bytes]:
    """Return the hashes that show that the tree of `old` leaves is the beginning of that of `new`.

    Raises:
        IndexError: the earlier tree is empty, or larger than the later one.
    """
    if not 0 < old <= new:
        raise IndexError(f"a tree of {old} within one of {new}")
    proof = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(range_root(middle, end, read))
            end = middle
        else:
            proof.append(range_root(start, middle, read))
            start = middle
    if start:  # the earlier root is known to whoever asks; a part of it is not
        proof.append(range_root(start, end, read))
    return proof[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that the proof leads to from the hash of a leaf (RFC 9162, 2.1.3.2).

    Raises:
        InvalidProof: the proof has another length than one of this leaf in a tree of this size.
    """
    if not 0 <= index < size:
        raise InvalidProof(f"leaf {index} of a tree of {size}")
    place, last, current = index, size - 1, leaf
    for each in proof:
        if last == 0 or len(each) != HASH_SIZE:
            raise InvalidProof("the proof is too long, or no list of hashes")
        if place & 1 or place == last:
            current = node_hash(each, current)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            current = node_hash(current, each)
        place >>= 1
        last >>= 1
    if last:
        raise InvalidProof("the proof is too short")
    return current


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that one tree is the beginning of another (RFC 9162, 2.1.4.2).

    Raises:
        InvalidProof: it is not, or the proof does not show it.
    """
    if old > new or old < 0:
        raise InvalidProof(f"a tree of {old} within one of {new}")
    if old == 0:  # every tree begins with the empty one
        if old_root != EMPTY_ROOT or proof:
            raise InvalidProof("the empty tree has one root, and needs no proof")
        return
    if old == new:
        if old_root != new_root or proof:
            raise InvalidProof("two trees of one size have different roots, or a proof")
        return
    if any(len(each) != HASH_SIZE for each in proof):
        raise InvalidProof("the proof is no list of hashes")
    if _roots_of_consistency(old, old_root, new, proof) != (old_root, new_root):
        raise InvalidProof("the later tree does not begin with the earlier one")


def _roots_of_consistency(
    old: int, old_root: bytes, new: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    # a complete subtree is where both climb from, and whoever asks knows it
    hashes = [old_root, *proof] if old & (old - 1) == 0 else [*proof]
    if not hashes:
        raise InvalidProof("the proof is too short")
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    first, *others = hashes
    of_old = of_new = first
    for each in others:
        if last == 0:
            raise InvalidProof("the proof is too long")
        if place & 1 or place == last:
            of_old, of_new = node_hash(each, of_old), node_hash(each, of_new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            of_new = node_hash(of_new, each)
        place >>= 1
        last >>= 1
    if last:
        raise InvalidProof("the proof is too short")
    return of_old, of_new


def _split(size: int) -> int:
    """Return the largest power of two that is smaller."""
    return 1 << ((size - 1).bit_length() - 1)
