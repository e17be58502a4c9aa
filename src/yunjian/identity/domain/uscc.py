"""统一社会信用代码: its shape and its check character (GB 32100)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_WEIGHT = 3
_MODULUS = 31


def check_character(front: str) -> str:
    """Return the last character of a code from its first seventeen (GB 32100, 5.3).

    Raises:
        ValueError: a character is none of the alphabet.
    """
    total = sum(
        ALPHABET.index(character) * pow(_WEIGHT, place, _MODULUS)
        for place, character in enumerate(front)
    )
    return ALPHABET[-total % _MODULUS]


def is_uscc(code: str) -> bool:
    """Tell whether it is a code: eighteen characters of the alphabet, the last one right."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    return check_character(code[:-1]) == code[-1]
