"""The Merkle tree of the log: known roots, all proofs of small trees, and proofs that are wrong."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.evidence.transparency.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    InvalidProof,
    ReadNode,
    check_consistency,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    root_of_inclusion,
)

# the examples that implementations of RFC 6962 share
CONTENTS = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
MOST = 33


def _tree(hashes: list[bytes]) -> ReadNode:
    """Read a tree of these leaves in the plainest way."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return hashes[index]
        return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    return read


LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
TREE = _tree(LEAVES)


@pytest.mark.parametrize("size", ROOTS)
def test_known_leaves_have_known_roots(size: int) -> None:
    hashes = [leaf_hash(content) for content in CONTENTS]
    assert root(size, _tree(hashes)).hex() == ROOTS[size]


def test_a_growing_tree_has_the_root_of_each_of_its_sizes() -> None:
    tree = GrowingTree()
    assert (tree.size, tree.root()) == (0, EMPTY_ROOT)
    for size, leaf in enumerate(LEAVES, start=1):
        tree.append(leaf)
        assert (tree.size, tree.root()) == (size, root(size, TREE))


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_each_leaf_is_led_to_the_root_and_no_other_leaf_is(size: int) -> None:
    whole = root(size, TREE)
    for index, leaf in enumerate(LEAVES[:size]):
        proof = inclusion_proof(index, size, TREE)
        assert root_of_inclusion(leaf, index, size, proof) == whole
        for other in range(size):
            if other != index:
                assert not _leads(LEAVES[other], index, size, proof, whole)
                assert not _leads(leaf, other, size, proof, whole)


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_each_earlier_tree_is_the_beginning_of_each_later_one(new: int) -> None:
    for old in range(1, new + 1):
        proof = consistency_proof(old, new, TREE)
        check_consistency(old, root(old, TREE), new, root(new, TREE), proof)


@pytest.mark.parametrize("new", range(2, MOST + 1))
def test_a_tree_with_one_leaf_altered_is_no_beginning(new: int) -> None:
    for old in range(1, new):
        proof = consistency_proof(old, new, TREE)
        for index in {0, old // 2, old - 1}:
            altered = [*LEAVES]
            altered[index] = leaf_hash(b"altered")
            others = _tree(altered)
            for a, b, of in (
                (root(old, others), root(new, TREE), proof),
                (root(old, TREE), root(new, others), proof),
                (root(old, TREE), root(new, others), consistency_proof(old, new, others)),
            ):
                with pytest.raises(InvalidProof):
                    check_consistency(old, a, new, b, of)


ALTERATIONS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "one more": lambda proof: [*proof, LEAVES[0]],
    "one less": lambda proof: proof[:-1],
    "without the first": lambda proof: proof[1:],
    "turned": lambda proof: proof[::-1],
    "a short hash": lambda proof: [*proof[:-1], proof[-1][:-1]],
    "a long hash": lambda proof: [proof[0] + b"\x00", *proof[1:]],
    "none": lambda _proof: [],
}


@pytest.mark.parametrize("how", ALTERATIONS)
@pytest.mark.parametrize(("index", "size"), [(0, 2), (5, 8), (4, 5), (6, 7), (32, 33), (12, 33)])
def test_an_altered_proof_of_a_leaf_leads_elsewhere(how: str, index: int, size: int) -> None:
    proof = inclusion_proof(index, size, TREE)
    altered = ALTERATIONS[how](proof)
    if altered != proof:
        assert not _leads(LEAVES[index], index, size, altered, root(size, TREE))


@pytest.mark.parametrize("how", ALTERATIONS)
@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (8, 33), (31, 33)])
def test_an_altered_proof_of_a_beginning_shows_nothing(how: str, old: int, new: int) -> None:
    proof = consistency_proof(old, new, TREE)
    altered = ALTERATIONS[how](proof)
    if altered != proof:
        with pytest.raises(InvalidProof):
            check_consistency(old, root(old, TREE), new, root(new, TREE), altered)


def test_what_is_no_leaf_or_no_beginning_has_no_proof() -> None:
    for index, size in ((0, 0), (-1, 3), (3, 3)):
        with pytest.raises(IndexError):
            inclusion_proof(index, size, TREE)
        with pytest.raises(InvalidProof):
            root_of_inclusion(LEAVES[0], index, size, [])
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(IndexError):
            consistency_proof(old, new, TREE)
    for old, new in ((-1, 3), (4, 3)):
        with pytest.raises(InvalidProof):
            check_consistency(old, LEAVES[0], new, LEAVES[0], [])


def test_every_log_begins_empty() -> None:
    check_consistency(0, EMPTY_ROOT, 5, root(5, TREE), [])
    with pytest.raises(InvalidProof):
        check_consistency(0, LEAVES[0], 5, root(5, TREE), [])
    with pytest.raises(InvalidProof):
        check_consistency(0, EMPTY_ROOT, 5, root(5, TREE), [LEAVES[0]])


def test_one_size_has_one_root() -> None:
    check_consistency(5, root(5, TREE), 5, root(5, TREE), [])
    with pytest.raises(InvalidProof):
        check_consistency(5, root(5, TREE), 5, root(6, TREE), [])
    with pytest.raises(InvalidProof):
        check_consistency(5, root(5, TREE), 5, root(5, TREE), [LEAVES[0]])


@given(st.lists(st.integers(min_value=1, max_value=MOST), min_size=2, max_size=5))
def test_beginnings_of_beginnings_are_beginnings(sizes: list[int]) -> None:
    for old, new in pairwise(sorted(sizes)):
        proof = consistency_proof(old, new, TREE)
        check_consistency(old, root(old, TREE), new, root(new, TREE), proof)


def test_the_hash_of_a_node_is_not_that_of_a_leaf_of_the_same_bytes() -> None:
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def _leads(leaf: bytes, index: int, size: int, proof: list[bytes], whole: bytes) -> bool:
    try:
        return root_of_inclusion(leaf, index, size, proof) == whole
    except InvalidProof:
        return False
