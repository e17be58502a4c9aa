"""What can happen to rule packs, record sheets and report forms, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
RULES_CONFIRMED = SENTENCES.state("rules.confirmed", _("核对规则条目"))
RULES_CORRECTED = SENTENCES.state("rules.corrected", _("更正规则条目"))
RULES_RESTORED = SENTENCES.state("rules.restored", _("撤销规则条目的修改"))
RULES_UPLOADED = SENTENCES.state("rules.uploaded", _("上传地方加严规则"))
RULES_DISCARDED = SENTENCES.state("rules.discarded", _("删除规则草稿"))
RULES_PUBLISHED = SENTENCES.state("rules.published", _("发布规则版本"))
SHEET_DESIGN_BEGUN = SENTENCES.state("sheet.design_begun", _("开始编制记录单"))
SHEET_DESIGN_DROPPED = SENTENCES.state("sheet.design_dropped", _("放弃记录单草稿"))
SHEET_PUBLISHED = SENTENCES.state("sheet.published", _("发布记录单"))
REPORT_FORM_BEGUN = SENTENCES.state("report_form.begun", _("开始编制报告格式"))
REPORT_FORM_DROPPED = SENTENCES.state("report_form.dropped", _("放弃报告格式草稿"))
REPORT_FORM_PUBLISHED = SENTENCES.state("report_form.published", _("发布报告格式"))
REPORT_FORM_WITHDRAWN = SENTENCES.state("report_form.withdrawn", _("停用报告格式"))

OBJECTS = {
    "library.publishedpack": _("规则包"),
    "library.ruledraft": _("规则草稿"),
    "library.sheetdesign": _("记录单草稿"),
    "library.publishedsheet": _("记录单"),
    "library.reportformdraft": _("报告格式草稿"),
    "library.publishedreportform": _("报告格式"),
}

# names of types in events that were sealed before the models moved
FORMER_OBJECTS = {
    "supervision.publishedpack": "library.publishedpack",
    "supervision.ruledraft": "library.ruledraft",
    "maintenance.sheetdesign": "library.sheetdesign",
    "maintenance.publishedsheet": "library.publishedsheet",
}
