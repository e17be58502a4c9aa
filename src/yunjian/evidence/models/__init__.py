"""The sealed chain of events, and attachments."""

from yunjian.evidence.models.attachments import Attachment
from yunjian.evidence.models.checks import ChainCheck
from yunjian.evidence.models.events import ChainHead, DailyHead, Event
from yunjian.evidence.models.uploads import Upload

__all__ = ["Attachment", "ChainCheck", "ChainHead", "DailyHead", "Event", "Upload"]
