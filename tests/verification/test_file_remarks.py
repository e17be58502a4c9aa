"""What the uploaded file of a report says otherwise of its tests stands beside what was typed."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.evidence.papers import paper
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Attachment
from yunjian.kernel.ids import new_id
from yunjian.verification.documents.reading import PageText, TypedTest, compare_test, reading_of
from yunjian.verification.models import Report
from yunjian.verification.selectors.file_remarks import test_remarks as remarks_of
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import file_readings
from yunjian.verification.services.papers import report_pdf

pytestmark = pytest.mark.reads_all_rows


def own_paper(desk: Desk, report: Report) -> bytes:
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        return report_pdf(actor=actor, report=report)


def read(report: Report, content: bytes) -> None:
    """Put the bytes behind the report's file, and let the job read them."""
    key = default_storage.save(f"test/{new_id()}.pdf", ContentFile(content))
    with acting_as(system_actor("test")):
        Attachment.unscoped().filter(pk=report.file_id).update(storage_key=key)  # type: ignore[misc]
        assert report.file_id is not None
        assert file_readings.report_file_read(report_id=report.pk, attachment_id=report.file_id)


def remarks(desk: Desk, report: Report) -> dict[str, str]:
    with acting_as(desk.actor(desk.preparer)):
        return remarks_of(with_parts(report)).get(("gas", "SO2"), {})


def page(desk: Desk, report: Report, address: str = "?tab=tests") -> str:
    client = desk.world.client(desk.preparer)
    return client.get(f"/agency/reports/{report.pk}/{address}").content.decode()


def typed_again(desk: Desk, report: Report, **changes: Any) -> None:
    """Type the readings anew after the file was made."""
    desk.read(desk.fresh(report), **changes)


def test_a_paper_of_our_own_says_nothing_else(desk: Desk) -> None:
    report = desk.complete()
    read(report, own_paper(desk, report))
    assert remarks(desk, report) == {}
    assert 'data-testid="file-remark"' not in page(desk, report)


def test_a_reading_that_the_file_has_otherwise_is_remarked_at_its_row(desk: Desk) -> None:
    report = desk.complete()
    content = own_paper(desk, report)
    rows = [{"reference": str(100 + n), "measured": str(102 + n)} for n in range(9)]
    rows[2]["measured"] = "104.5"
    typed_again(desk, report, readings=rows)
    read(report, content)

    found = remarks(desk, report)

    assert found["readings.3"] == "文件第 3 页该行为“102 104 2”，填写为“102 104.5”"
    assert "readings.2" not in found
    for address in ("?tab=tests", "tests/gas/?parameter=SO2"):
        assert "文件第 3 页该行为“102 104 2”" in page(desk, report, address)


def test_the_computed_value_and_the_verdict_are_compared(desk: Desk) -> None:
    # given: the file was made from readings that differ by two, and says 合格
    report = desk.complete()
    content = own_paper(desk, report)

    # when
    rows = [{"reference": str(100 + n), "measured": str(190 + n)} for n in range(9)]
    typed_again(desk, report, readings=rows, declared_verdict="fail", declared={"RE": "86.54"})
    read(report, content)

    # then
    found = remarks(desk, report)
    assert found["declared_verdict"] == "文件第 2 页为“合格”，填写为“不合格”"
    assert found["declared.RE"] == "文件第 3 页为“1.92”，填写为“86.54”"
    assert found["declared.RA"].startswith("文件第 3 页为“1.92”，按数据计算为“")
    assert found["readings"] == "文件第 3 页的数据表与填写的数据多数不一致"
    assert "文件第 2 页为“合格”，填写为“不合格”" in page(desk, report)


def test_rows_that_the_file_has_more_are_told(desk: Desk) -> None:
    report = desk.complete()
    content = own_paper(desk, report)
    typed_again(desk, report, pairs=7)
    read(report, content)
    assert remarks(desk, report)["readings"] == "文件第 3 页起的数据表有 9 行，填写了 7 行"


def test_a_scan_says_on_the_readings_tab_that_it_was_not_compared(desk: Desk) -> None:
    report = desk.complete()
    read(report, paper(pages=2))
    assert remarks(desk, report) == {}
    shown = page(desk, report)
    assert "文件是扫描件，没有可读取的文字，未与填写内容比对" in shown
    assert "未与填写内容比对" in page(desk, report, "?tab=basics")


def test_the_api_tells_the_same_by_path(desk: Desk) -> None:
    report = desk.complete()
    content = own_paper(desk, report)
    typed_again(desk, report, pairs=7)
    read(report, content)
    answer = desk.world.client(desk.preparer).get(f"/api/v1/reports/{report.pk}").json()
    said = {one["path"]: one["text"] for one in answer["file_remarks"]}
    assert said["tests.gas.SO2.readings"] == "文件第 3 页起的数据表有 9 行，填写了 7 行"


# --- which part of a file a test is compared with

TWO = """二氧化硫准确度
1 09:00 100 102
2 09:10 101 103
3 09:20 102 104
相对准确度 1.92 % 单项评定 合格
氮氧化物准确度
1 09:00 50 80
2 09:10 51 81
3 09:20 52 82
相对准确度 60.00 % 单项评定 不合格
"""
ROWS = [("50", "80"), ("51", "81"), ("52", "82")]


def test_a_test_is_compared_with_what_stands_under_its_parameter() -> None:
    reading = reading_of([PageText(4, TWO)], pages=4)
    agreeing = TypedTest("NOx", "fail", ROWS, computed={"relative_accuracy": "60.001"})
    assert compare_test(reading, agreeing) == {}
    found = compare_test(
        reading, TypedTest("NOx", "pass", ROWS, declared={"relative_accuracy": "1.92"})
    )
    assert {name: (one.read, one.page) for name, [one] in found.items()} == {
        "verdict": ("fail", 4),
        "relative_accuracy": ("60.00", 4),
    }


def test_of_what_was_not_read_nothing_is_said() -> None:
    reading = reading_of([PageText(1, TWO)], pages=1)
    typed = TypedTest("PM", "fail", [("1", "2")], declared={"relative_accuracy": "3"}, alone=True)
    assert compare_test(reading, typed) == {}


def test_a_table_goes_on_where_the_next_page_begins() -> None:
    pages = [
        PageText(1, "氮氧化物准确度\n1 50 80\n2 51 81"),
        PageText(2, "序号 参比 CEMS\n3 52 82\n4 53 83"),
    ]
    typed = TypedTest("NOx", rows=[*ROWS, ("53", "84")])
    found = compare_test(reading_of(pages, pages=2), typed)
    assert {name: one.page for name, [one] in found.items()} == {"rows.4": 2}
