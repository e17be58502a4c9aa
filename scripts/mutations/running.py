"""Make one mistake after the other in a copy, and ask the tests about each.

This process loads the libraries, but nothing of the program, and starts the database; for each
mistake it is forked, so that the program is loaded anew, with the mistake in it.
"""

import contextlib
import importlib
import os
import py_compile
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutations.changes import Change
from mutations.choosing import Record
from mutations.chosen import CHOSEN

LIBRARIES = [
    "coverage", "django.contrib.staticfiles", "django.core.management", "django.db.models",
    "django.forms", "django.http", "django.template", "django.test", "django.test.client",
    "django.urls", "django.views.generic", "hypothesis", "hypothesis.strategies", "ninja",
    "openpyxl", "orjson", "PIL.Image", "psycopg", "pydantic", "pypdf", "pytest", "xlsxwriter",
    "django.db.backends.postgresql.base", "django.core.handlers.wsgi", "httpx", "numpy", "typst",
    "segno", "croniter", "procrastinate", "cryptography.x509", "concurrent.futures", "sqlite3",
]  # fmt: skip
# pytest's codes of leaving: a mistake that does not even load is noticed as well
NOTICED, SURVIVED, NO_TESTS = {1, 2, 3, 4}, 0, 5
TIMEOUT = -1


@dataclass(frozen=True)
class Outcome:
    """What became of a mistake."""

    verdict: str
    seconds: float
    tests: int
    by: str = ""


class Runner:
    """Asks the tests of one copy."""

    def __init__(self, work: Path, record: Record) -> None:
        self.work, self.copy, self.record = work, work / "copy", record

    def prepare(self) -> None:
        """Load what every mistake needs, and start the database."""
        sys.path[:0] = [str(self.copy / "src"), str(self.copy)]
        from yunjian.config.embedded import EmbeddedDatabase  # noqa: PLC0415 - of the copy

        # in the folder for temporary files: the path of a socket is short
        folder = Path(tempfile.mkdtemp(prefix="yunjian-mutation-"))
        folder.chmod(0o755)  # the server runs as another user
        database = EmbeddedDatabase(folder / "pg", durable=False)
        os.environ["DATABASE_URL"] = database.start()
        os.environ["YUNJIAN_TEST_RUN"] = f"mutation{os.getpid()}"
        for name in LIBRARIES:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        for name in [name for name in sys.modules if name.split(".")[0] == "yunjian"]:
            if not name.startswith("yunjian.config"):
                del sys.modules[name]
        self.database = database

    def close(self) -> None:
        """Stop the database."""
        self.database.stop()

    def ask(self, change: Change, budget: float) -> Outcome:
        """Make a mistake, ask the tests, and take it back."""
        begun = time.monotonic()
        if change.layer == "phone":
            with self._made(change):
                verdict, by, count = self._ask_phone(change)
        else:
            tests = self.record.choose(change, budget)
            count = len(tests)
            if not tests:
                return Outcome("no tests", 0, 0)
            with self._made(change):
                code = self._ask_tests(
                    tests, own_database=change.path.startswith("src/yunjian/access"), budget=budget
                )
            by = self._first_failed()
            verdict = {SURVIVED: "survived", NO_TESTS: "no tests", TIMEOUT: "timeout"}.get(
                code, "noticed"
            )
        return Outcome(verdict, round(time.monotonic() - begun, 1), count, by)

    def control(self, tests: list[str]) -> str:
        """Ask tests about the unchanged copy: what fails here too would notice nothing."""
        if not tests or self._ask_tests(tests, own_database=False, budget=600) == SURVIVED:
            return ""
        return self._first_failed() or "no test ran"

    @contextlib.contextmanager
    def _made(self, change: Change) -> Iterator[None]:
        file = self.copy / change.path
        source, state = file.read_bytes(), file.stat()
        file.write_bytes(change.applied(source))
        try:
            yield
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    @property
    def log(self) -> Path:
        """Return where pytest writes."""
        return self.work / "last.log"

    def _ask_tests(self, tests: list[str], *, own_database: bool, budget: float) -> int:
        chosen = self.work / "tests.txt"
        chosen.write_text("\n".join(tests))
        files = sorted({test.partition("::")[0] for test in tests})
        child = os.fork()
        if not child:
            os.environ[CHOSEN] = str(chosen)
            if own_database:  # what is stated of rows stands in the database
                os.environ["YUNJIAN_TEST_RUN"] += f"_{os.getpid()}"
            os._exit(self._in_child(files))
        until = time.monotonic() + 3 * budget + 300
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.05)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return TIMEOUT

    def _in_child(self, files: list[str]) -> int:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        import pytest  # noqa: PLC0415 - loaded by `prepare`

        os.setpgid(0, 0)
        os.nice(5)
        os.chdir(self.copy)
        sys.dont_write_bytecode = True
        with self.log.open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        arguments = ["-x", "-q", "--no-header", "--tb=line", "-p", "mutations.chosen"]
        code = pytest.main([*arguments, "-p", "no:cacheprovider", "-p", "no:xdist", *files])
        sys.stdout.flush()
        return int(code)

    def _first_failed(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        named = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return named[0].split(" ", 1)[1].split(" - ")[0] if named else ""

    def _ask_phone(self, change: Change) -> tuple[str, str, int]:
        path = change.path.removeprefix("h5/")
        try:
            answer = subprocess.run(
                [
                    "node_modules/.bin/vitest",
                    "related",
                    "--run",
                    "--bail=1",
                    "--maxWorkers=1",
                    path,
                ],
                cwd=self.copy / "h5",
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
                env={**os.environ, "CI": "1", "NO_COLOR": "1"},
            )
        except subprocess.TimeoutExpired:
            return "timeout", "", 0
        self.log.write_text(answer.stdout + answer.stderr)
        failed = [
            line.strip() for line in (answer.stdout + answer.stderr).splitlines() if "FAIL" in line
        ]
        if "No test files found" in answer.stdout + answer.stderr:
            return "no tests", "", 0
        verdict = "noticed" if answer.returncode else "survived"
        return verdict, failed[0] if failed else "", 1


def compile_copy(copy: Path) -> None:
    """Compile what does not change, since no mistake may leave anything compiled behind."""
    for file in (copy / "src").rglob("*.py"):
        with contextlib.suppress(py_compile.PyCompileError):
            py_compile.compile(str(file), doraise=True)
