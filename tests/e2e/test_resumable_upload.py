"""A report of 60 MB over a line that drops every 5 MB, with a real browser and a real server."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

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
GROUP = 2  # of /proc/<pid>/stat, behind the name
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
PARTS_OF_UPLOADS = "**/api/v1/uploads/*"
PARTS = 4  # of 2 MB each, before the person pauses


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
            before = _peak_memory(server)
            gate = Gate(page)
            _choose(page, server, report, large)
            _not_saved_before_it_is_there(page)
            gate.open()
            _saved_when_it_is_there(page, large)
            peak = _peak_memory(server)
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
        Gate(page)
        _choose(page, server, report, large)
        text = page.get_by_test_id("upload-text")
        expect(text).to_contain_text(f"{2 * PARTS}.0 / 60.0 MB", timeout=PATIENCE_MS)
        page.get_by_test_id("upload-rest").click()
        expect(page.get_by_test_id("upload-text")).to_have_text("已暂停")
        assert Upload.unscoped().get().offset == PARTS * 2 * MEGABYTE

        page.unroute_all(behavior="ignoreErrors")
        page.reload()
        _choose(page, server, report, large)
        _saved_when_it_is_there(page, large)

    report.refresh_from_db()
    assert report.file is not None
    assert report.file.digest == digest(large.read_bytes())
    assert Attachment.unscoped().count() == 1


def test_a_form_saved_at_once_waits_for_its_large_file(
    browser: Browser, server: Served, reports: Desk, large: Path
) -> None:
    report = reports.draft()
    with desk(browser) as page:
        sign_in(page, server, "engineer")
        gate = Gate(page, "**/tus*.js", most=0)
        posted: list[str] = []
        _choose(page, server, report, large)
        page.on("request", lambda request: posted.append(request.method))
        _not_saved_before_it_is_there(page)
        assert "POST" not in posted
        gate.open()
        _saved_when_it_is_there(page, large)

    report.refresh_from_db()
    assert report.file is not None
    assert report.file.digest == digest(large.read_bytes())


def test_nothing_below_moves_when_a_chosen_file_begins_to_be_sent(
    browser: Browser, server: Served, reports: Desk, large: Path
) -> None:
    report = reports.draft()
    with desk(browser) as page:
        sign_in(page, server, "engineer")
        Gate(page, most=1)
        client = Gate(page, "**/tus*.js", most=0)
        _choose(page, server, report, large)
        save = page.get_by_test_id("form-save")
        text = page.get_by_test_id("upload-text")
        expect(text).to_have_text(large.name)
        chosen = save.bounding_box()
        page.get_by_test_id("upload-rest").click()
        expect(text).to_have_text("已暂停")
        client.open()
        page.get_by_test_id("upload-rest").click()
        expect(text).to_contain_text("MB", timeout=PATIENCE_MS)
        assert save.bounding_box() == chosen
        page.get_by_test_id("upload-end").click()
        expect(page.get_by_test_id("upload-rest")).to_be_hidden()


def test_of_two_files_chosen_one_after_the_other_the_second_is_kept(
    browser: Browser, server: Served, reports: Desk, large: Path
) -> None:
    report = reports.draft()
    other = large.with_name("更正后的报告.pdf")
    other.write_bytes(paper(size=3 * MEGABYTE))
    with desk(browser) as page:
        sign_in(page, server, "engineer")
        gate = Gate(page)
        _choose(page, server, report, large)
        text = page.get_by_test_id("upload-text")
        expect(text).to_contain_text(f"{2 * PARTS}.0 / 60.0 MB", timeout=PATIENCE_MS)
        gate.open()
        opened_dialog(page).locator("input[type=file]").set_input_files(other)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
        _saved_when_it_is_there(page, other)

    assert len({one for one in sent if one.startswith("PATCH")}) <= 1  # the first one rests
    report.refresh_from_db()
    assert report.file is not None
    assert report.file.filename == other.name
    assert report.file.digest == digest(other.read_bytes())


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


class Gate:
    """Lets some requests of a page through and holds the next one until it is opened."""

    def __init__(self, page: Page, address: str = PARTS_OF_UPLOADS, most: int = PARTS) -> None:
        """Stand before the requests to ``address``; of parts of uploads, ``most`` go through."""
        self.left = most
        self.held: Route | None = None
        self.is_open = False
        page.route(address, self._handle)

    def open(self) -> None:
        """Let everything through from here on."""
        self.is_open = True
        if self.held:
            self.held.continue_()

    def _handle(self, route: Route) -> None:
        if self.is_open or self.left > 0:
            self.left -= route.request.method in {"PATCH", "GET"}
            route.continue_()
        else:
            self.held = route


def _choose(page: Page, server: Served, report: Report, path: Path) -> None:
    page.goto(f"{server.base}/agency/reports/{report.pk}/")
    page.get_by_test_id("report-file").click()
    opened_dialog(page).locator("input[type=file]").set_input_files(path)


def _not_saved_before_it_is_there(page: Page) -> None:
    page.get_by_test_id("form-save").click()
    wrong = page.get_by_test_id("upload-wrong")
    expect(wrong).to_have_text("文件还没有上传完，请等上传完成后再保存")


def _saved_when_it_is_there(page: Page, path: Path) -> None:
    text = page.get_by_test_id("upload-text")
    expect(text).to_have_text(f"{path.name} 已上传", timeout=PATIENCE_MS)
    page.get_by_test_id("form-save").click()
    page.locator("#dialog.show").wait_for(state="hidden")


def _peak_memory(server: Served) -> int:
    """Return the most memory that a process of the server ever had, in bytes."""
    sizes = [0]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            values = stat.read_text().rpartition(")")[2].split()
            if int(values[GROUP]) == server.process.pid:
                status = stat.with_name("status").read_text()
                sizes += [1024 * int(size) for size in PEAK.findall(status)]
    return max(sizes)
