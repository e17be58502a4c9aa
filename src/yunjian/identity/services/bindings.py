"""微信绑定: which WeChat identities speak for which accounts (ADR 0110)."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.rate_limits import check_rate_limit
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.policies import may_end_sessions, needs_second_factor
from yunjian.identity.selectors import actor_for, has_second_factor, live_bindings
from yunjian.identity.services.second_factor import second_factor_check
from yunjian.identity.services.sessions import (
    refusal_of,
    sessions_end_of_bindings,
    suspension_of,
)
from yunjian.identity.services.signin import password_check
from yunjian.identity.services.unbinding import (
    binding_make_current,
    bindings_unbind,
    tell_of_binding,
)
from yunjian.identity.validators import must_change
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

SYSTEM_KINDS = {"source": ("discharger",), "supervision": ("agency", "authority")}
IDENTITIES_PER_ACCOUNT = 5


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
    account = password_check(request=request, username=username, password=password)
    if account.organization.kind not in kinds:
        raise InvalidInput(
            _("该账号不属于所选系统，请改选系统"), code="other_system", field="system"
        )
    _refuse_unfinished(account)
    proves_more = has_second_factor(account)
    if proves_more:
        if not token.strip():
            raise InvalidInput(_("请输入动态口令"), code="token_required", field="token")
        second_factor_check(account=account, token=token, request=request)
    return _bound(openid, account, with_second_factor=proves_more)


def _refuse_unfinished(account: Account) -> None:
    """Send people to the desk for what cannot be done on the phone."""
    if must_change(account):
        raise NotAllowed(_("请先在电脑上登录并修改密码，再绑定微信"), code="unfinished")
    if needs_second_factor(account) and not has_second_factor(account):
        raise NotAllowed(_("该账号须先在电脑上登录并设置动态口令，再绑定微信"), code="unfinished")


@transaction.atomic
def _bound(openid: str, account: Account, *, with_second_factor: bool) -> WechatBinding:
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
        defaults={"is_current": True, "with_second_factor": with_second_factor},
    )
    if is_new:
        what = f"已绑定新的微信，现共 {others + 1} 个"
        tell_of_binding(account, events.WECHAT_BOUND, "微信绑定提醒", what)
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
        NotAllowed: the account or its organisation is closed, or the binding is suspended.
    """
    binding = live_bindings(openid=openid, pk=binding_id).select_for_update().first()
    if binding is None:
        raise NotFound(_("没有找到这个绑定"))
    refusal = refusal_of(binding.account)
    if refusal:
        raise NotAllowed(refusal, code="closed")
    suspension = suspension_of(binding)
    if suspension:
        raise NotAllowed(suspension, code="suspended")
    binding_make_current(binding=binding)
    record(actor=actor, verb=events.WECHAT_SWITCHED, obj=binding)
    return binding


@transaction.atomic
def binding_end(*, actor: Actor, binding_id: str, openid: str = "") -> WechatBinding:
    """Unbind: a binding of one's own account, or of the WeChat identity `openid` that is here.

    The account is told, and the sessions that came through the binding end.

    Raises:
        NotFound: there is no such live binding, or it is neither.
    """
    binding = _locked(binding_id)
    if binding.openid != openid and binding.account_id != actor.account_id:
        raise NotFound(_("没有找到这个绑定"))
    return _unbound(actor, binding, "")


@transaction.atomic
def binding_end_of_account(
    *, actor: Actor, account: Account, binding_id: str, reason: str
) -> WechatBinding:
    """End a binding of somebody else's account, as who keeps or guards it; the account is told.

    Raises:
        NotFound: the account has no such live binding.
        NotAllowed: the account is not the actor's to keep or to guard.
        InvalidInput: no reason is given.
    """
    require(may_end_sessions(actor, account))
    if not reason.strip():
        raise InvalidInput(_("请填写原因"), code="required", field="reason")
    binding = _locked(binding_id)
    if binding.account_id != account.pk:
        raise NotFound(_("没有找到这个绑定"))
    return _unbound(actor, binding, reason.strip())


def _locked(binding_id: str) -> WechatBinding:
    rows = live_bindings(pk=binding_id).select_for_update(of=("self",))
    binding: WechatBinding | None = rows.select_related("account__organization").first()
    if binding is None:
        raise NotFound(_("没有找到这个绑定"))
    return binding


def _unbound(actor: Actor, binding: WechatBinding, reason: str) -> WechatBinding:
    bindings_unbind(actor=actor, account=binding.account, bindings=[binding], reason=reason)
    sessions_end_of_bindings(actor=actor, bindings=[binding])
    return binding
