"""How periods and methods are written on pages."""

from django import template
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.sources.models.places import SamplingMethod

register = template.Library()


@register.filter
def days(period: DateRange) -> str:
    """Return a period of days; one that another followed on its first day held on none."""
    if period.isempty:
        return _("当日即被替换")
    return (
        f"{period.lower:%Y-%m-%d} ～ {period.upper:%Y-%m-%d}"
        if period.upper
        else _("%(begin)s 起") % {"begin": f"{period.lower:%Y-%m-%d}"}
    )


@register.filter
def sampling_method(code: str) -> str:
    """Return the name of a sampling method."""
    return str(dict(SamplingMethod.choices).get(code, code))
