"""Fields of the API that follow from a specification: what a request may say, what is answered."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from ninja import Field as WireField
from ninja import Schema
from pydantic import create_model

from yunjian.records.fields import Field, Specification

_Schema = TypeVar("_Schema", bound=Schema)

TYPES: dict[str, type[Any]] = {
    "date": date,
    "number": Decimal,
    "yes_no": bool,
    "several": list[str],
}


def input_fields(specification: Specification) -> Callable[[type[_Schema]], type[_Schema]]:
    """Return a decorator that gives a request every field it does not state itself.

    All may be left out: a change names only what changes. What is fixed once the record is made
    is stated by the request that makes it.
    """

    def decorate(schema: type[_Schema]) -> type[_Schema]:
        missing = {
            path: (TYPES.get(field.kind, str) | None, WireField(None, **_about(field)))
            for path, field in specification.fields.items()
            if path not in schema.model_fields and not field.is_nested and not field.fixed
        }
        return _with(schema, missing)

    return decorate


def output_fields(
    specification: Specification, *, without: frozenset[str] = frozenset()
) -> Callable[[type[_Schema]], type[_Schema]]:
    """Return a decorator that gives an answer every field it does not state itself.

    `without` names what the answer says in another way.
    """

    def decorate(schema: type[_Schema]) -> type[_Schema]:
        missing = {
            path: (_answered(specification, field), WireField(..., **_about(field)))
            for path, field in specification.fields.items()
            if path not in schema.model_fields.keys() | without
            and not field.is_nested
            and field.kind != "link"
        }
        return _with(schema, missing)

    return decorate


def clearable(*specifications: Specification) -> set[str]:
    """Return the fields that may be said to be nothing again: days and numbers."""
    return {
        path
        for one in specifications
        for path, field in one.fields.items()
        if field.kind in {"date", "number"}
    }


def _answered(specification: Specification, field: Field) -> Any:
    column = specification.model._meta.get_field(field.path)  # noqa: SLF001 - Django's documented API
    known = {"number": float}.get(field.kind) or TYPES.get(field.kind, str)
    return known | None if column.null else known


def _about(field: Field) -> dict[str, Any]:
    return {"description": str(field.unit)} if field.unit else {}


def _with(schema: type[_Schema], fields: dict[str, Any]) -> type[_Schema]:
    made: type[_Schema] = create_model(
        schema.__name__,
        __base__=schema,
        __module__=schema.__module__,
        __doc__=schema.__doc__,
        **fields,
    )
    return made
