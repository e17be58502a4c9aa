"""The readings of a report's tests: typed, pasted or read from a file, and recomputed on save."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.languages import language_code
from yunjian.records.problems import Problems
from yunjian.records.versions import check_version
from yunjian.standards.reports import (
    EXCLUDED,
    Column,
    ReportForm,
    TestSpec,
    Unclear,
    cell_text,
)
from yunjian.standards.reports.readings import clean
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.models.parts import DeclaredVerdict
from yunjian.verification.policies import may_prepare
from yunjian.verification.selectors.forms import form_named, spec_of
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services.computing import compute
from yunjian.verification.services.drafts import note_part
from yunjian.verification.services.rows import locked_report, require_draft

MOST_ROWS, LONGEST_TEXT = 500, 200
# a dash is no reason
LEAST_REASON = 2


@transaction.atomic
def readings_save(
    *,
    actor: Actor,
    report: Report,
    test: str,
    parameter: str = "",
    readings: Sequence[Mapping[str, str]],
    values: Mapping[str, str] | None = None,
    declared: Mapping[str, str] | None = None,
    declared_verdict: str = "",
    unit: str = "",
    basis: str = "",
    version: int | None = None,
) -> ReportTest:
    """Keep the readings of a test as typed and what they compute to; a later save replaces it.

    Raises:
        NotAllowed: the report is not of the actor's agency, or the actor writes none.
        InvalidState: it was checked or handed in.
        InvalidInput: a test that the form does not have, or each cell that cannot be read, by
            `readings.<row>.<column>` (rows from 1), `values.<field>` or `declared.<quantity>`.
        StaleVersion: somebody else changed the report in between.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    check_version(report, version)
    form, spec = _spec(report, test)
    problems = Problems()
    fitting = not spec.parameters or parameter in spec.parameters
    problems.unless(fitting, "parameter", _("该测试项目不适用于这个监测因子"), "unknown")
    problems.one_of("declared_verdict", declared_verdict, ["", *DeclaredVerdict.values])
    problems.unless(len(readings) <= MOST_ROWS, "readings", _("数据最多 500 行"), "too_many")
    problems.unless(len(unit) <= 16, "unit", _("单位不能超过 16 字"), "too_long")  # noqa: PLR2004 - the column's length
    problems.unless(len(basis) <= 80, "basis", _("评价依据不能超过 80 字"), "too_long")  # noqa: PLR2004 - the column's length
    rows = _read_rows(problems, spec, readings[:MOST_ROWS], unit)
    fields = _read_fields(problems, spec.fields, values or {}, unit)
    said = {key: clean(text) for key, text in (declared or {}).items() if clean(text)}
    for key, text in said.items():
        long = _("申报值不能超过 30 字")
        problems.unless(len(text) <= 30, f"declared.{key}", long, "too_long")  # noqa: PLR2004 - as typed in one cell
    problems.refuse_if_any()
    held = with_parts(report)
    measured = next(
        (row for row in held.instruments.all() if row.instrument.slot == parameter), None
    )
    row = ReportTest.unscoped().filter(report=report, test=test, parameter=parameter).first()
    before = _told(row)
    row = row or ReportTest(report=report, test=test, parameter=parameter)
    row.instrument = measured.instrument if measured else None
    row.unit = clean(unit)
    row.basis = clean(basis)
    row.readings, row.values, row.declared = rows, fields, said
    row.declared_verdict = declared_verdict
    compute(form, spec, row, report)
    row.save()
    note_part(actor, report, "tests", before=before, after=_told(row))
    return row


@transaction.atomic
def readings_remove(*, actor: Actor, report: Report, test: ReportTest) -> None:
    """Take a test out of a draft.

    Raises:
        NotAllowed: the report is not of the actor's agency, or the actor writes none.
        InvalidState: it was checked or handed in.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    row = ReportTest.unscoped().filter(pk=test.pk, report=report).first()
    if row is None:
        return
    before = _told(row)
    row.delete()
    note_part(actor, report, "tests", before=before, after="")


def _spec(report: Report, test: str) -> tuple[ReportForm, TestSpec]:
    form = form_named(report.form)
    spec = spec_of(form, test) if form else None
    if form is None or spec is None:
        raise InvalidInput(_("该报告的格式没有这个测试项目"), code="unknown", field="test")
    return form, spec


def _read_rows(
    problems: Problems, spec: TestSpec, readings: Sequence[Mapping[str, str]], unit: str
) -> list[dict[str, str]]:
    """Return the rows that hold something; what cannot be read is noted by row and column."""
    rows = []
    for number, typed in enumerate(readings, start=1):
        if not any(str(cell).strip() for cell in typed.values()):
            continue
        row = {
            column.key: _read(
                problems, f"readings.{number}.{column.key}", column, typed.get(column.key, ""), unit
            )
            for column in spec.columns
        }
        excluded = clean(typed.get(EXCLUDED, ""))
        problems.unless(
            len(excluded) <= LONGEST_TEXT,
            f"readings.{number}.{EXCLUDED}",
            _("剔除原因不能超过 200 字"),
            "too_long",
        )
        if excluded:
            said = sum(1 for one in excluded if one.isalpha()) >= LEAST_REASON
            problems.unless(
                said, f"readings.{number}.{EXCLUDED}", _("请写明剔除的原因，如自动反吹")
            )
            row[EXCLUDED] = excluded
        rows.append(row)
    return rows


def _read_fields(
    problems: Problems, fields: Sequence[Column], values: Mapping[str, str], unit: str
) -> dict[str, str]:
    read = {
        one.key: _read(problems, f"values.{one.key}", one, values.get(one.key, ""), unit)
        for one in fields
    }
    return {key: text for key, text in read.items() if text}


def _read(problems: Problems, path: str, column: Column, typed: str, unit: str) -> str:
    try:
        return cell_text(typed, column, unit)
    except Unclear as unclear:
        message = unclear.text.en if language_code() == "en" else unclear.text.zh
        problems.unless(False, path, message, unclear.code)  # noqa: FBT003
        return typed


def _told(row: ReportTest | None) -> str:
    """Return what the history tells of a test."""
    if row is None or (row._state.adding and not row.readings):  # noqa: SLF001 - documented
        return ""
    name = " ".join(one for one in (row.test, row.parameter) if one)
    content = canonical_json([row.readings, row.values, row.declared, row.declared_verdict])
    return f"{name}：{len(row.readings)} 行（{digest(content)[:15]}）"
