"""How the services of this room look at values: all problems together, each at its field."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from yunjian.access.scope import ScopedModel, locked_or_refused
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput
from yunjian.kernel.languages import Text

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
# GA 36: region, issuing office, five characters (six on new-energy vehicles), never I or O
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)

_Row = TypeVar("_Row", bound=ScopedModel)


class Problems:
    """Collects what is wrong, so that a person sees everything at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def unless(self, good: bool, path: str, message: str, code: str = "invalid") -> None:  # noqa: FBT001
        """Note the problem unless the value is good."""
        if not good:
            self.errors.append(FieldError(path, code, message))

    def filled(self, path: str, value: object, label: str) -> None:
        """Note that a demanded value is missing."""
        blank = value is None or (isinstance(value, str) and not value.strip())
        self.unless(not blank, path, _("请填写%(label)s") % {"label": label}, "required")

    def one_of(self, path: str, value: str, choices: type[models.TextChoices] | set[str]) -> None:
        """Note that the value is not among the choices."""
        known = choices if isinstance(choices, set) else set(choices.values)
        self.unless(value in known, path, _("请从列表中选择"), "unknown")

    def phone(self, path: str, value: str) -> None:
        """Note that a telephone number (when there is one) is no mobile or landline number."""
        good = not value or PHONE.fullmatch(value) is not None
        self.unless(good, path, _("电话应为 11 位手机号，或带区号的固定电话，如 021-12345678"))

    def in_order(self, path: str, first: date | None, last: date | None, message: str) -> None:
        """Note that two dates (when both are there) are the wrong way round."""
        self.unless(first is None or last is None or first <= last, path, message, "order")

    def not_negative(self, path: str, value: Decimal | int, label: str) -> None:
        """Note that an amount is below zero."""
        self.unless(value >= 0, path, _("%(label)s不能小于 0") % {"label": label}, "negative")

    def refuse_if_any(self) -> None:
        """Refuse when something was noted.

        Raises:
            InvalidInput: with every noted problem at its field.
        """
        if self.errors:
            raise InvalidInput(errors=self.errors)


@contextmanager
def conflict_when(constraint: str, field: str, message: Text) -> Iterator[None]:
    """Turn the database's refusal by one constraint into a Conflict at a field.

    Raises:
        Conflict: the constraint refused.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        cause = error.__cause__
        refused_by = getattr(getattr(cause, "diag", None), "constraint_name", None)
        if refused_by == constraint:
            raise Conflict(str(message), code="taken", field=field) from error
        raise


def locked(row: _Row) -> _Row:
    """Return the row as it stands in the database now, locked until the commit.

    Raises:
        NotAllowed: the actor may read it at most.
    """
    return locked_or_refused(type(row).unscoped().select_for_update(), row.pk)


def apply(row: models.Model, values: dict[str, Any]) -> list[str]:
    """Set the values on the row; return the names of those that differ from before."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return sorted(changed)


def plain(value: object) -> object:
    """Return a value as an event may carry it (dates and numbers as text)."""
    match value:
        case None | bool() | int() | str():
            return value
        case date() | datetime():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case models.Model():
            return str(value.pk)
    raise TypeError(f"an event cannot carry {type(value).__name__}")
