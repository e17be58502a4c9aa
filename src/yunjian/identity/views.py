"""Sign-in and sign-out pages."""

from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yunjian.identity.forms import SignInForm
from yunjian.identity.models import Account
from yunjian.identity.policies import PORTAL_OF_KIND
from yunjian.identity.services import session_open


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Sign in with account and password; what was typed stays when it is refused."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = authenticate(
            request,
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
        )
        if isinstance(account, Account):
            session_open(request=request, account=account, means="password")
            return redirect(_next_page(request, account))
        form.add_error("password", _("账号或密码不正确，请重新输入"))
    status = 422 if form.errors else 200
    expired = request.GET.get("next", "") not in {"", "/"} and not form.is_bound
    context = {"form": form, "expired": expired, "next": request.GET.get("next", "")}
    return render(request, "identity/signin.html", context, status=status)


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("identity:signin")


def locked_out(request: HttpRequest, _credentials: dict[str, Any], **_extra: Any) -> HttpResponse:
    """Say that too many wrong passwords were tried, and when to try again."""
    form = SignInForm(request.POST or None)
    form.is_valid()
    form.add_error(None, _("密码错误次数过多，账号已临时锁定，请 15 分钟后再试"))
    return render(request, "identity/signin.html", {"form": form, "next": ""}, status=429)


def _next_page(request: HttpRequest, account: Account) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return f"/{PORTAL_OF_KIND[account.organization.kind]}/"
