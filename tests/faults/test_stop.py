"""Ctrl-C stops everything that the command started: server, jobs, database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.serving import free_port, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]
STOP_SECONDS = 40


def _own_installation(var: Path) -> dict[str, str]:
    """Return the environment of a fresh installation with the embedded database."""
    stored = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return {
        **stored,
        "YUNJIAN_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.demo",
    }


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation, which the first test that starts it makes."""
    return tmp_path_factory.mktemp("installation") / "var"


@pytest.mark.parametrize("asked_by", ["terminal", "service manager"])
def test_stopping_leaves_no_process_behind(installation: Path, asked_by: str) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "yunjian", "serve", "--port", str(port)],
        env=_own_installation(installation),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    postmaster = installation / "pg" / "postmaster.pid"
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        assert postmaster.exists()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as visitor:
            assert visitor.get("/signin/").status_code == httpx.codes.OK

            if asked_by == "terminal":  # the whole foreground group hears Ctrl-C
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.terminate()
            assert process.wait(timeout=STOP_SECONDS) == 0
    finally:
        if _group_lives(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail("a process survived")
    assert not postmaster.exists()
