"""What a report form holds: contents, original records and tests, each with its clause."""

from datetime import date
from typing import Any, Literal

from pydantic import Field, PositiveInt, model_validator

from yunjian.standards.rules.model import Effective, NonEmptyText, Provenance, StrictModel, Text

Kind = Literal["comparison", "verification", "water_sample", "system_calibration", "acceptance"]
Method = Literal[
    "accuracy", "drift", "indication", "response", "correlation", "field_factor", "standard_check"
]
# what each method computes from, by the key of the column or field
NEEDS: dict[Method, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "accuracy": (("reference", "measured"), ()),
    "drift": (("zero_before", "zero_after", "span_before", "span_after"), ("lower", "upper")),
    "indication": (("nominal", "first", "second", "third"), ("lower", "upper")),
    "response": (("transport", "rise"), ()),
    "correlation": (("reference", "measured"), ("emission_limit", "upper")),
    "field_factor": (("reference", "measured"), ()),
    "standard_check": (("nominal", "measured"), ()),
}


class Column(StrictModel):
    """A column of a table of readings, or a value beside it.

    `unit` is "*" when it is that of the test. `synonyms` are other headings by which a pasted
    table may name it.
    """

    key: NonEmptyText
    title: Text
    type: Literal["number", "time", "text", "date"] = "number"
    unit: str = ""
    required: bool = True
    synonyms: tuple[NonEmptyText, ...] = ()


class ContentItem(StrictModel):
    """Something a report has to say. `source` is where it is filled from: a column of the report
    ("number"), a part ("instruments", "people", "devices", "file"), "test:<key>", "original:<key>".
    """

    key: NonEmptyText
    title: Text
    clause: NonEmptyText
    provenance: Provenance
    source: NonEmptyText
    required: bool = True


class OriginalKind(StrictModel):
    """A kind of original record, at its place in the binding order."""

    key: NonEmptyText
    title: Text
    required: bool
    provenance: Provenance


class TestSpec(StrictModel):
    """A test of a report: its table, what is computed from it, and by which limits.

    `limits` are ids of rows of the pack, with `{parameter}` for the parameter; the role of each
    follows from the method (drift: zero, span; correlation: r, confidence, tolerance).
    `reference_check`: the reference analyser is checked with a standard gas before and after, and
    the fields `check_nominal`, `check_before` and `check_after` say so. `settles` are ids of
    obligations that an accepted report with this test fulfils for the parameter.
    """

    __test__ = False  # no test of ours

    key: NonEmptyText
    title: Text
    method: Method
    pack: NonEmptyText
    limits: tuple[NonEmptyText, ...]
    clause: NonEmptyText
    provenance: Provenance
    parameters: tuple[NonEmptyText, ...]
    columns: tuple[Column, ...]
    fields: tuple[Column, ...] = ()
    reference_check: bool = False
    settles: tuple[NonEmptyText, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> "TestSpec":
        columns, fields = NEEDS[self.method]
        has = {item.key for item in self.columns}, {item.key for item in self.fields}
        lacking = [*(set(columns) - has[0]), *(set(fields) - has[1])]
        if lacking:
            raise ValueError(f"{self.key} lacks {sorted(lacking)}")
        return self

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(item for item in self.columns if item.key == key)


class ReportForm(StrictModel):
    """A version of what a report of some kinds must hold, in force in `[since, until)`."""

    code: NonEmptyText
    version: PositiveInt
    title: Text
    standard: NonEmptyText
    medium: Literal["flue_gas", "wastewater"]
    kinds: tuple[Kind, ...] = Field(min_length=1)
    effective: Effective
    provenance: Provenance
    contents: tuple[ContentItem, ...]
    originals: tuple[OriginalKind, ...]
    tests: tuple[TestSpec, ...] = Field(min_length=1)
    word: bool = False

    @property
    def name(self) -> str:
        """The code with its version: `hj75-verification@1`."""
        return f"{self.code}@{self.version}"

    @property
    def since(self) -> date:
        """The first day on which it holds."""
        return self.effective[0]

    @property
    def until(self) -> date | None:
        """The first day on which it no longer holds; None: it has no end."""
        return self.effective[1] if len(self.effective) > 1 else None

    def in_force(self, on_date: date) -> bool:
        """Tell whether it holds on a day."""
        return self.since <= on_date and (self.until is None or on_date < self.until)

    def test(self, key: str) -> TestSpec:
        """Return a test by its key.

        Raises:
            KeyError: the form has none of this key.
        """
        found = next((item for item in self.tests if item.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    @model_validator(mode="after")
    def _consistent(self) -> "ReportForm":
        for items in (self.contents, self.originals, self.tests):
            keys = [item.key for item in items]
            if len(keys) != len(set(keys)):
                raise ValueError(f"{self.code}: a key stands twice: {sorted(keys)}")
        tests = {item.key for item in self.tests}
        originals = {item.key for item in self.originals}
        for item in self.contents:
            kind, _, key = item.source.partition(":")
            if (kind == "test" and key not in tests) or (
                kind == "original" and key not in originals
            ):
                raise ValueError(f"{self.code}: {item.key} is filled from what is not there")
        return self


def parsed(data: dict[str, Any]) -> ReportForm:
    """Return the form that the data describe.

    Raises:
        pydantic.ValidationError: something is wrong.
    """
    return ReportForm.model_validate(data)
