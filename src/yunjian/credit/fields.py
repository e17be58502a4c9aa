"""The fields that people fill in here."""

from yunjian.records.fields import Specification

SPECIFICATIONS: tuple[Specification, ...] = ()
