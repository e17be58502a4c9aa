"""Documents that are made from the code are what the code says now."""

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from django.db import models
from django.test.utils import isolate_apps

from scripts import decisions
from scripts import models as model_pages
from scripts.documents import authors, stale

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("author", authors(), ids=lambda author: author.__name__)
def test_the_documents_are_what_the_code_states(author: ModuleType) -> None:
    files = [path.relative_to(ROOT).as_posix() for path, _text in stale(author)]
    assert files == [], "run: make docs"


def test_what_is_changed_missing_or_no_longer_made_is_stale(tmp_path: Path) -> None:
    same, other, missing, left = (tmp_path / f"{name}.md" for name in "abcd")
    for path in (same, other, left):
        path.write_text("text", encoding="utf-8")
    wanted = {same: "text", other: "changed", missing: "new"}
    author = SimpleNamespace(documents=lambda: wanted, FOLDER_OF_ITS_OWN=tmp_path)
    assert list(stale(cast("ModuleType", author))) == [
        (other, "changed"),
        (missing, "new"),
        (left, None),
    ]


@isolate_apps("yunjian.kernel")
def test_a_model_without_a_docstring_has_no_page() -> None:
    class Silent(models.Model):
        class Meta:
            app_label = "kernel"

    with pytest.raises(ValueError, match=r"Silent has no docstring"):
        model_pages._docstring(Silent)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("0007-time.md", "# 0007 Time\n\nStatus: accepted, 2026-11-23\n", "begins with"),
        ("0007-time.md", "# 0007 — Time\n\n**Decided.** Now.\n", "begins with"),
        ("0007-time.md", "# 0007 — Time\n\nStatus: perhaps, 2026-11-23\n", "begins with"),
        ("0007-time.md", "# 0008 — Time\n\nStatus: accepted, 2026-11-23\n", "number 0008"),
        ("0007-time.md", "# 0007 — Time\n\nStatus: superseded by 0999, 2026-11-23\n", "no record"),
    ],
)
def test_a_decision_says_its_number_its_status_and_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, problem: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(decisions, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=problem):
        decisions.records()


def test_no_two_decisions_have_one_number() -> None:
    numbers = [record.number for record in decisions.records()]
    assert len(numbers) == len(set(numbers))
