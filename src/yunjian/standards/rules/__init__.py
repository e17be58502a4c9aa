"""Rule packs: which standard demands what, how often, and from when."""

from yunjian.standards.rules.obligations import (
    Interval,
    Obligation,
    PointDescription,
    Text,
    obligations_for,
)
from yunjian.standards.rules.packs import InvalidPack, Pack, packs

__all__ = [
    "Interval",
    "InvalidPack",
    "Obligation",
    "Pack",
    "PointDescription",
    "Text",
    "obligations_for",
    "packs",
]
