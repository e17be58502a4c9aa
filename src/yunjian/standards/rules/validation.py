"""Turning what pydantic refuses into a problem of a rule pack."""

from typing import TYPE_CHECKING

from yunjian.standards.rules.problems import InvalidValues, Path, Problem, Reason

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# pydantic's type of error, and which part of its context is which parameter of the sentence
_REASONS: dict[str, tuple[Reason, dict[str, str]]] = {
    "extra_forbidden": (Reason.UNKNOWN_KEY, {}),
    "unexpected_keyword_argument": (Reason.UNKNOWN_KEY, {}),
    "missing": (Reason.MISSING, {}),
    "string_too_short": (Reason.EMPTY, {}),
    "too_short": (Reason.TOO_FEW, {"least": "min_length"}),
    "too_long": (Reason.TOO_MANY, {"most": "max_length"}),
    "greater_than": (Reason.TOO_SMALL, {"bound": "gt"}),
    "decimal_type": (Reason.NOT_A_NUMBER, {}),
    "decimal_parsing": (Reason.NOT_A_NUMBER, {}),
    "finite_number": (Reason.NOT_A_NUMBER, {}),
    "int_type": (Reason.NOT_AN_INTEGER, {}),
    "int_parsing": (Reason.NOT_AN_INTEGER, {}),
    "int_parsing_size": (Reason.NOT_AN_INTEGER, {}),
    "int_from_float": (Reason.NOT_AN_INTEGER, {}),
    "date_type": (Reason.NOT_A_DATE, {}),
    "date_parsing": (Reason.NOT_A_DATE, {}),
    "date_from_datetime_parsing": (Reason.NOT_A_DATE, {}),
    "date_from_datetime_inexact": (Reason.NOT_A_DATE, {}),
    "string_type": (Reason.NOT_A_TEXT, {}),
    "string_unicode": (Reason.NOT_A_TEXT, {}),
    "bool_type": (Reason.NOT_A_BOOLEAN, {}),
    "bool_parsing": (Reason.NOT_A_BOOLEAN, {}),
    "tuple_type": (Reason.NOT_A_LIST, {}),
    "dict_type": (Reason.NOT_A_TABLE, {}),
    "model_type": (Reason.NOT_A_TABLE, {}),
    "dataclass_type": (Reason.NOT_A_TABLE, {}),
    "literal_error": (Reason.NOT_A_CHOICE, {"choices": "expected"}),
}


def problem_of(error: "ErrorDetails") -> tuple[Path, Problem]:
    """Return where in the whole an error of pydantic lies, and what is wrong there."""
    place, context = error["loc"], error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, InvalidValues):
        return (*place, *cause.problem.path), cause.problem
    reason, names = _REASONS.get(error["type"], (Reason.NOT_ALLOWED, {}))
    return place, Problem(
        reason, parameters={name: str(context[own]) for name, own in names.items()}
    )
