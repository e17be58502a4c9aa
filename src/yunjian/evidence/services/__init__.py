"""Every write of evidence, and the walks that prove it intact."""

from yunjian.evidence.services.attachments import (
    attachment_store,
    attachment_store_file,
    attachments_share,
)
from yunjian.evidence.services.checkpoints import checkpoint_publish
from yunjian.evidence.services.checks import chain_check_ask, chain_check_run
from yunjian.evidence.services.events import record
from yunjian.evidence.services.log import log_extend
from yunjian.evidence.services.uploads import (
    upload_append,
    upload_begin,
    upload_end,
    upload_finish,
    upload_offset,
    uploads_expire,
)
from yunjian.evidence.services.verification import verify_log, verify_object

__all__ = [
    "attachment_store",
    "attachment_store_file",
    "attachments_share",
    "chain_check_ask",
    "chain_check_run",
    "checkpoint_publish",
    "log_extend",
    "record",
    "upload_append",
    "upload_begin",
    "upload_end",
    "upload_finish",
    "upload_offset",
    "uploads_expire",
    "verify_log",
    "verify_object",
]
