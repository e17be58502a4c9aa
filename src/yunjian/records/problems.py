"""What is wrong with the values that somebody gave: all problems together, each at its field."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from yunjian.access.scope import ScopedModel, locked_or_refused
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput
from yunjian.kernel.languages import Text

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")

_Row = TypeVar("_Row", bound=ScopedModel)


class Problems:
    """Collects what is wrong, so that a person sees everything at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def unless(self, good: bool, path: str, message: str, code: str = "invalid") -> None:  # noqa: FBT001
        """Note the problem unless the value is good (one problem for each field)."""
        if not good and not any(error.path == path for error in self.errors):
            self.errors.append(FieldError(path, code, message))

    def filled(self, path: str, value: object, label: str) -> None:
        """Note that a demanded value is missing."""
        blank = value is None or (isinstance(value, str) and not value.strip())
        self.unless(not blank, path, _("请填写%(label)s") % {"label": label}, "required")

    def one_of(self, path: str, value: str, known: Collection[str]) -> None:
        """Note that the value is not among the known ones."""
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
def conflict_when(constraint: str, message: Text, field: str | None = None) -> Iterator[None]:
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
            raise Conflict(str(message), code="taken", field=field) from error
        raise


def locked(row: _Row) -> _Row:
    """Return the row as it stands in the database now, locked until the commit.

    Raises:
        NotAllowed: the actor may read it at most.
    """
    return locked_or_refused(type(row).unscoped().select_for_update(), row.pk)
