"""What can happen here, and what people call it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs
from yunjian.kernel.languages import Text

SENTENCES = Verbs()

# C8 运维日常
DOCUMENT_CREATED = SENTENCES.state("document.created", _("登记运维文件"))
DOCUMENT_CHANGED = SENTENCES.state("document.changed", _("修改运维文件"))
DOCUMENT_WRITTEN = SENTENCES.state("document.written", _("编写文件版本"))
DOCUMENT_PUBLISHED = SENTENCES.state("document.published", _("发布文件版本"))
DOCUMENT_WITHDRAWN = SENTENCES.state("document.withdrawn", _("撤回文件版本"))
DOCUMENT_DISCARDED = SENTENCES.state("document.discarded", _("删除文件草稿"))
DOCUMENT_READ = SENTENCES.state("document.read", _("确认已阅读文件"))

OBJECTS: dict[str, Text] = {
    "credit.document": _("运维文件"),
    "credit.documentversion": _("文件版本"),
}
