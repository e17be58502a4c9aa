"""Inputs that the browser's own do not do well enough."""

from typing import Any

from django import forms


class DateInput(forms.DateInput):
    """A date as YYYY-MM-DD with a Chinese calendar; also typed by hand."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        given = {"data-yj-date": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD"}
        super().__init__({**given, **(attrs or {})}, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """A date and time as YYYY-MM-DD HH:mm with a Chinese calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        given = {"data-yj-datetime": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD HH:mm"}
        super().__init__({**given, **(attrs or {})}, format="%Y-%m-%d %H:%M")
