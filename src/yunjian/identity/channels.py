"""WeChat as a channel of messages: finds the person's bound WeChat identity."""

from uuid import UUID

from django.conf import settings

from yunjian.identity.models import WechatBinding
from yunjian.messaging.channels import ChannelFailed, register
from yunjian.wechat.client import WechatClient, WechatError, WechatUnreachable

TITLE_LENGTH = 20
GENERAL_TEMPLATE = "general"


class WechatChannel:
    """Template messages to the account's WeChat identity."""

    name = "wechat"

    def send(self, *, account_id: UUID, kind: str, title: str, body: str, link: str) -> str | None:
        """Send a template message; None when the account is bound to no WeChat identity.

        Raises:
            ChannelFailed: WeChat refused or did not answer.
        """
        binding = WechatBinding.objects.filter(
            app_id=settings.WECHAT_APP_ID, account_id=account_id, unbound_at__isnull=True
        ).first()
        if binding is None:
            return None
        try:
            return WechatClient().send_template(
                openid=binding.openid,
                template_id=settings.WECHAT_TEMPLATE_IDS.get(kind, GENERAL_TEMPLATE),
                url=settings.PUBLIC_BASE_URL + link,
                data={"thing1": title[:TITLE_LENGTH], "thing2": body},
            )
        except WechatUnreachable as error:
            raise ChannelFailed(str(error), is_passing=True) from error
        except WechatError as error:
            if error.is_about_the_user:
                return None
            raise ChannelFailed(str(error), is_passing=error.is_passing) from error


register(WechatChannel())
