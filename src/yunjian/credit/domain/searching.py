"""Text as it is searched: one width, one case, no blanks between what belongs together."""

import re
import unicodedata
from collections.abc import Iterable

MOST_TERMS = 5
MOST_CHARACTERS = 60
AROUND = 40
# 2,000 bytes at most stand in a row of a table; what is longer is moved elsewhere
PASSAGE = 600


def searchable(*texts: str) -> str:
    """Return texts as they are searched, a line each."""
    folded = (unicodedata.normalize("NFKC", text).casefold() for text in texts if text)
    return "\n".join(" ".join(line.split()) for text in folded for line in text.splitlines())


def terms(query: str) -> list[str]:
    """Return the terms of a query: all of them have to be there, in any order."""
    return searchable(query[:MOST_CHARACTERS]).split()[:MOST_TERMS]


def passages(text: str) -> list[str]:
    """Return a searchable text in passages; each term of a query stands wholly in one of them."""
    step = PASSAGE - MOST_CHARACTERS + 1
    return [
        text[begin : begin + PASSAGE]
        for begin in range(0, max(len(text) - MOST_CHARACTERS + 1, 1), step)
    ]


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
