"""Month partitions on UUIDv7 keys: growth without composite keys.

A UUIDv7 begins with its time, so a range of keys is a range of time. Tables that grow with
visits are partitioned by month on their plain primary key; foreign keys stay ordinary.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from yunjian.kernel.ids import lowest_id_at

PARTITIONS_BACK = timedelta(days=150)
PARTITIONS_AHEAD = timedelta(days=100)


class CreatePartitionedModel(CreateModel):
    """Like CreateModel, for a table partitioned by range of its UUIDv7 key."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the partitioned table and a default partition that refuses nothing."""
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table  # noqa: SLF001
        schema_editor.execute(
            f'CREATE TABLE "{table}_rest" PARTITION OF "{table}" DEFAULT', params=None
        )

    def describe(self) -> str:
        """Return what the migration log shows."""
        return f"Create partitioned model {self.name}"


def ensure_partitions(first: date, last: date) -> list[str]:
    """Create the month partitions that are missing between two days; return their names."""
    created: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() ORDER BY c.relname"
        )
        tables = [row[0] for row in cursor.fetchall()]
        for table, (month, following) in product(tables, _months(first, last)):
            name = f"{table}_{month:%Y%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is not None:
                continue
            # a function of the owner's: the program itself makes no tables
            cursor.execute(
                "SELECT yunjian_make_partition(%s, %s, %s, %s)",
                [table, name, _bound(month), _bound(following)],
            )
            created.append(name)
    return created


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Return the first day of each month between two days, with that of the month after it."""
    month = first.replace(day=1)
    while month <= last:
        following = (month + timedelta(days=31)).replace(day=1)
        yield month, following
        month = following


def _bound(month: date) -> str:
    return str(lowest_id_at(datetime(month.year, month.month, 1, tzinfo=UTC)))
