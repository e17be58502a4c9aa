"""Every address and every operation, as everybody: who gets in, and what strangers learn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.isolation.city import SECRET_TEXT, City, build_city
from tests.isolation.people import every_role
from tests.isolation.routes import (
    ABOUT,
    CITYWIDE,
    EVERYBODY,
    OPERATIONS,
    READ,
    ROUTES,
    SIGNED_IN,
    VALUES,
    WROTE,
    Route,
)
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.access.permissions import permission_of
from yunjian.access.row_policies import bypass_rls
from yunjian.api.root import api
from yunjian.evidence.models import Event
from yunjian.evidence.services import log_extend
from yunjian.identity.models import Account, Organization, RoleGrant
from yunjian.identity.policies import GRANTORS
from yunjian.kernel.ids import new_id

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # thousands of requests in one test
FIRST_DISCHARGER, FIRST_AGENCY = "浦江试验纸业", "清源试验环保"
# what a caller may read: nothing, lists without a row of the others, what its colleagues keep
# without changing it, or its own
NOTHING, LISTS, COLLEAGUES, ITS_OWN = "nothing", "lists", "its colleagues'", "its own"
PERSONAL = {
    "messaging.notification",
    "maintenance.visit:begun",
    "identity.accountsession",
    "identity.wechatbinding",
}
# what reading a page may write: that a session is used, and that a stranger asked
NO_WRITE = re.compile(
    r'^(INSERT INTO|UPDATE|DELETE FROM) "(?!evidence_event|django_session'
    r"|identity_accountsession|access_ratelimitcounter)"
)
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|SELECT .* FOR |COPY|LOCK)", re.DOTALL)


def _patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield f"{space}:{one.name}" if space else str(one.name), dict(one.pattern.converters)
        elif one.namespace != "api":
            yield from _patterns(one, one.namespace or space)


PATTERNS = dict(_patterns(get_resolver()))


class Caller:
    """Somebody with a browser."""

    def __init__(self, city: City, account: Account | None, *, stranger: bool) -> None:
        self.client = Client(raise_request_exception=True)
        self.actor: Actor | None = None
        self.stranger = stranger
        self.account = account
        if account is not None:
            self.client = city.client(account)
            self.actor = city.actor(account)
        self.cookies = {name: one.value for name, one in self.client.cookies.items()}

    def __repr__(self) -> str:
        if self.actor is None:
            return "nobody"
        roles = "+".join(sorted(self.actor.roles))
        return f"{'strange ' if self.stranger else ''}{self.actor.organization_kind} {roles}"

    def holds(self, who: str | tuple[str, ...]) -> bool:
        """Tell whether the page opens for this caller."""
        if who == EVERYBODY:
            return True
        if self.actor is None:
            return False
        codes = (who,) if isinstance(who, str) else who
        return who == SIGNED_IN or any(permission_of(code).held_by(self.actor) for code in codes)


class Town:
    """The city, and everybody who may come by."""

    def __init__(self) -> None:
        with acting_as(system_actor("test")):
            self.city = build_city()
            self._operator = Organization.unscoped().create(
                kind="operator", name="运营单位", uscc="91310115MA1TEST006"
            )
            self._bureau = Organization.unscoped().create(
                kind="authority", name="外区生态环境局", uscc="11310112MB1TEST007"
            )
            self._bureau.jurisdiction.add(self.city.other_district)
            own = {
                "discharger": self.city.discharger,
                "agency": self.city.agency,
                "authority": self.city.authority,
                "operator": self._operator,
            }
            strange = {
                "discharger": self.city.other_discharger,
                "agency": self.city.other_agency,
                "authority": self._bureau,
            }
            accounts = [
                (self._account(own[kind], f"own-{kind}-{role}", [role]), False)
                for kind, role in every_role()
            ] + [
                (self._account(organization, f"strange-{kind}", list(GRANTORS[kind])), True)
                for kind, organization in strange.items()
            ]
        self.callers = [Caller(self.city, account, stranger=it) for account, it in accounts]
        self.engineer = Caller(self.city, self.city.engineer, stranger=False)
        self.callers.append(self.engineer)
        self.nobody = Caller(self.city, None, stranger=False)
        self.foreign_accesses = _foreign_accesses()

    @staticmethod
    def _account(organization: Organization, name: str, roles: list[str]) -> Account:
        account = Account(
            username=name,
            display_name="某人",
            organization=organization,
            password=make_password("a-long-test-password"),
        )
        account.save(force_insert=True)
        RoleGrant.objects.bulk_create([RoleGrant(account=account, role=role) for role in roles])
        return account


@pytest.fixture
def town(db: None) -> Town:
    """One city for a whole room; what a request writes is taken back."""
    with bypass_rls("test"), acting_as(system_actor("test")):
        town = Town()
        log_extend()
    return town


def test_every_address_has_an_expectation_and_every_expectation_an_address() -> None:
    assert set(PATTERNS) - set(ROUTES) == set(), "add a line to tests/isolation/routes.py"
    assert set(ROUTES) - set(PATTERNS) == set(), "no such address any more"


def _about(name: str, route: Route) -> str:
    named = [ABOUT[one] for one in PATTERNS[name] if one in ABOUT]
    return route.about or (named[-1] if named else "")


def _path(town: Town, name: str, route: Route) -> str:
    values = {}
    for parameter in PATTERNS[name]:
        if parameter in route.values:
            values[parameter] = route.values[parameter]
        elif parameter in ABOUT or (parameter == "row_id" and route.about):
            values[parameter] = town.city.key(route.about or ABOUT[parameter])
        else:
            values[parameter] = VALUES[parameter]
    return reverse(name, kwargs=values)


@dataclass(frozen=True)
class Asked:
    """A request: who asked, what came back, and what it wrote."""

    caller: Caller
    method: str
    path: str
    answer: Any
    text: str
    written: list[str]
    reported: int

    def __str__(self) -> str:
        return f"{self.caller} {self.method} {self.path}: {self.answer.status_code}"


def _ask(town: Town, caller: Caller, method: str, path: str, **sent: Any) -> Asked:
    """Send a request, and take back what it wrote and what the browser was told to keep."""
    caller.client.cookies = SimpleCookie(caller.cookies)
    connection.queries_log.clear()  # it holds some thousands only
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = getattr(caller.client, method)(path, **sent)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        written = [query["sql"] for query in queries if NO_WRITE.match(query["sql"])]
        reported = _foreign_accesses() - town.foreign_accesses if caller.stranger else 0
        # what only reads has nothing to take back
        transaction.set_rollback(any(WRITE.match(query["sql"]) for query in queries))
    text = content.decode("utf-8", "replace")
    return Asked(caller, method, path, answer, text, written, reported)


def _foreign_accesses() -> int:
    with bypass_rls("test"):
        return Event.unscoped().filter(verb="access.foreign").count()


@pytest.mark.parametrize("room", sorted({name.partition(":")[0] for name in ROUTES}))
def test_every_address_of_a_room_opens_for_those_it_is_for(town: Town, room: str) -> None:
    wrong = []
    for name, route in ROUTES.items():
        if name.partition(":")[0] != room or name not in PATTERNS:
            continue
        path, about = _path(town, name, route), _about(name, route)
        for caller in [*town.callers, town.nobody]:
            for method in route.methods:
                problem = _judge(route, about, _ask(town, caller, method, path, data=route.query))
                if problem:
                    wrong.append(f"{name}: {problem}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def _judge(route: Route, about: str, requested: Asked) -> str:
    """Return what is wrong with an answer; nothing, if all is as expected."""
    status, caller = requested.answer.status_code, requested.caller
    ok = route.ok or (READ if requested.method == "get" else WROTE)
    expected, reads = _expected(route, about, caller, ok)
    if status not in expected:
        return f"{requested}, not {sorted(expected)}"
    if caller.actor is None and status == 302 and route.page != EVERYBODY:
        return (
            ""
            if requested.answer.url.startswith("/signin/")
            else f"{requested}: {requested.answer.url}"
        )
    is_strange = caller.stranger and about and caller.holds(route.page) and not _sees(caller, about)
    if is_strange and route.event and requested.reported != 1:
        return f"{requested}: left no event"
    if reads != ITS_OWN and (shown := _foreign_names(requested)) and reads != COLLEAGUES:
        return f"{requested} shows {shown}"
    if requested.written and reads in {NOTHING, COLLEAGUES}:
        return f"{requested} wrote {requested.written[0][:80]}"
    return ""


def _expected(
    route: Route, about: str, caller: Caller, ok: frozenset[int]
) -> tuple[frozenset[int], str]:
    """Return which statuses are right for a caller, and what it may read there."""
    if caller.actor is None and route.page != EVERYBODY:
        return frozenset({route.anonymous}), NOTHING
    if not caller.holds(route.page):
        return frozenset({route.outside}), NOTHING
    if caller.stranger and about and not _sees(caller, about):
        return route.stranger, NOTHING if route.event else ITS_OWN
    if route.act and not _may(caller, route.act):
        refused = ok | {302, 403, 404}
        return refused, NOTHING if caller.stranger else COLLEAGUES
    if caller.stranger and not about:
        return ok, LISTS
    return ok | _own_refusals(caller, about), ITS_OWN


def _foreign_names(requested: Asked) -> list[str]:
    return [secret for secret in (SECRET_TEXT, FIRST_DISCHARGER) if secret in requested.text]


def _may(caller: Caller, code: str) -> bool:
    return caller.actor is not None and permission_of(code).held_by(caller.actor)


def _sees(caller: Caller, about: str) -> bool:
    assert caller.actor is not None
    return about in CITYWIDE and caller.actor.organization_kind == "authority"


def _own_refusals(caller: Caller, about: str) -> frozenset[int]:
    """What is one person's own is not a colleague's."""
    return frozenset({403, 404}) if about in PERSONAL else frozenset()


# --- the API


def _operations() -> dict[str, str]:
    """Return every operation with its path from the root of the API."""
    return {
        f"{method} {prefix.rstrip('/')}{path}".replace("{uuidstr:", "{uuid:"): path
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }


def test_every_operation_has_an_expectation_and_every_expectation_an_operation() -> None:
    result = set(_operations())
    assert result - set(OPERATIONS) == set(), "add a line to tests/isolation/routes.py"
    assert set(OPERATIONS) - result == set(), "no such operation any more"


def _api_path(town: Town, name: str) -> str:
    def value(match: re.Match[str]) -> str:
        about = ABOUT.get(match.group(1))
        return str(town.city.key(about) if about else new_id())

    return "/api/v1" + re.sub(r"\{uuid:(\w+)\}", value, name.partition(" ")[2])


def test_every_operation_answers_those_it_is_for(town: Town) -> None:
    wrong = []
    for name, stated in OPERATIONS.items():
        method, path = name.partition(" ")[0].lower(), _api_path(town, name)
        route = replace(stated, anonymous=401)
        named = [ABOUT[one] for one in re.findall(r"{uuid:(\w+)}", name) if one in ABOUT]
        about = named[0] if named else ""
        for caller in [*town.callers, town.nobody]:
            sent: dict[str, Any] = (
                {"data": {}} if method == "get" else {"content_type": "application/json"}
            )
            problem = _judge(route, about, _ask(town, caller, method, path, **sent))
            if problem:
                wrong.append(f"{name}: {problem}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
