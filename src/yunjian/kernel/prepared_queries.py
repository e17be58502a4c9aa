"""Prepared queries: SQL that is compiled once and then only sent, for the paths where it counts.

Building a query through the ORM costs up to a millisecond, sending a prepared one a twentieth of
it. What runs with every request or submission is therefore stated once for the whole program:

    PERSON = PreparedQuery(
        lambda: Person.unscoped().filter(pk=Parameter("person")).values_list("name")
    )
    MOVE = PreparedQuery("UPDATE agencies_person SET job = %(job)s WHERE id = %(person)s")

    PERSON.row(person=identifier)    MOVE.run(job="…", person=identifier)

They go through Django's connection like everything else: the same transaction, the same errors,
the same counting of queries in tests. A query set is preferred (the names of columns stay the
models'); SQL is for what the ORM cannot say, such as several writes in one statement.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import orjson
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
_Model = TypeVar("_Model", bound=models.Model)


class Parameter(models.Expression):
    """A value that is given with each call, under its name."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=models.Field())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django's signature
        """Return a place for the value, and itself to know it by."""
        return "%s", (self,)


class PreparedQuery:
    """One statement, made at its first use. `rows`, `row` and `run` take its given values."""

    def __init__(self, source: str | Callable[[], models.QuerySet[Any, Any]]) -> None:
        self._source = source

    def rows(self, **given: Any) -> list[Row]:
        """Return all rows; jsonb comes as text (`read_json`)."""
        with self._executed(given) as cursor:
            results: list[Row] = cursor.fetchall()
            return results

    def row(self, **given: Any) -> Row | None:
        """Return the first row, or None."""
        with self._executed(given) as cursor:
            result: Row | None = cursor.fetchone()
            return result

    def run(self, **given: Any) -> int:
        """Execute it; return how many rows it touched."""
        with self._executed(given) as cursor:
            touched: int = cursor.rowcount
            return touched

    def _executed(self, given: Mapping[str, Any]) -> CursorWrapper:
        sql, values = self._compiled
        sent: Any = given
        if values is not None:
            sent = [given[one.name] if isinstance(one, Parameter) else one for one in values]
        cursor = connection.cursor()
        try:
            cursor.execute(sql, sent)
        except BaseException:
            cursor.close()
            raise
        return cursor

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any] | None]:
        """Return the SQL, and a query set's values in its order (SQL as text names its own)."""
        if isinstance(self._source, str):
            return self._source, None
        return self._source().query.sql_with_params()


def read_json(text: str) -> Any:
    """Return what a jsonb column holds."""
    return orjson.loads(text)


def json_text(value: Any) -> str:
    """Return what is sent for a jsonb value; times and ids become text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def column_names(model: type[models.Model]) -> list[str]:
    """Return the names of all columns, for `values_list` and then `instance_from_row`."""
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's documented API


def instance_from_row(model: type[_Model], row: Row) -> _Model:
    """Return the object that a row of all columns is."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    values = [
        read_json(value) if isinstance(field, models.JSONField) and value is not None else value
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)
