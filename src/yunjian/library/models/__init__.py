"""What the authority itself writes."""

from yunjian.library.models.rules import PublishedPack, RuleDraft

__all__ = ["PublishedPack", "RuleDraft"]
