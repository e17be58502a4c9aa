"""How the services of this room look at values: all problems together, each at its field."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from yunjian.access.scope import ScopedModel, locked_or_refused
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
# the municipality and its islands, with a little room: outside of it a position is a typing error
EAST = (Decimal("120.5"), Decimal("122.5"))
NORTH = (Decimal("30.4"), Decimal("32.2"))

_Row = TypeVar("_Row", bound=ScopedModel)


class Problems:
    """Collects what is wrong, so that a person sees everything at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def unless(self, good: bool, path: str, message: str, code: str = "invalid") -> None:  # noqa: FBT001
        """Note the problem unless the value is good (one problem for each field)."""
        if not good and not any(error.path == path for error in self.errors):
            self.errors.append(FieldError(path, code, message))

    def position(self, longitude: Decimal, latitude: Decimal) -> None:
        """Note that a WGS84 position does not lie in the city."""
        self.unless(
            EAST[0] <= longitude <= EAST[1], "longitude", _("经度不在本市范围内，请核对（WGS84）")
        )
        self.unless(
            NORTH[0] <= latitude <= NORTH[1], "latitude", _("纬度不在本市范围内，请核对（WGS84）")
        )

    def phone(self, path: str, value: str) -> None:
        """Note that a telephone number (when there is one) is no mobile or landline number."""
        good = not value or PHONE.fullmatch(value) is not None
        self.unless(good, path, _("电话应为 11 位手机号，或带区号的固定电话，如 021-12345678"))

    def not_after(self, path: str, value: date | None, limit: date, message: str) -> None:
        """Note that a date (when there is one) lies after the limit."""
        self.unless(value is None or value <= limit, path, message, "order")

    def model_fields(self, row: models.Model, exclude: list[str]) -> None:
        """Note what the columns of a row themselves refuse (length, choice, format)."""
        try:
            row.clean_fields(exclude=exclude)
        except ValidationError as error:
            for path, messages in error.message_dict.items():
                self.unless(False, path, str(messages[0]))  # noqa: FBT003

    def refuse_if_any(self) -> None:
        """Refuse when something was noted.

        Raises:
            InvalidInput: with every noted problem at its field.
        """
        if self.errors:
            raise InvalidInput(errors=self.errors)


@contextmanager
def conflict_when(constraint: str, message: str, field: str | None = None) -> Iterator[None]:
    """Turn the database's refusal by one constraint into a Conflict.

    Raises:
        Conflict: the constraint refused.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == constraint:
            raise Conflict(message, code="taken", field=field) from error
        raise


def locked(row: _Row) -> _Row:
    """Return the row as it stands in the database now, locked until the commit.

    Raises:
        NotAllowed: the actor may read it at most.
    """
    return locked_or_refused(type(row).unscoped().select_for_update(), row.pk)


def plain(value: object) -> object:
    """Return a value as an event may carry it (dates and numbers as text)."""
    match value:
        case None | bool() | int() | str():
            return value
        case list() | tuple():
            return [plain(item) for item in value]
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case models.Model():
            return str(value.pk)
    return str(value)
