"""What can happen to instruments and their filing, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
REVISION_DRAFTED = SENTENCES.state("instrument_filing.drafted", _("填写仪器备案"))
REVISION_CHANGED = SENTENCES.state("instrument_filing.changed", _("修改备案草稿"))
REVISION_DISCARDED = SENTENCES.state("instrument_filing.discarded", _("删除备案草稿"))
REVISION_SUBMITTED = SENTENCES.state("instrument_filing.submitted", _("提交审核"))
REVISION_WITHDRAWN = SENTENCES.state("instrument_filing.withdrawn", _("撤回提交"))
REVISION_APPROVED = SENTENCES.state("instrument_filing.approved", _("审核通过"))
REVISION_RETURNED = SENTENCES.state("instrument_filing.returned", _("审核退回"))
INSTRUMENT_RETIRED = SENTENCES.state("instrument.retired", _("停用仪器"))
INSTRUMENT_STOPPED = SENTENCES.state("instrument.stopped", _("仪器停运"))
INSTRUMENT_RESUMED = SENTENCES.state("instrument.resumed", _("仪器恢复运行"))
PARAMETERS_CHANGED = SENTENCES.state("instrument.parameters_changed", _("变更关键参数"))
FOLLOW_UP_DONE = SENTENCES.state("instrument.follow_up_done", _("完成后续事项"))
FILINGS_IMPORTED = SENTENCES.state("instrument_filing.imported", _("导入仪器备案"))
IMPORT_UNDONE = SENTENCES.state("instrument_filing.import_undone", _("撤销导入"))
LABELS_PRINTED = SENTENCES.state("instrument.labels_printed", _("打印仪器标签"))

OBJECTS = {
    "instruments.instrument": _("仪器"),
    "instruments.instrumentrevision": _("仪器备案"),
    "instruments.filingimport": _("备案导入"),
}

# steps of a draft are the discharger's own business until it hands the filing in
BEFORE_SUBMISSION = [REVISION_DRAFTED, REVISION_CHANGED, REVISION_DISCARDED, REVISION_WITHDRAWN]

# names of types in events that were sealed before the models moved
FORMER_OBJECTS = {
    "sources.instrument": "instruments.instrument",
    "sources.instrumentrevision": "instruments.instrumentrevision",
    "sources.filingimport": "instruments.filingimport",
}
