"""Checkpoints: how many leaves the log had, and their root (C2SP tlog-checkpoint)."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from yunjian.evidence.transparency.merkle import HASH_SIZE
from yunjian.evidence.transparency.signed_note import (
    InvalidNote,
    Signer,
    Verifier,
    decoded,
    text_signed_by,
)

LINES = 3
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log; `origin` names the log."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, signer: Signer) -> str:
        """Return the checkpoint as a signed note."""
        return signer.sign(self.text())


def opened(note: str, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Return the checkpoint in a note that one of these signed.

    Raises:
        InvalidNote: it is none of this log, or not signed by any of them.
    """
    lines = text_signed_by(note, verifiers).split("\n")
    if len(lines) <= LINES or lines[0] != origin:
        raise InvalidNote("no checkpoint of this log")
    size, written = lines[1:LINES]
    root = decoded(written)
    if not SIZE.fullmatch(size) or len(root) != HASH_SIZE:
        raise InvalidNote("a checkpoint has a number of leaves and a root of 32 bytes")
    return Checkpoint(origin, int(size), root)
