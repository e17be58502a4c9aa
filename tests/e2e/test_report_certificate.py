"""An owner signs a report with the agency's key in a real browser, SM2, the key beside the page."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django import Settings

from tests.e2e.conftest import ARGON2, desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.e2e.test_certificate import PIN, Office, office
from tests.support.pki import NAME, OTHER_USCC, USCC, with_uscc
from tests.support.world import PASSWORD, World
from tests.verification.conftest import report_desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services import verify_log
from yunjian.identity.models import Account, Organization
from yunjian.verification.models import Report, ReportSignature

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.reads_all_rows]


def test_the_owner_signs_a_report_with_the_key_of_the_agency(
    browser: Browser, city: World, settings: Settings, tmp_path: Path
) -> None:
    # given
    report = _checked(city)
    with office(tmp_path, settings, "sm2") as place, desk(browser) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(_said(request, place)))
        sign_in(page, place.server, "boss")

        # when: a wrong PIN, the key of somebody else, then the right one
        place.plug_in("别家单位", place.pki.issue(extensions=with_uscc(OTHER_USCC)))
        _open(page, place, report)
        _sign(page, "000000")
        expect(page.get_by_test_id("certificate-error")).to_contain_text("还可以再试 5 次")
        _sign(page, PIN)
        expect(page.get_by_role("alert").filter(has_text="不是本单位的证书")).to_be_visible()
        place.plug_in(NAME, place.pki.leaf)
        page.get_by_test_id("certificate-again").click()
        _sign(page, PIN)

        # then
        expect(page.locator(".toast").first).to_contain_text("已签字提交")
        expect(page.get_by_test_id("certificate-signature")).to_contain_text(USCC)
        assert not any(PIN in text for text in sent)
    with acting_as(system_actor("test")):
        row = ReportSignature.unscoped().get(report=report)
        report = Report.unscoped().get(pk=report.pk)
        assert report.content_digest in row.signed_text
        assert (report.state, report.signature_id) == ("submitted", None)
        assert not verify_log().broken


def _checked(city: World) -> Report:
    """Return a checked report of an agency whose code is that of the key."""
    people = report_desk(city)
    report = people.checked()
    with override_settings(PASSWORD_HASHERS=ARGON2), acting_as(system_actor("test")):
        Account.objects.filter(username="boss").update(password=make_password(PASSWORD))
        Organization.unscoped().filter(pk=city.agency.pk).update(uscc=USCC)
    return report


def _said(request: Request, place: Office) -> str:
    """Return what a request tells our server."""
    if not request.url.startswith(place.server.base):
        return ""
    return f"{request.url} {request.post_data_buffer or b''!r}"


def _open(page: Page, place: Office, report: Report) -> None:
    page.goto(f"{place.server.base}/agency/reports/{report.pk}/")
    page.get_by_test_id("report-sign").click()
    opened_dialog(page)


def _sign(page: Page, pin: str) -> None:
    expect(page.get_by_test_id("certificate-choice")).to_be_enabled()
    page.get_by_test_id("certificate-pin").fill(pin)
    page.get_by_test_id("certificate-sign").click()
