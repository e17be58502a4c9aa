"""CEL expressions of sheets: compiled once; every number is a double on both sides."""

import re
import sys
from functools import lru_cache
from types import ModuleType
from typing import Any

# the package imports its command line, and that a toolkit for terminals: half a second for nothing
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
import cel  # noqa: E402

# a string, an index such as [0], or a number that is whole as written
_TOKEN = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[\s*\d+\s*\])|(?<![\w.])(\d+)(?![\w.])"""
)

UNKNOWN = object()
VARIABLES = ("s", "row", "ctx")


class InvalidExpression(ValueError):
    """A sheet definition holds an expression that is none."""


def normalised(source: str) -> str:
    """Write whole numbers as doubles (`15` as `15.0`), except indexes and inside strings."""
    return _TOKEN.sub(lambda match: match[1] or f"{match[2]}.0", source)


@lru_cache(maxsize=4096)
def compiled(source: str) -> tuple[Any, tuple[str, ...]]:
    """Compile an expression; return it with the variables that it uses.

    Handing over only these matters: every value handed over is converted.

    Raises:
        InvalidExpression: it cannot be parsed.
    """
    try:
        program = cel.compile(normalised(source))
    except ValueError as error:
        raise InvalidExpression(f"{source}: {error}") from error
    return program, tuple(name for name in VARIABLES if re.search(rf"\b{name}\b", source))


def evaluated(source: str, variables: dict[str, Any]) -> Any:
    """Return the value, or `UNKNOWN` when something it needs is missing or of another type."""
    try:
        program, names = compiled(source)
        return program.execute({name: variables[name] for name in names})
    except (TypeError, ValueError, RuntimeError, LookupError, ZeroDivisionError):
        return UNKNOWN


def holds(source: str, variables: dict[str, Any]) -> bool:
    """Tell whether an expression is true; what cannot be told is not."""
    return evaluated(source, variables) is True


def as_doubles(value: Any) -> Any:
    """Return data with every whole number as a double; other values unchanged."""
    if isinstance(value, dict):
        return {key: as_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
