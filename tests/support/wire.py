"""A phone that speaks to a real server over the wire, with a session made in the database."""

import base64
import hashlib
import secrets

import httpx
from django.conf import settings
from django.test import Client, override_settings

from yunjian.identity.models import Account

BACKEND = "yunjian.identity.backends.AccountBackend"


def session_key(account: Account, secret_key: str | None = None) -> str:
    """Open a session for the account, as sign-in does; `secret_key` is the server's."""
    client = Client()
    with override_settings(**({"SECRET_KEY": secret_key} if secret_key else {})):
        client.force_login(account, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class WirePhone:
    """One signed-in phone over HTTP."""

    def __init__(self, base: str, session: str) -> None:
        self._token = secrets.token_hex(16)
        self.http = httpx.Client(
            base_url=f"{base}/api/v1/",
            cookies={"yunjian_session": session, "csrftoken": self._token},
            headers={"X-CSRFToken": self._token, "Content-Type": "application/json"},
            timeout=30,
        )

    @classmethod
    def signed_in(cls, base: str, account: Account, secret_key: str | None = None) -> "WirePhone":
        """Return a phone with a new session of the account."""
        return cls(base, session_key(account, secret_key))

    def put(self, path: str, body: bytes) -> httpx.Response:
        """Send bytes with their digest."""
        value = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{value}:"}
        return self.http.put(path, content=body, headers=headers)
