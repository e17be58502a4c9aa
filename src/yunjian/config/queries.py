"""What the command lines ask the database."""

from typing import Any

from django.db import connection


def first_value(sql: str) -> Any:
    """Return the first value of the first row that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
