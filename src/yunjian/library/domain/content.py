"""The content of definitions as JSON and the chain of events hold it."""

from datetime import date
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Return data without loss and without fractions of the machine: numbers and days as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal | date):
        return str(value)
    return repr(value) if isinstance(value, float) else value
