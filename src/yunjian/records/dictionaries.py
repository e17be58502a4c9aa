"""数据字典: lists that people choose from, stated in code, kept in the database.

A room states a dictionary with the values it cannot do without; administrators rename them, add
others, put them in order and take them out of use. Rows hold the code of a value.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models.functions import Coalesce, NullIf

from yunjian.kernel.languages import Text, language_code
from yunjian.records.models import DictionaryEntry


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A list by its code (`agencies.education`), with values (code, Chinese, English)."""

    code: str
    title: Text
    values: tuple[tuple[str, str, str], ...]

    def choices(self, *, held: str = "") -> list[tuple[str, str]]:
        """Return what a form offers; a value that a row holds stays offered to that row."""
        offered = models.Q(is_active=True) | models.Q(code=held)
        rows = DictionaryEntry.objects.filter(offered, dictionary=self.code)
        return [(row.code, entry_title(row)) for row in rows]

    def codes(self) -> set[str]:
        """Return every code, those out of use among them."""
        rows = DictionaryEntry.objects.filter(dictionary=self.code)
        return set(rows.values_list("code", flat=True))

    def title_of(self, code: str) -> str:
        """Return what a value is called; one that nobody knows is shown as it is stored."""
        row = DictionaryEntry.objects.filter(dictionary=self.code, code=code).first()
        return entry_title(row) if row else code

    def title_in(self, field: str) -> models.Expression:
        """Return an expression for what the value of a column is called (for lists)."""
        names = DictionaryEntry.objects.filter(
            dictionary=self.code, code=models.OuterRef(field)
        ).annotate(
            shown=Coalesce(NullIf("label_en", models.Value("")), "label")
            if language_code() == "en"
            else models.F("label")
        )
        return Coalesce(models.Subquery(names.values("shown")[:1]), models.F(field))


_dictionaries: dict[str, Dictionary] = {}


def dictionary(code: str, title: Text, values: Iterable[tuple[str, str, str]]) -> Dictionary:
    """State a dictionary with its values (code, Chinese, English).

    Raises:
        ValueError: the code is stated twice.
    """
    if code in _dictionaries:
        raise ValueError(f"dictionary {code}: stated twice")
    stated = Dictionary(code, title, tuple(values))
    _dictionaries[code] = stated
    return stated


def dictionaries() -> list[Dictionary]:
    """Return every dictionary of the program, by code."""
    return sorted(_dictionaries.values(), key=lambda stated: stated.code)


def entry_title(entry: DictionaryEntry) -> str:
    """Return what a value is called in the language that is read now."""
    return entry.label_en if language_code() == "en" and entry.label_en else entry.label


def enter_missing() -> int:
    """Enter the values that ship with the program and are not there yet; return how many."""
    rows = [
        DictionaryEntry(
            dictionary=one.code,
            code=code,
            label=label,
            label_en=label_en,
            order=10 * number,
        )
        for one in dictionaries()
        for number, (code, label, label_en) in enumerate(one.values, start=1)
    ]
    before = DictionaryEntry.objects.count()
    DictionaryEntry.objects.bulk_create(rows, ignore_conflicts=True)
    return DictionaryEntry.objects.count() - before
