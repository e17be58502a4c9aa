"""One change of one file, and the layer that it is in."""

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# pattern below the root → layer; the first that fits
LAYERS = {
    "src/yunjian/*/standards/*": "",
    "src/yunjian/standards/*": "",
    "src/yunjian/demo/*": "",
    "src/yunjian/config/*": "",
    "src/yunjian/*/migrations/*": "",
    "src/yunjian/*/models.py": "",
    "src/yunjian/*/models/*": "",
    "src/yunjian/*/apps.py": "",
    "src/yunjian/*/simulator/*": "",
    "src/yunjian/*/templates/wechat_simulator/*": "",
    "src/yunjian/*/templates/*.html": "templates",
    "src/yunjian/web/excel.py": "documents",
    "src/yunjian/*/documents/*.py": "documents",
    "src/yunjian/*/documents.py": "documents",
    "src/yunjian/*workbooks.py": "documents",
    "src/yunjian/*excel*.py": "documents",
    "src/yunjian/*export*.py": "documents",
    "src/yunjian/*labels.py": "documents",
    "src/yunjian/*copies.py": "documents",
    "src/yunjian/*/pdf*.py": "documents",
    "src/yunjian/access/*.py": "access",
    "src/yunjian/*/policies*.py": "access",
    "src/yunjian/web/guards.py": "access",
    "src/yunjian/messaging/*.py": "messages",
    "src/yunjian/*/events.py": "messages",
    "src/yunjian/*/subscribers.py": "messages",
    "src/yunjian/*/jobs.py": "messages",
    "src/yunjian/*/channels.py": "messages",
    "src/yunjian/*/messages.py": "messages",
    "src/yunjian/*/notices.py": "messages",
    "src/yunjian/api/*.py": "api",
    "src/yunjian/*/schemas*.py": "api",
    "src/yunjian/*/services*.py": "services",
    "src/yunjian/*/selectors*.py": "selectors",
    "src/yunjian/*/views*.py": "views",
    "src/yunjian/*/forms*.py": "views",
    "src/yunjian/*/tables*.py": "views",
    "src/yunjian/web/*.py": "views",
    "h5/src/generated/*": "",
    "h5/src/*.test.ts": "",
    "h5/src/*.d.ts": "",
    "h5/src/en.ts": "",
    "h5/src/*.ts": "phone",
    "h5/src/*.vue": "phone",
}
# of a sample of 120; others in proportion
SHARES = {
    "services": 22,
    "selectors": 14,
    "api": 14,
    "views": 16,
    "templates": 18,
    "documents": 10,
    "messages": 10,
    "access": 6,
    "phone": 10,
}


@dataclass(frozen=True)
class Change:
    """Bytes `start` to `end` of a file become `text`."""

    path: str
    layer: str
    kind: str
    line: int
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        """Return what tells this change from every other one."""
        return f"{self.path}:{self.line}:{self.start}-{self.end}:{self.kind}"

    def applied(self, source: bytes) -> bytes:
        """Return the file with the mistake."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def difference(self, source: bytes) -> list[str]:
        """Return the lines before and after, as a person reads them."""
        begin = source.rfind(b"\n", 0, self.start) + 1
        end = source.find(b"\n", self.end)
        end = len(source) if end < 0 else end
        after = source[begin : self.start] + self.text.encode() + source[self.end : end]
        return [f"- {source[begin:end].decode()}", f"+ {after.decode()}"]


Found = tuple[str, int, int, str]  # kind, begin and end in the text, what stands there instead


def in_text(
    path: str, layer: str, source: bytes, hidden: list[tuple[int, int]], result: Iterable[Found]
) -> Iterator[Change]:
    """Return what was found in a text as changes, but for stretches that nobody sees."""
    text = source.decode()
    for kind, start, end, new in result:
        seen = not any(begin <= start < finish for begin, finish in hidden)
        if seen and text[start:end] != new:
            before, upto = len(text[:start].encode()), len(text[:end].encode())
            line = text.count("\n", 0, start) + 1
            yield Change(path, layer, kind, line, before, upto, new)


def layer_of(path: str) -> str:
    """Return the layer of a file, or nothing where no mistakes are made."""
    return next((layer for glob, layer in LAYERS.items() if fnmatch.fnmatch(path, glob)), "")


def files(root: Path) -> Iterator[tuple[str, str]]:
    """Return every file in which mistakes are made, with its layer, in the order of the names."""
    for folder in ("src/yunjian", "h5/src"):
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.is_file() and (layer := layer_of(path)):
                yield path, layer
