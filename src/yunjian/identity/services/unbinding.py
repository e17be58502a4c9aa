"""Ending bindings to WeChat: they are credentials, and end with what ends a credential."""

from collections.abc import Sequence

from yunjian.access.actor import Actor
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.selectors import live_bindings
from yunjian.kernel.clock import SHANGHAI, now
from yunjian.messaging.services import notify

BINDINGS_LINK = "/h5/#/me/bindings"


def bindings_unbind(
    *, actor: Actor, account: Account, bindings: Sequence[WechatBinding], reason: str = ""
) -> None:
    """End bindings of an account, in the transaction that has locked them; the account is told.

    Another live binding of the same WeChat identity, if there is one, becomes current. Sessions
    that came through an ended binding count no more from the next request on.
    """
    for binding in bindings:
        was_current = binding.is_current
        binding.unbound_at = now()
        binding.is_current = False
        binding.save(update_fields=["unbound_at", "is_current"])
        following = live_bindings(openid=binding.openid).select_for_update().first()
        if was_current and following is not None:
            binding_make_current(binding=following)
    if not bindings:
        return
    own = account.pk == actor.account_id
    who = "" if own else f"{actor.name}（{actor.organization_name}）"
    why = f"：{reason}" if reason else ""
    what = f"已解除 {len(bindings)} 个微信的绑定{why}"
    tell_of_binding(account, events.WECHAT_UNBOUND, "微信解绑提醒", f"{who}{what}")
    for binding in bindings:
        record(
            actor=actor,
            verb=events.WECHAT_UNBOUND,
            obj=binding,
            organization_id=account.organization_id,
            payload={"account": str(account.pk), "own": own, "reason": reason},
        )


def binding_make_current(*, binding: WechatBinding) -> None:
    """Let a WeChat identity speak through this binding, in the caller's transaction."""
    live_bindings(openid=binding.openid).update(is_current=False)
    binding.is_current = True
    binding.save(update_fields=["is_current"])


def tell_of_binding(account: Account, kind: str, title: str, what: str) -> None:
    """Tell the account in the app, and every WeChat identity that is bound to it.

    WeChat shows the first twenty signs of the body, so what happened comes first.
    """
    at = now().astimezone(SHANGHAI)
    notify(
        recipients=[account],
        kind=kind,
        title=title,
        body=f"{what}。账号 {account.username}，{at:%m-%d %H:%M}。"
        "如非本人操作，请立即修改密码并解除不认识的绑定。",
        link=BINDINGS_LINK,
        about=account,
    )
