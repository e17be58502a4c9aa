"""What administrators do, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
DICTIONARY_ENTRY_SAVED = SENTENCES.state("dictionary.entry_saved", _("维护数据字典"))
NOTICE_SAVED = SENTENCES.state("notice.saved", _("起草通知公告"))
NOTICE_PUBLISHED = SENTENCES.state("notice.published", _("发布通知公告"))
NOTICE_WITHDRAWN = SENTENCES.state("notice.withdrawn", _("撤回通知公告"))
JOB_ASKED = SENTENCES.state("job.asked", _("立即执行定时任务"))

OBJECTS = {
    "records.dictionaryentry": _("字典项"),
    "messaging.notice": _("通知公告"),
    "job": _("定时任务"),
}

# names of types in events that were sealed before the models moved
FORMER_OBJECTS = {
    "kernel.dictionaryentry": "records.dictionaryentry",
}
