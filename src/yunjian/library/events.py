"""What can happen to rule packs and record sheets, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

RULES_CONFIRMED = "rules.confirmed"
RULES_CORRECTED = "rules.corrected"
RULES_RESTORED = "rules.restored"
RULES_UPLOADED = "rules.uploaded"
RULES_DISCARDED = "rules.discarded"
RULES_PUBLISHED = "rules.published"
SHEET_DESIGN_BEGUN = "sheet.design_begun"
SHEET_DESIGN_DROPPED = "sheet.design_dropped"
SHEET_PUBLISHED = "sheet.published"

SENTENCES = {
    RULES_CONFIRMED: _("核对规则条目"),
    RULES_CORRECTED: _("更正规则条目"),
    RULES_RESTORED: _("撤销规则条目的修改"),
    RULES_UPLOADED: _("上传地方加严规则"),
    RULES_DISCARDED: _("删除规则草稿"),
    RULES_PUBLISHED: _("发布规则版本"),
    SHEET_DESIGN_BEGUN: _("开始编制记录单"),
    SHEET_DESIGN_DROPPED: _("放弃记录单草稿"),
    SHEET_PUBLISHED: _("发布记录单"),
}

OBJECTS = {
    "library.publishedpack": _("规则包"),
    "library.ruledraft": _("规则草稿"),
    "library.sheetdesign": _("记录单草稿"),
    "library.publishedsheet": _("记录单"),
}

# names of types in events that were sealed before the models moved
FORMER_OBJECTS = {
    "supervision.publishedpack": "library.publishedpack",
    "supervision.ruledraft": "library.ruledraft",
    "maintenance.sheetdesign": "library.sheetdesign",
    "maintenance.publishedsheet": "library.publishedsheet",
}
