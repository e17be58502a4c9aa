"""Every background job says itself who acts: it must not live on whoever started the worker."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from procrastinate.contrib.django import app

from yunjian.access.actor import acting_actor
from yunjian.evidence.models import ChainCheck
from yunjian.kernel.errors import DomainError
from yunjian.kernel.ids import new_id
from yunjian.messaging.jobs import NotYetKnown

OURS = sorted(name for name in app.tasks if not name.startswith(("builtin", "procrastinate")))
# what those take that are not begun by the clock
GIVEN: dict[str, dict[str, Any]] = {
    "evidence.check_chains": {"check_id": ""},
    "credit.read_document_file": {"version_id": str(new_id())},
    "verification.read_report_file": {
        "report_id": str(new_id()),
        "attachment_id": str(new_id()),
    },
    "messaging.deliver": {"notification_ids": [str(new_id())]},
    "messaging.report": {"channel": "wechat", "reference": "1", "state": "sent", "error": ""},
}


@pytest.fixture
def check_id(db: None) -> str:
    return str(ChainCheck.objects.create(asked_by="test").pk)


@pytest.mark.parametrize("name", OURS)
def test_a_job_says_who_acts(db: None, check_id: str, name: str) -> None:
    nobody: list[str] = []

    def watched(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if acting_actor() is None:
            nobody.append(sql)
        return execute(sql, *rest)

    given = GIVEN.get(name, {"timestamp": 0})
    if "check_id" in given:
        given = {"check_id": check_id}
    with (
        connection.execute_wrapper(watched),
        suppress(DomainError, NotYetKnown, ObjectDoesNotExist),
    ):
        app.tasks[name].func(**given)
    assert nobody == []


def test_there_are_jobs() -> None:
    assert len(OURS) >= 10
