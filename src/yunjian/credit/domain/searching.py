"""Text as it is searched: one width, one case, no blanks between what belongs together."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

MOST_TERMS = 5
MOST_CHARACTERS = 60
AROUND = 40
GRAM = 2  # characters
BITS = 21  # of a character


def searchable(*texts: str) -> str:
    """Return texts as they are searched, a line each."""
    folded = (unicodedata.normalize("NFKC", text).casefold() for text in texts if text)
    return "\n".join(" ".join(line.split()) for text in folded for line in text.splitlines())


def terms(query: str) -> list[str]:
    """Return the terms of a query: all of them have to be there, in any order."""
    return searchable(query[:MOST_CHARACTERS]).split()[:MOST_TERMS]


def grams(text: str) -> list[int]:
    """Return the characters of a searchable text and its pairs of neighbours, as numbers, once.

    Whatever has a term of one or two characters has its gram, and the other way round; what has a
    longer term has all of its grams.
    """
    singles = {ord(one) for part in text.split() for one in part}
    pairs = {
        ord(first) << BITS | ord(second)
        for part in text.split()
        for first, second in pairwise(part)
    }
    return sorted(singles | pairs)


def excerpt(text: str, wanted: Iterable[str]) -> list[tuple[str, bool]]:
    """Return what stands around the first term that is found: pieces of text, and whether each is
    a term; nothing when there is none."""
    found = [one for one in wanted if one in text]
    if not found:
        return []
    place = text.index(found[0])
    begin, end = max(place - AROUND, 0), place + len(found[0]) + AROUND
    shown = text[begin:end].replace("\n", " ")
    pattern = "|".join(re.escape(one) for one in sorted(found, key=len, reverse=True))
    pieces = [(part, bool(re.fullmatch(pattern, part))) for part in re.split(f"({pattern})", shown)]
    pieces = [piece for piece in pieces if piece[0]]
    if begin:
        pieces.insert(0, ("…", False))
    if end < len(text):
        pieces.append(("…", False))
    return pieces
