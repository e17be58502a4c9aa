"""Measuring as the program works: as its database role, for which row policies hold."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def program_role() -> Iterator[None]:
    """Connect anew as the program's role; before and afterwards as the database's owner."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    connection.settings_dict["OPTIONS"]["assume_role"] = settings.DATABASE_ROLE
    connection.close()
    try:
        yield
    finally:
        del connection.settings_dict["OPTIONS"]["assume_role"]
        connection.close()
