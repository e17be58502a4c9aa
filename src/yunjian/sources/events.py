"""What can happen to sources and filings, and how a person reads it."""

SOURCE_CREATED = "source.created"
SOURCE_CHANGED = "source.changed"
SOURCE_MOVED = "source.moved"
OUTLET_CREATED = "outlet.created"
POINT_CREATED = "point.created"
REVISION_DRAFTED = "instrument_filing.drafted"
REVISION_CHANGED = "instrument_filing.changed"
REVISION_DISCARDED = "instrument_filing.discarded"
REVISION_SUBMITTED = "instrument_filing.submitted"
REVISION_WITHDRAWN = "instrument_filing.withdrawn"
REVISION_APPROVED = "instrument_filing.approved"
REVISION_RETURNED = "instrument_filing.returned"
INSTRUMENT_RETIRED = "instrument.retired"

SENTENCES = {
    SOURCE_CREATED: "登记污染源",
    SOURCE_CHANGED: "修改基本信息",
    SOURCE_MOVED: "修改位置",
    OUTLET_CREATED: "新增排口",
    POINT_CREATED: "新增测点",
    REVISION_DRAFTED: "填写仪器备案",
    REVISION_CHANGED: "修改备案草稿",
    REVISION_DISCARDED: "删除备案草稿",
    REVISION_SUBMITTED: "提交审核",
    REVISION_WITHDRAWN: "撤回提交",
    REVISION_APPROVED: "审核通过",
    REVISION_RETURNED: "审核退回",
    INSTRUMENT_RETIRED: "停用仪器",
}

# steps of a draft are the discharger's own business until it hands the filing in
BEFORE_SUBMISSION = [REVISION_DRAFTED, REVISION_CHANGED, REVISION_DISCARDED, REVISION_WITHDRAWN]
