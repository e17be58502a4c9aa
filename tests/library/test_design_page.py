"""The page on which a sheet is designed: what its buttons send, and what its dialogs are called."""

import pytest
from django.test import Client

from tests.library.test_sheets import HTMX, address, client, design
from tests.web.markup import Form, Markup
from yunjian.library.models import SheetDesign

__all__ = ["client", "design"]
pytestmark = pytest.mark.reads_all_rows


def properties(client: Client, design: SheetDesign, place: str) -> Form:
    """Return the form in which a part of the design is changed."""
    page = Markup(client.get(f"{address(design)}?place={place}").content.decode())
    return next(form for form in page.forms() if form.get("id") == "properties")


def test_a_part_is_moved_taken_away_and_added_to_by_buttons(
    client: Client, design: SheetDesign
) -> None:
    form = properties(client, design, "0")

    actions = {("action", name) for name in ("change", "up", "down", "remove")}
    assert {button for button in form.buttons() if "add:" not in button[1]} == actions
    assert ("action", "add:number") in form.buttons()
    assert form.hidden() | {"place": "0", "revision": str(design.revision)} == form.hidden()
    assert form.get("hx-post") == form.get("action") == address(design)
    assert form.get("hx-target") == "#design"


def test_the_sheet_itself_is_neither_moved_nor_taken_away(
    client: Client, design: SheetDesign
) -> None:
    buttons = properties(client, design, "").buttons()

    assert {value for _name, value in buttons if "add:" not in value} == {"change"}


def test_pressing_a_button_of_the_page_does_what_it_says(
    client: Client, design: SheetDesign
) -> None:
    form = properties(client, design, "0")
    before = [part["key"] for part in design.content["sections"]]

    client.post(form.get("hx-post"), form.hidden() | {"action": "down"}, headers=HTMX)

    after = [part["key"] for part in SheetDesign.unscoped().get().content["sections"]]
    assert after[:2] == [before[1], before[0]]


def test_the_dialog_of_publishing_names_the_sheet(client: Client, design: SheetDesign) -> None:
    page = Markup(client.get(address(design, "publish/")).content.decode())

    [title] = page.all("title") or [page.elements[0]]
    assert f"发布 {design.name}" in title.text
