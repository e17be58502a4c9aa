"""How long something still holds, in words and colour."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yunjian.agencies.models import ServiceContract
from yunjian.agencies.selectors import SOON_DAYS
from yunjian.kernel.clock import today

register = template.Library()


@register.simple_tag
def validity(valid_until: date | None) -> str | SafeString:
    """Return a badge when the day is past or near; nothing when there is time."""
    if valid_until is None:
        return ""
    days = (valid_until - today()).days
    if days < 0:
        return format_html(' <span class="badge text-bg-danger">已过期 {} 天</span>', -days)
    if days <= SOON_DAYS:
        return format_html(' <span class="badge text-bg-warning">剩 {} 天</span>', days)
    return ""


@register.simple_tag
def contract_state(contract: ServiceContract) -> SafeString:
    """Return whether a contract has not begun, holds or is over."""
    lower, upper = contract.period.lower, contract.period.upper
    if lower > today():
        return format_html('<span class="badge text-bg-secondary">{}</span>', "未开始")
    if upper is not None and upper <= today():
        return format_html('<span class="badge text-bg-secondary">{}</span>', "已到期")
    text = format_html('<span class="badge text-bg-success">{}</span>', "履行中")
    return format_html("{}{}", text, validity(upper))
