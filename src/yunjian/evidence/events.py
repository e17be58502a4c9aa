"""What can happen to evidence, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
ATTACHMENT_STORED = SENTENCES.state("attachment.stored", _("上传附件"))
CHAIN_CHECK_ASKED = SENTENCES.state("chain_check.asked", _("要求验证证据链"))
# written once, by the migration that brought the log
LOG_BEGUN = SENTENCES.state("log.begun", _("事件链并入透明日志"))
DAILY_HEAD_CARRIED_OVER = SENTENCES.state("daily_head.carried_over", _("每日链头并入透明日志"))

OBJECTS = {
    "evidence.attachment": _("附件"),
    "evidence.chaincheck": _("证据链验证"),
    "evidence.log": _("透明日志"),
}
