"""The file of a report is read by a job, and what it says otherwise is shown beside the report."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from tests.evidence.papers import paper
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import business_day
from yunjian.kernel.ids import new_id
from yunjian.verification.documents.reading import PageText, reading_of
from yunjian.verification.models import Report, ReportReading
from yunjian.verification.selectors.file_remarks import file_remarks
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, file_readings

pytestmark = pytest.mark.reads_all_rows


def with_file(desk: Desk) -> Report:
    """Return a draft with a file of one empty page."""
    report, actor, file = desk.draft(), desk.actor(desk.preparer), desk.file()
    key = default_storage.save(f"test/{new_id()}.pdf", ContentFile(paper()))
    Attachment.unscoped().filter(pk=file.pk).update(storage_key=key)
    with acting_as(actor):
        drafts.report_file_set(actor=actor, report=report, attachment=file)
    return desk.fresh(report)


def read(report: Report, attachment_id: object = None) -> bool:
    with acting_as(system_actor("test")):
        reading = file_readings.report_file_read(
            report_id=report.pk,
            attachment_id=attachment_id or report.file_id,  # type: ignore[arg-type]
        )
    return reading is not None


def test_a_file_that_is_set_is_read_by_a_job(desk: Desk) -> None:
    report = with_file(desk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE task_name = %s", [drafts.READ_FILE]
        )
        assert [json.loads(row[0])["attachment_id"] for row in cursor.fetchall()] == [
            str(report.file_id)
        ]


def test_a_scan_says_on_the_page_that_a_person_has_to_look(desk: Desk) -> None:
    report = with_file(desk)
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/"
    assert "正在读取文件" in client.get(address).content.decode()

    assert read(report)

    assert "没有可读取的文字" in client.get(address).content.decode()


def test_reading_again_replaces_what_was_read(desk: Desk) -> None:
    report = with_file(desk)
    assert read(report)
    assert read(report)
    assert ReportReading.unscoped().count() == 1


def test_a_file_that_was_replaced_meanwhile_is_not_kept(desk: Desk) -> None:
    report = with_file(desk)
    assert not read(report, new_id())
    assert not ReportReading.unscoped().exists()


def test_what_differs_is_said_with_its_page_and_what_agrees_is_not(desk: Desk) -> None:
    report = with_file(desk)
    assert read(report)
    other = business_day(report.executed_from) - timedelta(days=40)
    text = f"报告编号：{report.number}\n比对日期：{other}\n监测因子：二氧化硫"
    ReportReading.unscoped().update(content=reading_of([PageText(3, text)], pages=3).to_json())

    with acting_as(desk.actor(desk.preparer)):
        remarks = file_remarks(with_parts(report))

    assert remarks is not None
    assert [label for label, _text in remarks] == ["实施开始时间", "实施结束时间"]
    assert remarks[0][1].startswith(f"文件第 3 页为“{other}”")
