"""Reads about the official account."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from yunjian.kernel.clock import now
from yunjian.wechat.models import Credential, Suppression


def suppression_for(app_id: str, openid: str, template_id: str) -> Suppression | None:
    """Return why nothing may be sent to this person with this template now, if there is a why."""
    whose = (
        Q(openid="", template_id="")
        | Q(openid=openid, template_id="")
        | Q(openid=openid, template_id=template_id)
    )
    lasting = Q(until__isnull=True) | Q(until__gt=now())
    return Suppression.objects.filter(whose & lasting, app_id=app_id).order_by("openid").first()


@dataclass(frozen=True, slots=True)
class WechatState:
    """How the official account is getting on, for the operator."""

    app_id: str
    token_until: datetime | None
    ticket_until: datetime | None
    paused_until: datetime | None
    silenced_people: int


def wechat_state() -> WechatState:
    """Return how the official account of the settings is getting on."""
    app_id = settings.WECHAT_APP_ID
    until = dict(Credential.objects.filter(app_id=app_id).values_list("kind", "expires_at"))
    silences = Suppression.objects.filter(app_id=app_id)
    pause = silences.filter(openid="", until__gt=now()).values_list("until", flat=True).first()
    people = silences.exclude(openid="").values("openid").distinct().count()
    return WechatState(
        app_id, until.get(Credential.TOKEN), until.get(Credential.TICKET), pause, people
    )
