"""What the simulator remembers while it runs."""

import base64
import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from yunjian.wechat.simulator.callback_client import CallbackAddress
from yunjian.wechat.simulator.faults import Faults

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
PEOPLE = ("张师傅", "李师傅", "王师傅", "陈经理", "周厂长", "林女士")
KEPT_MESSAGES = 500
THING_LIMIT = 20
FORCE_SECONDS = 30
FORCED_A_DAY = 20
DAY_SECONDS = 86_400


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
class Device:
    """The phone that the fake JS-SDK asks: None is a person who refuses, or has no such thing.

    `photo` is a picture in Base64; the position is WGS84 in degrees, its accuracy in metres.
    """

    longitude: float | None = None
    latitude: float | None = None
    accuracy: float = 15.0
    photo: str | None = None
    scan: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A template or subscription message as it arrived."""

    msgid: int
    openid: str
    name: str
    template_id: str
    url: str
    data: dict[str, Any]
    at: float
    kind: str = "template"


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
    device: Device = field(default_factory=Device, init=False)
    faults: Faults = field(default_factory=Faults, init=False)
    callback: CallbackAddress | None = None
    calls: Counter[str] = field(default_factory=Counter, init=False)
    tokens_made: int = field(default=0, init=False)
    _subscriptions: dict[tuple[str, str], bool] = field(default_factory=dict, init=False)
    _forced: list[float] = field(default_factory=list, init=False)
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
            self.tokens_made += 1
        return token

    def count_call(self, path: str) -> None:
        """Count a call of an address."""
        with self._lock:
            self.calls[path] += 1

    def check_force(self) -> None:
        """Count a forced renewal.

        Raises:
            Refused: 45011 one in the last 30 seconds, 45009 twenty in the last day.
        """
        with self._lock:
            at = self.clock()
            self._forced = [each for each in self._forced if at - each < DAY_SECONDS]
            if self._forced and at - self._forced[-1] < FORCE_SECONDS:
                raise Refused(45011, "api minute-quota reach limit, must slower retry next minute")
            if len(self._forced) >= FORCED_A_DAY:
                raise Refused(45009, "reach max api daily quota limit")
            self._forced.append(at)

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

    def check_page(self, app_id: str, nonce: str, timestamp: str, url: str, signature: str) -> bool:
        """Tell whether a page has signed its use of the JS-SDK with a ticket of this account."""
        with self._lock:
            good = [ticket for ticket, until in self._tickets.items() if until > self.clock()]
        rest = f"&noncestr={nonce}&timestamp={timestamp}&url={url}"
        sums = {
            hashlib.sha1(f"jsapi_ticket={each}{rest}".encode(), usedforsecurity=False).hexdigest()
            for each in good
        }
        return app_id == self.app_id and signature in sums

    def subscribe(self, name: str, template_id: str, *, accept: bool) -> PretendUser:
        """Let a person accept or reject the messages of a template.

        Raises:
            KeyError: there is no such person.
        """
        user = self.users[name]
        with self._lock:
            self._subscriptions[user.openid, template_id] = accept
        return user

    def change_device(self, changes: dict[str, Any]) -> Device:
        """Change what the phone will answer.

        Raises:
            TypeError: a value has no such name.
        """
        with self._lock:
            self.device = replace(self.device, **changes)
            return self.device

    def take_message(self, body: dict[str, Any]) -> SentMessage:
        """Take a template message.

        Raises:
            Refused: 40003 unknown person, 43004 one who does not follow, 40037 unknown
                template, 47003 data that is not {key: {"value": text}}, or too long.
        """
        user = self._addressee(body)
        if not user.follows:
            raise Refused(43004, "require subscribe")
        return self._keep(user, body, "template", str(body.get("url", "")))

    def take_subscription(self, body: dict[str, Any]) -> SentMessage:
        """Take a subscription message.

        Raises:
            Refused: 43101 the person has not accepted the template; else as `take_message`.
        """
        user = self._addressee(body)
        if not self._subscriptions.get((user.openid, str(body.get("template_id", "")))):
            raise Refused(43101, "user refuse to accept the msg")
        return self._keep(user, body, "subscription", str(body.get("page", "")))

    def _keep(self, user: PretendUser, body: dict[str, Any], kind: str, url: str) -> SentMessage:
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
                url=url,
                data=data,
                at=self.clock(),
                kind=kind,
            )
            self._next_message += 1
            self.messages = [*self.messages[-KEPT_MESSAGES + 1 :], message]
        return message

    def _addressee(self, body: dict[str, Any]) -> PretendUser:
        openid = body.get("touser")
        user = next((user for user in self.users.values() if user.openid == openid), None)
        if user is None:
            raise Refused(40003, "invalid openid")
        return user


def _template_data(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(
        isinstance(item, dict) and isinstance(item.get("value"), str) for item in data.values()
    ):
        raise Refused(47003, "argument invalid! data")
    for name, item in data.items():
        if name.startswith("thing") and len(item["value"]) > THING_LIMIT:
            raise Refused(47003, f"argument invalid! data.{name}.value is too long")
    return data
