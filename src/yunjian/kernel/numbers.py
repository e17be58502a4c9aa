"""Whole numbers that come as text: in addresses, hidden fields and headers."""

MOST_DIGITS = 9


def whole_number(text: str) -> int | None:
    """Return the number that up to nine ASCII digits make; None for anything else.

    What people type into fields goes through forms; this is for what only programs send.
    """
    good = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if good else None


NO_VERSION = -1


def version_sent(text: str) -> int | None:
    """Return the version of a row that a page sent back; None when it sent none.

    What is no number is a version that no row ever has: it is refused as an old one, not taken for
    none, which would write over whatever is there.
    """
    if not text:
        return None
    number = whole_number(text)
    return NO_VERSION if number is None else number
