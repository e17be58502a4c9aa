"""What can happen to sources and filings, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SOURCE_CREATED = "source.created"
SOURCE_CHANGED = "source.changed"
SOURCE_MOVED = "source.moved"
SOURCE_CLOSED = "source.closed"
SOURCE_REOPENED = "source.reopened"
OUTLET_CREATED = "outlet.created"
OUTLET_CHANGED = "outlet.changed"
OUTLET_CLOSED = "outlet.closed"
LIMIT_ADDED = "emission_limit.added"
LIMIT_ENDED = "emission_limit.ended"
POINT_CREATED = "point.created"
POINT_CHANGED = "point.changed"
POINT_CLOSED = "point.closed"
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
    SOURCE_CREATED: _("登记污染源"),
    SOURCE_CHANGED: _("修改基本信息"),
    SOURCE_MOVED: _("修改位置"),
    SOURCE_CLOSED: _("关闭污染源"),
    SOURCE_REOPENED: _("恢复污染源"),
    OUTLET_CREATED: _("新增排口"),
    OUTLET_CHANGED: _("修改排口"),
    OUTLET_CLOSED: _("关闭排口"),
    LIMIT_ADDED: _("新增排放限值"),
    LIMIT_ENDED: _("终止排放限值"),
    POINT_CREATED: _("新增测点"),
    POINT_CHANGED: _("修改测点"),
    POINT_CLOSED: _("关闭测点"),
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
    "sources.pollutionsource": _("污染源"),
    "sources.outlet": _("排口"),
    "sources.emissionlimit": _("排放限值"),
    "sources.monitoringpoint": _("测点"),
    "sources.instrument": _("仪器"),
    "sources.instrumentrevision": _("仪器备案"),
    "sources.filingimport": _("备案导入"),
}

# steps of a draft are the discharger's own business until it hands the filing in
BEFORE_SUBMISSION = [REVISION_DRAFTED, REVISION_CHANGED, REVISION_DISCARDED, REVISION_WITHDRAWN]
