"""The client of WeChat's official-account API: who holds the phone, and template messages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.core.cache import cache

TOKEN_KEY = "wechat-access-token"  # noqa: S105 - the name of a cache entry
TOKEN_MARGIN_SECONDS = 300
TIMEOUT_SECONDS = 8.0
UNREACHABLE_USER = frozenset({43004, 43019, 40003, 43101})
STALE_TOKEN = frozenset({40001, 40014, 42001})
BUSY = frozenset({-1, 45009, 45011})


class WechatError(Exception):
    """WeChat refused, with its own code (https errcode) and sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in BUSY or self.code in STALE_TOKEN

    @property
    def is_about_the_user(self) -> bool:
        """Whether the person cannot be reached: does not follow, or is unknown."""
        return self.code in UNREACHABLE_USER


class WechatUnreachable(Exception):
    """WeChat did not answer."""


@dataclass(frozen=True, slots=True)
class WechatClient:
    """Speaks to WeChat, or to the simulator: the addresses are settings."""

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return where to send the phone's browser to learn who holds it (snsapi_base)."""
        # the order of these parameters matters to WeChat
        query = urlencode(
            {
                "appid": settings.WECHAT_APP_ID,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{settings.WECHAT_OPEN_BASE}/connect/oauth2/authorize?{query}#wechat_redirect"

    def openid_of(self, code: str) -> str:
        """Exchange the code of a redirect for the person's openid.

        Raises:
            WechatError: the code is unknown, used or old.
            WechatUnreachable: no answer.
        """
        answer = self._call(
            "GET",
            "/sns/oauth2/access_token",
            params={
                "appid": settings.WECHAT_APP_ID,
                "secret": settings.WECHAT_APP_SECRET,
                "code": code,
                "grant_type": "authorization_code",
            },
        )
        return str(answer["openid"])

    def send_template(
        self, *, openid: str, template_id: str, url: str, data: dict[str, str]
    ) -> str:
        """Send a template message; return WeChat's id of it. A stale token is renewed once.

        Raises:
            WechatError: it was refused.
            WechatUnreachable: no answer.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "data": {key: {"value": value} for key, value in data.items()},
        }
        try:
            answer = self._send(body, self.access_token())
        except WechatError as error:
            if error.code not in STALE_TOKEN:
                raise
            answer = self._send(body, self.access_token(renew=True))
        return str(answer["msgid"])

    def access_token(self, *, renew: bool = False) -> str:
        """Return the account's token; kept until shortly before it ends.

        Raises:
            WechatError: appid or secret are wrong.
            WechatUnreachable: no answer.
        """
        token: str | None = None if renew else cache.get(TOKEN_KEY)
        if token is None:
            answer = self._call(
                "POST",
                "/cgi-bin/stable_token",
                json={
                    "grant_type": "client_credential",
                    "appid": settings.WECHAT_APP_ID,
                    "secret": settings.WECHAT_APP_SECRET,
                    "force_refresh": renew,
                },
            )
            token = str(answer["access_token"])
            lifetime = max(60, int(answer["expires_in"]) - TOKEN_MARGIN_SECONDS)
            cache.set(TOKEN_KEY, token, lifetime)
        return token

    def _send(self, body: dict[str, Any], token: str) -> dict[str, Any]:
        path = "/cgi-bin/message/template/send"
        return self._call("POST", path, params={"access_token": token}, json=body)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = httpx.request(
                method, settings.WECHAT_API_BASE + path, timeout=TIMEOUT_SECONDS, **options
            )
            answer.raise_for_status()
            data: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise WechatUnreachable(str(error)) from error
        if data.get("errcode"):
            raise WechatError(int(data["errcode"]), str(data.get("errmsg", "")))
        return data
