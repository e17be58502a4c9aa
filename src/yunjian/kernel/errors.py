"""Errors that people are told about, in their words, at the right place."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value: where (dotted path), which kind, and the sentence to show."""

    path: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal with a reason a person can act on. `status` is the HTTP status it maps to."""

    status = 400
    default_code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.errors: list[FieldError] = (
            [FieldError(field, self.code, message)] if field is not None else []
        )


class InvalidInput(DomainError):
    """Some values cannot be accepted; each is named."""

    status = 422
    default_code = "invalid"

    def __init__(
        self,
        message: str = "",
        *,
        errors: list[FieldError] | None = None,
        code: str | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message or _("填写的内容有误，请按提示修改"), code=code, field=field)
        self.errors = [*self.errors, *(errors or [])]


class NotAllowed(DomainError):
    """The actor may not do this."""

    status = 403
    default_code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or it is not the actor's to see."""

    status = 404
    default_code = "not_found"


class InvalidState(DomainError):
    """The thing is not in a state that allows this."""

    status = 409
    default_code = "invalid_state"


class Conflict(DomainError):
    """Something else is already there."""

    status = 409
    default_code = "conflict"
