"""Reading everything as it was at one moment, while work goes on."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, cast

from django.db import connection

if TYPE_CHECKING:
    from yunjian.access.database.base import DatabaseWrapper


def one_snapshot() -> AbstractContextManager[None]:
    """Let all statements inside see the rows as they were at the first of them.

    In a transaction that has begun already they see what that one sees.
    """
    return cast("DatabaseWrapper", cast("object", connection)).one_snapshot()
