"""An agency signs in with its certificate in a real browser: SM2 and RSA, keys beside the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django import Settings

from tests.e2e.conftest import desk
from tests.e2e.hands import fill_form
from tests.support.certificate_desk import load_lists, trusting
from tests.support.pki import NAME, USCC, Pki
from tests.support.serving import Served, served
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.models import OrganizationCertificate
from yunjian.certificates.simulator import Drawer, SoftKey, run_in_thread
from yunjian.certificates.simulator.authority import Algorithm, Issued
from yunjian.evidence.services import verify_log
from yunjian.identity.models import Account, Organization

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240), pytest.mark.reads_all_rows]

PIN = "402317"
PASSWORD = "glad-otter-7731"


@dataclass
class Office:
    """A running Yunjian that trusts an authority, and a program that holds its keys."""

    server: Served
    pki: Pki
    drawer: Drawer

    def plug_in(self, title: str, issued: Issued) -> None:
        """Put a key in, and no other."""
        self.drawer.keys.clear()
        key = SoftKey("container-1", title, issued.certificate, issued.key, PIN)
        self.drawer.keys[key.container] = key


@contextmanager
def office(folder: Path, settings: Settings, algorithm: Algorithm) -> Iterator[Office]:
    """Run everything; the lists are read by the job's own service."""
    pki = Pki(algorithm, folder / "pki")
    var = folder / "var"
    trusting(settings, var / "certificates", pki.root, pki.issuing)
    load_lists(var / "certificates", [pki.fresh(pki.root), pki.fresh(pki.issuing)])
    origins: list[str] = []
    drawer = Drawer()
    with run_in_thread(drawer, origins) as keys:
        more = {"YUNJIAN_CERTIFICATE_KEY_SERVICE": keys.base}
        with served(var, worker=False, more=more) as running:
            origins.append(running.base)
            yield Office(running, pki, drawer)


@pytest.mark.parametrize("algorithm", ["sm2", "rsa"])
def test_an_agency_registers_and_signs_in_with_its_key(
    browser: Browser, city: World, settings: Settings, tmp_path: Path, algorithm: Algorithm
) -> None:
    with office(tmp_path, settings, algorithm) as place, desk(browser) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(_said(request, place.server)))
        place.plug_in(NAME, place.pki.leaf)
        _open(page, place.server)
        _wrong_pin(page)
        _sign_in(page)
        _register(page)
        _sign_out(page)
        _open(page, place.server)
        _sign_in(page)
        page.wait_for_url("**/agency/")
        _sign_out(page)
        _renewed(page, place)
        _revoked(page, place)
        assert not any(PIN in text for text in sent)
    assert Organization.unscoped().get(uscc=USCC).name == NAME
    assert Account.objects.get(username="haiyan").organization.uscc == USCC
    assert OrganizationCertificate.unscoped().count() == 2
    with acting_as(system_actor("test")):
        assert not verify_log().broken


def test_without_the_client_the_page_says_what_to_do(
    browser: Browser, city: World, settings: Settings, tmp_path: Path
) -> None:
    with office(tmp_path, settings, "sm2") as place, desk(browser) as page:
        _open(page, place.server)
        expect(page.get_by_test_id("certificate-state")).to_contain_text("请插入法人一证通介质")
        expect(page.get_by_test_id("certificate-submit")).to_be_disabled()
        page.route("**/SOF_GetUserList", lambda route: route.abort())
        page.get_by_test_id("certificate-again").click()
        expect(page.get_by_test_id("certificate-state")).to_contain_text("没有连接到证书客户端")


def _said(request: Request, server: Served) -> str:
    """Return what a request tells our server."""
    return f"{request.url} {request.post_data or ''}" if request.url.startswith(server.base) else ""


def _open(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/signin/")
    page.get_by_test_id("method-certificate").click()


def _sign_in(page: Page) -> None:
    expect(page.get_by_test_id("certificate-choice")).to_be_enabled()
    page.get_by_test_id("certificate-pin").fill(PIN)
    page.get_by_test_id("certificate-submit").click()


def _wrong_pin(page: Page) -> None:
    expect(page.get_by_test_id("certificate-choice")).to_have_text(NAME)
    page.get_by_test_id("certificate-pin").fill("000000")
    page.get_by_test_id("certificate-submit").click()
    expect(page.get_by_test_id("certificate-error")).to_contain_text("还可以再试 5 次")


def _register(page: Page) -> None:
    page.wait_for_url("**/certificate/register/")
    expect(page.get_by_test_id("register-name")).to_have_text(NAME)
    expect(page.get_by_test_id("register-uscc")).to_have_text(USCC)
    fill_form(
        page.locator("form"),
        {
            "legal_representative": "赵明远",
            "district": "310115",
            "address": "上海市浦东新区试验路 8 号",
            "contact_name": "钱学礼",
            "contact_phone": "13800001234",
            "username": "haiyan",
            "password": PASSWORD,
            "password_again": PASSWORD,
        },
    )
    page.get_by_test_id("register-submit").click()
    expect(page.get_by_role("alert")).to_contain_text("已填写的都还在")
    expect(page.locator("[name=address]")).to_have_value("上海市浦东新区试验路 8 号")
    fill_form(page.locator("form"), {"password": PASSWORD, "password_again": PASSWORD})
    page.locator("[name=agreed]").check()
    page.get_by_test_id("register-submit").click()
    page.wait_for_url("**/agency/")
    expect(page.locator(".toast").first).to_contain_text("注册成功")
    expect(page.locator(".yj-top-organization")).to_have_text(NAME)


def _sign_out(page: Page) -> None:
    page.get_by_test_id("account-menu").click()
    page.get_by_test_id("signout").click()
    page.wait_for_url("**/signin/**")


def _renewed(page: Page, place: Office) -> None:
    place.plug_in("更新后的证书", place.pki.issue())
    _open(page, place.server)
    _sign_in(page)
    page.wait_for_url("**/agency/")
    _sign_out(page)


def _revoked(page: Page, place: Office) -> None:
    gone = place.pki.issue()
    place.pki.issuing.revoke(gone)
    lists = place.server.environment["YUNJIAN_VAR"]
    load_lists(
        Path(lists) / "certificates",
        [place.pki.fresh(place.pki.root), place.pki.fresh(place.pki.issuing)],
    )
    place.plug_in("吊销的证书", gone)
    _open(page, place.server)
    _sign_in(page)
    expect(page.get_by_test_id("certificate-error")).to_contain_text("证书已被吊销")
