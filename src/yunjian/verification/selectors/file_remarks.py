"""What the file of a report says otherwise than what was typed, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.kernel.clock import business_day
from yunjian.kernel.languages import Text
from yunjian.standards.reports import TestSpec
from yunjian.verification.documents.reading import (
    Reading,
    Remark,
    TypedTest,
    compare_test,
    compare_with_typed,
)
from yunjian.verification.models import Report, ReportReading, ReportTest
from yunjian.verification.selectors.forms import form_named, spec_of
from yunjian.verification.selectors.history import VERDICT_TITLES

# what a test computes, by the name that the reader has for it
READ_AS = {
    "RA": "relative_accuracy",
    "RE": "relative_error",
    "AE": "absolute_error",
    "r": "correlation",
    "indication": "indication_error",
    "zero_drift": "zero_drift",
    "span_drift": "span_drift",
    "response": "response_time",
}
MOST_REMARKS = 20
TestKey = tuple[str, str]


def file_reading(report: Report) -> Reading | None:
    """Return what was read of the present file of a report; None as long as it was not."""
    row = ReportReading.objects.filter(report=report, attachment_id=report.file_id).first()
    return Reading.from_json(row.content) if row is not None else None


def file_remarks(report: Report) -> list[tuple[str, str]] | None:
    """Return (field, sentence) of each remark on what the cover says; None as long as the file
    was not read."""
    reading = file_reading(report)
    if reading is None:
        return None
    return [(_label(field), text) for field, text in _on_cover(reading, report)]


def remarks_by_path(report: Report) -> list[tuple[str, str]]:
    """Return (path, sentence) of every remark, of the cover and of the tests."""
    reading = file_reading(report)
    if reading is None:
        return []
    of_tests = [
        (".".join(["tests", *(part for part in key if part), path]), text)
        for key, said in test_remarks(report).items()
        for path, text in said.items()
    ]
    return [*_on_cover(reading, report), *of_tests]


def _on_cover(reading: Reading, report: Report) -> list[tuple[str, str]]:
    typed = {
        "number": report.number,
        "executed_from": business_day(report.executed_from),
        "executed_to": business_day(report.executed_to),
        "issued_on": report.issued_on,
        "parameters": sorted({one.instrument.slot for one in report.instruments.all()} - {""}),
    }
    remarks = compare_with_typed(reading, typed)
    return [(field, _sentence(one)) for field, more in remarks.items() for one in more]


def file_problem(report: Report) -> str:
    """Return that the file of a report could not be compared, or which pages of it; or nothing."""
    reading = file_reading(report)
    remarks = compare_with_typed(reading, {}) if reading is not None else {}
    return "；".join(map(_sentence, remarks.get("file", ())))


def test_remarks(report: Report) -> dict[TestKey, dict[str, str]]:
    """Return what the file says otherwise of each test (read `with_parts`), by its key and
    parameter, then by the path of the field: `declared_verdict`, `declared.<quantity>`,
    `readings` or `readings.<n>`. Nothing is said where nothing was read.
    """
    reading = file_reading(report)
    if reading is None or reading.problem:
        return {}
    form = form_named(report.form)
    rows = list(report.tests.all())
    results: dict[TestKey, dict[str, str]] = {}
    for row in rows:
        spec = spec_of(form, row.test) if form else None
        alone = [one.parameter for one in rows].count(row.parameter) == 1
        found = compare_test(reading, _typed(row, spec, alone=alone))
        said = {_path(name): _sentence(more[0]) for name, more in found.items()}
        if said:
            results[row.test, row.parameter] = dict(list(said.items())[:MOST_REMARKS])
    return results


test_remarks.__test__ = False  # type: ignore[attr-defined]  # no test of ours


def _typed(row: ReportTest, spec: TestSpec | None, *, alone: bool) -> TypedTest:
    columns = [one.key for one in (spec.columns if spec else ()) if one.type == "number"]
    computed = {one["key"]: one["text"] for one in row.results.get("quantities", [])}
    return TypedTest(
        parameter=row.parameter,
        verdict=row.declared_verdict,
        rows=[[line[key] for key in columns if line.get(key)] for line in row.readings],
        declared=_read_as(row.declared),
        computed=_read_as(computed),
        alone=alone,
    )


def _read_as(texts: Mapping[str, Any]) -> dict[str, str]:
    return {READ_AS[key]: str(text) for key, text in texts.items() if key in READ_AS}


def _path(name: str) -> str:
    """Return the field that a remark stands beside."""
    if name == "verdict":
        return "declared_verdict"
    if name.startswith("rows"):
        return name.replace("rows", "readings", 1)
    return f"declared.{next(key for key, known in READ_AS.items() if known == name)}"


def _label(field: str) -> str:
    if field == "parameters":
        return _("监测因子")
    return str(Report._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 - documented


SENTENCES: dict[str, Text] = {
    "unreadable": gettext_lazy("文件内容无法自动读取，未与填写内容比对，请人工核对"),
    "no_text": gettext_lazy("文件是扫描件，没有可读取的文字，未与填写内容比对，请人工核对"),
    "partly_scanned": gettext_lazy("第 %(read)s 页没有可读取的文字，未与填写内容比对，请人工核对"),
    "not_found": gettext_lazy("文件中未找到“%(typed)s”"),
    "differs": gettext_lazy("文件第 %(page)s 页为“%(read)s”，填写为“%(typed)s”"),
    "differs_computed": gettext_lazy("文件第 %(page)s 页为“%(read)s”，按数据计算为“%(typed)s”"),
    "row_differs": gettext_lazy("文件第 %(page)s 页该行为“%(read)s”，填写为“%(typed)s”"),
    "rows_number": gettext_lazy("文件第 %(page)s 页起的数据表有 %(read)s 行，填写了 %(typed)s 行"),
    "table_differs": gettext_lazy("文件第 %(page)s 页的数据表与填写的数据多数不一致"),
}


def _sentence(remark: Remark) -> str:
    read, typed = (str(VERDICT_TITLES.get(one) or one) for one in (remark.read, remark.typed))
    return str(SENTENCES[remark.code]) % {"page": remark.page, "read": read, "typed": typed}
