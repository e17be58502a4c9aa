"""Pages as a browser reads them: links, forms and what a form would send."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.forms import BaseForm, MultiWidget, Textarea, TextInput

VOID = {"input", "img", "br", "hr", "meta", "link", "source", "path", "col", "wbr"}
CONTROLS = {"input", "select", "textarea", "button"}


@dataclass
class Element:
    """A start tag and what is around it."""

    tag: str
    attributes: dict[str, str]
    inside: "Element | None" = None
    text: str = ""
    options: "list[Element]" = field(default_factory=list)

    @property
    def is_box(self) -> bool:
        """Whether it is sent only when it is ticked."""
        return self.get("type") in {"checkbox", "radio"}

    @property
    def is_chosen(self) -> bool:
        """Whether it is ticked or selected."""
        return bool({"checked", "selected"} & set(self.attributes))

    def get(self, name: str) -> str:
        """Return an attribute, or nothing."""
        return self.attributes.get(name, "")

    def within(self, tag: str) -> "Element | None":
        """Return the nearest element of a kind around this one."""
        around = self.inside
        while around is not None and around.tag != tag:
            around = around.inside
        return around


@dataclass
class Form:
    """A form with its controls, those that name it by its id as well."""

    element: Element
    controls: list[Element] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute of the form, or nothing."""
        return self.element.get(name)

    def buttons(self) -> set[tuple[str, str]]:
        """Return name and value of every button that submits it."""
        return {
            (each.get("name"), each.get("value"))
            for each in self.controls
            if each.tag == "button" and each.get("type") != "button"
        }

    def values(self) -> dict[str, list[str]]:
        """Return what a browser would send of the form as it stands."""
        values: dict[str, list[str]] = {}
        for control in self.controls:
            name, value = control.get("name"), control.get("value")
            if control.tag == "textarea":
                value = control.text.removeprefix("\n")
            elif control.tag == "select":
                value = next(
                    (option.get("value") for option in control.options if option.is_chosen), ""
                )
            elif control.tag != "input" or not (control.is_chosen or not control.is_box):
                continue
            values.setdefault(name, []).append(value)
        return values

    def hidden(self) -> dict[str, str]:
        """Return what it sends that nobody sees, but for the token."""
        return {
            each.get("name"): each.get("value")
            for each in self.controls
            if each.get("type") == "hidden" and each.get("name") != "csrfmiddlewaretoken"
        }


class Markup(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        inside = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, inside)
        self.elements.append(element)
        if tag == "option" and (select := element.within("select")):
            select.options.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(each.tag == tag for each in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Return every element of a kind."""
        return [each for each in self.elements if each.tag == tag]

    def ids(self) -> set[str]:
        """Return every id."""
        return {each.get("id") for each in self.elements} - {""}

    def forms(self) -> list[Form]:
        """Return every form with its controls."""
        forms = [Form(element) for element in self.all("form")]
        for control in self.elements:
            if control.tag not in CONTROLS:
                continue
            around = control.within("form")
            for form in forms:
                named = control.get("form")
                if form.element is around if not named else named == form.get("id"):
                    form.controls.append(control)
        return forms


def sent(form: Form) -> bool:
    """Whether the form is for sending, not only for telling fields apart."""
    return form.get("method").lower() == "post" or bool(form.get("hx-post"))


def unlike_the_form(answer: Any, markup: Markup) -> Iterator[str]:
    """A page asks for each field of its form, once."""
    form = answer.context.get("form") if answer.context is not None else None
    if not isinstance(form, BaseForm):
        return
    forms = [each for each in markup.forms() if sent(each)]
    controls = [each.get("name") for one in forms for each in one.controls]
    if not {each.html_name for each in form.visible_fields()} & set(controls):
        return  # asks with another form, or is a query
    for bound in form.visible_fields():
        one = isinstance(bound.field.widget, TextInput | Textarea)
        if bound.html_name not in controls and not isinstance(bound.field.widget, MultiWidget):
            yield f"does not ask for {bound.html_name}"
        if one and controls.count(bound.html_name) > 1:
            yield f"asks for {bound.html_name} twice"
