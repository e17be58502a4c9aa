"""Reads about the official account."""

from django.db.models import Q

from yunjian.kernel.clock import now
from yunjian.wechat.models import Suppression


def suppression_for(app_id: str, openid: str, template_id: str) -> Suppression | None:
    """Return why nothing may be sent to this person with this template now, if there is a why."""
    rows = Suppression.objects.filter(
        app_id=app_id, openid__in=["", openid], template_id__in=["", template_id]
    )
    return rows.filter(Q(until__isnull=True) | Q(until__gt=now())).order_by("openid").first()
