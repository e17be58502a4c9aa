"""A real server on the test database, and real browsers to use it with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from scripts.find_chromium import find_chromium
from tests.support.serving import Served, let_run, served
from tests.support.world import PASSWORD, World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services.log import LOG_LOCK
from yunjian.identity.models import Account

ARGON2 = ["yunjian.identity.hashers.Argon2Hasher"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WECHAT_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
)
AT_THE_POINT = {"longitude": 121.6004, "latitude": 31.2002, "accuracy": 12.0}
PATIENCE_MS = 20_000
JOB_SECONDS = 60.0
VIOLATION = "content policy violated: "
TELL_VIOLATIONS = f"""
document.addEventListener("securitypolicyviolation", (event) => {{
  console.error("{VIOLATION}" + event.violatedDirective + " " + event.blockedURI);
}});
"""
# nobody clicks on a page before its scripts run: until then nothing of it can be seen
HIDE_UNTIL_LOADED = """
const unseen = new CSSStyleSheet();
unseen.replaceSync("html { visibility: hidden !important; }");
document.adoptedStyleSheets.push(unseen);
addEventListener("load", () => {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== unseen);
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; its driver is gone before tests without a browser come."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run scripts/find_chromium.py")
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # the driver runs its own event loop in this thread; Django must not take it for async code
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def _sequencer_goes_on(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the log be written again once the tables were emptied."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


@pytest.fixture
def city(_sequencer_goes_on: None, transactional_db: None) -> World:
    """The small city, committed, with passwords as in production."""
    world = build_world()
    with override_settings(PASSWORD_HASHERS=ARGON2), acting_as(system_actor("test")):
        Account.objects.update(password=make_password(PASSWORD))
    return world


@pytest.fixture(scope="session")
def _shared_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A running Yunjian, which takes seconds to start, for all tests of this process."""
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def server(city: World, _shared_server: Served) -> Iterator[Served]:
    """A running Yunjian with its WeChat simulator, which knows nothing of the tests before."""
    _shared_server.begin_anew()
    yield _shared_server
    _let_jobs_end(_shared_server)


def _let_jobs_end(server: Served) -> None:
    """Start no more jobs and wait for the running ones: the tables are emptied after this."""
    deadline = time.monotonic() + JOB_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
            if cursor.fetchone() == (0,):
                # nor does the sequencer stand in the way of who empties the tables
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOG_LOCK])
                return
        let_run(server.process, seconds=0.05)
    raise TimeoutError("jobs of a test did not end")


def _note_violation(problems: list[str], text: str) -> None:
    """Nothing on any page may break the content policy, which the browser tells."""
    if text.startswith(VIOLATION):
        problems.append(text)


@contextmanager
def _session(browser: Browser, *, moving: bool, **options: object) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        locale="zh-CN",
        reduced_motion="no-preference" if moving else "reduce",
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script(TELL_VIOLATIONS)
    page.add_init_script(HIDE_UNTIL_LOADED)
    page.on("console", lambda message: _note_violation(problems, message.text))
    try:
        yield page
        assert not problems, problems
    finally:
        context.close()


@contextmanager
def desk(browser: Browser, *, moving: bool = False) -> Iterator[Page]:
    """A PC; `moving`: with dialogs that slide and fade, which a test waits for."""
    with _session(browser, moving=moving, viewport={"width": 1440, "height": 900}) as page:
        yield page


@contextmanager
def handset(browser: Browser, *, moving: bool = False) -> Iterator[Page]:
    """A phone in WeChat, standing at the monitoring point; `moving`: as for a PC."""
    with _session(
        browser,
        moving=moving,
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        user_agent=WECHAT_AGENT,
        geolocation=AT_THE_POINT,
        permissions=["geolocation"],
    ) as page:
        yield page
