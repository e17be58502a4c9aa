"""Passwords that are guessed first: known words, written otherwise, with years and digits."""

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("easy_words.txt")
SHORTEST_WORD = 3
LEFT_AT_LEAST = 4  # letters and digits that no word explains
# how letters are written otherwise; 1 is read both ways
LEET = [str.maketrans("01345789@$!|+(", f"o{one}eastbgasiltc") for one in "il"]
AT_THE_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
DIGITS_AT_THE_ENDS = re.compile(r"^[\d\0]+|[\d\0]+$")
YEARS = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
SIGNS = re.compile(r"[\W_]+")


def is_easily_guessed(password: str, own_words: Collection[str] = ()) -> bool:
    """Tell whether a password is made of nothing but known words, years, runs and digits around.

    `own_words` are known as well: names of the person, of the organisation, of the place.
    """
    text = unicodedata.normalize("NFKC", password).casefold()
    bare = AT_THE_ENDS.sub("", text)
    readings = {text, bare, *(one.translate(table) for one in (text, bare) for table in LEET)}
    words = _by_length({*easy_words(), *_parts(own_words)})
    return any(_left(reading, words) < LEFT_AT_LEAST for reading in readings)


@cache
def easy_words() -> frozenset[str]:
    """Return the words of the file that ships."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in _parts(line.split())
    )


def _parts(words: Collection[str]) -> set[str]:
    """Return words in the form in which they are looked for, whole and between their signs."""
    found: set[str] = set()
    for word in words:
        text = unicodedata.normalize("NFKC", word).casefold()
        found |= {SIGNS.sub("", text), *SIGNS.split(text)}
    return {one for one in found if len(one) >= SHORTEST_WORD or (one and not one.isascii())}


def _by_length(words: Collection[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _left(text: str, words: list[str]) -> int:
    """Return how many letters and digits are left when everything known is taken out."""
    text = SIGNS.sub("", text)
    for word in words:  # a mark keeps what stood apart from becoming a word
        text = text.replace(word, "\0")
    text = DIGITS_AT_THE_ENDS.sub("", YEARS.sub("\0", text))
    return sum(not _goes_on(text, at) for at in range(len(text)) if text[at] != "\0")


def _goes_on(text: str, at: int) -> bool:
    """Tell whether a sign continues a run: the same again, or the next up or down."""
    if at == 0 or text[at - 1] == "\0":
        return False
    return abs(ord(text[at]) - ord(text[at - 1])) <= 1
