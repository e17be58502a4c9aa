"""Comparison and verification reports: their forms as data, their tests recomputed."""

from yunjian.standards.reports.forms import (
    UnknownForm,
    forms_on,
    register_source,
    report_form,
    report_forms,
    unregister_source,
)
from yunjian.standards.reports.model import (
    Column,
    ContentItem,
    OriginalKind,
    ReportForm,
    TestSpec,
    parsed,
)
from yunjian.standards.reports.readings import (
    EXCLUDED,
    Pasted,
    ReadingProblem,
    Unclear,
    cell_text,
    parse_pasted,
    parse_rows,
)
from yunjian.standards.reports.results import (
    Disagreement,
    ReportResult,
    ResultProblem,
    ResultQuantity,
    TestData,
    TestResult,
    overall,
    recompute,
    recompute_test,
)

__all__ = [
    "EXCLUDED",
    "Column",
    "ContentItem",
    "Disagreement",
    "OriginalKind",
    "Pasted",
    "ReadingProblem",
    "ReportForm",
    "ReportResult",
    "ResultProblem",
    "ResultQuantity",
    "TestData",
    "TestResult",
    "TestSpec",
    "Unclear",
    "UnknownForm",
    "cell_text",
    "forms_on",
    "overall",
    "parse_pasted",
    "parse_rows",
    "parsed",
    "recompute",
    "recompute_test",
    "register_source",
    "report_form",
    "report_forms",
    "unregister_source",
]
