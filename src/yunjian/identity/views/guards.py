"""Who gets to the pages that no permission guards: everybody signed in has an account."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yunjian.web.guards import Rest, View


def own_page(*methods: str) -> Callable[[View[Rest]], View[Rest]]:
    """Return a decorator that lets in who is signed in, by these methods; no browser keeps it."""

    def guard(view: View[Rest]) -> View[Rest]:
        return never_cache(login_required(require_http_methods(methods)(view)))

    return guard
