"""Mistakes in templates."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from mutations.changes import Change, Found, in_text

VARIABLE = re.compile(r"\{\{\s*([a-z_][\w.]*)((?:\|[^}]*)?)\s*\}\}")
IF = re.compile(r"\{%\s*(?:el)?if\s+(.+?)\s*%\}")
URL = re.compile(r"\{%\s*url\s+\"([\w:]+)\"((?:\s+[\w.]+)*)\s*%\}")
ATTRIBUTE = re.compile(
    r"\s(hx-[a-z-]+|name|href|action|method|value|enctype|required|x-[a-z.:-]+)"
    r'="(?:\{[{%].*?[%}]\}|[^"{]|\{(?![{%]))*"'
)
WITH = re.compile(r"\{%\s*include\s+\"[^\"]+\"\s+with\s+(.+?)\s*%\}")
STYLE = re.compile(r'\s(?:class|style|id|aria-[a-z-]+)="(?:\{[{%].*?[%}]\}|[^"{]|\{(?![{%]))*"')
CSRF = re.compile(r"\{% csrf_token %\}")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def changes_of(path: str, layer: str, source: bytes) -> Iterator[Change]:
    """Return every change of a template: another value, address or condition, an attribute lost."""
    text = source.decode()
    hidden = [match.span() for each in (STYLE, COMMENT) for match in each.finditer(text)]
    result = chain(_variables(text), _conditions(text), _addresses(text), _attributes(text))
    yield from in_text(path, layer, source, hidden, result)


def _variables(text: str) -> Iterator[Found]:
    variables = _in_order(match[1] for match in VARIABLE.finditer(text))
    for match in VARIABLE.finditer(text):
        if other := _sibling(match[1], variables):
            yield "variable", *match.span(1), other
    values = _in_order(re.findall(r"=([a-z]\w*\.[\w.]+)", text))
    for match in WITH.finditer(text):
        for given in re.finditer(r"\b(\w+)=([a-z][\w]*\.[\w.]+)", match[1]):
            if other := _sibling(given[2], values):
                start = match.start(1) + given.start(2)
                yield "variable", start, start + len(given[2]), other


def _conditions(text: str) -> Iterator[Found]:
    for match in IF.finditer(text):
        yield "condition", *match.span(1), _negated(match[1])


def _addresses(text: str) -> Iterator[Found]:
    addresses = [(match[1], len(match[2].split())) for match in URL.finditer(text)]
    for match in URL.finditer(text):
        same = [name for name, count in addresses if count == len(match[2].split())]
        if other := _next(match[1], _in_order(same)):
            yield "address", *match.span(1), other


def _attributes(text: str) -> Iterator[Found]:
    for pattern in (ATTRIBUTE, CSRF):
        for match in pattern.finditer(text):
            yield "attribute", *match.span(), ""


def _in_order(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _next(value: str, values: list[str]) -> str:
    return values[(values.index(value) + 1) % len(values)] if len(values) > 1 else ""


def _sibling(value: str, values: list[str]) -> str:
    """Return the next value of the same row, or else the next of all."""
    base = value.rpartition(".")[0]
    same = [each for each in values if each.rpartition(".")[0] == base]
    return _next(value, same) or _next(value, values)


def _negated(condition: str) -> str:
    if condition.startswith("not ") and " and " not in condition and " or " not in condition:
        return condition.removeprefix("not ")
    for old, new in ((" and ", " or "), (" or ", " and "), (" == ", " != "), (" != ", " == ")):
        if old in condition:
            return condition.replace(old, new, 1)
    return f"not {condition}"
