"""What an authority publishes, and the drafts of it."""

from yunjian.library.models.rules import PublishedPack, RuleDraft
from yunjian.library.models.sheets import PublishedSheet, SheetDesign, Verdict
from yunjian.library.models.versions import DefinitionDraft, PublishedVersion

__all__ = [
    "DefinitionDraft",
    "PublishedPack",
    "PublishedSheet",
    "PublishedVersion",
    "RuleDraft",
    "SheetDesign",
    "Verdict",
]
