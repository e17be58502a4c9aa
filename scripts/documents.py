"""Write the documents that are made from code and files; `--check` only says which are stale.

A module listed here has `documents()`: what each of its files should hold now. Where it is the only
author of a folder, it names that in FOLDER_OF_ITS_OWN, and files that are no longer made go.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
ROOT = Path(__file__).resolve().parents[1]


def authors() -> list[ModuleType]:
    """Return the modules that make documents."""
    from scripts import decisions, models, permissions  # noqa: PLC0415 - after Django's setup

    return [decisions, models, permissions]


def stale(author: ModuleType) -> Iterator[tuple[Path, str | None]]:
    """Yield the files that are not what they should be, with what they should hold (None: gone)."""
    wanted: dict[Path, str] = dict(author.documents())
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text
    folder: Path | None = getattr(author, "FOLDER_OF_ITS_OWN", None)
    if folder is not None:
        yield from ((path, None) for path in sorted(folder.glob("*.md")) if path not in wanted)


def main() -> int:
    """Write or check every document."""
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    check, result = "--check" in sys.argv, [one for author in authors() for one in stale(author)]
    for path, text in result:
        print(f"{path.relative_to(ROOT)} {'is stale: make docs' if check else 'is written anew'}")
        if check:
            continue
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and result else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
