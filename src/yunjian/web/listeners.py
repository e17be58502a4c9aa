"""What a sign-in brings along: how the person wants to see lists."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from yunjian.web.lists import LAYOUTS
from yunjian.web.models import ListView


@receiver(user_logged_in)
def layouts_into_session(request: HttpRequest, user: Any, **_more: object) -> None:
    """Put the person's defaults into the session: no list page asks for them again."""
    rows = ListView.unscoped().filter(account_id=user.pk, name="")
    layouts = dict(rows.values_list("page", "query"))
    if layouts:
        request.session[LAYOUTS] = layouts
