"""The assembled API."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from yunjian.api.auth import SignedIn
from yunjian.api.errors import register_errors
from yunjian.api.openapi import Api
from yunjian.api.routers import (
    documents,
    field,
    filing_files,
    filings,
    notifications,
    places,
    report_forms,
    session,
    supervisions,
    trainings,
    uploads,
    verification,
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


api = Api(
    title="Yunjian 云间",
    version="1",
    description="What the phone app and the software of others read and write (docs/phone-api.md).",
    urls_namespace="api",
    docs_url=None,
    auth=SignedIn(),
    renderer=Renderer(),
    parser=BodyParser(),
)
register_errors(api)
for part in (
    session, field, visits, notifications, places, filing_files, filings, documents, verification,
    report_forms, trainings, supervisions, uploads,
):  # fmt: skip
    api.add_router("", part.router)
