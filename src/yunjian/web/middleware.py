"""Response headers of every page."""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from yunjian.kernel.errors import DomainError

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self';"
    " connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self';"
    " form-action 'self'; frame-ancestors 'none'"
)


# what pages may ask of the browser: nothing; the phone app asks where it is and for pictures
FEATURES = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
PHONE_FEATURES = {"camera", "geolocation"}


def permissions_policy(own: Collection[str] = ()) -> str:
    """Return the Permissions-Policy of pages that use these features themselves, and no others."""
    return ", ".join(f"{one}=({'self' if one in own else ''})" for one in FEATURES)


PAGE_HEADERS = {
    "Permissions-Policy": permissions_policy(),
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy_with_service(service: str) -> str:
    """Return the policy of a page that talks to a program beside the browser (ADR 0092)."""
    return POLICY.replace("connect-src 'self'", f"connect-src 'self' {service}")


def phone_policy(js_base: str) -> str:
    """Return the policy of the phone app's pages (ADR 0112).

    They load WeChat's JS-SDK from one foreign host, and Vant carries its icons as a font inside
    its style sheet. Styles on elements are set through the CSSOM, which no policy forbids.
    """
    host = urlsplit(js_base)
    script = f"script-src 'self' {host.scheme}://{host.netloc}" if host.netloc else ""
    policy = POLICY.replace("font-src 'self'", "font-src 'self' data:")
    return policy.replace("script-src 'self'", script) if script else policy


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Nothing inline, nothing foreign, nothing framed; nothing lent to other sites."""

    def process_response(self, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the policies unless the view set its own."""
        response.headers.setdefault("Content-Security-Policy", _with_tiles(POLICY))
        for name, value in PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _with_tiles(policy: str) -> str:
    """Return the policy with the one foreign place that map tiles may come from, if any."""
    tiles = urlsplit(settings.MAP_TILE_URL)
    if not tiles.netloc:
        return policy
    origin = f"{tiles.scheme}://{tiles.netloc.replace('{s}', '*')}"
    return policy.replace("img-src 'self'", f"img-src 'self' {origin}")


class LanguageMiddleware:
    """Chinese, unless a person chose another language.

    What a browser happens to prefer chooses nothing: the records are Chinese, and a page that
    changes its language with the computer is a surprise. Pages keep the choice in a cookie; the
    phone app says its own choice with every call of the API.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        language = self._chosen(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def _chosen(request: HttpRequest) -> str:
        if request.path.startswith("/api/"):
            language = (
                request.headers.get("Accept-Language", "").partition(",")[0].partition("-")[0]
            )
        else:
            language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class RefusalMiddleware(MiddlewareMixin):
    """A refusal that no page shows itself becomes a page with its sentence."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of a refusal; anything else is a fault and stays one."""
        if not isinstance(error, DomainError):
            return None
        context = {"status": error.status, "message": error.message}
        response = render(request, "web/error.html", context, status=error.status)
        response["HX-Retarget"] = "body"  # a part of a page is no place for a whole one
        response["HX-Reswap"] = "innerHTML"
        return response
