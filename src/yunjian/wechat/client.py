"""A small client of WeChat's official account interfaces (服务号).

Everything goes over HTTP to the two bases in the settings, so that the simulator and WeChat
itself are spoken to by the same code.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings

from yunjian.wechat.credentials import current
from yunjian.wechat.errors import TokenRefused, WechatUnreachable, error_of
from yunjian.wechat.models import Credential

TIMEOUT_SECONDS = 5.0
Data = Mapping[str, Mapping[str, str]]


@cache
def _http() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT_SECONDS)


class WechatClient:
    """Speaks to WeChat for one official account, by default the one in the settings."""

    def __init__(
        self,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        open_base: str | None = None,
        api_base: str | None = None,
    ) -> None:
        self.app_id: str = app_id or settings.WECHAT_APP_ID
        self._secret: str = app_secret or settings.WECHAT_APP_SECRET
        self._open_base = (open_base or settings.WECHAT_OPEN_BASE).rstrip("/")
        self._api_base = (api_base or settings.WECHAT_API_BASE).rstrip("/")

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return where to send the phone so that WeChat says who holds it (snsapi_base).

        WeChat demands this order of parameters and the fragment.
        """
        query = urlencode(
            {
                "appid": self.app_id,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._open_base}/connect/oauth2/authorize?{query}#wechat_redirect"

    def openid_of(self, code: str) -> str:
        """Exchange the code of a sign-in for the identity of the person.

        Raises:
            CodeRefused: the code is unknown, too old or was used before.
            WechatError: anything else that WeChat refuses.
            WechatUnreachable: no answer.
        """
        answer = self._get(
            "/sns/oauth2/access_token",
            appid=self.app_id,
            secret=self._secret,
            code=code,
            grant_type="authorization_code",
        )
        return _text(answer, "openid")

    def access_token(self, *, refused: str = "", may_force: bool = False) -> str:
        """Return the token of the account that all nodes share (see `credentials`).

        `refused` is one that WeChat no longer takes.

        Raises:
            CredentialsRefused: app id or secret is wrong.
            TokenRefused: there is none but the refused one for now.
            WechatUnreachable: no answer.
        """
        return current(
            app_id=self.app_id,
            kind=Credential.TOKEN,
            fetch=self._new_token,
            refused=refused,
            may_force=may_force,
        )

    def jsapi_ticket(self) -> str:
        """Return the ticket with which pages sign their use of the JS-SDK.

        Raises:
            WechatError: WeChat refuses.
            WechatUnreachable: no answer.
        """
        return current(app_id=self.app_id, kind=Credential.TICKET, fetch=self._new_ticket)

    def send_template(self, openid: str, template_id: str, url: str, data: Data) -> str:
        """Send a template message; return WeChat's id of it.

        Raises:
            NotFollowing: the person does not follow the account.
            MessageRefused: the data does not fit the template.
            QuotaUsedUp: no more today.
            WechatError: anything else that WeChat refuses.
            WechatUnreachable: no answer.
        """
        body = {"touser": openid, "template_id": template_id, "url": url, "data": data}
        return self._sent("/cgi-bin/message/template/send", body)

    def send_subscription(self, openid: str, template_id: str, url: str, data: Data) -> str:
        """Send a subscription message; return WeChat's id of it, "" when it gives none.

        Raises:
            NotSubscribed: the person does not want messages of this template.
            MessageRefused: the data does not fit the template.
            QuotaUsedUp: no more today.
            WechatError: anything else that WeChat refuses.
            WechatUnreachable: no answer.
        """
        body = {"touser": openid, "template_id": template_id, "page": url, "data": data}
        return self._sent("/cgi-bin/message/subscribe/bizsend", body)

    def _sent(self, path: str, body: dict[str, Any]) -> str:
        answer = self._with_token(lambda token: self._post(f"{path}?access_token={token}", body))
        return str(answer.get("msgid", ""))

    def _new_token(self, force: bool) -> tuple[str, int]:  # noqa: FBT001 - as `current` calls it
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        answer = self._post("/cgi-bin/stable_token", body)
        return _text(answer, "access_token"), _lifetime(answer)

    def _new_ticket(self, _force: bool) -> tuple[str, int]:  # noqa: FBT001 - as `current` calls it
        answer = self._with_token(
            lambda token: self._get("/cgi-bin/ticket/getticket", access_token=token, type="jsapi")
        )
        return _text(answer, "ticket"), _lifetime(answer)

    def _with_token(self, call: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        token = self.access_token()
        try:
            return call(token)
        except TokenRefused as error:
            # it was renewed elsewhere, or grew old on the way: once more with the present one
            return call(self.access_token(refused=token, may_force=not error.is_only_old))

    def _get(self, path: str, **params: str) -> dict[str, Any]:
        return self._ask("GET", path, params=params)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        # WeChat shows \uXXXX as it stands, so the body is plain UTF-8
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        return self._ask("POST", path, content=content, headers=headers)

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = _http().request(method, f"{self._api_base}{path}", **options)
            response.raise_for_status()
            answer: Any = json.loads(response.content)
            errcode = int(answer.get("errcode") or 0)
        except (httpx.HTTPError, ValueError, TypeError, AttributeError) as error:
            # the text of httpx's errors holds the address and with it the secret
            raise WechatUnreachable(type(error).__name__) from None
        if errcode:
            raise error_of(errcode, str(answer.get("errmsg", "")))
        return dict(answer)


def jsapi_signature(*, ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Return the signature that the JS-SDK wants; `url` is the page without its fragment."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the interface demands SHA-1


def _lifetime(answer: dict[str, Any]) -> int:
    return int(answer.get("expires_in") or 0)


def _text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise WechatUnreachable(f"answer without {key}")
    return value
