"""Numbers as people read them."""

from decimal import Decimal


def plain_number(value: Decimal | int) -> str:
    """Return a number without trailing zeros and without an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
