"""The house: which files a room may have, and who may use whom (docs/architecture.md)."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import grimp
import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "yunjian"
ROOMS = (
    "administration",
    "agencies",
    "certificates",
    "credit",
    "identity",
    "instruments",
    "library",
    "maintenance",
    "sources",
    "supervision",
    "verification",
)
# what every room may have; a module `x.py` may grow into a package `x/`, one file per aggregate
ROOM_NAMES = {
    "__init__",
    "apps",
    "data",  # TOML that ships with the program
    "dictionaries",  # lists that people choose from
    "documents",  # what is read from and written to files: Excel, PDF, pictures
    "domain",  # pure rules: no database, no HTTP
    "events",
    "fields",
    "forms",
    "jobs",
    "migrations",
    "models",
    "policies",
    "schemas",
    "selectors",
    "services",
    "static",
    "subscribers",  # what happens here when something happens in a room below
    "tables",
    "templates",
    "templatetags",
    "urls",
    "views",
}
# Django's own hooks, and programs of their own
MORE_NAMES = {
    "identity": {
        "backends",
        "channels",  # how messages reach people
        "hashers",
        "middleware",
        "session_store",
        "validators",
    },
    "certificates": {"core", "simulator"},
}
PRIVATE = {"views", "forms", "tables", "urls", "templatetags"}
# parts of pages that a room offers to the rooms above
OFFERED = {
    # the three administrators look after accounts by the parts of 账号与角色
    "yunjian.identity.forms",
    "yunjian.identity.tables",
    "yunjian.identity.views.accounts",
    # the ledger and the workbench show visits as their parties see them
    "yunjian.maintenance.tables.visits",
}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("yunjian", cache_dir=None)


def _names(room: str) -> set[str]:
    return {
        path.stem
        for path in (PACKAGE / room).iterdir()
        if path.name != "__pycache__" and (path.suffix == ".py" or any(path.rglob("*.*")))
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_files_that_every_room_has(room: str) -> None:
    assert _names(room) - ROOM_NAMES - MORE_NAMES.get(room, set()) == set()


def test_no_module_is_imported_in_a_circle() -> None:
    graph = _graph()
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert _circles(imports) == []


def test_a_room_uses_others_through_what_they_offer_never_through_their_pages() -> None:
    graph = _graph()
    wrong = []
    for module in sorted(graph.modules):
        room = module.split(".")[1] if module.count(".") else ""
        for used in graph.find_modules_directly_imported_by(module):
            parts = used.split(".")
            foreign = len(parts) > 2 and parts[1] in ROOMS and parts[1] != room
            if foreign and parts[2] in PRIVATE and room != "config" and used not in OFFERED:
                wrong.append(f"{module} -> {used}")
    assert wrong == []


def _circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for used in imports.get(module, ()):
            if used not in number:
                visit(used)
            if used in stack:
                lowest[module] = min(lowest[module], lowest[used])
        if lowest[module] == number[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                circles.append(sorted(group))

    for module in imports:
        if module not in number:
            visit(module)
    return circles


def test_circles_are_found() -> None:
    around: dict[str, set[str]] = defaultdict(set, a={"b"}, b={"c"}, c={"a", "d"}, d=set())
    assert _circles(around) == [["a", "b", "c"]]
