"""How the API refuses: one shape, no detail of the program, and only what the document says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests.api.test_openapi import DOCUMENT, operations
from tests.support.world import World
from yunjian.api.routers import visits
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"


def address(path: str) -> str:
    while "{" in path:
        path = path[: path.index("{")] + str(new_id()) + path[path.index("}") + 1 :]
    return path


def is_problem(body: Any) -> bool:
    return (
        set(body) == {"code", "message", "errors"}
        and all(set(one) == {"path", "code", "message"} for one in body["errors"])
        and bool(body["message"])
    )


def refused() -> Iterator[tuple[str, str]]:
    for path, known in DOCUMENT["paths"].items():
        for method in METHODS:
            if method not in known:
                yield method, path


def test_other_methods_are_refused(world: World) -> None:
    client = world.client(world.discharger_owner)
    answers = {
        f"{method} {path}": getattr(client, method)(address(path)).status_code
        for method, path in refused()
    }
    assert {name: status for name, status in answers.items() if status not in {404, 405}} == {}


def test_a_failure_says_nothing_of_the_program(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("password=hunter2 in /srv/secret.py")

    monkeypatch.setattr(visits, "visits_in", fail)
    for debug in (True, False):
        client = world.client(world.discharger_owner)
        client.raise_request_exception = False
        with override_settings(DEBUG=debug):
            answer = client.get("/api/v1/visits")
        assert answer.status_code == 500
        assert is_problem(answer.json())
        assert answer.json()["code"] == "server_error"
        assert answer.json()["errors"] == []
        for word in ("hunter2", "secret.py", "RuntimeError", "Traceback"):
            assert word not in answer.content.decode()


def test_what_is_too_large_is_refused(world: World) -> None:
    client = world.client(world.discharger_owner)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        for path in (f"/api/v1/visits/{new_id()}", f"/api/v1/sources/{world.source.pk}"):
            method = client.put if "visits" in path else client.patch
            answer = method(path, b"x" * 101, content_type=JSON)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert is_problem(answer.json())


def test_who_is_not_signed_in_is_told_so(db: None) -> None:
    client, wrong = Client(), []
    for name, operation in operations().items():
        if "security" not in operation:
            continue
        method, _, path = name.partition(" ")
        answer = getattr(client, method.lower())(f"/api/v1{address(path)}", content_type=JSON)
        if method == "HEAD":  # which has no body by HTTP
            wrong += [name] if answer.status_code != 401 else []
        elif answer.status_code != 401 or not is_problem(answer.json()):
            wrong.append(f"{name}: {answer.status_code}")
        elif answer.json()["code"] != "signed_out":
            wrong.append(f"{name}: {answer.json()}")
    assert wrong == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"values": 1}', b"\xff"])
def test_nonsense_is_refused_as_the_document_says(world: World, body: bytes) -> None:
    client = world.client(world.discharger_owner)
    wrong = []
    for name, operation in operations().items():
        method, _, path = name.partition(" ")
        bare = method in {"GET", "HEAD"}
        sent: dict[str, Any] = {} if bare else {"data": body, "content_type": JSON}
        with transaction.atomic():
            answer = getattr(client, method.lower())(f"/api/v1{address(path)}", **sent)
            transaction.set_rollback(True)
        status = answer.status_code
        if str(status) not in operation["responses"] or status == 500:
            wrong.append(f"{name}: {status} is not in the document")
        elif status >= 400 and method != "HEAD" and not is_problem(answer.json()):
            wrong.append(f"{name}: {answer.json()}")
        if name == "POST /session/end":
            client = world.client(world.discharger_owner)
    assert wrong == []
