"""Sign-in, step by step, and sign-out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yunjian.access.actor import acting_as
from yunjian.identity.forms import CodeForm, NewPasswordForm, SignInForm
from yunjian.identity.middleware import OVER
from yunjian.identity.models import Account
from yunjian.identity.models.security import Means, SessionEnd
from yunjian.identity.policies import PORTAL_OF_KIND
from yunjian.identity.selectors import actor_for
from yunjian.identity.services import signin as steps
from yunjian.identity.services.accounts import password_change
from yunjian.identity.services.second_factor import second_factor_enroll, second_factor_offer
from yunjian.identity.services.sessions import session_open
from yunjian.kernel.encryption import decrypt, encrypt
from yunjian.kernel.errors import InvalidState
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted

STEP_PAGES = {
    steps.CODE: "identity:signin_code",
    steps.CHANGE: "identity:signin_change",
    steps.ENROL: "identity:signin_enrol",
}
NEXT, OFFER = "signin_next", "signin_offer"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Sign in with account and password; what was typed stays when it is refused."""
    form = SignInForm(posted(request))

    def save() -> HttpResponse:
        started = steps.signin_start(request=request, **form.cleaned_data)
        request.session[NEXT] = _asked_page(request)
        request.session.pop(OFFER, None)  # it may have been offered to somebody else
        return _go_on(request, started)

    over = request.session.pop(OVER, "") if OVER in request.session else ""
    expired = request.GET.get("next", "") not in {"", "/"} and not form.is_bound
    return form_dialog(
        request,
        form,
        save=save,
        template="identity/signin.html",
        expired=expired or bool(over),
        over=SessionEnd(over).label if over in SessionEnd.values else "",
        next=request.GET.get("next", ""),
        from_wechat=getattr(request, "signed_in_by", "") == Means.WECHAT,
    )


def _step(
    view: Callable[[HttpRequest, steps.Started], HttpResponse],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a step be taken only when its turn has come; who comes late begins again."""
    name = {page: step for step, page in STEP_PAGES.items()}[f"identity:{view.__name__}"]

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    def guarded(request: HttpRequest) -> HttpResponseBase:
        try:
            started = steps.signin_going_on(request=request)
        except InvalidState:
            return redirect("identity:signin")
        return view(request, started) if started.step == name else _go_on(request, started)

    return guarded


@_step
def signin_code(request: HttpRequest, started: steps.Started) -> HttpResponse:
    """Ask for a code of the authenticator."""
    form = CodeForm(posted(request))

    def save() -> HttpResponse:
        return _go_on(request, steps.signin_code(request=request, **form.cleaned_data))

    template = "identity/signin_code.html"
    return form_dialog(request, form, save=save, template=template, account=started.account)


@_step
def signin_change(request: HttpRequest, started: steps.Started) -> HttpResponse:
    """Have the password changed: an administrator set it, or it is old."""
    form = NewPasswordForm(posted(request))
    account = started.account

    def save() -> HttpResponse:
        with acting_as(actor_for(account)) as actor:
            password_change(actor=actor, account=account, new=form.cleaned_data["new"])
        return _go_on(request, steps.signin_going_on(request=request))

    template = "identity/signin_change.html"
    return form_dialog(request, form, save=save, template=template, account=account)


@_step
def signin_enrol(request: HttpRequest, started: steps.Started) -> HttpResponse:
    """Have an authenticator set up; afterwards the recovery codes are shown, once."""
    account = started.account
    form = CodeForm(posted(request))
    secret = offered_secret(request, account)

    def save() -> HttpResponse:
        with acting_as(actor_for(account)) as actor:
            codes = second_factor_enroll(
                actor=actor, account=account, secret=secret, request=request, **form.cleaned_data
            )
        context = {"codes": codes, "going_to": _open(request, account)}
        return render(request, "identity/signin_codes.html", context)

    template, offer = "identity/signin_enrol.html", offer_shown(account, secret)
    return form_dialog(request, form, save=save, template=template, account=account, **offer)


def offered_secret(request: HttpRequest, account: Account) -> str:
    """Return the secret that this browser was offered, the same until it is confirmed."""
    if OFFER not in request.session:
        offer = second_factor_offer(account=account)
        request.session[OFFER] = encrypt(offer.secret.encode())
    return decrypt(request.session[OFFER]).decode()


def offer_shown(account: Account, secret: str) -> dict[str, Any]:
    """Return what a page shows of an offered secret: a QR code, and the text to type."""
    offer = second_factor_offer(account=account, secret=secret)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    picture = segno.make(offer.uri, error="m").svg_data_uri(scale=4, border=2)
    return {"qr": picture, "secret": groups}


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("identity:signin")


def _go_on(request: HttpRequest, started: steps.Started) -> HttpResponse:
    if started.step != steps.DONE:
        return redirect(STEP_PAGES[started.step])
    return redirect(_open(request, started.account))


def _open(request: HttpRequest, account: Account) -> str:
    """Open the session; return the page to go to."""
    next_page = request.session.pop(NEXT, "")
    request.session.pop(OFFER, None)
    request.session.pop(steps.KEY, None)  # what was begun is done
    session_open(request=request, account=account, means=Means.PASSWORD)
    return next_page or f"/{PORTAL_OF_KIND[account.organization.kind]}/"


def _asked_page(request: HttpRequest) -> str:
    next_page = request.POST.get("next") or request.GET.get("next") or ""
    return next_page if url_has_allowed_host_and_scheme(next_page, {request.get_host()}) else ""
