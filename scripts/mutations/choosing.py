"""Which tests are asked about a change: those that ran the line, or rendered the template."""

import ast
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from coverage import CoverageData

from mutations.changes import Change

# what cannot be asked by a process that was forked, or is asked elsewhere
# always asked about everything that the API says of itself
DOCUMENT = "tests/api/test_openapi.py::test_the_document_is_what_the_code_states"
# ... and about everything that says who may: short tables of every role
WHO_MAY = ("tests/isolation/test_policies.py", "tests/isolation/test_scope_and_policy.py")
# ... and about a lock that is lost, the list of all locks
LOCKS = "tests/project/test_locks.py"
# ... and, after all others, about whatever the demo city shows; it takes its time to be built
APPROVED = "tests/approved/"
COLLECTED = "collected.txt"
UNRECORDED_SECONDS = 0.6
LEFT_OUT = ("tests/e2e/", "tests/faults/", "tests/bench/", "tests/upgrade/", "tests/standards/")


class Record:
    """What the unchanged program's tests ran."""

    def __init__(self, folder: Path, copy: Path) -> None:
        self.copy = copy
        self.seconds: dict[str, float] = {}
        self.templates: dict[str, set[str]] = defaultdict(set)
        self.failed: set[str] = set()
        self.coverage: list[CoverageData] = []
        for file in sorted(folder.glob("*.json")):
            record = json.loads(file.read_text())
            self.seconds |= record["seconds"]
            self.failed |= set(record["failed"])
            for name, tests in record["templates"].items():
                self.templates[name] |= set(tests)
        # of what is there but was not recorded, only the room is known
        self.unrecorded = set((folder / COLLECTED).read_text().splitlines()) - set(self.seconds)
        self.seconds |= dict.fromkeys(self.unrecorded, UNRECORDED_SECONDS)
        for file in sorted(folder.glob("*.coverage")):
            data = CoverageData(str(file))
            data.read()
            self.coverage.append(data)

    def tests_of(self, change: Change) -> set[str]:
        """Return every test that runs what the change alters."""
        file = str(self.copy / change.path)
        if change.path.endswith(".html"):
            tests = set(self.templates.get(file, ()))
        else:
            tests = self._tests_of_lines(file, change)
        room = change.path.split("/")[2]
        if not tests:  # a part that no test renders, a module that only states something
            own = (f"tests/{room}/", "tests/web/")
            tests = {test for test in self.seconds if test.startswith(own)}
        beside = {"templates": "tests/web/", "services": "tests/project/"}.get(change.layer, "-")
        tests |= {test for test in self.unrecorded if test.startswith((f"tests/{room}/", beside))}
        return {
            test
            for test in tests
            if test in self.seconds and test not in self.failed and not test.startswith(LEFT_OUT)
        }

    def _tests_of_lines(self, file: str, change: Change) -> set[str]:
        lines = statement_lines((self.copy / change.path).read_bytes(), change.line)
        ran, of_file = set(), set()
        for data in self.coverage:
            for line, contexts in data.contexts_by_lineno(file).items():
                of_file.update(contexts)
                if line in lines:
                    ran.update(contexts)
        # what runs when a module is loaded runs for no test: all that use the module are asked
        return ran - {""} if "" not in ran else of_file - {""}

    def choose(self, change: Change, budget: float) -> list[str]:
        """Return the tests to ask, quickest first, of as many files as the time allows.

        Those of the room itself come first; then each test file in turn gives its quickest.
        """
        room = f"tests/{change.path.split('/')[2]}/"
        tests = sorted(self.tests_of(change), key=lambda test: (self.seconds[test], test))
        own = [test for test in tests if test.startswith(room)]
        approved = [test for test in tests if test.startswith(APPROVED)]
        others = by_turns(t for t in tests if not t.startswith((room, APPROVED)))
        chosen, spent = self._always(change), 0.0
        for some in (by_turns(own), others):
            for test in some:
                if test in chosen:
                    continue
                if spent + self.seconds[test] <= budget or (some is not others and spent < budget):
                    chosen.append(test)
                    spent += self.seconds[test]
        return sorted(chosen, key=lambda test: self.seconds[test]) + approved

    def _always(self, change: Change) -> list[str]:
        wanted: tuple[str, ...] = ()
        if change.layer == "access":
            wanted += WHO_MAY
        if change.kind == "lock":
            wanted += (LOCKS,)
        if change.layer == "api" or "schemas" in change.path:
            wanted += (DOCUMENT,)
        return [test for test in self.seconds if wanted and test.startswith(wanted)]


def by_turns(tests: Iterable[str]) -> list[str]:
    """Return one test of each file, then the next one of each, and so on."""
    files: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        files[test.partition("::")[0]].append(test)
    order: list[str] = []
    while files:
        for name in list(files):
            order.append(files[name].pop(0))
            if not files[name]:
                del files[name]
    return order


def statement_lines(source: bytes, line: int) -> set[int]:
    """Return the lines of the smallest statement around a line, without the bodies of others."""
    best: tuple[int, int] = (line, line)
    size = 10**9
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or node.end_lineno is None:
            continue
        body = getattr(node, "body", None)
        end = body[0].lineno - 1 if body else node.end_lineno
        begin = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        end = max(end, begin)
        if begin <= line <= end and end - begin < size:
            best, size = (begin, end), end - begin
    return set(range(best[0], best[1] + 1))
