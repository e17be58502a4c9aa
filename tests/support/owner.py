"""What only the owner of the database could do: change rows that are sealed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from yunjian.access.policy_sync import as_owner


@contextmanager
def owners_cursor() -> Iterator[CursorWrapper]:
    """Give a cursor of the owner's, for whom no trigger is in the way."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")


def let_tests_empty_tables() -> None:
    """Let the role that tests work as empty tables: tests that commit do so afterwards."""
    with as_owner(), connection.cursor() as cursor:
        role = settings.DATABASE_ROLE
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {role}")
