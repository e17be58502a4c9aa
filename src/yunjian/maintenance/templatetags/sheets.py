"""Tags for record sheets."""

from django import template
from django.utils.safestring import SafeString

from yunjian.maintenance.models.visits import Verdict
from yunjian.web.templatetags.frame import status

register = template.Library()


@register.simple_tag
def verdict(value: str) -> SafeString:
    """Return a verdict as a coloured dot with its words."""
    return status(value, Verdict(value).label)
