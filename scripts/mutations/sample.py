"""A random sample of all changes that could be made, the same for the same seed."""

import random
from collections import defaultdict
from pathlib import Path

from mutations import pages, phone, python
from mutations.changes import SHARES, Change, files


def in_order(root: Path, seed: int) -> dict[str, list[Change]]:
    """Return the changes of each layer in the order in which a sample takes them.

    Kinds take turns, so that a hundred exchanged operators do not hide the one lost lock; a line
    is changed once. What turns out to change nothing is replaced by the next one.
    """
    kinds: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for path, layer in files(root):
        source = (root / path).read_bytes()
        suffix = path.rpartition(".")[2]
        mutator = {"py": python.changes_of, "html": pages.changes_of}.get(suffix, phone.changes_of)
        for change in mutator(path, layer, source):
            kinds[layer][change.kind].append(change)
    order = {}
    for layer in SHARES:
        chance = random.Random(f"{seed} {layer}")  # noqa: S311 - a sample, no secret
        order[layer] = _taking_turns(kinds[layer], chance)
    return order


def _taking_turns(kinds: dict[str, list[Change]], chance: random.Random) -> list[Change]:
    for changes in kinds.values():
        chance.shuffle(changes)
    names, order, lines = sorted(kinds), [], set()
    chance.shuffle(names)
    while names:
        for kind in list(names):
            while kinds[kind]:
                change = kinds[kind].pop()
                if (change.path, change.line) not in lines:
                    lines.add((change.path, change.line))
                    order.append(change)
                    break
            else:
                names.remove(kind)
    return order


def sizes(count: int) -> dict[str, int]:
    """Return how many of a sample fall to each layer."""
    whole = sum(SHARES.values())
    shares = {layer: count * share // whole for layer, share in SHARES.items()}
    for layer in list(SHARES)[: count - sum(shares.values())]:
        shares[layer] += 1
    return shares
