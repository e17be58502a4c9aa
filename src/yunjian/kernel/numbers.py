"""Whole numbers that come as text: in addresses, hidden fields and headers."""

MOST_DIGITS = 9


def whole_number(text: str) -> int | None:
    """Return the number that up to nine ASCII digits make; None for anything else.

    What people type into fields goes through forms; this is for what only programs send.
    """
    good = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if good else None
