"""Every write of evidence, and the walks that prove it intact."""

from yunjian.evidence.services.attachments import attachment_store, attachments_share
from yunjian.evidence.services.checks import chain_check_ask, chain_check_run
from yunjian.evidence.services.events import record
from yunjian.evidence.services.heads import daily_head
from yunjian.evidence.services.verification import verify_chains, verify_object

__all__ = [
    "attachment_store",
    "attachments_share",
    "chain_check_ask",
    "chain_check_run",
    "daily_head",
    "record",
    "verify_chains",
    "verify_object",
]
