"""The papers of a report: what they say is what was stored and what an independent computation
gives."""

import math
import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import docx
import numpy as np
import pytest
from django.db import connection
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from scipy import stats

from tests.support.world import World
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.access.policy_sync import as_owner
from yunjian.demo.pictures import signature
from yunjian.evidence import storage
from yunjian.evidence.models import Attachment, Event
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidState
from yunjian.standards.reports import TestData, recompute_test, report_forms
from yunjian.verification.documents.papers import (
    PaperTest,
    ReportPaper,
    difference,
    docx_of,
    pdf_of,
    xlsx_of,
)
from yunjian.verification.models import Report
from yunjian.verification.selectors.papers import HEADS, report_paper
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts
from yunjian.verification.services.papers import report_docx, report_pdf, report_xlsx

pytestmark = pytest.mark.reads_all_rows


def text_of(content: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return re.sub(r"[\s\u200b]", "", "".join(pages))


def cells_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def submitted(desk: Desk) -> Report:
    """A signed report whose signature has real bytes."""
    report = desk.submitted()
    storage.put("test/signature.png", signature("周敏"))
    with acting_as(system_actor("test")):
        Attachment.unscoped().filter(pk=str(report.signature_id)).update(
            storage_key="test/signature.png"
        )
    return desk.fresh(report)


def test_the_pdf_says_what_was_signed_and_always_alike(desk: Desk, submitted: Report) -> None:
    actor = desk.actor(desk.world.reviewer)
    with acting_as(actor):
        content = report_pdf(actor=actor, report=submitted)
        assert report_pdf(actor=actor, report=submitted) == content
    text = text_of(content)
    for expected in (
        "QY〔2026〕第001号", "浦江试验纸业有限公司", "清源试验环保技术有限公司", "第1版",
        "李建国", "编制", "校核", "批准", submitted.content_digest, "SO2标准气体", "GBW-1",
        "现场照片", "第1页/共",
    ):  # fmt: skip
        assert expected in text, expected
    assert "草稿" not in text
    copied = Event.unscoped().filter(verb="report.copied", object_id=str(submitted.pk))
    assert copied.count() == 2


def test_the_figures_of_the_pdf_are_those_of_an_independent_computation(
    desk: Desk, submitted: Report
) -> None:
    reference = np.array([100.0 + n for n in range(9)])
    measured = reference + 2
    d = reference - measured
    cc = stats.t.ppf(0.975, 8) * d.std(ddof=1) / 3
    expected = {
        "参比方法平均值": f"{reference.mean():.3f}",
        "仪器平均值": f"{measured.mean():.3f}",
        "绝对误差": f"{(measured - reference).mean():.3f}",
        "相对误差": f"{(measured.mean() - reference.mean()) / reference.mean() * 100:.2f}",
        "相对准确度": f"{(abs(d.mean()) + abs(cc)) / reference.mean() * 100:.2f}",
    }
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        text = text_of(report_pdf(actor=actor, report=submitted))
        book = cells_of(report_xlsx(actor=actor, report=submitted).read())
    for title, value in expected.items():
        assert re.search(rf"{title}（[^）]*）{re.escape(value)}", text), (title, value)
    [name] = [name for name in book if name.startswith("1 ")]
    rows = {str(row[0]): row[1] for row in book[name] if row and row[0]}
    for title, value in expected.items():
        [key] = [key for key in rows if key.startswith(f"{title}（")]
        assert rows[key] == pytest.approx(float(value))


def test_a_draft_says_so_on_every_page_and_bears_no_code(desk: Desk) -> None:
    report = desk.complete()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        content = report_pdf(actor=actor, report=report)
        held = report_paper(with_parts(report))
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    assert all("未经签字" in page for page in pages)
    assert (held.is_draft, held.check_url) == (True, "")
    assert not Event.unscoped().filter(verb="report.copied").exists()


def test_the_workbook_holds_numbers_as_numbers_and_texts_as_texts(
    desk: Desk, submitted: Report
) -> None:
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        book = cells_of(report_xlsx(actor=actor, report=submitted).read())
    assert next(iter(book)) == "封面"
    cover = {row[0]: row[1] for row in book["封面"] if len(row) > 1}
    assert cover["报告编号"] == "QY〔2026〕第 001 号"
    [name] = [name for name in book if name.startswith("1 ")]
    head = next(row for row in book[name] if "B−A" in row)
    first = book[name][book[name].index(head) + 1]
    values = dict(zip(head, first, strict=True))
    assert values["B−A"] == 2.0
    assert isinstance(values["序号"], float)
    serials = [cell for row in book["仪器与标准器"] for cell in row]
    assert "SN-SO2" in serials


def test_word_is_made_for_what_is_bound_as_word(desk: Desk) -> None:
    actor = desk.actor(desk.preparer)
    report = desk.draft(kind="acceptance", number="YS-1")
    verification = desk.draft(number="JY-2")
    with acting_as(actor):
        content = report_docx(actor=actor, report=report)
        with pytest.raises(InvalidState):
            report_docx(actor=actor, report=verification)
    document = docx.Document(BytesIO(content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert any("YS-1" in text and "草稿" in text for text in texts)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "示值误差" in cells
    assert "SN-SO2" in cells


def paper_for(code: str) -> tuple[ReportPaper, dict[str, str]]:
    """Return a paper with every test of a form, filled, and its figures by what they are called."""
    form = next(one for one in report_forms().values() if one.code == code)
    tests: list[PaperTest] = []
    figures: dict[str, str] = {}
    for spec in form.tests:
        rows = []
        for number in range(1, 16):
            row = {}
            for place, column in enumerate(spec.columns):
                base = 90 + number + place * 0.5 + (0.3 if number % 2 else -0.3) * place
                row[column.key] = f"{base:.1f}" if column.type == "number" else f"记{number}"
            rows.append(row)
        values = {one.key: "200" if one.key != "lower" else "0" for one in spec.fields}
        parameter = spec.parameters[0]
        result = recompute_test(
            form, TestData(spec.key, parameter, rows, values), date(2026, 11, 1)
        )
        figures |= {f"{spec.key}.{one.key}": one.text for one in result.quantities}
        tests.append(
            PaperTest(
                title=spec.title.zh,
                about=[["单位", ""]],
                head=["序号", *(column.title.zh for column in spec.columns)],
                rows=[[str(n), *row.values()] for n, row in enumerate(rows, start=1)],
                results=[[one.title.zh, one.text, ""] for one in result.quantities],
                criterion=result.criterion,
                verdict=result.verdict,
                declared_verdict="",
                basis=f"{result.standard} {result.clause}",
            )
        )
    paper = ReportPaper(
        title=form.title.zh, number="N-1", edition=1, is_draft=False, mark="",
        facts=[["测点", "一号"]],
        instruments=[["a"] * 7], devices=[], materials=[], people=[], tests=tests,
        contents=[[one.title.zh, one.clause, "有"] for one in form.contents],
        originals=[[one.title.zh, "f.pdf", "sha256:1"] for one in form.originals],
        signers=[["编制", "甲", ""], ["校核", "乙", ""], ["批准", "丙", ""]], verdict="合格",
        digest="sha256:2", check_url="https://example.test/check/", issued_at=now(), heads=HEADS,
    )  # fmt: skip
    return paper, figures


@pytest.mark.parametrize("code", sorted({form.code for form in report_forms().values()}))
def test_every_form_can_be_printed_with_every_figure_and_nothing_lost(code: str) -> None:
    paper, figures = paper_for(code)
    assert figures

    text = text_of(pdf_of(paper, None))
    book = cells_of(xlsx_of(paper).read())
    words = docx.Document(BytesIO(docx_of(paper)))

    cells = [cell.text for table in words.tables for row in table.rows for cell in row.cells]
    numbers = [str(cell) for rows in book.values() for row in rows for cell in row]
    for key, figure in figures.items():
        assert figure in text, key
        assert figure in cells, key
        assert any(_same(figure, number) for number in numbers), key
    for test in paper.tests:
        for row in test.rows:
            for cell in row:
                assert re.sub(r"\s", "", cell) in text, (test.title, cell)
    for item in [*paper.contents, *paper.originals]:
        assert re.sub(r"\s", "", item[0]) in text


def _same(figure: str, number: str) -> bool:
    try:
        return math.isclose(float(figure), float(number), rel_tol=1e-12)
    except ValueError:
        return False


def test_a_difference_is_exact_or_nothing() -> None:
    assert difference(["0.1", "0.3"]) == "0.2"
    assert difference(["<1", "2"]) == ""


def test_whoever_may_not_see_a_report_gets_no_paper_of_it(desk: Desk, submitted: Report) -> None:
    world: World = desk.world
    for name in ("pdf", "xlsx", "docx"):
        address = f"/reports/{submitted.pk}/report.{name}"
        assert world.client(world.other_agency_manager).get(address).status_code == 404
        assert world.client(world.other_discharger_owner).get(address).status_code == 404
    assert (
        world.client(world.discharger_owner)
        .get(f"/reports/{submitted.pk}/report.pdf")
        .headers["Content-Type"]
        == "application/pdf"
    )


def test_the_public_check_says_whether_the_stored_content_is_the_signed_one(
    desk: Desk, submitted: Report, client: Any
) -> None:
    address = f"/check/reports/{submitted.pk}/"
    page = client.get(address).content.decode()
    assert "与签字时一致" in page
    assert submitted.content_digest in page
    assert "李建国" not in page

    with as_owner(), connection.cursor() as cursor:
        # what somebody with the rights of the tables' owner could do
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE verification_reporttest DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE verification_reporttest SET readings = "
            "jsonb_set(readings, '{0,measured}', '\"99\"') WHERE report_id = %s",
            [submitted.pk],
        )
        cursor.execute("ALTER TABLE verification_reporttest ENABLE TRIGGER USER")
    assert "查验未通过" in client.get(address).content.decode()


def test_the_public_check_of_a_report_that_was_taken_back_says_so(
    desk: Desk, submitted: Report, client: Any
) -> None:
    address = f"/check/reports/{submitted.pk}/"
    assert "alert-success" in client.get(address).content.decode()
    owner = desk.actor(desk.owner)
    with acting_as(owner):
        drafts.report_withdraw(actor=owner, report=submitted, reason="录错了")
    page = client.get(address).content.decode()
    assert "不作为有效报告使用" in page
    assert "alert-success" not in page


def test_a_report_that_was_not_signed_has_no_public_check(desk: Desk, client: Any) -> None:
    assert client.get(f"/check/reports/{desk.draft().pk}/").status_code == 404


def test_readings_left_out_are_printed_with_their_reason(desk: Desk) -> None:
    report = desk.draft()
    rows = [{"reference": str(100 + n), "measured": str(102 + n)} for n in range(9)]
    rows.append({"reference": "100", "measured": "0", "excluded": "自动反吹"})
    desk.read(report, readings=rows)
    with acting_as(desk.actor(desk.preparer)):
        held = report_paper(with_parts(desk.fresh(report)))
    assert held.tests[0].head[-1] == "不计入原因"
    assert held.tests[0].rows[-1][-1] == "自动反吹"
    assert held.issued_at - now() < timedelta(minutes=1)
