"""What happens around the account, and is told to its server: people come and go, messages
arrive."""

import logging
import threading
from typing import Any

import httpx

from yunjian.wechat.simulator.callback_client import CallbackReply, call
from yunjian.wechat.simulator.state import PretendUser, SentMessage, SimulatorState

logger = logging.getLogger(__name__)
ACCOUNT = "gh_yunjiansimulator"


def send_event(state: SimulatorState, user: PretendUser, fields: dict[str, Any]) -> CallbackReply:
    """Call the server of the account about a person; return its answer.

    Raises:
        ValueError: there is no address to call, or the reply is not what WeChat accepts.
        httpx.HTTPError: the server did not answer.
    """
    if state.callback is None:
        raise ValueError("no callback set")
    at = int(state.clock())
    what = {"MsgType": "text" if "Content" in fields else "event"}
    head = {"ToUserName": ACCOUNT, "FromUserName": user.openid, "CreateTime": at}
    return call(state.callback, state.app_id, {**head, **what, **fields}, at)


def following_changed(state: SimulatorState, user: PretendUser) -> None:
    """Tell that a person follows the account, or no longer does."""
    _later(state, user, {"Event": "subscribe" if user.follows else "unsubscribe"})


def template_finished(state: SimulatorState, message: SentMessage) -> None:
    """Tell that a template message has arrived."""
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": message.msgid, "Status": "success"}
    _later(state, state.users[message.name], fields)


def subscription_sent(state: SimulatorState, message: SentMessage) -> None:
    """Tell that a subscription message has arrived."""
    row = {
        "TemplateId": message.template_id,
        "MsgID": message.msgid,
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    fields = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": row}}
    _later(state, state.users[message.name], fields)


def subscription_chosen(
    state: SimulatorState, user: PretendUser, template_id: str, *, accept: bool
) -> None:
    """Tell what a person chose in the pop-up."""
    status = "accept" if accept else "reject"
    row = {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": 2}
    fields = {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": row}}
    _later(state, user, fields)


def _later(state: SimulatorState, user: PretendUser, fields: dict[str, Any]) -> None:
    """Tell it in the background, as WeChat does; what fails is only noted."""
    if state.callback is None:
        return

    def run() -> None:
        try:
            send_event(state, user, fields)
        except (httpx.HTTPError, ValueError) as error:
            logger.warning("the callback failed: %s", type(error).__name__)

    threading.Thread(target=run, name="wechat-callback", daemon=True).start()
