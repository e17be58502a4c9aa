"""What can happen in the authority's own affairs, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

RULES_CONFIRMED = "rules.confirmed"
RULES_CORRECTED = "rules.corrected"
RULES_RESTORED = "rules.restored"
RULES_UPLOADED = "rules.uploaded"
RULES_DISCARDED = "rules.discarded"
RULES_PUBLISHED = "rules.published"

SENTENCES = {
    RULES_CONFIRMED: _("核对规则条目"),
    RULES_CORRECTED: _("更正规则条目"),
    RULES_RESTORED: _("撤销规则条目的修改"),
    RULES_UPLOADED: _("上传地方加严规则"),
    RULES_DISCARDED: _("删除规则草稿"),
    RULES_PUBLISHED: _("发布规则版本"),
}

OBJECTS = {
    "supervision.publishedpack": _("规则包"),
    "supervision.ruledraft": _("规则草稿"),
}
