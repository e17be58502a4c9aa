"""我的账号: password, authenticator, and where one is signed in."""

from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from yunjian.access.actor import current_actor
from yunjian.identity.forms import ChangePasswordForm, CodeForm
from yunjian.identity.models import RecoveryCode
from yunjian.identity.policies import needs_second_factor
from yunjian.identity.selectors import (
    account_of,
    bindings_of,
    has_second_factor,
    key_digest,
    sessions_of,
)
from yunjian.identity.services.accounts import password_change
from yunjian.identity.services.bindings import binding_end
from yunjian.identity.services.second_factor import (
    recovery_codes_renew,
    second_factor_check,
    second_factor_enroll,
    second_factor_remove,
)
from yunjian.identity.services.sessions import session_end, sessions_end
from yunjian.identity.tables import state_of_binding
from yunjian.identity.views.guards import own_page
from yunjian.identity.views.signin import OFFER, offer_shown, offered_secret
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.responses import done


@own_page("GET")
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    own = account_of(current_actor())
    context = {
        "account": own,
        "roles": [grant.get_role_display() for grant in own.role_grants.all()],
        "has_authenticator": has_second_factor(own),
        "must_have": needs_second_factor(own),
        "codes_left": RecoveryCode.objects.filter(account=own, used_at__isnull=True).count(),
        "sessions": sessions_of(own.pk),
        "bindings": [(row, state_of_binding(row)) for row in bindings_of(own.pk)],
        "this_session": key_digest(request.session.session_key or ""),
    }
    return render(request, "identity/account.html", context)


@sensitive_post_parameters()
@own_page("GET", "POST")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the other sessions end."""
    own = account_of(current_actor())
    form = ChangePasswordForm(posted(request), bound=bindings_of(own.pk).exists())

    def save() -> HttpResponse:
        password_change(
            actor=current_actor(),
            account=own,
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            keep=request.session.session_key or "",
            unbind=form.cleaned_data.get("unbind", False),
            request=request,
        )
        request.session[HASH_SESSION_KEY] = own.get_session_auth_hash()
        return done(request, _("密码已修改，其他设备上的登录已结束"), reverse("identity:account"))

    return form_dialog(request, form, title=_("修改密码"), submit=_("保存"), save=save)


@own_page("GET", "POST")
def authenticator(request: HttpRequest) -> HttpResponse:
    """Set an authenticator up; afterwards the recovery codes are shown, once."""
    form = CodeForm(posted(request))
    own = account_of(current_actor())
    if has_second_factor(own):
        return done(request, _("动态口令已设置"), reverse("identity:account"))
    secret = offered_secret(request, own)

    def save() -> HttpResponse:
        codes = second_factor_enroll(
            actor=current_actor(), account=own, secret=secret, request=request, **form.cleaned_data
        )
        request.session.pop(OFFER, None)
        return _codes(request, codes)

    return form_dialog(
        request,
        form,
        title=_("设置动态口令"),
        submit=_("确认"),
        save=save,
        above="identity/parts/offer.html",
        **offer_shown(own, secret),
    )


@own_page("GET", "POST")
def authenticator_remove(request: HttpRequest) -> HttpResponse:
    """Forget the authenticator, with one last code of it."""
    form = CodeForm(posted(request))
    own = account_of(current_actor())

    def save() -> HttpResponse:
        second_factor_check(account=own, request=request, **form.cleaned_data)
        second_factor_remove(actor=current_actor(), account=own)
        return done(request, _("动态口令已关闭"), reverse("identity:account"))

    text = (
        _("关闭后请立即在本页重新设置；下次登录时也会要求设置。")
        if needs_second_factor(own)
        else _("关闭后登录只需密码。")
    )
    return form_dialog(
        request, form, title=_("关闭动态口令"), submit=_("关闭动态口令"), save=save, text=text
    )


@own_page("GET", "POST")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes."""
    form = CodeForm(posted(request))
    own = account_of(current_actor())

    def save() -> HttpResponse:
        second_factor_check(account=own, request=request, **form.cleaned_data)
        return _codes(request, recovery_codes_renew(actor=current_actor(), account=own))

    text = _("生成新的备用码后，原有备用码全部失效。")
    return form_dialog(
        request, form, title=_("更换备用码"), submit=_("更换备用码"), save=save, text=text
    )


@own_page("POST")
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of one's own sessions; one from WeChat with its binding."""
    row = session_end(actor=current_actor(), session_id=session_id)
    message = (
        _("已结束该设备的登录，并解除其微信绑定") if row.binding_id else _("已结束该设备的登录")
    )
    return done(request, message, reverse("identity:account"))


@own_page("POST")
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one, and the bindings to WeChat."""
    actor = current_actor()
    ended = sessions_end(
        actor=actor, account=account_of(actor), keep=request.session.session_key or ""
    )
    message = _("已结束 %(sessions)s 个其他登录，解除 %(bindings)s 个微信绑定")
    numbers = {"sessions": ended.sessions, "bindings": ended.bindings}
    return done(request, message % numbers, reverse("identity:account"))


@own_page("POST")
def unbind(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """End one of one's own bindings to WeChat."""
    binding_end(actor=current_actor(), binding_id=str(binding_id))
    return done(request, _("已解除微信绑定"), reverse("identity:account"))


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "identity/account_codes.html", {"codes": codes})
