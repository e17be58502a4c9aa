"""The assembled API."""

import re
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
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
from yunjian.kernel.clock import FIRST_DAY, LAST_DAY
from yunjian.records.problems import Problems


class Renderer(BaseRenderer):
    """JSON by orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the bytes of an answer."""
        return orjson.dumps(data)


class BodyParser(Parser):
    """JSON by orjson."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the data of a request body.

        Raises:
            InvalidInput: a text holds what cannot be stored or a day that cannot be meant, at its
                path.
        """
        data = orjson.loads(request.body)
        problems = Problems()
        _look_through(data, "", problems)
        problems.refuse_if_any()
        return data


DAY = re.compile(r"(\d{4})-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)


def _look_through(data: Any, path: str, problems: Problems) -> None:
    match data:
        case str():
            problems.unless("\0" not in data, path, _("含有看不见的控制字符，请重新输入"))
            day = DAY.fullmatch(data)
            good = day is None or FIRST_DAY.year <= int(day[1]) <= LAST_DAY.year
            problems.unless(good, path, _("日期应在 1900 年至 2200 年之间"), "out_of_calendar")
        case dict():
            for key, value in data.items():
                _look_through(key, path, problems)
                _look_through(value, f"{path}.{key}".lstrip("."), problems)
        case list():
            for number, value in enumerate(data):
                _look_through(value, f"{path}.{number}".lstrip("."), problems)


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
