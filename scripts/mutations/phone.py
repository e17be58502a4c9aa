"""Mistakes in the phone app, found line by line: TypeScript, and templates of Vue."""

import re
from collections.abc import Iterator
from itertools import chain

from mutations.changes import Change, Found, in_text

HIDDEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|^import [^\n]*|<style.*?</style>", re.DOTALL | re.MULTILINE
)
OPERATORS = {
    " === ": " !== ", " !== ": " === ", " && ": " || ", " || ": " && ", " >= ": " > ",
    " <= ": " < ", " ?? ": " && ", "(!": "(", " + 1": " + 2", " - 1": " - 2",
}  # fmt: skip
GUARD = re.compile(r"^[ ]*(if \([^\n]*\) (?:return|throw|continue|break)\b[^\n]*;)$", re.MULTILINE)
BRANCH = re.compile(r"\bif \(([^\n]*)\) \{$", re.MULTILINE)
KEY = re.compile(r"^[ ]+(['\"]?[\w-]+['\"]?: [^;{}\n]+,)$", re.MULTILINE)
TYPES = re.compile(r": (string|number|boolean|unknown|Record<|[A-Z]\w*(\[\]|<[^>]*>)?( \||,))")
CALL = re.compile(r"^[ ]*((?:await |void )?[a-z][\w.]*\([^\n]*\);)$", re.MULTILINE)
FIELD = re.compile(r"\b([a-z]\w*)\.([a-z]\w*)\b(?![\w(])")
DIRECTIVE = re.compile(
    r'\s((?:v-if|v-else-if)="([^"]+)"|(?:@|:(?!class|style|key))[\w.:-]+="[^"]*")'
)
COMPARISON = re.compile(r"(?<=[\w)]) ([<>]) (?=[\w(])")


def changes_of(path: str, layer: str, source: bytes) -> Iterator[Change]:
    """Return every change of a file of the phone app."""
    text = source.decode()
    hidden = [match.span() for match in HIDDEN.finditer(text)]
    result = chain(_operators(text, path), _lost(text), _values(text), _directives(text, path))
    yield from in_text(path, layer, source, hidden, result)


def _operators(text: str, path: str) -> Iterator[Found]:
    for old, new in OPERATORS.items():
        for match in re.finditer(re.escape(old), text):
            yield "operator", *match.span(), new
    if not path.endswith(".vue"):
        for match in COMPARISON.finditer(text):
            yield "operator", *match.span(1), f"{match[1]}="
    for match in BRANCH.finditer(text):
        yield "condition", *match.span(1), f"!({match[1]})"


def _lost(text: str) -> Iterator[Found]:
    for kind, pattern in (("guard", GUARD), ("key lost", KEY), ("call lost", CALL)):
        for match in pattern.finditer(text):
            if kind != "key lost" or not TYPES.search(match[1]):
                yield kind, *match.span(1), ""


def _values(text: str) -> Iterator[Found]:
    fields: dict[str, list[str]] = {}
    for match in FIELD.finditer(text):
        names = fields.setdefault(match[1], [])
        if match[2] not in names:
            names.append(match[2])
    for match in FIELD.finditer(text):
        names = fields[match[1]]
        if len(names) > 1:
            yield "value", *match.span(2), names[(names.index(match[2]) + 1) % len(names)]


def _directives(text: str, path: str) -> Iterator[Found]:
    for match in DIRECTIVE.finditer(text) if path.endswith(".vue") else ():
        if match[2]:
            yield "condition", *match.span(2), f"!({match[2]})"
        else:
            yield "attribute", *match.span(), ""
