"""Every page that a menu, a link or a dialog leads to: its links open, its forms can be sent.

A link without an address, a control without a name, a form without its token, a target that is
not there: nobody sees them on the page, and a test that sends what it likes does not either.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.approved.approval import assert_approved
from tests.isolation.city import City, build_city
from tests.support.fixed import fixed_moment
from tests.support.world import account_with, give_authenticator
from tests.web.markup import Element, Form, Markup, sent
from tests.web.variety import add_variety
from tests.web.walk import Walk, texts_of
from yunjian.identity.models import Account, Organization
from yunjian.identity.models.accounts import Role

pytestmark = [pytest.mark.slow, pytest.mark.reads_all_rows, pytest.mark.timeout(600)]
# who walks: the kind of the organisation decides the menu
WHO = {
    "discharger": ("discharger_owner",),
    "agency": ("agency_manager",),
    "authority": ("reviewer", "rule_administrator"),
    "operator": ("system_administrator", "security_administrator", "audit_administrator"),
}
# words that do not depend on the rows → the routes, and what a button sends, wherever they stand
LEADS = Path(__file__).with_name("leads.txt")


@pytest.fixture(params=WHO)
def walks(db: None, request: pytest.FixtureRequest) -> Iterator[list[Walk]]:
    """Walk as each account of a portal."""
    with fixed_moment():
        city = build_city()
        add_variety(city)
        yield [Walk(city, _account(city, name), request.param) for name in WHO[request.param]]


def _account(city: City, name: str) -> Account:
    if hasattr(city, name):
        account: Account = getattr(city, name)
        return account
    organization = city.authority
    if name != Role.RULE_ADMINISTRATOR:
        organization, _made = Organization.unscoped().get_or_create(
            kind="operator", name="试验运营中心", uscc="91310000MA1TEST009"
        )
    account = account_with(organization, name, name)
    give_authenticator(account)
    return account


def test_links_open_forms_can_be_sent_and_each_leads_where_its_words_say(
    walks: list[Walk],
) -> None:
    _assert_links_and_forms(walks)
    _assert_leads(walks)
    _assert_as_approved(walks)


def _assert_links_and_forms(walks: list[Walk]) -> None:
    for walk in walks:
        assert len(walk.pages) > 5
        problems = list(walk.problems)
        # a part of a page aims at what stands on the page
        ids = {"dialog"}.union(*(markup.ids() for markup in walk.pages.values()))
        for address, markup in walk.pages.items():
            whole = bool(markup.all("html"))
            result = [*_problems(markup, {"dialog"} | markup.ids() if whole else ids)]
            if whole:
                result += _marks(markup, walk.portal.current(urlsplit(address).path))
            result += _trail(markup, walk.pages)
            problems += [f"{address}: {problem}" for problem in result]
        assert problems == []


def _assert_leads(walks: list[Walk]) -> None:
    stated = {
        text: set(routes.split(", "))
        for text, _arrow, routes in (
            line.partition(" → ") for line in LEADS.read_text(encoding="utf-8").splitlines()
        )
    }
    elsewhere = {
        f"{text} → {route}"
        for walk in walks
        for address, markup in walk.pages.items()
        for text, route in leads(address, markup)
        if route not in stated.get(text, {route})
    }
    listed = "\n".join(sorted(elsewhere))
    assert not elsewhere, f"{LEADS.name} states something else:\n{listed}"


def _assert_as_approved(walks: list[Walk]) -> None:
    assert_approved(f"small-city/{walks[0].kind}", texts_of(walks))


def leads(address: str, markup: Markup) -> Iterator[tuple[str, str]]:
    """Where links lead, and what buttons send where, by the words that people read."""
    for element in markup.elements:
        link = element.get("hx-get") or (element.get("href") if element.tag == "a" else "")
        if route := route_of(link):
            yield words_of(element), route
    for form in filter(sent, markup.forms()):
        to = route_of(urlsplit(form.get("hx-post") or form.get("action") or address).path)
        for button in form.controls:
            if button.tag == "button" and button.get("type") != "button":
                over = route_of(button.get("formaction")) or to
                send = f"{button.get('name')}={button.get('value')}"
                yield f"[{words_of(button)}]", f"{over} {send}"


def route_of(address: str) -> str:
    """Return the name of an address, or nothing for one with a query and for one elsewhere."""
    parts = urlsplit(address)
    if not parts.path.startswith("/") or parts.query:
        return ""
    try:
        return str(resolve(parts.path).view_name)
    except Resolver404:
        return ""


def words_of(element: Element) -> str:
    """Return what people read, or hear."""
    return " ".join(element.text.split()) or element.get("title")


def _trail(markup: Markup, pages: dict[str, Markup]) -> Iterator[str]:
    """A step of the way here is called what the page is called that it leads to."""
    for link in markup.all("a"):
        step = link.within("li")
        if step is None or "breadcrumb-item" not in step.get("class").split():
            continue
        page = pages.get(link.get("href"))
        title = " ".join(each.text for each in page.all("h1")) if page else link.text
        if words_of(link) not in " ".join(title.split()):
            yield f"{words_of(link)} leads to {' '.join(title.split())}"


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
        if link.get("href") and link.get("hx-get") not in {"", link.get("href")}:
            yield f"{link.text.strip()} leads elsewhere without scripts: {link.get('href')}"
    for element in markup.elements:
        target = element.get("hx-target")
        if target.startswith("#") and target[1:] not in ids:
            yield f"{target} is not there"
    for form in markup.forms():
        if not sent(form) and "csrfmiddlewaretoken" in {each.get("name") for each in form.controls}:
            yield f"{form.get('action')}: has a token and is not posted"
    for form in filter(sent, markup.forms()):
        name = form.get("id") or form.get("action") or form.get("hx-post")
        yield from (f"{name}: {problem}" for problem in _unsendable(form))


def _unsendable(form: Form) -> Iterator[str]:
    if "csrfmiddlewaretoken" not in {each.get("name") for each in form.controls}:
        yield "no token"
    if any(each.get("type") == "file" for each in form.controls):
        coded = {form.get("enctype")} | (
            {form.get("hx-encoding")} if form.get("hx-post") else set()
        )
        if coded != {"multipart/form-data"}:
            yield "its files are not sent"
    for control in form.controls:
        if control.tag != "button" and not control.get("name"):
            yield f"a control without a name: {control.attributes}"
