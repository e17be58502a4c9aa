"""Compares texts with those that were approved before.

`YUNJIAN_APPROVE=1 pytest tests/approved` writes them anew; what changed is read in `git diff`.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

APPROVED = Path(__file__).with_name("texts")
LINES_SHOWN = 80


def approved(folder: str) -> dict[str, str]:
    """Return the approved texts of a folder, by name."""
    files = (APPROVED / folder).glob("*.txt")
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def assert_approved(folder: str, texts: Mapping[str, str]) -> None:
    """Hold that these texts, by name, are the approved ones of a folder, and that none is gone."""
    path, before = APPROVED / folder, approved(folder)
    if os.environ.get("YUNJIAN_APPROVE"):
        path.mkdir(parents=True, exist_ok=True)
        for name in before.keys() - texts.keys():
            (path / f"{name}.txt").unlink()
        for name, text in texts.items():
            (path / f"{name}.txt").write_text(text, encoding="utf-8")
        return
    changes = list(islice(_differences(folder, before, texts), LINES_SHOWN))
    assert not changes, "not as approved (YUNJIAN_APPROVE=1 writes anew):\n" + "\n".join(changes)


def _differences(folder: str, before: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | texts.keys()):
        old, new = before.get(name, ""), texts.get(name, "")
        if old != new:
            yield from difflib.unified_diff(
                old.splitlines(), new.splitlines(), f"{folder}/{name}", "now", n=1, lineterm=""
            )
