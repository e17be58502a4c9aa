"""What the authority itself writes."""

from yunjian.supervision.models.rules import PublishedPack, RuleDraft

__all__ = ["PublishedPack", "RuleDraft"]
