"""微信绑定: which WeChat identities speak for which accounts."""

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.evidence.services import record
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.selectors import actor_for
from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput, NotFound

SYSTEM_KINDS = {"source": ("discharger",), "supervision": ("agency", "authority")}


def binding_create(
    *, request: HttpRequest, openid: str, system: str, username: str, password: str
) -> WechatBinding:
    """Bind a WeChat identity to an account after checking its password again.

    `system` is "source" (dischargers) or "supervision" (agencies, authorities).

    Raises:
        InvalidInput: unknown system, wrong name or password, or an account of the other system.
    """
    kinds = SYSTEM_KINDS.get(system)
    if kinds is None:
        raise InvalidInput(_("请选择账户所属的系统"), code="unknown", field="system")
    account = authenticate(request, username=username, password=password)
    if not isinstance(account, Account):
        raise InvalidInput(_("账号或密码不正确"), code="wrong", field="password")
    if account.organization.kind not in kinds:
        raise InvalidInput(
            _("该账号不属于所选系统，请改选系统"), code="other_system", field="system"
        )
    with transaction.atomic():
        _bindings(openid).update(is_current=False)
        binding, _created = WechatBinding.objects.update_or_create(
            app_id=settings.WECHAT_APP_ID,
            openid=openid,
            account=account,
            unbound_at=None,
            defaults={"is_current": True},
        )
        record(
            actor=actor_for(account),
            verb="wechat.bound",
            obj=binding,
            payload={"username": username},
        )
    return binding


@transaction.atomic
def binding_switch(*, actor: Actor, openid: str, binding_id: str) -> WechatBinding:
    """Make another binding of the same WeChat identity the current one.

    Raises:
        NotFound: this identity has no such live binding.
    """
    binding = _own_binding(openid, binding_id)
    _bindings(openid).update(is_current=False)
    binding.is_current = True
    binding.save(update_fields=["is_current"])
    record(actor=actor, verb="wechat.switched", obj=binding)
    return binding


@transaction.atomic
def binding_end(*, actor: Actor, openid: str, binding_id: str) -> None:
    """Unbind. Another live binding, if there is one, becomes current.

    Raises:
        NotFound: this identity has no such live binding.
    """
    binding = _own_binding(openid, binding_id)
    binding.unbound_at = now()
    binding.is_current = False
    binding.save(update_fields=["unbound_at", "is_current"])
    following = _bindings(openid).order_by("-bound_at").first()
    if following is not None:
        following.is_current = True
        following.save(update_fields=["is_current"])
    record(actor=actor, verb="wechat.unbound", obj=binding)


def _bindings(openid: str) -> QuerySet[WechatBinding]:
    return WechatBinding.objects.select_for_update().filter(
        app_id=settings.WECHAT_APP_ID, openid=openid, unbound_at__isnull=True
    )


def _own_binding(openid: str, binding_id: str) -> WechatBinding:
    binding = _bindings(openid).filter(pk=binding_id).first()
    if binding is None:
        raise NotFound(_("没有找到这个绑定"))
    return binding
