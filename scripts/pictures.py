"""Make the pictures of the documents from a running demo city."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
from find_chromium import find_chromium
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
PC = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
COLOURS = 160
READY_SECONDS = 300
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0"
    " Mobile Safari/537.36 MicroMessenger/8.0.50"
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Serve a demo city and take every picture."""
    with tempfile.TemporaryDirectory(prefix="yunjian-pictures-") as name, demo(Path(name)) as base:
        known = json.loads((Path(name) / "demo-accounts.json").read_text(encoding="utf-8"))
        accounts = {row["opens"]: row for row in known["accounts"]}
        TARGET.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            pc = Desk(browser, base, known["password"], Path(name))
            certificate_pictures(pc, Path(name))
            source_pictures(pc.signed_in(accounts["/source/"]["username"]))
            agency_pictures(pc.signed_in(accounts["/agency/"]["username"]))
            year_pictures(pc.signed_in(accounts["/agency/"]["username"]))
            document_pictures(pc.signed_in(accounts["/agency/"]["username"]))
            report_pictures(pc.signed_in(accounts["/agency/reports/"]["username"]))
            supervision_pictures(pc.signed_in(accounts["/supervision/"]["username"]))
            rule_pictures(pc.signed_in(accounts["/supervision/rules/"]["username"]))
            phone_pictures(browser, base, accounts["/h5/"]["wechat_user"])
            supervised_pictures(browser, base, known["password"])
            desk_pictures(pc.signed_in(accounts["/h5/"]["username"]))
            accounts_pictures(pc.signed_in(accounts["/accounts/"]["username"]))
            for opens, pages in SYSTEM_PAGES.items():
                page = pc.signed_in(accounts[opens]["username"])
                for title in pages:
                    at(page, f"/system/{title}/", f"system-{title}")
            browser.close()


@contextmanager
def demo(var: Path) -> Iterator[str]:
    """Run the demo on free ports until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "yunjian", "demo", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "YUNJIAN_VAR": str(var)})
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(f"{base}/healthz"):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the demo did not start")
            time.sleep(0.5)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def answers(url: str) -> bool:
    """Tell whether an address answers."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


class Desk:
    """A PC whose user signs in."""

    def __init__(self, browser: Browser, base: str, password: str, var: Path) -> None:
        self.browser, self.base, self.password, self.var = browser, base, password, var
        self.pictured = False  # the sign-in page, once

    def signed_in(self, username: str) -> Page:
        """Return a page of a signed-in account."""
        page = self.browser.new_context(
            viewport=PC,  # type: ignore[arg-type]
            locale="zh-CN",
            base_url=self.base,
        ).new_page()
        page.goto("/signin/")
        if not self.pictured:
            keep(page, "signin")
            self.pictured = True
        page.fill("[name=username]", username)
        page.fill("[name=password]", self.password)
        page.get_by_test_id("signin").click()
        page.wait_for_load_state("networkidle")
        if page.locator("[name=token]").count():
            if not (TARGET / "signin-code.png").exists():
                keep(page, "signin-code")
            page.fill("[name=token]", self.code(username))
            page.get_by_test_id("signin-step").click()
            page.wait_for_load_state("networkidle")
        return page

    def code(self, username: str) -> str:
        """Return what the authenticator of an account shows."""
        command = [sys.executable, "-m", "yunjian", "demo-code", username]
        environment = {**os.environ, "YUNJIAN_VAR": str(self.var)}
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def keep(page: Page, name: str) -> None:
    """Write the picture of a page, small enough for a repository."""
    page.wait_for_load_state("networkidle")
    with Image.open(BytesIO(page.screenshot())) as shot:
        picture = shot.convert("RGB")
        picture.quantize(COLOURS).save(TARGET / f"{name}.png", optimize=True)


def at(page: Page, path: str, name: str) -> None:
    """Open a page and keep its picture."""
    page.goto(path)
    keep(page, name)


def certificate_pictures(desk: Desk, var: Path) -> None:
    """Signing in with a certificate, and the registration of an agency that is new."""
    keys = json.loads((var / "demo-keys" / "keys.json").read_text(encoding="utf-8"))
    page = desk.browser.new_context(
        viewport=PC,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=desk.base,
    ).new_page()
    page.goto("/certificate/")
    page.locator("#certificate-choice:enabled").wait_for()
    keep(page, "signin-certificate")
    page.get_by_test_id("certificate-choice").select_option("demo-c")
    page.get_by_test_id("certificate-pin").fill(keys[0]["pin"])
    page.get_by_test_id("certificate-submit").click()
    page.wait_for_url("**/register/")
    keep(page, "agency-register")


