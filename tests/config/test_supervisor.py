"""The programs of a running Yunjian: one that ends is started again, unless that does not help."""

import os
import signal
from pathlib import Path

import pytest

from yunjian.config import supervisor as supervisors
from yunjian.config.supervisor import MOST_RESTARTS, Supervisor

STARTED = "started"
# a module that says that it was started, and then waits for the signal that ends it
CHILD = """
import signal
from pathlib import Path

with (Path(__file__).parent / "started").open("a") as file:
    file.write("x")
signal.pause()
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisors, "RESTART_SECONDS", 0.0)
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    )


def test_a_program_that_is_killed_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "yunjian_child.py").write_text(CHILD)
    running = Supervisor()
    starts: list[str] = []

    def start(name: str, arguments: list[str]) -> None:
        Supervisor.start(running, name, arguments)
        starts.append(name)
        if len(starts) > 1:
            running._stop_asked(signal.SIGTERM, None)

    monkeypatch.setattr(running, "start", start)
    running.start("child", ["yunjian_child"])
    try:
        code = running.run(running._children["child"].kill)
    finally:
        running.stop()

    assert (code, starts) == (0, ["child", "child"])


def test_programs_that_end_again_and_again_end_all(tmp_path: Path) -> None:
    ends = CHILD.replace("signal.pause()", "")
    (tmp_path / "yunjian_child.py").write_text(ends)
    running = Supervisor()
    running.start("child", ["yunjian_child"])
    try:
        assert running.run(lambda: None) == 1
    finally:
        running.stop()

    assert (tmp_path / STARTED).read_text() == "x" * (MOST_RESTARTS + 1)
