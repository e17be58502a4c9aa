"""What an authority publishes, and the drafts of it."""

from yunjian.library.models.rules import PublishedPack, RuleDraft
from yunjian.library.models.sheets import PublishedSheet, SheetDesign, Verdict

__all__ = ["PublishedPack", "PublishedSheet", "RuleDraft", "SheetDesign", "Verdict"]
