"""No document links to a file that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
CODE = re.compile(r"```.*?```", re.DOTALL)


def _documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *ROOT.glob("h5/*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_link_leads_to_a_file() -> None:
    documents = _documents()
    assert ROOT / "README.md" in documents
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in LINK.findall(CODE.sub("", document.read_text(encoding="utf-8")))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert broken == []
