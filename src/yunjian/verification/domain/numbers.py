"""Report numbers as people write them, and as they are compared."""

import re
import unicodedata

# brackets of every kind that one and the same number is written with
_OPENING, _CLOSING = "〔【[「『〈《{", "〕】]」』〉》}"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BLANKS = re.compile(r"\s+")
_UNSEEN = {"Cf", "Cc", "Cs", "Co", "Cn"}
# a sign before or after it is punctuation of the sentence around it; brackets are part of it
_AROUND = re.compile(r"^[^\w(]+|[^\w)]+$")
_KNOWN = re.compile(r"[A-Z\u3400-\u9fff\U00020000-\U0003ffff]")


def number_key(typed: str) -> str:
    """Return what two spellings of one report number have in common.

    Width of characters, kind of brackets and dashes, blanks, what nobody sees, signs around it and
    case do not matter.
    """
    return _AROUND.sub("", _folded(typed))


def number_variants(key: str) -> set[str]:
    """Return keys that people read as one number: with 第 before it, 号 behind it, or neither."""
    plain = key.removeprefix("第").removesuffix("号")
    return {key} | {f"{before}{plain}{behind}" for before in ("", "第") for behind in ("", "号")}


def _folded(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).translate(_BRACKETS)
    seen = "".join(one for one in text if unicodedata.category(one) not in _UNSEEN)
    return _BLANKS.sub("", _DASHES.sub("-", seen)).upper()


def foreign_letters(number: str) -> str:
    """Return the letters of a number that are neither Latin nor Chinese: some look like those."""
    return "".join(
        sorted({one for one in number_key(number) if one.isalpha() and not _KNOWN.fullmatch(one)})
    )


def issuer_key(typed: str) -> str:
    """Return what two spellings of one issuing body have in common."""
    return number_key(typed)


def follows_pattern(number: str, pattern: str) -> bool:
    """Tell whether a number follows an agency's own pattern.

    In a pattern `#` stands for a digit, `@` for a letter, `*` for anything; an empty pattern asks
    nothing.
    """
    if not pattern.strip():
        return True
    return _matches(_folded(pattern), number_key(number))


def _matches(pattern: str, text: str) -> bool:
    """Match with the last star alone going back: a text and pattern take at most their product."""
    at = place = 0
    star = mark = -1
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, place
            at += 1
        elif at < len(pattern) and _stands_for(pattern[at], text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return all(one == "*" for one in pattern[at:])


def _stands_for(sign: str, letter: str) -> bool:
    match sign:
        case "#":
            return letter.isascii() and letter.isdigit()
        case "@":
            return letter.isascii() and letter.isalpha()
    return sign == letter


def plain_unit(typed: str) -> str:
    """Return a unit as the packs write it: "mg/m³" and "ｍg/m3" are "mg/m3"."""
    text = unicodedata.normalize("NFKC", typed).replace("μ", "u").replace("µ", "u")
    return _BLANKS.sub("", text)
