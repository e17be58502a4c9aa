"""Accounts in a real browser: set up an authenticator, sign in with it, be signed out by force."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.support.serving import Served
from tests.support.world import World, account_with, give_authenticator
from yunjian.identity.models import Account, Organization
from yunjian.identity.models.accounts import Role
from yunjian.identity.services.second_factor import code_now

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]
NEW_PASSWORD = "my-own-long-password-1"


def test_a_newcomer_is_led_to_a_password_and_an_authenticator_and_signed_out_by_force(
    city: World, server: Served, browser: Browser
) -> None:
    security = _operator_with_security_administrator()
    head = account_with(city.authority, "head", "owner")
    give_authenticator(head)
    Account.objects.filter(pk__in=[head.pk, security.pk]).update(
        password=Account.objects.get(username="bureau").password  # hashed as in production
    )
    with desk(browser) as chief, desk(browser) as newcomer, desk(browser) as guard:
        # the head of the bureau makes an account and hands the password over
        sign_in(chief, server, "head")
        chief.goto(f"{server.base}/accounts/")
        chief.get_by_test_id("account-new").click()
        dialog = opened_dialog(chief)
        dialog.get_by_label("账号").fill("newcomer")
        dialog.get_by_label("姓名").fill("新同事")
        dialog.get_by_label("检查员").check()
        chief.get_by_test_id("form-save").click()
        password = chief.get_by_test_id("one-time-password").inner_text()
        chief.get_by_test_id("handed-over").click()
        expect(chief.locator("table")).to_contain_text("待首次登录")

        # the newcomer: one-time password, own password, authenticator, recovery codes
        newcomer.goto(f"{server.base}/signin/")
        newcomer.get_by_label("账号").fill("newcomer")
        newcomer.get_by_label("密码").fill(password)
        newcomer.get_by_test_id("signin").click()
        newcomer.get_by_label("新密码").fill(NEW_PASSWORD)
        newcomer.get_by_label("再输入一次").fill(NEW_PASSWORD)
        newcomer.get_by_test_id("signin-step").click()
        picture = newcomer.get_by_test_id("totp-qr")
        expect(picture).to_be_visible()
        width = picture.evaluate("image => image.naturalWidth")
        assert width > 100, "the policy of the page refuses the QR code"
        secret = newcomer.get_by_test_id("totp-secret").inner_text().replace(" ", "")
        newcomer.get_by_label("动态口令").fill("000000")
        newcomer.get_by_test_id("signin-step").click()
        expect(newcomer.locator(".invalid-feedback")).to_contain_text("动态口令不正确")
        newcomer.get_by_label("动态口令").fill(code_now(secret))
        newcomer.get_by_test_id("signin-step").click()
        expect(newcomer.get_by_test_id("recovery-codes").locator("li")).to_have_count(10)
        newcomer.get_by_test_id("codes-kept").click()
        expect(newcomer).to_have_url(re.compile("/supervision/"))

        # next time the code is asked
        newcomer.get_by_test_id("account-menu").click()
        newcomer.get_by_test_id("signout").click()
        sign_in(newcomer, server, "newcomer", NEW_PASSWORD)
        expect(newcomer).to_have_url(re.compile("/supervision/"))

        # the security administrator ends the session
        sign_in(guard, server, "sec")
        guard.goto(f"{server.base}/system/sessions/")
        guard.get_by_test_id("signout-newcomer").click()
        expect(guard.get_by_test_id("signout-newcomer")).to_have_count(0)
        newcomer.goto(f"{server.base}/supervision/visits/")
        expect(newcomer.locator(".alert")).to_contain_text("管理员强制下线")
        guard.goto(f"{server.base}/system/signins/")
        expect(guard.locator("table")).to_contain_text("newcomer")


def _operator_with_security_administrator() -> Account:
    operator = Organization.unscoped().create(
        kind="operator", name="试验运营中心", uscc="91310000MA1TEST009"
    )
    account = account_with(operator, "sec", Role.SECURITY_ADMINISTRATOR)
    give_authenticator(account)
    return account
