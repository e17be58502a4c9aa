"""What can happen to evidence, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

ATTACHMENT_STORED = "attachment.stored"
CHAIN_CHECK_ASKED = "chain_check.asked"

SENTENCES = {
    ATTACHMENT_STORED: _("上传附件"),
    CHAIN_CHECK_ASKED: _("要求验证证据链"),
}

OBJECTS = {
    "evidence.attachment": _("附件"),
    "evidence.chaincheck": _("证据链验证"),
}
