"""The assembled API."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from yunjian.api.auth import SignedIn
from yunjian.api.errors import register_errors
from yunjian.api.routers import (
    field,
    filing_files,
    filings,
    notifications,
    places,
    session,
    visits,
)


class Renderer(BaseRenderer):
    """JSON by orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the bytes of an answer."""
        return orjson.dumps(data)


class BodyParser(Parser):
    """JSON by orjson."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the data of a request body."""
        return orjson.loads(request.body)


api = NinjaAPI(
    title="Yunjian 云间",
    version="1",
    urls_namespace="api",
    docs_url=None,
    auth=SignedIn(),
    renderer=Renderer(),
    parser=BodyParser(),
)
register_errors(api)
api.add_router("", session.router)
api.add_router("", field.router)
api.add_router("", visits.router)
api.add_router("", notifications.router)
api.add_router("", places.router)
api.add_router("", filing_files.router)
api.add_router("", filings.router)
