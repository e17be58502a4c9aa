"""What the simulator remembers: people, one-time codes, tokens, and messages it was given."""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

CODE_SECONDS = 300
TOKEN_SECONDS = 7200

DEFAULT_USERS = {
    "engineer": "运维人员",
    "factory": "排污单位负责人",
    "both": "一人两用",
    "newcomer": "新用户",
}


@dataclass
class Code:
    """A code of a redirect; good once, for five minutes."""

    openid: str
    made_at: float
    used: bool = False


@dataclass
class SimulatorState:
    """The simulator's memory; safe between threads."""

    app_id: str
    app_secret: str
    users: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_USERS))
    codes: dict[str, Code] = field(default_factory=dict)
    token: str = ""
    token_made_at: float = 0.0
    messages: list[dict[str, Any]] = field(default_factory=list)
    not_following: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def openid(self, user: str) -> str:
        """Return a person's openid: the same for the same person and account, as WeChat's is."""
        seed = f"{self.app_id}:{user}".encode()
        return "o" + hashlib.sha256(seed).hexdigest()[:27]

    def is_known(self, openid: str) -> bool:
        """Tell whether the openid belongs to somebody here."""
        return any(self.openid(user) == openid for user in self.users)

    def new_code(self, user: str) -> str:
        """Return a new code for a person."""
        code = secrets.token_urlsafe(16)
        with self.lock:
            self.codes[code] = Code(self.openid(user), time.monotonic())
        return code

    def redeem(self, code: str) -> str | int:
        """Return the openid of a code, or WeChat's error code."""
        with self.lock:
            known = self.codes.get(code)
            if known is None or time.monotonic() - known.made_at > CODE_SECONDS:
                return 40029
            if known.used:
                return 40163
            known.used = True
            return known.openid

    def current_token(self, *, renew: bool = False) -> str:
        """Return the account's token; a new one when the old has ended or is to be renewed."""
        with self.lock:
            old = time.monotonic() - self.token_made_at > TOKEN_SECONDS
            if renew or old or not self.token:
                self.token = secrets.token_urlsafe(24)
                self.token_made_at = time.monotonic()
            return self.token
