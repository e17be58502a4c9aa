"""Every page that a menu, a link or a dialog leads to: its links open, its forms can be sent.

A link without an address, a control without a name, a form without its token, a target that is
not there: nobody sees them on the page, and a test that sends what it likes does not either.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.isolation.city import City, build_city
from tests.web.markup import Form, Markup
from yunjian.identity.models import Account
from yunjian.web.menu import PORTALS

pytestmark = [pytest.mark.reads_all_rows, pytest.mark.timeout(600)]
WHO = {
    "discharger": "discharger_owner",
    "agency": "agency_manager",
    "authority": "reviewer",
}
# signing out ends the walk; a simulator is no page of the program
NOT_FOLLOWED = {"identity:signout"}


class Walk:
    """Follows every link once for each route, and keeps what it met."""

    def __init__(self, city: City, account: Account, kind: str) -> None:
        self.client: Client = city.client(account)
        self.pages: dict[str, Markup] = {}
        self.problems: list[str] = []
        self.portal = PORTALS[kind]
        self._routes: set[object] = set()
        actor = city.actor(account)
        self._waiting = [
            (page.path, "the menu")
            for item in PORTALS[kind].items_for(actor)
            for page in item.children or (item,)
        ]
        while self._waiting:
            self._open(*self._waiting.pop(0))

    def _open(self, address: str, came_from: str) -> None:
        path = urlsplit(address).path
        try:
            match = resolve(path)
        except Resolver404:
            self.problems.append(f"{came_from}: {address} is no address")
            return
        asked = frozenset(name for name, _value in parse_qsl(urlsplit(address).query))
        route = (match.view_name, asked, "/source/" in path, "/agency/" in path)
        if route in self._routes or match.view_name in NOT_FOLLOWED:
            return
        self._routes.add(route)
        answer = self.client.get(address)
        if answer.status_code not in {200, 302}:
            self.problems.append(f"{came_from}: {address} answers {answer.status_code}")
            return
        if answer.status_code == 302:
            self._waiting.append((answer.headers["Location"], address))
        elif not answer.streaming and answer["Content-Type"].startswith("text/html"):
            markup = Markup(answer.content.decode())
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


@pytest.fixture(params=WHO)
def walk(db: None, request: pytest.FixtureRequest) -> Walk:
    city = build_city()
    return Walk(city, getattr(city, WHO[request.param]), request.param)


def sent(form: Form) -> bool:
    """Whether the form is for sending, not only for telling fields apart."""
    return form.get("method").lower() == "post" or bool(form.get("hx-post"))


def test_every_link_opens_and_every_form_can_be_sent(walk: Walk) -> None:
    assert len(walk.pages) > 15
    problems = list(walk.problems)
    # a part of a page aims at what stands on the page
    ids = {"dialog"}.union(*(markup.ids() for markup in walk.pages.values()))
    for address, markup in walk.pages.items():
        whole = bool(markup.all("html"))
        found = [*_problems(markup, {"dialog"} | markup.ids() if whole else ids)]
        if whole:
            found += _marks(markup, walk.portal.current(urlsplit(address).path))
        problems += [f"{address}: {problem}" for problem in found]
    assert problems == []


def _marks(markup: Markup, current: str) -> Iterator[str]:
    """The entry of the menu that is open is marked, for the eye and for the ear, and no other."""
    entries = [each for each in markup.all("a") if "yj-menu-item" in each.get("class").split()]
    active = [each.get("href") for each in entries if "active" in each.get("class").split()]
    named = [each.get("href") for each in entries if each.get("aria-current") == "page"]
    if entries and not (active == named == [current] * bool(current)):
        yield f"marked in the menu: {active}, {named}, not {current}"


def _problems(markup: Markup, ids: set[str]) -> Iterator[str]:
    for link in markup.all("a"):
        if "href" not in link.attributes and not link.get("hx-get"):
            yield f"a link without an address: {link.text.strip()}"
    for element in markup.elements:
        target = element.get("hx-target")
        if target.startswith("#") and target[1:] not in ids:
            yield f"{target} is not there"
    for form in filter(sent, markup.forms()):
        name = form.get("id") or form.get("action") or form.get("hx-post")
        fields = {each.get("name") for each in form.controls}
        if "csrfmiddlewaretoken" not in fields:
            yield f"{name}: no token"
        for control in form.controls:
            if control.tag != "button" and not control.get("name"):
                yield f"{name}: a control without a name: {control.attributes}"
