"""WeChat as a channel of messages: identity knows who is bound to which WeChat identity."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from yunjian.identity.selectors import live_bindings
from yunjian.kernel.clock import day_bounds, now, today
from yunjian.messaging.channels import ChannelDeclined, ChannelFailed, register
from yunjian.messaging.models import DeliveryState
from yunjian.wechat.client import WechatClient
from yunjian.wechat.errors import NotFollowing, NotSubscribed, QuotaUsedUp, WechatError
from yunjian.wechat.selectors import suppression_for
from yunjian.wechat.services import suppression_record
from yunjian.wechat.subscribers import EventFields, event_items, on_event

NAME = "wechat"
DEFAULT_TEMPLATE = "default"
PHONE_APP = "/h5/"
THING_LIMIT = 20  # WeChat refuses longer values of the kind "thing"
ASK_AGAIN = timedelta(days=7)  # callbacks may be off, and then nobody tells of a change of mind


class WechatChannel:
    """Sends template or subscription messages to every identity that is bound to an account."""

    name = NAME

    def addresses(self, *, account_id: UUID, kind: str) -> list[str]:
        """Return the bound identities, nothing where no template is set up for the kind."""
        template_id, _is_subscription = _template(kind)
        if not template_id:
            return []
        bound = live_bindings(account_id=account_id).order_by("bound_at")
        return list(bound.values_list("openid", flat=True))

    def send(
        self, *, address: str, account_id: UUID, kind: str, title: str, body: str, link: str
    ) -> str:
        """Send a message to a bound identity, unless WeChat has said that it takes none.

        Raises:
            ChannelDeclined: the person does not follow, or did not subscribe.
            ChannelFailed: WeChat did not take it, or takes nothing more today.
        """
        template_id, is_subscription = _template(kind)
        _heed_silence(address, template_id)
        url = _url(link, account_id) if link else ""
        data = {"thing1": {"value": _short(title)}, "thing2": {"value": _short(body)}}
        client = WechatClient()
        send = client.send_subscription if is_subscription else client.send_template
        try:
            return send(address, template_id, url, data)
        except (NotFollowing, NotSubscribed) as error:
            suppression_record(
                app_id=settings.WECHAT_APP_ID,
                openid=address,
                template_id=template_id if isinstance(error, NotSubscribed) else "",
                reason=str(error),
                until=now() + ASK_AGAIN,
            )
            raise ChannelDeclined(str(error)) from error
        except QuotaUsedUp as error:
            until = day_bounds(today())[1]  # the midnight when WeChat's quotas begin anew
            suppression_record(app_id=settings.WECHAT_APP_ID, reason=str(error), until=until)
            raise ChannelFailed(str(error), is_passing=True, until=until) from error
        except WechatError as error:
            raise ChannelFailed(str(error), is_passing=error.is_passing) from error


def _template(kind: str) -> tuple[str, bool]:
    """Return the template of a kind of message, and whether it is one for subscriptions."""
    subscription = settings.WECHAT_SUBSCRIPTION_IDS.get(kind, "")
    if subscription:
        return subscription, True
    templates = settings.WECHAT_TEMPLATE_IDS
    return templates.get(kind) or templates.get(DEFAULT_TEMPLATE) or "", False


def _heed_silence(openid: str, template_id: str) -> None:
    silence = suppression_for(settings.WECHAT_APP_ID, openid, template_id)
    if silence is None:
        return
    if not silence.openid:
        raise ChannelFailed(silence.reason, is_passing=True, until=silence.until)
    raise ChannelDeclined(silence.reason)


def _url(link: str, account_id: UUID) -> str:
    """Return the link of a message; the phone app is told whose message it is, and switches."""
    path, mark, inside = link.partition("#")
    whose = f"?account={account_id}" if path == PHONE_APP else ""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{path}{whose}{mark}{inside}"


def _short(text: str) -> str:
    return text if len(text) <= THING_LIMIT else f"{text[: THING_LIMIT - 1]}…"


@on_event("templatesendjobfinish")
def _template_finished(fields: EventFields) -> None:
    status = str(fields.get("Status", ""))
    if status == "success":
        _report(fields, DeliveryState.DELIVERED)
    elif "block" in status:
        _report(fields, DeliveryState.DECLINED, status)
    else:
        _report(fields, DeliveryState.FAILED, status)


@on_event("subscribe_msg_sent_event")
def _subscription_sent(fields: EventFields) -> None:
    for row in event_items(fields, "SubscribeMsgSentEvent"):
        if str(row.get("ErrorCode", "")) == "0":
            _report(row, DeliveryState.DELIVERED)
        else:
            error = f"{row.get('ErrorCode', '')} {row.get('ErrorStatus', '')}"
            _report(row, DeliveryState.DECLINED, error)


def _report(fields: EventFields, state: str, error: str = "") -> None:
    from yunjian.messaging.jobs import report  # noqa: PLC0415 - jobs need the app registry

    reference = str(fields.get("MsgID") or fields.get("MsgId") or "")
    if reference:
        report.defer(channel=NAME, reference=reference, state=str(state), error=error)


register(WechatChannel())
