"""Canonical JSON and digests: what is sealed must always serialise to the same bytes."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes

ALGORITHMS = ("sha256", "sm3")
PIECE = 2**20


def canonical_json(value: Any) -> bytes:
    """Serialise to JSON with sorted keys and no white space (UTF-8).

    For objects whose keys are in the basic multilingual plane and that hold no floats this is
    RFC 8785; the event chain holds none.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Return `algorithm:hex` over the bytes; the algorithm is sha256 or sm3 (GB/T 32905).

    Raises:
        ValueError: the algorithm is not one of these.
    """
    if algorithm == "sha256":
        return f"sha256:{hashlib.sha256(content).hexdigest()}"
    if algorithm == "sm3":
        hasher = hashes.Hash(hashes.SM3())
        hasher.update(content)
        return f"sm3:{hasher.finalize().hex()}"
    raise ValueError(f"unknown digest algorithm: {algorithm}")


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """Return `algorithm:hex` over the bytes of a file, which may be larger than the memory.

    Raises:
        ValueError: the algorithm is not one of `ALGORITHMS`.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown digest algorithm: {algorithm}")
    hasher = hashes.Hash(hashes.SM3() if algorithm == "sm3" else hashes.SHA256())
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            hasher.update(piece)
    return f"{algorithm}:{hasher.finalize().hex()}"
