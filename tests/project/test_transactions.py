"""Each service is one transaction: its rows, its messages and its event stand or fall together.

A test runs in a transaction of its own, so that it does not notice when a service has none.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[2] / "src" / "yunjian"
# what is not safe to do by halves: an event, and everything that is locked or sent with it
WRITES = {
    "record",
    "account_event",
    "note_revision",
    "locked",
    "select_for_update",
    "notify",
    "notify_organization",
}
# these take part in the transaction of the service that calls them
PARTS = {
    "identity/services/events.py: account_event",
    "identity/services/accounts.py: account_help_in",
    "identity/services/second_factor.py: authenticator_forget",
    "identity/services/unbinding.py: bindings_unbind",
    "identity/services/unbinding.py: tell_of_binding",
    "instruments/services/follow_ups.py: follow_ups_open",
    "instruments/services/filing_rows.py: locked_revision",
    "instruments/services/filing_rows.py: note_revision",
    "library/services/versions.py: begin_draft",
    "sources/services/revisions.py: begin",
    "credit/services/years.py: locked_year",
    # what is locked is the file that grows, not a row
    "evidence/services/uploads.py: upload_append",
    "evidence/services/uploads.py: upload_end",
    "evidence/services/uploads.py: upload_finish",
    "verification/services/consequences.py: corrections_close",
    "verification/services/consequences.py: follow_ups_close",
    "verification/services/rows.py: locked_report",
    "verification/services/rows.py: note",
    "verification/services/rows.py: note_to_both",
    "verification/services/rows.py: tell",
}


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted([*ROOMS.glob("*/services.py"), *ROOMS.glob("*/services/*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{file.relative_to(ROOMS).as_posix()}: {node.name}", node


def calls(function: ast.FunctionDef) -> set[str]:
    names = [ast.unparse(each.func) for each in ast.walk(function) if isinstance(each, ast.Call)]
    return {name.rpartition(".")[2] for name in names}


WRITING = {name: node for name, node in services() if calls(node) & WRITES and name not in PARTS}


def test_there_are_services_that_write() -> None:
    assert len(WRITING) > 70


@pytest.mark.parametrize("name", WRITING)
def test_a_service_that_writes_an_event_is_one_transaction(name: str) -> None:
    function = WRITING[name]
    assert any(
        isinstance(each, ast.Attribute) and ast.unparse(each) == "transaction.atomic"
        for each in ast.walk(function)
    ), f"{name} has no @transaction.atomic"
