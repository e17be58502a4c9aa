"""The real server as a process: granian, worker and all, on a free port, on a given database."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings
from django.db import connection

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
    """A running server and, beside it, the WeChat simulator."""

    base: str
    simulator: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End server, worker and all at once, as a power cut would (SIGKILL)."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment(url: str, var: Path, port: int, simulator_port: int) -> dict[str, str]:
    """Return the environment of a server on loopback."""
    simulator = f"http://127.0.0.1:{simulator_port}"
    return {
        **os.environ,
        "COVERAGE_PROCESS_CONFIG": "",  # servers are not measured: they are to be as quick as ever
        "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.demo",
        "DATABASE_URL": url,
        "YUNJIAN_VAR": str(var),
        "YUNJIAN_SECRET_KEY": secrets.token_urlsafe(64),
        "YUNJIAN_VAULT_KEYS": settings.SECRET_KEY,  # opens what the test has sealed
        "YUNJIAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "YUNJIAN_WECHAT_OPEN_BASE": simulator,
        "YUNJIAN_WECHAT_API_BASE": simulator,
        "YUNJIAN_WECHAT_JS_BASE": simulator,
        "YUNJIAN_WECHAT_CALLBACK_TOKEN": secrets.token_hex(16),
        "YUNJIAN_WECHAT_AES_KEY": secrets.token_hex(22)[:43],
        "YUNJIAN_WECHAT_APP_ID": APP_ID,
        "YUNJIAN_WECHAT_APP_SECRET": secrets.token_hex(16),
    }


def start(
    env: dict[str, str], port: int, simulator_port: int, *, workers: int = 1, worker: bool = True
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
    served = Served(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}", env, process)
    wait_for(f"{served.base}/healthz", process)
    return served


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an address answers."""
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(timeout=2) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            try:
                if client.get(url).status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return
            except httpx.TransportError:
                _ends_within(process, 0.05)
    raise TimeoutError(url)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a process to end, so long at most; between two looks at its address."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


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
    port, simulator_port = free_port(), free_port()
    env = {**environment(url or database_url(), var, port, simulator_port), **(more or {})}
    simulator = subprocess.Popen(
        [sys.executable, "-m", "yunjian.wechat.simulator", "--port", str(simulator_port)],
        env=env,
        start_new_session=True,
    )
    running = None
    try:
        # both come up at one time: the server asks the simulator nothing before it is asked itself
        running = start(env, port, simulator_port, workers=workers, worker=worker)
        wait_for(f"http://127.0.0.1:{simulator_port}/sim/messages", simulator)
        yield running
    finally:
        for process in (running.process if running else None, simulator):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=20)
