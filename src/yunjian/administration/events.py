"""What administrators do, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

DICTIONARY_ENTRY_SAVED = "dictionary.entry_saved"
NOTICE_SAVED = "notice.saved"
NOTICE_PUBLISHED = "notice.published"
NOTICE_WITHDRAWN = "notice.withdrawn"
JOB_ASKED = "job.asked"

SENTENCES = {
    DICTIONARY_ENTRY_SAVED: _("维护数据字典"),
    NOTICE_SAVED: _("起草通知公告"),
    NOTICE_PUBLISHED: _("发布通知公告"),
    NOTICE_WITHDRAWN: _("撤回通知公告"),
    JOB_ASKED: _("立即执行定时任务"),
}

OBJECTS = {
    "records.dictionaryentry": _("字典项"),
    "messaging.notice": _("通知公告"),
    "job": _("定时任务"),
}

# names of types in events that were sealed before the models moved
FORMER_OBJECTS = {
    "kernel.dictionaryentry": "records.dictionaryentry",
}
