"""微信绑定: which WeChat identities speak for which accounts (ADR 0110)."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.rate_limits import check_rate_limit
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.selectors import actor_for, has_second_factor, live_bindings
from yunjian.identity.services.second_factor import second_factor_check
from yunjian.identity.services.sessions import refusal_of, sessions_end_of_wechat
from yunjian.identity.services.signin import needs_second_factor, password_check
from yunjian.identity.validators import must_change
from yunjian.kernel.clock import SHANGHAI, now
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from yunjian.messaging.services import notify
from yunjian.web.addresses import client_address

SYSTEM_KINDS = {"source": ("discharger",), "supervision": ("agency", "authority")}
IDENTITIES_PER_ACCOUNT = 5
BINDINGS_LINK = "/h5/#/me/bindings"


def binding_create(
    *,
    request: HttpRequest,
    openid: str,
    system: str,
    username: str,
    password: str,
    token: str = "",
) -> WechatBinding:
    """Bind a WeChat identity to an account after its password, and its second factor, are checked.

    `system` is "source" (dischargers) or "supervision" (agencies, authorities); `token` is the
    code of the account's authenticator. Whoever reads the account's messages is told.

    Raises:
        NotAllowed: the account or its organisation is closed, or its password or second factor
            has to be set at the desk first.
        InvalidInput: unknown system, wrong name or password, an account of the other system; at
            `token` with the code "token_required" when the account has a second factor and none
            was given, or when it is wrong.
        Conflict: the account has as many WeChat identities as it may have.
        RateLimitExceeded: too many tries from this address, by this identity or for this account.
    """
    kinds = SYSTEM_KINDS.get(system)
    if kinds is None:
        raise InvalidInput(_("请选择账户所属的系统"), code="unknown", field="system")
    check_rate_limit("binding", f"openid {openid}")
    # guesses count together, whether at this door or at the desk's (see `signin_start`)
    check_rate_limit("signin", f"address {client_address(request) or '?'}", f"account {username}")
    account = password_check(request=request, username=username, password=password)
    if account.organization.kind not in kinds:
        raise InvalidInput(
            _("该账号不属于所选系统，请改选系统"), code="other_system", field="system"
        )
    _refuse_unfinished(account)
    if has_second_factor(account):
        if not token.strip():
            raise InvalidInput(_("请输入动态口令"), code="token_required", field="token")
        second_factor_check(account=account, token=token)
    return _bound(openid, account)


def _refuse_unfinished(account: Account) -> None:
    """Send people to the desk for what cannot be done on the phone."""
    if must_change(account):
        raise NotAllowed(_("请先在电脑上登录并修改密码，再绑定微信"), code="unfinished")
    if needs_second_factor(account) and not has_second_factor(account):
        raise NotAllowed(_("该账号须先在电脑上登录并设置动态口令，再绑定微信"), code="unfinished")


@transaction.atomic
def _bound(openid: str, account: Account) -> WechatBinding:
    Account.objects.select_for_update().get(pk=account.pk)  # so that nobody counts beside us
    others = live_bindings(account=account).exclude(openid=openid).count()
    if others >= IDENTITIES_PER_ACCOUNT:
        raise Conflict(
            _("该账户已绑定 %(n)s 个微信，请先解绑不再使用的") % {"n": others}, field="username"
        )
    live_bindings(openid=openid).update(is_current=False)
    binding, is_new = WechatBinding.objects.update_or_create(
        app_id=settings.WECHAT_APP_ID,
        openid=openid,
        account=account,
        unbound_at=None,
        defaults={"is_current": True},
    )
    if is_new:
        _notify(
            account, events.WECHAT_BOUND, "微信绑定提醒", f"已绑定新的微信，现共 {others + 1} 个"
        )
    record(
        actor=actor_for(account),
        verb=events.WECHAT_BOUND,
        obj=binding,
        payload={"account": str(account.pk), "identities": others + 1},
    )
    return binding


@transaction.atomic
def binding_switch(*, actor: Actor, openid: str, binding_id: str) -> WechatBinding:
    """Make another binding of the same WeChat identity the current one.

    Raises:
        NotFound: this identity has no such live binding.
        NotAllowed: the account or its organisation is closed.
    """
    binding = live_bindings(openid=openid, pk=binding_id).select_for_update().first()
    if binding is None:
        raise NotFound(_("没有找到这个绑定"))
    refusal = refusal_of(binding.account)
    if refusal:
        raise NotAllowed(refusal, code="closed")
    _make_current(openid, binding)
    record(actor=actor, verb=events.WECHAT_SWITCHED, obj=binding)
    return binding


@transaction.atomic
def binding_end(*, actor: Actor, openid: str, binding_id: str, keep: str = "") -> None:
    """Unbind: a binding of one's own WeChat identity, or another identity's of one's own account.

    Another live binding of the identity, if there is one, becomes current. The account is told,
    and its sessions that were opened from WeChat end, but the one with the key `keep`: which of
    them was the unbound identity's nobody knows, and the others come back by themselves.

    Raises:
        NotFound: there is no such live binding, or it is neither.
    """
    binding = (
        live_bindings(pk=binding_id)
        .select_for_update(of=("self",))
        .select_related("account")
        .first()
    )
    if binding is None or (binding.openid != openid and binding.account_id != actor.account_id):
        raise NotFound(_("没有找到这个绑定"))
    was_current = binding.is_current
    binding.unbound_at = now()
    binding.is_current = False
    binding.save(update_fields=["unbound_at", "is_current"])
    following = live_bindings(openid=binding.openid).select_for_update().first()
    if was_current and following is not None:
        _make_current(binding.openid, following)
    sessions_end_of_wechat(actor=actor, account=binding.account, keep=keep)
    _notify(binding.account, events.WECHAT_UNBOUND, "微信解绑提醒", "已解除一个微信的绑定")
    record(
        actor=actor,
        verb=events.WECHAT_UNBOUND,
        obj=binding,
        organization_id=binding.account.organization_id,
        payload={"account": str(binding.account_id), "own": binding.openid == openid},
    )


def _make_current(openid: str, binding: WechatBinding) -> None:
    live_bindings(openid=openid).update(is_current=False)
    binding.is_current = True
    binding.save(update_fields=["is_current"])


def _notify(account: Account, kind: str, title: str, what: str) -> None:
    """Tell the account in the app, and every WeChat identity that is bound to it.

    WeChat shows the first twenty signs of the body, so what happened comes first.
    """
    at = now().astimezone(SHANGHAI)
    notify(
        recipients=[account],
        kind=kind,
        title=title,
        body=f"{what}。账号 {account.username}，{at:%m-%d %H:%M}。如非本人操作，请立即修改密码。",
        link=BINDINGS_LINK,
        about=account,
    )
