"""A form as a dialog: shown, refused in place, or saved."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yunjian.kernel.errors import DomainError
from yunjian.web.forms import add_domain_errors


def form_dialog(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    save: Callable[[], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """Show a form as a dialog, or save it; a refusal stays in the dialog.

    `context` may hold `title`, `text` (a sentence above the form), `submit` and `danger`.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return save()
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
    return render(request, "web/form_dialog.html", {"form": form, **context}, status=status)
