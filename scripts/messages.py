"""Collect the Chinese texts of the server into the English catalogue, and say what lacks.

messages.py            update the catalogue, list what is not translated
messages.py --check    change nothing; fail when it is stale or something is not translated
messages.py --compile  write the .mo file that the server reads (scripts/build_assets.py does)
"""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "yunjian"
CATALOGUE = SOURCES / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEADER = "# English texts of the pages; the Chinese text is the key (make messages).\n#"
ABOUT: dict[str, Any] = {
    "project": "Yunjian",
    "version": "1",
    "creation_date": datetime(2026, 1, 1, tzinfo=UTC),  # when it was collected says nothing
    "revision_date": datetime(2026, 1, 1, tzinfo=UTC),
}
METHODS = [
    ("demo/**.py", "ignore"),
    ("standards/**.py", "ignore"),
    ("wechat/simulator/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", f"{__name__}:from_template"),
]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
NOBODY = (b'"Report-', b'"Last-Tr', b'"Language-T')  # Babel's blanks for names and addresses
Found = Iterator[tuple[int, str, Any, list[str]]]


def from_template(
    file: io.BufferedReader,
    keywords: Any,
    comment_tags: Any,
    options: dict[str, Any],
) -> Found:
    """Yield the texts of a Django template: Django turns it into something like Python."""
    code = templatize(file.read().decode())
    yield from extract_python(io.BytesIO(code.encode()), keywords, comment_tags, options)


def collected() -> Catalog:
    """Return every text of the sources, where it stands included (without line numbers)."""
    catalog = Catalog(charset="utf-8", **ABOUT)
    for name, _line, text, _comments, context in extract_from_dir(
        SOURCES, method_map=METHODS, keywords=KEYWORDS
    ):
        catalog.add(text, None, [(f"src/yunjian/{name}", 0)], context=context)
    for path in sorted(SOURCES.rglob("tables/*.py")) + sorted(SOURCES.rglob("tables.py")):
        for text in _translated_in_columns(path):
            catalog.add(text, None, [(str(path.relative_to(ROOT)), 0)])
    return catalog


def _translated_in_columns(path: Path) -> Iterator[str]:
    """Yield the texts of columns, which are small templates inside Python."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and "{% translate" in str(node.value):
            code = io.BytesIO(templatize(str(node.value)).encode())
            for _line, text, _comments, _context in extract("python", code, KEYWORDS):
                yield str(text)


def known() -> Catalog:
    """Return the catalogue as it is written down."""
    if not CATALOGUE.exists():
        return Catalog(locale="en", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def keys(catalog: Catalog) -> set[tuple[str, str]]:
    """Return what the catalogue holds: each context and text."""
    return {(message.context or "", str(message.id)) for message in catalog if message.id}


def lacking(catalog: Catalog) -> list[Message]:
    """Return what is not translated, or only guessed."""
    return [row for row in catalog if row.id and (not row.string or row.fuzzy)]


def update() -> Catalog:
    """Write the catalogue anew: texts of the sources, with the translations that are known."""
    old, new = known(), collected()
    new.locale, new.header_comment, new.fuzzy = "en", HEADER, False  # type: ignore[assignment]
    for message in new:
        there = old.get(message.id, message.context) if message.id else None
        if there is not None:
            message.string = there.string
        message.locations = sorted(set(message.locations))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, new, width=100, sort_output=True, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    CATALOGUE.write_bytes(b"".join(line for line in lines if not line.startswith(NOBODY)))
    return new


def compile_catalogue() -> None:
    """Write the file that the server reads."""
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, known())


def check() -> list[str]:
    """Return what is wrong with the catalogue, a line each."""
    old, new = known(), collected()
    wrong = [f"not in the catalogue: {text}" for _context, text in sorted(keys(new) - keys(old))]
    wrong += [f"no longer used: {text}" for _context, text in sorted(keys(old) - keys(new))]
    wrong += [f"not translated: {message.id}" for message in lacking(old)]
    for message in old:
        wrong += [f"{message.id}: {error}" for error in message.check(old)] if message.id else []
    return wrong


def main() -> int:
    """Do what the command line asks."""
    if not settings.configured:
        settings.configure()
    if "--compile" in sys.argv:
        compile_catalogue()
        return 0
    if "--check" in sys.argv:
        wrong = check()
        print("\n".join(wrong), file=sys.stderr)
        return 1 if wrong else 0
    left = lacking(update())
    for message in left:
        print(f"未翻译 / not translated: {message.id}")
    compile_catalogue()
    return 0


if __name__ == "__main__":
    sys.exit(main())
