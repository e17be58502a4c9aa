"""A walk over every page that a menu, a link or a dialog leads to."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve

from tests.approved.outline import numbered, of_answer
from tests.support.world import World
from tests.web.markup import Markup, unlike_the_form
from yunjian.identity.models import Account
from yunjian.web.menu import PORTALS

# signing out ends the walk; a simulator is no page of the program
NOT_FOLLOWED = {"identity:signout"}
# shows a secret that was just made; how much disk the machine has
DIFFERENT_EACH_TIME = {"identity:authenticator", "administration:service"}
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
        self._waiting = [
            (page.path, "the menu")
            for item in PORTALS[kind].items_for(actor)
            for page in item.children or (item,)
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
            self._waiting += [(link, address) for link in self._links(address, markup)]

    def _links(self, address: str, markup: Markup) -> Iterator[str]:
        here = urlsplit(address).path
        for element in markup.elements:
            link = element.get("hx-get") or (element.get("href") if element.tag == "a" else "")
            if link.startswith("?"):
                yield here + link
            elif link.startswith("/") and not link.startswith(("/static/", "/h5/")):
                yield link
