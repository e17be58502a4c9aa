"""Pages of reports and credit information on narrow screens, with names as long as they may be."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import ARGON2, desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.isolation.city import City, build_city
from tests.support.serving import Served
from tests.support.world import PASSWORD
from tests.verification.conftest import report_desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.models import Account
from yunjian.kernel.clock import today
from yunjian.sources.models import MonitoringPoint

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180), pytest.mark.reads_all_rows]

WIDTHS = (390, 320)
TABS = ("basics", "instruments", "tests", "originals", "signing", "history")
LONG_NAME = "废水总排口总磷总氮在线自动监测站（含备用仪器及质控单元）" * 2
LONG_NUMBER = "BD-2026-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789"
# what stands outside of the screen and cannot be scrolled to in a box of its own
OUTSIDE = """() => {
  const boxed = (element) => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
      if (getComputedStyle(one).overflowX !== "visible") return true;
    return false;
  };
  const shown = [...document.querySelectorAll("main *, header *")].filter(
    (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden"));
  const outside = shown.filter(
    (one) => one.getBoundingClientRect().right > innerWidth + 1 && !boxed(one));
  return [document.documentElement.scrollWidth > innerWidth ? "the page scrolls sideways" : "",
    ...outside.map((one) => one.outerHTML.slice(0, 80))].filter(Boolean).slice(0, 3);
}"""


@pytest.fixture
def city(transactional_db: None) -> City:
    """The city with one row of everything, and a draft of a report."""
    city = build_city()
    with acting_as(system_actor("test")):
        MonitoringPoint.unscoped().filter(pk=city.flue_gas_point.pk).update(name=LONG_NAME)
        city.rows["draft"] = report_desk(city).complete(number=LONG_NUMBER)
        with override_settings(PASSWORD_HASHERS=ARGON2):
            Account.objects.update(password=make_password(PASSWORD))
    return city


def test_no_page_of_reports_and_credit_information_scrolls_sideways(
    browser: Browser, server: Served, city: City
) -> None:
    problems: list[str] = []
    for username, addresses in _pages(city).items():
        with desk(browser) as page:
            sign_in(page, server, username)
            for address in addresses:
                page.set_viewport_size({"width": WIDTHS[0], "height": 640})
                answer = page.goto(f"{server.base}{address}")
                assert answer is not None
                assert answer.status == 200, address
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 640})
                    problems += [f"{address} at {width}: {one}" for one in _outside(page)]
    assert not problems, "\n".join(problems)


def test_the_menu_and_a_form_are_in_reach_on_a_narrow_screen(
    browser: Browser, server: Served, city: City
) -> None:
    with desk(browser) as page:
        sign_in(page, server, "agency")
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"{server.base}/agency/reports/{city.rows['draft'].pk}/")
        page.get_by_test_id("menu-open").click()
        page.locator("#menu").get_by_role("link", name="上传报告").click()
        page.wait_for_url(f"{server.base}/agency/reports/")
        page.get_by_test_id("number-pattern").click()
        dialog = opened_dialog(page).locator(".modal-content")
        box, save = dialog.bounding_box(), dialog.get_by_test_id("form-save").bounding_box()
    assert box is not None
    assert save is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert save["y"] + save["height"] <= 640


def _outside(page: Page) -> list[str]:
    problems: list[str] = page.evaluate(OUTSIDE)
    return problems


def _pages(city: City) -> dict[str, list[str]]:
    """Return the addresses that somebody looks at, by user name."""
    signed, draft = city.key("verification.report"), city.rows["draft"].pk
    year = today().year
    return {
        "agency": [
            "/agency/reports/",
            "/agency/reports/corrections/?state=",
            *(f"/agency/reports/{draft}/?tab={tab}" for tab in TABS),
            f"/agency/reports/{draft}/tests/gas/?parameter=SO2",
            "/agency/documents/",
            "/agency/documents/coverage/",
            "/agency/readings/",
            f"/agency/documents/{city.key('credit.document')}/",
            *(
                f"/agency/years/{year}/{tab}/"
                for tab in ("plans", "trainings", "supervisions", "people")
            ),
            f"/agency/years/{year}/people/{city.engineer_person.pk}/",
            f"/agency/trainings/plans/{city.key('credit.trainingplan')}/",
            f"/agency/trainings/{city.key('credit.trainingsession')}/",
            f"/agency/supervisions/{city.key('credit.supervision')}/",
        ],
        "bureau": [
            "/supervision/reports/",
            "/supervision/reports/corrections/?state=",
            "/supervision/report-exceptions/",
            f"/supervision/reports/{signed}/",
            f"/supervision/reports/{signed}/?tab=signing",
            "/supervision/years/",
            "/supervision/documents/",
            "/supervision/report-forms/",
            "/supervision/report-forms/hj75-verification@1/",
            f"/check/reports/{signed}/",
        ],
        "factory": ["/source/reports/", f"/source/reports/{signed}/"],
    }
