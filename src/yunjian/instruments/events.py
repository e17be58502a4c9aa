"""What can happen to instruments and their filing, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

REVISION_DRAFTED = "instrument_filing.drafted"
REVISION_CHANGED = "instrument_filing.changed"
REVISION_DISCARDED = "instrument_filing.discarded"
REVISION_SUBMITTED = "instrument_filing.submitted"
REVISION_WITHDRAWN = "instrument_filing.withdrawn"
REVISION_APPROVED = "instrument_filing.approved"
REVISION_RETURNED = "instrument_filing.returned"
INSTRUMENT_RETIRED = "instrument.retired"
INSTRUMENT_STOPPED = "instrument.stopped"
INSTRUMENT_RESUMED = "instrument.resumed"
PARAMETERS_CHANGED = "instrument.parameters_changed"
FOLLOW_UP_DONE = "instrument.follow_up_done"
FILINGS_IMPORTED = "instrument_filing.imported"
IMPORT_UNDONE = "instrument_filing.import_undone"
LABELS_PRINTED = "instrument.labels_printed"

SENTENCES = {
    REVISION_DRAFTED: _("填写仪器备案"),
    REVISION_CHANGED: _("修改备案草稿"),
    REVISION_DISCARDED: _("删除备案草稿"),
    REVISION_SUBMITTED: _("提交审核"),
    REVISION_WITHDRAWN: _("撤回提交"),
    REVISION_APPROVED: _("审核通过"),
    REVISION_RETURNED: _("审核退回"),
    INSTRUMENT_RETIRED: _("停用仪器"),
    INSTRUMENT_STOPPED: _("仪器停运"),
    INSTRUMENT_RESUMED: _("仪器恢复运行"),
    PARAMETERS_CHANGED: _("变更关键参数"),
    FOLLOW_UP_DONE: _("完成后续事项"),
    FILINGS_IMPORTED: _("导入仪器备案"),
    IMPORT_UNDONE: _("撤销导入"),
    LABELS_PRINTED: _("打印仪器标签"),
}

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
