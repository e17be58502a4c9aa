"""What a report form holds: contents, original records and tests, each with its clause."""

from collections.abc import Iterable
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

# versions from here on are an authority's own; those that ship stay below, so that none that a
# release brings ever takes the name of one by which reports were written
FIRST_OWN = 101
# what a line of the contents may be filled from, beside "test:<key>" and "original:<key>": what
# stands on the cover, and the parts of a report
COVER: dict[str, Text] = {
    "number": Text("报告编号", "Report number"),
    "issuer": Text("出具单位", "Issuing body"),
    "issued_on": Text("签发日期", "Date of issue"),
    "point": Text("排污单位与监测点", "Discharger and monitoring point"),
    "executed_from": Text("实施开始时间", "Begin of the work"),
    "executed_to": Text("实施结束时间", "End of the work"),
    "standard": Text("执行标准", "Standard"),
    "data_source": Text("参比数据来源", "Source of the reference data"),
    "third_party": Text("第三方名称", "Third party"),
    "third_party_report": Text("第三方报告编号", "Report number of the third party"),
    "laboratory": Text("分析实验室", "Laboratory"),
    "laboratory_cma": Text("实验室 CMA 证书编号", "CMA certificate of the laboratory"),
    "laboratory_report": Text("实验室报告编号", "Report number of the laboratory"),
    "note": Text("说明", "Remarks"),
    "signatures": Text("签字", "Signatures"),
}
PARTS: dict[str, Text] = {
    "instruments": Text("被测仪器", "Instruments"),
    "people": Text("参与人员", "People"),
    "devices": Text("参比设备", "Reference devices"),
    "materials": Text("标准物质", "Standard materials"),
    "tests": Text("比对数据", "Readings"),
    "originals": Text("原始记录", "Original records"),
    "verdict": Text("单项评定", "Verdicts"),
    "file": Text("报告文件", "Report file"),
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
    """Something a report has to say. `source` is where it is filled from: a key of `COVER` or
    `PARTS`, "test:<key>", "original:<key>".
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
    contents: tuple[ContentItem, ...] = Field(min_length=1)
    originals: tuple[OriginalKind, ...]
    tests: tuple[TestSpec, ...] = Field(min_length=1)
    word: bool = False

    @property
    def name(self) -> str:
        """The code with its version: `hj75-verification@1`."""
        return f"{self.code}@{self.version}"

    @property
    def is_own(self) -> bool:
        """Tell whether an authority published it."""
        return self.version >= FIRST_OWN

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
        known = {key for key, _title in sources_of(self.tests, self.originals)}
        for item in self.contents:
            if item.source not in known:
                raise ValueError(f"{self.code}: {item.key} is filled from what is not there")
        return self


def sources_of(
    tests: Iterable[TestSpec], originals: Iterable[OriginalKind]
) -> list[tuple[str, Text]]:
    """Return what a line of the contents may be filled from, and what each is called."""
    return [
        *COVER.items(),
        *PARTS.items(),
        *((f"test:{item.key}", item.title) for item in tests),
        *((f"original:{item.key}", item.title) for item in originals),
    ]


def parsed(data: dict[str, Any]) -> ReportForm:
    """Return the form that the data describe.

    Raises:
        pydantic.ValidationError: something is wrong.
    """
    return ReportForm.model_validate(data)