def source_pictures(page: Page) -> None:
    """The discharger's pages."""
    at(page, "/source/sources/", "source-list")
    for title, name in (
        ("编辑", "source-edit"),
        ("定位", "source-location"),
        ("历史", "source-history"),
    ):
        page.get_by_title(title, exact=True).first.click()
        page.locator("#dialog.show").wait_for()
        keep(page, name)
        page.locator("#dialog .btn-close").click()
        page.locator("#dialog.show").wait_for(state="hidden")
    page.get_by_test_id("outlets-link").first.click()
    page.wait_for_load_state("networkidle")
    keep(page, "source-outlets")
    for link, name in (("outlet-detail-DW001", "source-outlet"), ("point-detail", "source-point")):
        page.get_by_test_id(link).click()
        page.locator("#dialog.show").wait_for()
        keep(page, name)
        page.locator("#dialog .btn-close").click()
        page.locator("#dialog.show").wait_for(state="hidden")
    page.get_by_test_id("filing-new").click()
    page.locator("#dialog :focus").wait_for()
    keep(page, "source-filing")
    at(page, "/source/instruments/", "source-instruments")
    page.get_by_test_id("filing-view").first.click()
    page.locator("#dialog.show").wait_for()
    keep(page, "source-instrument")
    at(page, "/source/instruments/follow-ups/", "source-follow-ups")
    at(page, "/source/instruments/import/", "source-import")
    at(page, "/source/visits/", "source-visits")


def agency_pictures(page: Page) -> None:
    """The agency's pages."""
    at(page, "/agency/", "agency-home")
    at(page, "/agency/people/", "agency-people")
    at(page, "/agency/tasks/", "agency-tasks")
    page.goto("/agency/plans/")
    page.locator("table a").first.click()
    keep(page, "agency-plan")


def look(page: Page) -> None:
    """Open the first row of a list."""
    page.locator("tbody").get_by_role("link", name="查看").first.click()
    page.wait_for_load_state("networkidle")


def year_pictures(page: Page) -> None:
    """The year of an agency: its plan, a training, the people, a supervision, and closing it."""
    page.goto("/agency/years/")
    keep(page, "agency-year")
    here = page.url.removesuffix("plans/")
    look(page)
    keep(page, "agency-training-plan")
    page.goto(f"{here}trainings/?state=held")
    look(page)
    keep(page, "agency-training")
    page.get_by_test_id("training-evaluate").click()
    page.locator("#dialog :focus").wait_for()
    keep(page, "agency-training-evaluation")
    at(page, f"{here}people/", "agency-year-people")
    page.get_by_test_id("year-close").click()
    page.locator("#dialog :focus").wait_for()
    keep(page, "agency-year-close")
    page.goto(f"{here}supervisions/?state=rectifying")
    look(page)
    keep(page, "agency-supervision")


def document_pictures(page: Page) -> None:
    """What an agency keeps written down, one of it, and what is missing."""
    at(page, "/agency/documents/", "agency-documents")
    page.locator("tbody a").first.click()
    keep(page, "agency-document")
    at(page, "/agency/documents/coverage/", "agency-documents-missing")


def report_pictures(page: Page) -> None:
    """The reports of an agency, and one that was accepted."""
    at(page, "/agency/reports/", "agency-reports")
    page.get_by_test_id("report-row").get_by_role("link").first.click()
    keep(page, "agency-report")


SYSTEM_PAGES = {
    "/system/": ("organizations", "roles", "dictionaries", "notices", "jobs", "service"),
    "/system/accounts/": ("accounts", "sessions", "signins"),
    "/system/events/": ("events",),
}


def accounts_pictures(page: Page) -> None:
    """The accounts of an organisation, and one's own."""
    at(page, "/accounts/", "accounts")
    at(page, "/account/", "account")


def supervision_pictures(page: Page) -> None:
    """The authority's pages."""
    at(page, "/supervision/", "supervision-workbench")
    at(page, "/supervision/permissions/", "supervision-permissions")
    at(page, "/supervision/filings/", "supervision-filings")
    page.get_by_test_id("filing-open").first.click()
    keep(page, "supervision-filing")
    at(page, "/supervision/filings/?tab=renewals", "supervision-renewals")
    at(page, "/supervision/visits/?state=confirmed", "supervision-ledger")
    page.get_by_test_id("visit-open").first.click()
    keep(page, "supervision-visit")
    page.get_by_test_id("visit-verify").click()
    page.locator("#dialog.show").wait_for()
    keep(page, "supervision-verify")


