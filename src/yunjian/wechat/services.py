"""Every write of what WeChat says: whom not to write to, and which of its calls were taken."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.kernel.clock import now
from yunjian.wechat import subscribers
from yunjian.wechat.callbacks import (
    WINDOW_SECONDS,
    Box,
    CallbackRefused,
    as_xml,
    check_signature,
    check_time,
    parse_xml,
    signature,
)
from yunjian.wechat.client import WechatClient, jsapi_signature
from yunjian.wechat.models import SeenCallback, Suppression

JS_INTERFACES = ["getLocation", "chooseImage", "getLocalImgData", "scanQRCode"]


def page_signature(*, url: str) -> dict[str, Any]:
    """Return what `wx.config` wants for a page (the caller has checked that it is ours).

    Raises:
        WechatError: there is no ticket to sign with.
    """
    client = WechatClient()
    nonce, timestamp = secrets.token_urlsafe(12), int(now().timestamp())
    address = url.partition("#")[0]
    signed = jsapi_signature(
        ticket=client.jsapi_ticket(), nonce=nonce, timestamp=timestamp, url=address
    )
    return {
        "appId": client.app_id,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": signed,
        "jsApiList": JS_INTERFACES,
    }


def suppression_record(
    *, app_id: str, reason: str, openid: str = "", template_id: str = "", until: datetime | None
) -> None:
    """Remember that WeChat takes nothing for this person, or of anybody, for now."""
    Suppression.objects.update_or_create(
        app_id=app_id,
        openid=openid,
        template_id=template_id,
        defaults={"reason": reason[:200], "since": now(), "until": until},
    )


def suppression_end(*, app_id: str, openid: str, template_id: str | None = None) -> None:
    """Forget it: the person follows again, or wants the template after all."""
    rows = Suppression.objects.filter(app_id=app_id, openid=openid)
    if template_id is not None:
        rows = rows.filter(template_id=template_id)
    rows.delete()


def seen_forget() -> int:
    """Delete the notes of calls that are too old to be taken again anyway; return how many."""
    oldest = now() - timedelta(seconds=2 * WINDOW_SECONDS)
    return SeenCallback.objects.filter(at__lt=oldest).delete()[0]


def callback_take(*, query: dict[str, str], body: bytes) -> str:
    """Take a call of WeChat's: check it, note it, let the rooms hear of it; return the answer.

    The answer is "success", or an encrypted reply to the person.

    Raises:
        CallbackRefused: it is not WeChat's, not for us, too old, or was taken before.
    """
    token = settings.WECHAT_CALLBACK_TOKEN
    encrypted = parse_xml(body).get("Encrypt", "")
    if not isinstance(encrypted, str):
        raise CallbackRefused("no message")
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    given = query.get("msg_signature", "")
    check_signature(given, token, timestamp, nonce, encrypted)
    check_time(timestamp, now().timestamp())
    box = Box(settings.WECHAT_APP_ID, settings.WECHAT_AES_KEY)
    message = parse_xml(box.open(encrypted))
    with transaction.atomic():
        _seen, is_new = SeenCallback.objects.get_or_create(signature=given)
        if not is_new:
            raise CallbackRefused("taken before")
        _hear(message)
    reply = _reply(message)
    return _sealed(box, token, reply) if reply else "success"


def _hear(message: dict[str, Any]) -> None:
    if message.get("MsgType") != "event":
        return
    name = str(message.get("Event", "")).lower()
    app_id, openid = settings.WECHAT_APP_ID, str(message.get("FromUserName", ""))
    match name:
        case "subscribe":
            suppression_end(app_id=app_id, openid=openid)
        case "unsubscribe":
            suppression_record(app_id=app_id, openid=openid, reason="unsubscribe", until=None)
        case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
            for holder in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"):
                for row in subscribers.event_items(message, holder):
                    _choose(app_id, openid, row)
    subscribers.dispatch(name, message)


def _choose(app_id: str, openid: str, row: dict[str, Any]) -> None:
    template_id = str(row.get("TemplateId", ""))
    if not template_id:
        return
    if row.get("SubscribeStatusString") == "accept":
        suppression_end(app_id=app_id, openid=openid, template_id=template_id)
    else:
        suppression_record(
            app_id=app_id, openid=openid, template_id=template_id, reason="reject", until=None
        )


def _reply(message: dict[str, Any]) -> str:
    """Return what a person who follows or writes is answered."""
    kind, event = message.get("MsgType"), str(message.get("Event", "")).lower()
    if kind != "text" and (kind, event) != ("event", "subscribe"):
        return ""
    address = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/h5/"
    text = _("请打开 %(address)s 办理业务；首次使用请先绑定账户。") % {"address": address}
    return as_xml(
        {
            "ToUserName": str(message.get("FromUserName", "")),
            "FromUserName": str(message.get("ToUserName", "")),
            "CreateTime": int(now().timestamp()),
            "MsgType": "text",
            "Content": text,
        }
    )


def _sealed(box: Box, token: str, reply: str) -> str:
    encrypted = box.close(reply)
    timestamp, nonce = str(int(now().timestamp())), secrets.token_hex(8)
    return as_xml(
        {
            "Encrypt": encrypted,
            "MsgSignature": signature(token, timestamp, nonce, encrypted),
            "TimeStamp": int(timestamp),
            "Nonce": nonce,
        }
    )
