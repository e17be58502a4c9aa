"""Codes with valid check digits for invented organisations."""

import random

from yunjian.identity.domain.uscc import ALPHABET, check_character

_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(rng: random.Random, district_code: str, *, authority: bool = False) -> str:
    """Return a unified social credit code (GB 32100) in the district, both check digits valid."""
    body = "MA" + "".join(rng.choice(ALPHABET) for _ in range(6))
    front = ("11" if authority else "91") + district_code + body + _body_check(body)
    return front + check_character(front)


def _body_check(body: str) -> str:
    """Return the check character of an organisation code (GB 11714)."""
    total = sum(
        int(character, 36) * weight for character, weight in zip(body, _BODY_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))
