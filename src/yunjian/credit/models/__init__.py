"""Tables of what agencies say of their work."""

from yunjian.credit.models.documents import (
    Acknowledgement,
    Document,
    DocumentReminder,
    DocumentVersion,
)

__all__ = ["Acknowledgement", "Document", "DocumentReminder", "DocumentVersion"]
