"""The pages of 法人一证通: signing in, and registration."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.certificates.core.reasons import Reason
from yunjian.certificates.domain.proof import proof_of
from yunjian.certificates.forms import RegistrationForm
from yunjian.certificates.selectors.authorities import is_set_up
from yunjian.certificates.services.challenges import challenge_issue
from yunjian.certificates.services.registration import agency_register
from yunjian.certificates.services.sign_in import certificate_sign_in, certificate_turn_away
from yunjian.identity.policies import PORTAL_OF_KIND
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.middleware import policy_with_service
from yunjian.web.responses import done

MAX_BODY = 256 * 1024  # a certificate and a signed message are far smaller


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Choose a certificate, type the PIN, sign in. The PIN never comes here."""
    service, next_page = settings.CERTIFICATE_KEY_SERVICE, request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(next_page, {request.get_host()})
    context = {
        "next": next_page if is_ours else "",
        "service": service,
        "adapter": settings.CERTIFICATE_KEY_ADAPTER,
        "script": settings.CERTIFICATE_KEY_SCRIPT,
        "is_set_up": is_set_up(),
    }
    response = render(request, "certificates/signin.html", context)
    if service:  # the program beside the browser that talks to the key; on this page only
        response["Content-Security-Policy"] = policy_with_service(service)
    return response


@never_cache
@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    """Hand out a text to sign."""
    try:
        issued = challenge_issue(request=request)
    except DomainError as error:
        return _refused(error)
    return JsonResponse({"id": str(issued.pk), "text": issued.text})


@never_cache
@require_POST
def signin(request: HttpRequest) -> HttpResponse:
    """Sign in with certificate and signature (JSON), or say why not."""
    try:
        body = _body(request)
        account = certificate_sign_in(
            request=request,
            challenge_id=body["challenge"],
            certificate=body["certificate"],
            signature=body["signature"],
        )
    except DomainError as error:
        return _refused(error)
    if account is None:
        return JsonResponse({"next": reverse("certificates:register")})
    next_page = body.get("next", "")
    if not url_has_allowed_host_and_scheme(next_page, {request.get_host()}):
        next_page = f"/{PORTAL_OF_KIND[account.organization.kind]}/"
    return JsonResponse({"next": next_page})


@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register the agency whose certificate has just been proved."""
    proof = proof_of(request)
    if proof is None:
        messages.error(request, _("请先用法人一证通登录，再填写注册信息"))
        return redirect("certificates:page")
    form = RegistrationForm(proof, posted(request))

    def save() -> HttpResponse:
        account = agency_register(request=request, proof=proof, **form.values())
        home = f"/{PORTAL_OF_KIND[account.organization.kind]}/"
        return done(request, _("注册成功，请继续填写备案信息"), home)

    return form_dialog(request, form, save=save, template="certificates/register.html", proof=proof)


def _body(request: HttpRequest) -> dict[str, str]:
    """Return the texts of a JSON body; one that is too large is not even read.

    Raises:
        DomainError: it is too large, or no JSON object of texts.
    """
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MAX_BODY:
        certificate_turn_away(request=request, reason=Reason.TOO_LARGE)
    try:
        content: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        content = None
    names = ("challenge", "certificate", "signature")
    if not isinstance(content, dict) or not all(isinstance(content.get(n), str) for n in names):
        raise InvalidInput(_("请求的内容不完整，请刷新页面后重试"), code="incomplete")
    return {name: value for name, value in content.items() if isinstance(value, str)}


def _refused(error: DomainError) -> HttpResponse:
    return JsonResponse({"reason": error.code, "message": error.message}, status=error.status)
