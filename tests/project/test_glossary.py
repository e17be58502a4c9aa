"""The glossary knows every model, and every value that a column may hold."""

from functools import cache
from pathlib import Path

import pytest
from django.db import models
from django.utils.translation import override

from yunjian.access.policy_sync import project_models

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


@cache
def _text() -> str:
    return GLOSSARY.read_text(encoding="utf-8")


def _choices(model: type[models.Model]) -> list[tuple[str, str]]:
    """Return the values with their Chinese titles; what is not translated needs no entry."""
    with override("zh-hans"):
        return [
            (str(value), str(title))
            for field in model._meta.get_fields()
            for value, title in getattr(field, "choices", None) or []
            if str(title) != str(value)
        ]


@pytest.mark.parametrize("model", project_models(), ids=lambda model: model._meta.label)
def test_the_glossary_names_the_model_and_its_choices(model: type[models.Model]) -> None:
    assert f"`{model.__name__}`" in _text()
    missing = [
        f"{title} `{value}`"
        for value, title in _choices(model)
        if title not in _text() or f"`{value}`" not in _text()
    ]
    assert missing == []
