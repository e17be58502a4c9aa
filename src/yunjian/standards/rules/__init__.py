"""Rule packs: which standard demands what, how often, and from when."""

from yunjian.standards.rules.limits import limits_as_data
from yunjian.standards.rules.model import Interval, Text
from yunjian.standards.rules.obligations import (
    Obligation,
    PointDescription,
    obligations_for,
    unconfirmed_for,
)
from yunjian.standards.rules.packs import (
    NotInForce,
    Pack,
    UnknownRule,
    pack,
    pack_on,
    packs,
    register_source,
    unregister_source,
)
from yunjian.standards.rules.problems import InvalidPack, Problem, Reason

__all__ = [
    "Interval",
    "InvalidPack",
    "NotInForce",
    "Obligation",
    "Pack",
    "PointDescription",
    "Problem",
    "Reason",
    "Text",
    "UnknownRule",
    "limits_as_data",
    "obligations_for",
    "pack",
    "pack_on",
    "packs",
    "register_source",
    "unconfirmed_for",
    "unregister_source",
]
