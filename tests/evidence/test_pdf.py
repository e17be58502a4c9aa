"""The copy of record: readable Chinese, the same bytes each time."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.evidence.pictures import picture
from yunjian.evidence import pdf
from yunjian.standards.sheets.layout import Block, Cell, CheckGroup, CheckLine, Fact

IMAGES = {"a": picture(), "b": picture("PNG", mode="RGBA"), "s": picture("PNG", mode="RGBA")}
FOUND = CheckLine("探头加热", "7 d", "normal", "正常", "")
COPY = pdf.VisitCopy(
    title="自动监控设施运维记录",
    number="0001",
    discharger="浦江试验纸业有限公司",
    source="浦江试验纸业有限公司",
    outlet="DA001 锅炉烟囱",
    point="锅炉烟气 CEMS",
    mn_code="31011500000102",
    agency="清源试验环保技术有限公司",
    engineer="李建国",
    task_due="2026-11-20",
    signed_in_at="2026-11-20 09:00:00",
    signed_out_at="2026-11-20 10:30:00",
    submitted_at="2026-11-20 10:31:00",
    position="121.6, 31.2",
    distance="12 m",
    verdict="合格",
    content_digest="sha256:" + "ab" * 32,
    event_digest="sha256:" + "cd" * 32,
    check_url="http://127.0.0.1/check/0001/",
    issued_at=datetime(2026, 11, 20, 2, 31, tzinfo=UTC),
    warnings=["距离偏远"],
    sheets=[
        pdf.SheetCopy(
            "日常巡检记录表",
            "HJ 75-2017 G.1",
            [
                Block("checks", "", checks=[CheckGroup("系统", [FOUND])]),
                Block("facts", "漂移", facts=[Fact("零点漂移", Cell("1.2", "%", "pass"))]),
                Block("table", "更换", heads=["品名", "数量"], rows=[[Cell("滤芯"), Cell("2")]]),
            ],
        )
    ],
    photos=["a", "b"],
    signature="s",
    confirmation=pdf.DecisionCopy("周敏", "有异议", "数据不符", "2026-11-21 09:00:00", late=True),
)


def _text(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_copy_says_what_happened_in_text_that_can_be_searched() -> None:
    text = _text(pdf.render_visit(COPY, IMAGES))

    for phrases in (
        "浦江试验纸业有限公司",
        "HJ 75-2017 G.1",
        "探头加热",
        "零点漂移",
        "数据不符",
        "副本",
    ):
        assert phrases in text


def test_the_same_copy_has_the_same_bytes() -> None:
    assert pdf.render_visit(COPY, IMAGES) == pdf.render_visit(COPY, IMAGES)


def test_a_copy_without_confirmation_photos_or_sheets_says_so() -> None:
    bare = replace(COPY, sheets=[], photos=[], signature=None, confirmation=None, warnings=[])

    text = _text(pdf.render_visit(bare, {}))

    assert "尚未确认" in text
    assert "未填写记录表" in text


def test_an_image_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        pdf.render_visit(COPY, {})


def _is_wide(content: bytes) -> list[bool]:
    pages = PdfReader(BytesIO(content)).pages
    return [
        page.rotation in (90, 270) or page.mediabox.width > page.mediabox.height for page in pages
    ]


def test_a_wide_sheet_lies_on_its_side_and_the_others_stand() -> None:
    upright = COPY.sheets[0]
    wide = replace(upright, title="横向记录表", paper="landscape")
    copy = replace(COPY, sheets=[upright, wide, upright], photos=[])

    assert _is_wide(pdf.render_sheet(wide)) == [True]
    assert _is_wide(pdf.render_sheet(upright)) == [False]
    pages = _is_wide(pdf.render_visit(copy, IMAGES))
    assert pages[:4] == [False, False, True, False]
    assert pages.count(True) == 1
