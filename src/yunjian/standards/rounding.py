"""Rounding as the standards demand it: half to even (GB/T 8170-2008, 3.2)."""

from decimal import Decimal
from fractions import Fraction


def round_half_even(value: float, decimals: int) -> float:
    """Round the decimal notation of a number (not its binary value) half to even.

    2.5 → 2, 3.5 → 4, 0.125 → 0.12 at two decimals.
    """
    return float(rounded(Decimal(repr(float(value))), decimals))


def rounded(value: Fraction | Decimal | int, decimals: int) -> Decimal:
    """Round an exact number half to even, with so many decimals shown; never minus zero."""
    whole = round(Fraction(value) * 10**decimals)
    digits = tuple(int(digit) for digit in str(abs(whole)))
    # built from its digits: arithmetic would round to the precision of the context
    return Decimal((int(whole < 0), digits, -decimals))
