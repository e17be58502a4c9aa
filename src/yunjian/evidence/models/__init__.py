"""The sealed chain of events, the transparency log over it, and attachments."""

from yunjian.evidence.models.attachments import Attachment
from yunjian.evidence.models.checks import ChainCheck
from yunjian.evidence.models.events import ChainHead, DailyHead, Event
from yunjian.evidence.models.log import Checkpoint, LogEntry, LogNode, PendingLeaf
from yunjian.evidence.models.uploads import Upload

__all__ = [
    "Attachment",
    "ChainCheck",
    "ChainHead",
    "Checkpoint",
    "DailyHead",
    "Event",
    "LogEntry",
    "LogNode",
    "PendingLeaf",
    "Upload",
]
