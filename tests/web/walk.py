"""A walk over every page that a menu, a link or a dialog leads to.

Of the rows of a list one is opened for each state that they tell. Each list is asked for by each
choice of its filters and in each of its orders. Each form that is met is sent as it stands, with
nothing filled in and with values that nobody means. What comes of it is told with the events and
messages that it led to, and taken back.
"""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.text import slugify
from django.utils.translation import gettext, override

from tests.approved.outline import numbered, of_answer
from tests.support.world import World
from tests.web.markup import Element, Form, Markup, sent, unlike_the_form
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.kernel.clock import today
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
LIST_FILTER = "list-filter"  # the id of the form above a list
CHOICES_TRIED = 12  # of one filter; kinds of events are many
ROWS_TOLD = 6  # of what a filter leaves
STATES_OPENED = 8  # of the rows that lead to one route
NOBODY_MEANS = "错误"


class Walk:
    """Follows every link once for each route, and keeps what it met."""

    def __init__(self, world: World, account: Account, kind: str) -> None:
        self.client: Client = world.client(account)
        self.pages: dict[str, Markup] = {}
        self.problems: list[str] = []
        self.texts: dict[str, str] = {}
        self.kind, self.portal = kind, PORTALS[kind]
        self._routes: dict[object, set[str]] = {}  # and the states of the rows that led there
        actor = world.actor(account)
        open_to = self.portal.paths_for(actor)
        self._waiting = [
            (page.path, "the menu", "") for page in self.portal.pages if page.path in open_to
        ]
        while self._waiting:
            self._open(*self._waiting.pop(0))

    def follows(self, match: ResolverMatch, requested: frozenset[str]) -> bool:
        """Tell whether a route is looked at, with values of these names in its query."""
        further = requested & FURTHER or requested > {"sort"}
        return match.view_name not in NOT_FOLLOWED and not further

    def _open(self, address: str, came_from: str, state: str) -> None:
        path = urlsplit(address).path
        try:
            match = resolve(path)
        except Resolver404:
            self.problems.append(f"{came_from}: {address} is no address")
            return
        requested = frozenset(name for name, _value in parse_qsl(urlsplit(address).query))
        route = (match.view_name, requested, "/source/" in path, "/agency/" in path)
        states = self._routes.setdefault(route, set())
        known = state in states if state else bool(states)
        if known or len(states) > STATES_OPENED or not self.follows(match, requested):
            return
        states.add(state)
        answer = self.client.get(address)
        if answer.status_code not in {200, 302}:
            self.problems.append(f"{came_from}: {address} answers {answer.status_code}")
            return
        if match.view_name not in DIFFERENT_EACH_TIME:
            name = "+".join([match.view_name.replace(":", "."), *sorted(requested)])
            if name in self.texts:
                name = f"{name}~{state}"
            self.texts.setdefault(name, numbered([address, *of_answer(answer)]))
        if answer.status_code == 302:
            self._waiting.append((answer.headers["Location"], address, state))
        elif not answer.streaming and answer["Content-Type"].startswith("text/html"):
            markup = Markup(answer.content.decode())
            self.problems += [
                f"{address}: {problem}" for problem in unlike_the_form(answer, markup)
            ]
            self.pages[address] = markup
            for form in filter(sent, markup.forms()):
                self._send(form, address)
            if not requested and (lines := list(self._chosen(address, markup))):
                self.texts[f"{name}!chosen"] = numbered(lines)
            self._waiting += [(link, address, state) for link, state in _links(address, markup)]

    def _send(self, form: Form, came_from: str) -> None:
        """Send a form as it stands, empty and with wrong values, once for each address."""
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
        wrong = {one.get("name"): [_wrong(one)] for one in typed if one.get("name") in empty}
        for way, values in (("shown", shown), ("empty", kept | empty), ("wrong", kept | wrong)):
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

    def _chosen(self, address: str, markup: Markup) -> Iterator[str]:
        """Return what each choice of a list's filters and each of its orders leaves."""
        path = urlsplit(address).path
        for query in dict.fromkeys((*_choices(markup), *_orders(markup))):
            answer = self.client.get(f"{path}?{query}")
            rows = list(_rows(Markup(answer.content.decode())))
            yield f"?{query} {answer.status_code}: {len(rows)}"
            yield from rows[:ROWS_TOLD]


def _wrong(control: Element) -> str:
    """Return a value that no control takes: no choice, no number, no day, or too long by one."""
    longest = control.get("maxlength")
    return "长" * (int(longest) + 1) if longest and int(longest) <= 60 else NOBODY_MEANS


def _choices(markup: Markup) -> Iterator[str]:
    for form in markup.forms():
        for control in form.controls if form.get("id") == LIST_FILTER else ():
            name = control.get("name")
            if control.tag == "select":
                options = [one.get("value") for one in control.options if one.get("value")]
                yield from (f"{name}={quote(option)}" for option in options[:CHOICES_TRIED])
            elif control.get("type") == "date":
                yield f"{name}={today()}"


def _orders(markup: Markup) -> Iterator[str]:
    for link in markup.all("a"):
        query = dict(parse_qsl(urlsplit(link.get("href")).query))
        if link.within("thead") and "sort" in query:
            descending = query["sort"].removeprefix("-")
            yield from (f"sort={descending}", f"sort=-{descending}")


def _rows(markup: Markup) -> Iterator[str]:
    """Return the rows of the tables of a page, a line each."""
    cells: dict[int, list[str]] = {}
    for cell in markup.all("td"):
        if (row := cell.within("tr")) is not None and cell.within("tbody"):
            cells.setdefault(id(row), []).append(" ".join(cell.text.split()))
    return (" | ".join(some) for some in cells.values())


def _links(address: str, markup: Markup) -> Iterator[tuple[str, str]]:
    """Return where a page leads, with the states that the row of a link tells."""
    here = urlsplit(address).path
    states: dict[int, list[str]] = {}
    with override("en"):  # what is told in the same way in both languages is a code, no state
        for element in markup.elements:
            words = " ".join(element.text.split())
            row = element.within("tr")
            if row and "yj-status" in element.get("class").split() and gettext(words) != words:
                states.setdefault(id(row), []).append(slugify(gettext(words)))
    for element in markup.elements:
        link = element.get("hx-get") or (element.get("href") if element.tag == "a" else "")
        row = element.within("tr")
        state = "+".join(states.get(id(row), ())) if row else ""
        if link.startswith("?"):
            yield here + link, state
        elif link.startswith("/") and not link.startswith(("/static/", "/h5/")):
            yield link, state


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
