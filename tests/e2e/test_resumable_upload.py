"""A report of 60 MB over a line that drops every 5 MB, with a real browser and a real server."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.evidence.papers import paper
from tests.support.dropping import DroppingLine, dropping_line
from tests.support.serving import Served
from tests.support.world import World
from tests.verification.conftest import Desk, report_desk
from yunjian.evidence.models import Attachment, Upload
from yunjian.kernel.digests import digest
from yunjian.verification.models import Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400), pytest.mark.reads_all_rows]
MEGABYTE = 2**20
SIZE = 60 * MEGABYTE
PATIENCE_MS = 180_000
GROUP, PAGES = 2, 21  # of /proc/<pid>/stat, behind the name


@pytest.fixture
def reports(city: World) -> Desk:
    """Who writes reports in the city."""
    return report_desk(city)


@pytest.fixture
def line(server: Served) -> Iterator[DroppingLine]:
    """A line to the server that drops every 5 MB."""
    with dropping_line("127.0.0.1", urlsplit(server.base).port or 0, every=5 * MEGABYTE) as line:
        yield line


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A report of 60 MB."""
    path = tmp_path / "比对监测报告.pdf"
    path.write_bytes(paper(size=SIZE))
    return path


def test_a_report_of_60_mb_arrives_over_a_line_that_drops_every_5_mb(
    browser: Browser, server: Served, reports: Desk, line: DroppingLine, large: Path
) -> None:
    report = reports.draft()
    base, server.base = server.base, f"http://127.0.0.1:{line.port}"
    try:
        with desk(browser) as page:
            sign_in(page, server, "engineer")
            before = _memory(server)
            _choose(page, server, report, large)
            _not_saved_before_it_is_there(page)
            peak = _peak_while_sending(page, server)
            page.get_by_test_id("form-save").click()
            page.locator("#dialog.show").wait_for(state="hidden")
    finally:
        server.base = base

    report.refresh_from_db()
    row = report.file
    assert row is not None
    assert (row.filename, row.size) == (large.name, large.stat().st_size)
    assert row.digest == digest(large.read_bytes())
    assert line.drops >= SIZE // (5 * MEGABYTE)
    # resumed, not begun anew: what was lost is less than a part for each drop
    assert line.carried < SIZE + (line.drops + 1) * 2 * MEGABYTE + 5 * MEGABYTE
    assert not Upload.unscoped().exists()
    assert peak - before < 40 * MEGABYTE  # the server never holds the file


def test_an_upload_goes_on_after_a_pause_and_after_the_page_was_left(
    browser: Browser, server: Served, reports: Desk, large: Path
) -> None:
    report = reports.draft()
    with desk(browser) as page:
        sign_in(page, server, "engineer")
        _choose(page, server, report, large)
        expect(page.get_by_test_id("upload-text")).to_contain_text(" / 60.0 MB")
        while not Upload.unscoped().filter(offset__gt=5 * MEGABYTE).exists():
            page.wait_for_timeout(100)
        page.get_by_test_id("upload-rest").click()
        expect(page.get_by_test_id("upload-text")).to_have_text("已暂停")
        assert Upload.unscoped().get().offset < SIZE

        page.reload()
        _choose(page, server, report, large)
        expect(page.get_by_test_id("upload-text")).to_contain_text("已上传", timeout=PATIENCE_MS)
        page.get_by_test_id("form-save").click()
        page.locator("#dialog.show").wait_for(state="hidden")

    report.refresh_from_db()
    assert report.file is not None
    assert report.file.digest == digest(large.read_bytes())
    assert Attachment.unscoped().count() == 1


def test_what_is_wrong_with_a_large_file_is_said_at_its_field(
    browser: Browser, server: Served, reports: Desk, tmp_path: Path
) -> None:
    report = reports.draft()
    locked = tmp_path / "加密.pdf"
    locked.write_bytes(paper(size=3 * MEGABYTE, password="secret"))
    with desk(browser) as page:
        sign_in(page, server, "engineer")
        _choose(page, server, report, locked)
        wrong = page.get_by_test_id("upload-wrong")
        expect(wrong).to_have_text("PDF 设有密码或加密，请解除后再上传", timeout=PATIENCE_MS)
    assert not Attachment.unscoped().exists()
    assert not Upload.unscoped().exists()


def _choose(page: Page, server: Served, report: Report, path: Path) -> None:
    page.goto(f"{server.base}/agency/reports/{report.pk}/")
    page.get_by_test_id("report-file").click()
    opened_dialog(page).locator("input[type=file]").set_input_files(path)


def _not_saved_before_it_is_there(page: Page) -> None:
    page.get_by_test_id("form-save").click()
    wrong = page.get_by_test_id("upload-wrong")
    expect(wrong).to_have_text("文件还没有上传完，请等上传完成后再保存")


def _memory(server: Served) -> int:
    """Return the largest memory of a process of the server, in bytes."""
    sizes = [0]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            values = stat.read_text().rpartition(")")[2].split()
            if int(values[GROUP]) == server.process.pid:
                sizes.append(int(values[PAGES]) * resource.getpagesize())
    return max(sizes)


def _peak_while_sending(page: Page, server: Served) -> int:
    peak = 0
    for _second in range(PATIENCE_MS // 250):
        peak = max(peak, _memory(server))
        if "已上传" in page.get_by_test_id("upload-text").inner_text():
            return peak
        page.wait_for_timeout(250)
    raise TimeoutError(page.get_by_test_id("upload-text").inner_text())
