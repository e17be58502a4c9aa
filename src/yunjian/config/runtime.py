"""What must be there before Django starts: the data folder, secrets, the database."""

import fcntl
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKUP_NOTE = "last-backup.json"  # beside the files: when the last backup was made
MINIMUM_FREE_BYTES = 500 * 1024 * 1024


class NotReady(RuntimeError):
    """Something outside the program is missing; the message says what to do about it."""


def var_dir() -> Path:
    """Return the folder that holds everything the program writes; make it if need be.

    Raises:
        NotReady: it cannot be made.
    """
    default = Path(__file__).resolve().parents[3] / "var"
    folder = Path(os.environ.get("YUNJIAN_VAR", default))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(
            f"数据目录 {folder} 无法创建 / cannot create the data folder: {error}"
        ) from error
    os.environ["YUNJIAN_VAR"] = str(folder)
    return folder


def check_space(folder: Path) -> None:
    """Refuse to start on a full disk.

    Raises:
        NotReady: fewer than 500 MB are free.
    """
    free = shutil.disk_usage(folder).free
    if free < MINIMUM_FREE_BYTES:
        raise NotReady(
            f"磁盘空间不足：{folder} 所在磁盘仅剩 {free // 2**20} MB，至少需要"
            f" {MINIMUM_FREE_BYTES // 2**20} MB / not enough disk space"
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port that another program listens on.

    Raises:
        NotReady: the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(
                f"端口 {port} 已被占用，请关闭占用它的程序，或用 --port 换一个端口"
                f" / port {port} is in use: close the program that uses it, or choose another port"
            ) from error


def local_secret(folder: Path) -> str:
    """Return this installation's secret key; made once, readable by its owner only."""
    path = folder / "secret.key"
    if not path.exists():
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process.

    Raises:
        NotReady: another `yunjian serve` or `yunjian demo` holds it.
    """
    with (folder / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotReady(
                f"已有一个云间服务在使用 {folder} / another Yunjian server uses this data folder"
            ) from error
        yield


@contextmanager
def database(folder: Path, *, keep_running: bool = False) -> Iterator[str]:
    """Make the database reachable: DATABASE_URL if it is set, else the embedded PostgreSQL.

    The embedded one is stopped at the end, unless it was running before and `keep_running`.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    from yunjian.config.embedded import EmbeddedDatabase  # noqa: PLC0415 - not with DATABASE_URL

    embedded = EmbeddedDatabase(folder / "pg")
    os.environ["DATABASE_URL"] = embedded.start()
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        if not (keep_running and embedded.was_running):
            embedded.was_running = False
            embedded.stop()
        del os.environ["DATABASE_URL"]
