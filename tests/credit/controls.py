"""What can be pressed on a page, and where that leads."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Control:
    """A link or button that opens a dialog, or a link that leads away."""

    given: dict[str, str]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what it says."""
        return "".join(self.words).strip()


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Control] = []
        self._open: Control | None = None
        self._inside_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self._inside_main = True
        if tag in {"a", "button"} and self._inside_main:
            self._open = Control({name: value or "" for name, value in attrs})
            self.found.append(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._inside_main = False
        if tag in {"a", "button"}:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.words.append(data)


def _read(page: str) -> list[Control]:
    parser = _Controls()
    parser.feed(page)
    return parser.found


def dialogs(page: str) -> list[tuple[str, str, str]]:
    """Return what opens a dialog: its words, the address, the name by which tests know it."""
    return [
        (one.text, one.given["hx-get"], one.given.get("data-testid", ""))
        for one in _read(page)
        if "hx-get" in one.given
    ]


def links(page: str) -> set[tuple[str, str]]:
    """Return where the links lead that say something: words and address."""
    return {
        (one.text, one.given["href"])
        for one in _read(page)
        if one.text and one.given.get("href") and "hx-get" not in one.given
    }