def rule_pictures(page: Page) -> None:
    """What the rule administrator works with."""
    at(page, "/supervision/rules/", "supervision-rules")
    at(page, "/supervision/rules/hj75-2017/?tab=limits", "supervision-limits")
    at(page, "/supervision/rules/what-if/?kind=flue_gas&on=2026-12-01", "supervision-what-if")
    at(page, "/supervision/sheets/", "supervision-sheets")
    page.locator("tr", has_text="hj75-g4").get_by_role("button", name="复制修改").click()
    page.get_by_test_id("design-begin").click()
    page.get_by_test_id("design").wait_for()
    page.locator(".yj-outline a", has_text="零点漂移").click()
    page.get_by_test_id("trial").wait_for()
    keep(page, "supervision-sheet-editor")


def desk_pictures(page: Page) -> None:
    """The sheets of the visit that the phone began, at the desk."""
    page.goto("/agency/visits/?state=in_progress")
    page.get_by_test_id("visit-open").first.click()
    page.get_by_test_id("visit-fill").click()
    page.get_by_test_id("fill").wait_for()
    keep(page, "agency-fill")


def phone(browser: Browser, base: str) -> Page:
    """Return a page of a phone in WeChat."""
    return browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        device_scale_factor=1.5,
        is_mobile=True,
        has_touch=True,
        user_agent=WECHAT,
        locale="zh-CN",
        base_url=base,
        geolocation={"longitude": 121.47, "latitude": 31.23, "accuracy": 10},
        permissions=["geolocation"],
    ).new_page()


def phone_pictures(browser: Browser, base: str, wechat_user: str) -> None:
    """The engineer's phone."""
    page = phone(browser, base)
    page.goto("/h5/")
    page.get_by_role("link", name="林女士").click()
    page.get_by_test_id("bind-username").wait_for()
    keep(page, "phone-bind")
    page.context.clear_cookies()
    page.goto("/h5/")
    page.get_by_role("link", name=wechat_user).or_(
        page.get_by_role("button", name=wechat_user)
    ).click()
    page.get_by_test_id("open-maintenance").wait_for()
    keep(page, "phone-home")
    page.goto("/h5/#/me/bindings")
    page.get_by_test_id("bind-another").wait_for()
    keep(page, "phone-bindings")
    page.goto("/h5/#/work")
    page.get_by_test_id("open-maintenance").click()
    page.get_by_test_id("tab-upcoming").wait_for()
    keep(page, "phone-tasks")
    if not page.locator("[data-testid^=task-]").count():
        page.get_by_test_id("tab-upcoming").click()
    page.locator("[data-testid^=task-]").first.click()
    page.get_by_test_id("photo-input").set_input_files(
        [{"name": "p.png", "mimeType": "image/png", "buffer": small_picture()}]
    )
    page.locator(".photos img").wait_for()
    keep(page, "phone-sign-in")
    page.get_by_test_id("sign-in-button").click()
    sure = page.get_by_role("button", name="确定")
    page.get_by_test_id("submit-visit").or_(sure).first.wait_for()
    if sure.is_visible():
        sure.click()
        sure.wait_for(state="hidden")
    page.get_by_test_id("submit-visit").wait_for()
    page.locator(".van-toast").wait_for(state="hidden")
    keep(page, "phone-task")
    page.locator("[data-testid^=sheet-open-]").first.click()
    page.get_by_test_id("section-measured").click()
    box = page.get_by_test_id("field-measured-room_temperature").locator("input")
    box.fill("33")
    page.get_by_test_id("field-measured-room_temperature-verdict").wait_for()
    keep(page, "phone-sheet")


def supervised_pictures(browser: Browser, base: str, password: str) -> None:
    """An engineer's phone with a supervision to answer: signed in with name and password."""
    page = phone(browser, base)
    page.goto("/signin/?next=/h5/")
    page.fill("[name=username]", "yw01-01")  # who is supervised in the city
    page.fill("[name=password]", password)
    page.get_by_test_id("signin").click()
    page.wait_for_load_state("networkidle")
    page.goto("/h5/#/supervisions")
    waiting = page.locator("[data-testid^=supervision-]", has_text="待确认").first
    waiting.wait_for()
    keep(page, "phone-supervisions")
    waiting.click()
    page.get_by_test_id("supervision-answer").wait_for()
    keep(page, "phone-supervision")
    page.get_by_test_id("supervision-answer").click()
    page.get_by_test_id("decision-appeal").click()
    page.locator("canvas").wait_for()
    page.get_by_test_id("answer-text").locator("textarea").fill("标签在背面，见第二张照片")
    keep(page, "phone-supervision-appeal")


def small_picture() -> bytes:
    """Return a picture to sign in with."""
    out = BytesIO()
    Image.new("RGB", (320, 240), (120, 150, 170)).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
