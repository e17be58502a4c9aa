"""Starts the programs that make up a running Yunjian, and stops all of them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from yunjian.config.runtime import NotReady

GRACE_SECONDS = 20.0
READY_SECONDS = 60.0
# a child that ends is started again; when more than this many end within so many seconds, that
# does not help
MOST_RESTARTS, COUNTED_SECONDS, RESTART_SECONDS = 5, 60.0, 1.0


class Supervisor:
    """Children live as long as their parent does: one that ends is started again, and when a
    signal comes, or starting again does not help, all end."""

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._arguments: dict[str, list[str]] = {}
        self._restarts: list[float] = []
        self._asked_to_stop = False

    def start(self, name: str, arguments: list[str]) -> None:
        """Start a Python module as a child."""
        self._arguments[name] = arguments
        self._children[name] = subprocess.Popen([sys.executable, "-m", *arguments])  # noqa: S603

    def wait_until_ready(self, url: str) -> None:
        """Wait until the address answers.

        Raises:
            NotReady: a child ended, or a minute passed.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self._asked_to_stop and time.monotonic() < deadline:
            if self._ended() is not None:
                break
            try:
                with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                    if answer.status == 200:  # noqa: PLR2004
                        return
            except (URLError, OSError):
                time.sleep(0.1)
        if not self._asked_to_stop:
            raise NotReady("服务未能启动，请查看上面的日志 / the server did not start")

    def run(self, on_ready: Callable[[], None]) -> int:
        """Block until asked to stop, or until children end again and again; return the exit code.

        A lost connection to the database ends the program that does the jobs, a signal one that
        serves pages; neither is a reason to end the other.
        """
        on_ready()
        while not self._asked_to_stop:
            ended = self._ended()
            if ended is None:
                time.sleep(0.2)
                continue
            name, code = ended
            print(f"{name} 意外退出（{code}）/ ended unexpectedly", file=sys.stderr)  # noqa: T201
            if not self._may_restart():
                return 1
            time.sleep(RESTART_SECONDS)
            if not self._asked_to_stop:
                self.start(name, self._arguments[name])
        return 0

    def _may_restart(self) -> bool:
        now = time.monotonic()
        self._restarts = [at for at in self._restarts if now - at < COUNTED_SECONDS]
        self._restarts.append(now)
        return len(self._restarts) <= MOST_RESTARTS

    def catch_signals(self) -> None:
        """Turn Ctrl-C and SIGTERM into an orderly stop."""
        signal.signal(signal.SIGINT, self._stop_asked)
        signal.signal(signal.SIGTERM, self._stop_asked)

    def stop(self) -> None:
        """Ask every child to stop; after twenty seconds insist."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _stop_asked(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _ended(self) -> tuple[str, int] | None:
        for name, child in self._children.items():
            code = child.poll()
            if code is not None:
                return name, code
        return None


def server_arguments(host: str, port: int, workers: int) -> list[str]:
    """Return how granian is called; threads keep their database connection while they live.

    One thread for each core, and one more for what takes long: the threads of a process share one
    interpreter, and each has a database process of its own. More of them only get in one
    another's way; requests wait their turn in granian instead.
    """
    threads = os.environ.get("YUNJIAN_THREADS") or str(min(8, (os.cpu_count() or 1) + 1))
    return [
        "granian",
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(workers),
        "--blocking-threads", threads,
        "--blocking-threads-idle-timeout", "600",
        "--workers-kill-timeout", "5",
        "--respawn-failed-workers", "--respawn-interval", "1",
        "--no-ws",
        "--http", "1",
        "--log-level", "warning",
        "yunjian.config.wsgi:application",
    ]  # fmt: skip
