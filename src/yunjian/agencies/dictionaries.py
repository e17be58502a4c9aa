"""Lists of the filing that administrators keep (see `kernel.dictionaries`)."""

from django.utils.translation import gettext_lazy as _

from yunjian.records.dictionaries import dictionary

EDUCATIONS = dictionary(
    "agencies.education",
    _("学历"),
    (
        ("secondary", "中专及以下", "Secondary school or below"),
        ("college", "大专", "College"),
        ("bachelor", "本科", "Bachelor"),
        ("master", "硕士及以上", "Master or above"),
    ),
)
