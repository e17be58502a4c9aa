"""The real server as a process: granian, worker and all, on a free port, on a given database."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings
from django.db import connection

from yunjian.wechat.simulator.callback_client import CallbackAddress
from yunjian.wechat.simulator.server import CALLBACK_PATH, Simulation, run_in_thread
from yunjian.wechat.simulator.state import SimulatorState

READY_SECONDS = 150.0  # of a busy machine, where a fresh database is migrated first
APP_ID = "wxyunjiantest0001"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def database_url() -> str:
    """Return the address of the database that this test uses (a copy of its own)."""
    server = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))


@dataclass
class Served:
    """A running server and, in this process, the WeChat simulator."""

    base: str
    simulation: Simulation
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def simulator(self) -> str:
        """The simulator's address."""
        return self.simulation.base

    def kill(self) -> None:
        """End server, worker and all at once, as a power cut would (SIGKILL)."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def begin_anew(self) -> None:
        """Have the simulator forget what it was told and sent."""
        state = self.simulation.state
        fresh = SimulatorState(state.app_id, state.app_secret, callback=state.callback)
        vars(state).update(vars(fresh))


def environment(url: str, var: Path, port: int, simulator: Simulation) -> dict[str, str]:
    """Return the environment of a server on loopback."""
    return {
        **os.environ,
        "COVERAGE_PROCESS_CONFIG": "",  # servers are not measured: they are to be as quick as ever
        "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.demo",
        "DATABASE_URL": url,
        "YUNJIAN_VAR": str(var),
        "YUNJIAN_SECRET_KEY": secrets.token_urlsafe(64),
        "YUNJIAN_ENCRYPTION_KEYS": settings.SECRET_KEY,  # opens what the test has sealed
        "YUNJIAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "YUNJIAN_WECHAT_OPEN_BASE": simulator.base,
        "YUNJIAN_WECHAT_API_BASE": simulator.base,
        "YUNJIAN_WECHAT_JS_BASE": simulator.base,
        "YUNJIAN_WECHAT_CALLBACK_TOKEN": secrets.token_hex(16),
        "YUNJIAN_WECHAT_AES_KEY": secrets.token_hex(22)[:43],
        "YUNJIAN_WECHAT_APP_ID": simulator.state.app_id,
        "YUNJIAN_WECHAT_APP_SECRET": simulator.state.app_secret,
    }


def start(
    env: dict[str, str], port: int, simulator: Simulation, *, workers: int = 1, worker: bool = True
) -> Served:
    """Start the server and wait until it answers."""
    arguments = ["serve", "--port", str(port), "--workers", str(workers)]
    if not worker:
        arguments.append("--no-worker")
    process = subprocess.Popen(
        [sys.executable, "-m", "yunjian", *arguments],
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,  # it says where it listens, which is known here
    )
    served = Served(f"http://127.0.0.1:{port}", simulator, env, process)
    wait_for(f"{served.base}/healthz", process)
    return served


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an address answers."""
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(timeout=2) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(url).status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return
            except httpx.TransportError:
                let_run(process, seconds=0.05)
    raise TimeoutError(url)


def let_run(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Return after so many seconds, between two looks at what the process does.

    Raises:
        RuntimeError: it ended.
    """
    with suppress(subprocess.TimeoutExpired):
        raise RuntimeError(f"the server ended with {process.wait(timeout=seconds)}")


@contextmanager
def served(
    var: Path,
    *,
    url: str | None = None,
    workers: int = 1,
    worker: bool = True,
    more: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Run server and WeChat simulator; stop both at the end."""
    port = free_port()
    with run_in_thread(SimulatorState(APP_ID, secrets.token_hex(16))) as simulator:
        env = {**environment(url or database_url(), var, port, simulator), **(more or {})}
        state = simulator.state
        state.callback = CallbackAddress(
            url=f"{env['YUNJIAN_PUBLIC_URL']}{CALLBACK_PATH}",
            token=env["YUNJIAN_WECHAT_CALLBACK_TOKEN"],
            aes_key=env["YUNJIAN_WECHAT_AES_KEY"],
        )
        running = start(env, port, simulator, workers=workers, worker=worker)
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                running.process.wait(timeout=20)
