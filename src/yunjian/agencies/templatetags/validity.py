"""How long something still holds, in words and colour."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

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
        late = _("已过期 %(days)s 天") % {"days": -days}
        return format_html(' <span class="badge text-bg-danger">{}</span>', late)
    if days <= SOON_DAYS:
        soon = _("剩 %(days)s 天") % {"days": days}
        return format_html(' <span class="badge text-bg-warning">{}</span>', soon)
    return ""


def contract_words(contract: ServiceContract) -> str:
    """Return whether a contract has not begun, holds or is over."""
    lower, upper = contract.period.lower, contract.period.upper
    if lower > today():
        return _("未开始")
    return _("已到期") if upper is not None and upper <= today() else _("履行中")


@register.simple_tag
def contract_state(contract: ServiceContract) -> SafeString:
    """Return it as a badge, with how long it still holds."""
    lower, upper = contract.period.lower, contract.period.upper
    holds = lower <= today() and (upper is None or upper > today())
    colour = "success" if holds else "secondary"
    badge = format_html(
        '<span class="badge text-bg-{}">{}</span>', colour, contract_words(contract)
    )
    return format_html("{}{}", badge, validity(upper)) if holds else badge
