"""WeChat as a channel of messages: identity knows who is bound to which WeChat identity."""

from uuid import UUID

from django.conf import settings

from yunjian.identity.models import WechatBinding
from yunjian.messaging.channels import ChannelFailed, register
from yunjian.wechat.client import WechatClient
from yunjian.wechat.errors import NotSubscribed, WechatError

DEFAULT_TEMPLATE = "default"
THING_LIMIT = 20  # WeChat refuses longer values of the kind "thing"


class WechatChannel:
    """Sends template messages to the identity that was bound last."""

    name = "wechat"

    def send(self, *, account_id: UUID, kind: str, title: str, body: str, link: str) -> str | None:
        """Send a message; None when nobody is bound, or follows, or no template is set up.

        Raises:
            ChannelFailed: WeChat did not take it.
        """
        openid = _openid(account_id)
        templates = settings.WECHAT_TEMPLATE_IDS
        template_id = templates.get(kind) or templates.get(DEFAULT_TEMPLATE)
        if openid is None or not template_id:
            return None
        url = f"{settings.PUBLIC_BASE_URL.rstrip('/')}{link}" if link else ""
        data = {"thing1": {"value": _short(title)}, "thing2": {"value": _short(body)}}
        try:
            return WechatClient().send_template(openid, template_id, url, data)
        except NotSubscribed:
            return None
        except WechatError as error:
            raise ChannelFailed(str(error), is_passing=error.is_passing) from error


def _openid(account_id: UUID) -> str | None:
    return (
        WechatBinding.objects.filter(
            account_id=account_id, app_id=settings.WECHAT_APP_ID, unbound_at__isnull=True
        )
        .order_by("-bound_at")
        .values_list("openid", flat=True)
        .first()
    )


def _short(text: str) -> str:
    return text if len(text) <= THING_LIMIT else f"{text[: THING_LIMIT - 1]}…"


register(WechatChannel())
