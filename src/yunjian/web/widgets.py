"""Inputs that the browser's own do not do well enough."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class DateInput(forms.DateInput):
    """A date as YYYY-MM-DD with a Chinese calendar; also typed by hand."""

    def __init__(self) -> None:
        attrs = {"data-yj-date": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD"}
        super().__init__(attrs, format="%Y-%m-%d")


class ReasonField(forms.CharField):
    """Why something is done, in two lines of at most 200 characters."""

    def __init__(self, label: "str | _StrPromise") -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(label=label, max_length=200, widget=widget)


class FilterChoiceField(forms.ChoiceField):
    """One of some values in a query row, or all of them; a function is asked for them each time."""

    def __init__(
        self, label: "str | _StrPromise", choices: Iterable[Any] | Callable[[], Iterable[Any]]
    ) -> None:
        def offered() -> list[Any]:
            return [("", _("全部")), *(choices() if callable(choices) else choices)]

        super().__init__(label=label, required=False, choices=offered)


class FilterTextField(forms.CharField):
    """A text in a query row; the placeholder says what it is looked for in."""

    def __init__(
        self,
        label: "str | _StrPromise",
        placeholder: "str | _StrPromise" = "",
        *,
        max_length: int = 60,
    ) -> None:
        widget = forms.TextInput(attrs={"placeholder": placeholder} if placeholder else {})
        super().__init__(label=label, required=False, max_length=max_length, widget=widget)


class DateTimeInput(forms.DateTimeInput):
    """A date and time as YYYY-MM-DD HH:mm with a Chinese calendar."""

    def __init__(self) -> None:
        attrs = {"data-yj-datetime": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD HH:mm"}
        super().__init__(attrs, format="%Y-%m-%d %H:%M")
