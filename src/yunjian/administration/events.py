"""What administrators do, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dictionary.entry_saved": _("维护数据字典"),
    "notice.saved": _("起草通知公告"),
    "notice.published": _("发布通知公告"),
    "notice.withdrawn": _("撤回通知公告"),
    "job.asked": _("立即执行定时任务"),
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
