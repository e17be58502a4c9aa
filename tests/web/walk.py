"""A walk over every page that a menu, a link or a dialog leads to.

Each form that is met is sent as it stands and with nothing filled in. What comes of it is told
with the events and messages that it led to, and taken back.
"""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve

from tests.approved.outline import numbered, of_answer
from tests.support.world import World
from tests.web.markup import Form, Markup, sent, unlike_the_form
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.messaging.models import Notification
from yunjian.web.menu import PORTALS

# signing out ends the walk; a simulator is no page of the program
NOT_FOLLOWED = {"identity:signout"}
# shows a secret that was just made; how much disk the machine has
DIFFERENT_EACH_TIME = {"identity:authenticator", "administration:service"}
# signs out, or answers with what was just made
NOT_SENT = {"identity:signout", "identity:authenticator"}
# what is kept as it stands when nothing is filled in: which row, version or step it is about
NOT_TYPED = {"hidden", "submit", "button"}
# further pages of a list are tried elsewhere, on every list
FURTHER = {"after", "before", "size", "_path"}


class Walk:
    """Follows every link once for each route, and keeps what it met."""

    def __init__(self, world: World, account: Account, kind: str) -> None:
        self.client: Client = world.client(account)
        self.pages: dict[str, Markup] = {}
        self.problems: list[str] = []
        self.texts: dict[str, str] = {}
        self.kind, self.portal = kind, PORTALS[kind]
        self._routes: set[object] = set()
        actor = world.actor(account)
        open_to = self.portal.paths_for(actor)
        self._waiting = [
            (page.path, "the menu") for page in self.portal.pages if page.path in open_to
        ]
        while self._waiting:
            self._open(*self._waiting.pop(0))

    def follows(self, match: ResolverMatch, requested: frozenset[str]) -> bool:
        """Tell whether a route is looked at, with values of these names in its query."""
        further = requested & FURTHER or requested > {"sort"}
        return match.view_name not in NOT_FOLLOWED and not further

    def _open(self, address: str, came_from: str) -> None:
        path = urlsplit(address).path
        try:
            match = resolve(path)
        except Resolver404:
            self.problems.append(f"{came_from}: {address} is no address")
            return
        requested = frozenset(name for name, _value in parse_qsl(urlsplit(address).query))
        route = (match.view_name, requested, "/source/" in path, "/agency/" in path)
        if route in self._routes or not self.follows(match, requested):
            return
        self._routes.add(route)
        answer = self.client.get(address)
        if answer.status_code not in {200, 302}:
            self.problems.append(f"{came_from}: {address} answers {answer.status_code}")
            return
        if match.view_name not in DIFFERENT_EACH_TIME:
            name = "+".join([match.view_name.replace(":", "."), *sorted(requested)])
            self.texts.setdefault(name, numbered([address, *of_answer(answer)]))
        if answer.status_code == 302:
            self._waiting.append((answer.headers["Location"], address))
        elif not answer.streaming and answer["Content-Type"].startswith("text/html"):
            markup = Markup(answer.content.decode())
            self.problems += [
                f"{address}: {problem}" for problem in unlike_the_form(answer, markup)
            ]
            self.pages[address] = markup
            for form in filter(sent, markup.forms()):
                self._send(form, address)
            self._waiting += [(link, address) for link in self._links(address, markup)]

    def _send(self, form: Form, came_from: str) -> None:
        """Send a form as it stands and with nothing filled in, once for each address."""
        address = form.get("hx-post") or form.get("action") or came_from
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            self.problems.append(f"{came_from}: a form goes to {address}, which is no address")
            return
        name = match.view_name.replace(":", ".")
        if match.view_name in NOT_SENT or f"{name}!shown" in self.texts:
            return
        shown = form.values()
        for button in sorted(form.buttons())[:1]:
            shown |= {button[0]: [button[1]]} if button[0] else {}
        typed = [one for one in form.controls if one.get("type") not in NOT_TYPED]
        empty = {key: [""] for key in (one.get("name") for one in typed if not one.is_box)}
        boxes = {one.get("name") for one in typed if one.is_box}
        kept = {key: values for key, values in shown.items() if key not in {*empty, *boxes}}
        for way, values in (("shown", shown), ("empty", kept | empty)):
            lines = [f"POST {address}", *self._sent(address, values)]
            self.texts[f"{name}!{way}"] = numbered(lines)

    def _sent(self, address: str, values: dict[str, list[str]]) -> list[str]:
        """Return what is answered to a form, and the events and messages; nothing of it stays."""
        cookies = SimpleCookie({key: one.value for key, one in self.client.cookies.items()})
        newest = [_newest(model) for model in (Event, Notification)]
        with transaction.atomic():
            lines = of_answer(self.client.post(address, values))
            with bypass_rls("test"):
                events = Event.unscoped().filter(pk__gt=newest[0]).order_by("pk")
                lines += [f"event {event.verb}: {event.body}" for event in events]
                told = Notification.unscoped().filter(pk__gt=newest[1]).order_by("pk")
                for row in told.select_related("recipient"):
                    text = f"{row.recipient.username}: {row.title} {row.body} {row.link}"
                    lines.append(f"message {row.kind} to {text}")
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return lines

    def _links(self, address: str, markup: Markup) -> Iterator[str]:
        here = urlsplit(address).path
        for element in markup.elements:
            link = element.get("hx-get") or (element.get("href") if element.tag == "a" else "")
            if link.startswith("?"):
                yield here + link
            elif link.startswith("/") and not link.startswith(("/static/", "/h5/")):
                yield link


def _newest(model: type[Event | Notification]) -> UUID:
    with bypass_rls("test"):
        newest = model.unscoped().order_by("-pk").values_list("pk", flat=True).first()
    return newest or UUID(int=0)


def texts_of(walks: list[Walk]) -> dict[str, str]:
    """Return what several people met: of a form, how it went for who may send it."""
    texts: dict[str, str] = {}
    for walk in walks:
        for name, text in walk.texts.items():
            if name not in texts or texts[name].split("\n")[1].startswith("403"):
                texts[name] = text
    return texts
