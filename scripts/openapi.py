"""Write openapi.json from the operations of the API and their schemas.

`--check` says whether the file is what the code states, and changes nothing.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")

DOCUMENT = Path(__file__).resolve().parents[1] / "openapi.json"


def document() -> str:
    """Return the document as the code states it now."""
    from yunjian.api.openapi import document_text  # noqa: PLC0415 - after Django's setup
    from yunjian.api.root import api  # noqa: PLC0415 - after Django's setup

    return document_text(api)


def main() -> int:
    """Write the document, or check it; return the exit status."""
    import django  # noqa: PLC0415 - its settings have to be named first

    django.setup()
    text = document()
    if "--check" not in sys.argv:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    current = DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text
    if not current:
        print("openapi.json is stale: run scripts/openapi.py")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
