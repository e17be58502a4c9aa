"""What the simulator remembers while it runs."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
PEOPLE = ("张师傅", "李师傅", "王师傅", "陈经理", "周厂长", "林女士")
KEPT_MESSAGES = 500


def openid_for(app_id: str, name: str) -> str:
    """Return the openid of a pretend person: the same after every start, another per app."""
    digest = hashlib.sha256(f"{app_id}/{name}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]


@dataclass(frozen=True, slots=True)
class PretendUser:
    """A person with WeChat; who does not follow the account cannot be written to."""

    name: str
    openid: str
    follows: bool = True


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A template message as it arrived."""

    msgid: int
    openid: str
    name: str
    template_id: str
    url: str
    data: dict[str, Any]
    at: float

    def as_json(self) -> dict[str, Any]:
        """Return it for /sim/messages."""
        return asdict(self)


@dataclass(slots=True)
class _Code:
    openid: str
    until: float
    used: bool = False


class Refused(Exception):
    """An answer with a return code instead of content."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass
class SimulatorState:
    """One official account, the people around it, and what was sent to them.

    `templates` None accepts every template id. `clock` returns seconds.
    """

    app_id: str
    app_secret: str
    templates: frozenset[str] | None = None
    people: tuple[str, ...] = PEOPLE
    clock: Callable[[], float] = time.time
    users: dict[str, PretendUser] = field(default_factory=dict, init=False)
    messages: list[SentMessage] = field(default_factory=list, init=False)
    _codes: dict[str, _Code] = field(default_factory=dict, init=False)
    _tokens: dict[str, float] = field(default_factory=dict, init=False)
    _tickets: dict[str, float] = field(default_factory=dict, init=False)
    _next_message: int = field(default=3_000_000_001, init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)

    def __post_init__(self) -> None:
        for name in self.people:
            self.add_user(name)

    def add_user(self, name: str, *, follows: bool = True) -> PretendUser:
        """Add a person, or change whether a known one follows the account."""
        user = PretendUser(name, openid_for(self.app_id, name), follows)
        with self._lock:
            self.users = {**self.users, name: user}
        return user

    def issue_code(self, name: str) -> str:
        """Return a code for the person: good once, for five minutes.

        Raises:
            KeyError: there is no such person.
        """
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = _Code(self.users[name].openid, self.clock() + CODE_SECONDS)
        return code

    def redeem_code(self, code: str) -> str:
        """Return the openid of a code.

        Raises:
            Refused: 40029 unknown or too old, 40163 used before.
        """
        with self._lock:
            known = self._codes.get(code)
            if known is None or self.clock() > known.until:
                raise Refused(40029, "invalid code")
            if known.used:
                raise Refused(40163, "code been used")
            known.used = True
            return known.openid

    def check_account(self, app_id: str, secret: str) -> None:
        """Check the credentials of the account.

        Raises:
            Refused: 40013 wrong app id, 40125 wrong secret.
        """
        if app_id != self.app_id:
            raise Refused(40013, "invalid appid")
        if not secrets.compare_digest(secret.encode(), self.app_secret.encode()):
            raise Refused(40125, "invalid appsecret")

    def new_token(self) -> str:
        """Return a fresh access token; the one before it stays good until it expires."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._tokens[token] = self.clock() + TOKEN_SECONDS
        return token

    def stable_token(self, *, renew: bool) -> tuple[str, int]:
        """Return the token everybody shares and its remaining life in seconds.

        `renew` makes all earlier ones worthless.
        """
        with self._lock:
            if renew:
                self._tokens.clear()
            for token, until in self._tokens.items():
                if until - self.clock() > CODE_SECONDS:
                    return token, int(until - self.clock())
            return self.new_token(), TOKEN_SECONDS

    def check_token(self, token: str) -> None:
        """Check an access token.

        Raises:
            Refused: 41001 none, 40001 unknown, 42001 too old.
        """
        if not token:
            raise Refused(41001, "access_token missing")
        until = self._tokens.get(token)
        if until is None:
            raise Refused(40001, "invalid credential, access_token is invalid or not latest")
        if self.clock() > until:
            raise Refused(42001, "access_token expired")

    def ticket(self) -> tuple[str, int]:
        """Return a JS-SDK ticket and its remaining life in seconds."""
        with self._lock:
            for ticket, until in self._tickets.items():
                if until > self.clock():
                    return ticket, int(until - self.clock())
            ticket = secrets.token_urlsafe(48)
            self._tickets[ticket] = self.clock() + TOKEN_SECONDS
            return ticket, TOKEN_SECONDS

    def take_message(self, body: dict[str, Any]) -> SentMessage:
        """Take a template message.

        Raises:
            Refused: 40003 unknown person, 43004 one who does not follow, 40037 unknown
                template, 47003 data that is not {key: {"value": text}}.
        """
        user = self._addressee(body)
        template_id = str(body.get("template_id", ""))
        if not template_id or (self.templates is not None and template_id not in self.templates):
            raise Refused(40037, "invalid template_id")
        data = _template_data(body.get("data"))
        with self._lock:
            message = SentMessage(
                msgid=self._next_message,
                openid=user.openid,
                name=user.name,
                template_id=template_id,
                url=str(body.get("url", "")),
                data=data,
                at=self.clock(),
            )
            self._next_message += 1
            self.messages = [*self.messages[-KEPT_MESSAGES + 1 :], message]
        return message

    def _addressee(self, body: dict[str, Any]) -> PretendUser:
        openid = body.get("touser")
        user = next((user for user in self.users.values() if user.openid == openid), None)
        if user is None:
            raise Refused(40003, "invalid openid")
        if not user.follows:
            raise Refused(43004, "require subscribe")
        return user


def _template_data(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(
        isinstance(item, dict) and isinstance(item.get("value"), str) for item in data.values()
    ):
        raise Refused(47003, "argument invalid! data")
    return data
