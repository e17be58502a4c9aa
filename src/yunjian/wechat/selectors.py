"""Reads about the official account."""

from django.db.models import Q

from yunjian.kernel.clock import now
from yunjian.wechat.models import Suppression


def suppression_for(app_id: str, openid: str, template_id: str) -> Suppression | None:
    """Return why nothing may be sent to this person with this template now, if there is a why."""
    whose = (
        Q(openid="", template_id="")
        | Q(openid=openid, template_id="")
        | Q(openid=openid, template_id=template_id)
    )
    lasting = Q(until__isnull=True) | Q(until__gt=now())
    return Suppression.objects.filter(whose & lasting, app_id=app_id).order_by("openid").first()
