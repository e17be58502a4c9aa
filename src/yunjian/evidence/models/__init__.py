"""Events, the transparency log over them, and attachments."""

from yunjian.evidence.models.attachments import Attachment
from yunjian.evidence.models.checks import ChainCheck
from yunjian.evidence.models.events import Event
from yunjian.evidence.models.log import Checkpoint, LogEntry, LogNode, PendingLeaf
from yunjian.evidence.models.uploads import Upload

__all__ = [
    "Attachment",
    "ChainCheck",
    "Checkpoint",
    "Event",
    "LogEntry",
    "LogNode",
    "PendingLeaf",
    "Upload",
]
