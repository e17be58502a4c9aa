"""Tags for record sheets."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yunjian.library.models.sheets import Verdict
from yunjian.web.states import status

register = template.Library()


@register.simple_tag
def verdict(value: str) -> SafeString:
    """Return a verdict as a coloured dot with its words."""
    return status(value, Verdict(value).label)


@register.simple_tag
def check_states() -> list[tuple[str, str]]:
    """Return how a line of a checklist can be found, with the words."""
    return [("normal", _("正常")), ("abnormal", _("异常")), ("not_applicable", _("不适用"))]
