"""Where rows are locked before they are changed.

Two people at the same moment are let loose on the locks that matter most by tests of their own
(`at_once`). Nothing else notices when a lock is lost, so all of them are stated in `locks.txt`: who
takes one away takes it out there as well, and says why.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOMS = Path(__file__).resolve().parents[2] / "src" / "yunjian"
STATED = Path(__file__).with_name("locks.txt")
LOCKS = {"select_for_update", "locked", "locked_or_refused", "begin_draft"}


def locks() -> Iterator[str]:
    """Yield each function that locks rows, with what it calls to do so."""
    for file in sorted(ROOMS.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and (name := _name(call)):
                    yield f"{file.relative_to(ROOMS).as_posix()} {function.name}: {name}"


def _name(call: ast.Call) -> str:
    name = ast.unparse(call.func).rpartition(".")[2]
    return name if name in LOCKS or name.startswith("_locked") else ""


def test_rows_are_locked_where_it_is_stated() -> None:
    assert sorted(locks()) == STATED.read_text(encoding="utf-8").splitlines()
