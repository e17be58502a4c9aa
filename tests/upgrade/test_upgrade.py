"""A database of the release before this one, filled with a small demo city, migrates whole.

`release-0.1.dump` holds its rows (`pg_dump --data-only`), `release-0.1.json` the last migration of
each app and how many rows each table had. The city had published no definitions of its own;
`definitions.sql` adds some.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from yunjian.config.embedded import EmbeddedDatabase

HERE = Path(__file__).parent
BEFORE = json.loads((HERE / "release-0.1.json").read_text())
# tables that are called otherwise now
RENAMED = {
    "kernel_dictionaryentry": "records_dictionaryentry",
    "maintenance_publishedsheet": "library_publishedsheet",
    "maintenance_sheetdesign": "library_sheetdesign",
    "supervision_publishedpack": "library_publishedpack",
    "supervision_ruledraft": "library_ruledraft",
    "wechat_silence": "wechat_suppression",
}
MOVED_TO_INSTRUMENTS = (
    "certificatereminder",
    "filingimport",
    "followup",
    "instrument",
    "makeandmodel",
    "parameterchange",
    "reminderrun",
)
# into events
CARRIED_OVER = {"evidence_chainhead", "evidence_dailyhead"}
WITH_DEFINITIONS = [old for old, new in RENAMED.items() if new.startswith("library_")]
DEFINITIONS = {
    "library_publishedsheet": """
        SELECT code, version, content->>'title', base FROM library_publishedsheet""",
    "library_publishedpack": """
        SELECT code, version, content->>'title', base FROM library_publishedpack""",
    "library_ruledraft": """
        SELECT code, revision, content->>'title', base, published_id FROM library_ruledraft""",
    "library_sheetdesign": """
        SELECT code, revision, content->>'title', published_id = (SELECT id FROM
        library_publishedsheet), created_at FROM library_sheetdesign""",
}
# what had no time of its own takes that of its key
MADE_AT = datetime(2026, 10, 1, 4, tzinfo=UTC)
UPGRADE = """
import json, sys
from datetime import date
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from yunjian.access.actor import acting_as, system_actor
from yunjian.access.policy_sync import missing_policies
from yunjian.config import operations
from yunjian.evidence.models import Event
from yunjian.evidence.services import log_extend, verify_log
from yunjian.kernel.partitions import ensure_partitions

before = json.loads(open(sys.argv[1]).read())
executor = MigrationExecutor(connection)
third = [(app, name) for app, name in executor.loader.graph.leaf_nodes()
         if not executor.loader.graph.nodes[app, name].__module__.startswith("yunjian.")]
executor.migrate([*third, *before["migrations"].items()])
ensure_partitions(date(2026, 7, 1), date(2027, 3, 1))
with connection.cursor() as cursor:  # rows come in any order, and sealed ones as they are
    cursor.execute("ALTER ROLE CURRENT_USER SET session_replication_role = replica")
operations._postgres("pg_restore", "--data-only", "--no-owner", sys.argv[2])
with connection.cursor() as cursor:
    cursor.execute("ALTER ROLE CURRENT_USER RESET session_replication_role")
    cursor.execute(open(sys.argv[3]).read())
call_command("migrate", verbosity=0, interactive=False)
with acting_as(system_actor("test")):
    while log_extend() is not None:
        pass
    report = verify_log(files=False)
print(json.dumps({
    "events": report.events, "waiting": report.waiting, "broken": len(report.broken),
    "heads": Event.unscoped().filter(verb="log.begun").count(),
    "missing_policies": missing_policies(),
}))
"""


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL of its own, empty, thrown away at the end."""
    tmp_path.chmod(0o755)
    database = EmbeddedDatabase(tmp_path / "pg", durable=False)
    yield database.start()
    database.stop()


def _number(connection: "psycopg.Connection[tuple[int]]", query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def _now_called(table: str) -> str:
    app, _, name = table.partition("_")
    if app == "sources" and name.startswith(MOVED_TO_INSTRUMENTS):
        return f"instruments_{name}"
    return RENAMED.get(table, table)


@pytest.mark.slow
@pytest.mark.timeout(600)  # it makes a database, migrates twice
def test_the_release_before_migrates_whole_and_its_events_come_into_the_log(
    empty_database: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": empty_database,
        "YUNJIAN_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.test",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            UPGRADE,
            str(HERE / "release-0.1.json"),
            str(HERE / "release-0.1.dump"),
            str(HERE / "definitions.sql"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report == {
        "events": BEFORE["rows"]["evidence_event"] + 1,
        "waiting": 0,
        "broken": 0,
        "heads": 1,
        "missing_policies": [],
    }
    with psycopg.connect(empty_database) as connection:
        connection.execute("SET yunjian.kind = 'system'")
        after = {
            table: _number(connection, f'SELECT count(*) FROM "{_now_called(table)}"')
            for table in BEFORE["rows"]
            if table not in CARRIED_OVER
        }
        policies = _number(
            connection, "SELECT count(*) FROM pg_policies WHERE policyname LIKE 'wall%'"
        )
        triggers = {
            row[0]
            for row in connection.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'"
                " AND NOT tgisinternal AND tgparentid = 0"
            )
        }
        definitions = {
            table: connection.execute(query.encode()).fetchall()
            for table, query in DEFINITIONS.items()
        }
    before = {table: rows for table, rows in BEFORE["rows"].items() if table not in CARRIED_OVER}
    before["evidence_event"] += 1  # where the chains stood, on which the log goes on
    assert after == before | dict.fromkeys(WITH_DEFINITIONS, 1)
    assert definitions == {
        "library_publishedsheet": [("city-check", 1, "城市检查表", "hj75-g1@1")],
        "library_publishedpack": [("city-limits", 1, "本市规定", "hj75@1")],
        "library_ruledraft": [("city-limits", 3, "本市新规定", "city-limits@1", None)],
        "library_sheetdesign": [("city-check", 2, "城市检查表", True, MADE_AT)],
    }
    assert policies == 0
    assert {"evidence_event", "library_publishedpack", "library_publishedsheet"} <= triggers
