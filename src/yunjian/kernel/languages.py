"""The language that a person reads, and texts that carry both."""

from collections.abc import Mapping
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language

Text = str | Promise
LanguageCode = Literal["zh", "en"]

CHINESE = "zh-hans"  # what is stored, sealed or printed is Chinese, whoever reads the page


def language_code() -> LanguageCode:
    """Return in which language a text with both is read now."""
    return "en" if (get_language() or CHINESE).startswith("en") else "zh"


def localized(text: Mapping[str, str]) -> str:
    """Return a text with both languages in the one that is read now."""
    return text[language_code()]
