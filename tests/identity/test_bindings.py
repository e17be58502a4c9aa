"""Bindings to WeChat are credentials: what ends or suspends them, and what they never open."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.world import World, current_code
from yunjian.evidence.models import Event
from yunjian.identity.models import (
    Account,
    AccountSession,
    Organization,
    SecondFactor,
    WechatBinding,
)
from yunjian.identity.services import second_factor as factor
from yunjian.identity.services.accounts import account_reset, password_change
from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.messaging.models import Notification

pytestmark = pytest.mark.reads_all_rows


def phone(openid: str = "openid-of-a-phone") -> Client:
    """Return a browser whose holder WeChat has named."""
    client = Client()
    session = client.session
    session["wechat_openid"] = openid
    session.save()
    return client


def bind(client: Client, account: Account, world: World, token: str = "") -> Any:
    """Bind the identity of a phone, which signs it in."""
    source = account.organization.kind == "discharger"
    body = {
        "system": "source" if source else "supervision",
        "username": account.username,
        "password": world.password,
        "token": token,
    }
    return client.post("/api/v1/bindings", body, content_type="application/json")


def bound(world: World, account: Account, openid: str = "openid-of-a-phone") -> Client:
    """Return a phone that is bound to the account and signed in."""
    client = phone(openid)
    has = SecondFactor.objects.filter(account=account).exists()
    answer = bind(client, account, world, current_code(account) if has else "")
    assert answer.status_code == 201, answer.content.decode()
    return client


def who(client: Client) -> str:
    """Return who is signed in on a phone; empty when nobody is."""
    account = client.get("/api/v1/session").json()["account"]
    return account["name"] if account else ""


def live(account: Account) -> int:
    return WechatBinding.objects.filter(account=account, unbound_at__isnull=True).count()


def test_a_reset_ends_the_bindings(world: World) -> None:
    lost = bound(world, world.engineer)
    assert who(lost) == "李建国"
    account_reset(actor=world.actor(world.agency_manager), account=world.engineer)
    assert (who(lost), live(world.engineer)) == ("", 0)
    assert Event.unscoped().filter(verb="wechat.unbound").count() == 1
    told = Notification.unscoped().get(recipient=world.engineer, kind="wechat.unbound")
    assert "已解除 1 个微信的绑定" in told.body


def test_a_forced_sign_out_ends_the_bindings(world: World) -> None:
    lost = bound(world, world.engineer)
    manager = world.client(world.agency_manager)
    manager.post(f"/accounts/{world.engineer.pk}/sessions/end/")
    assert (who(lost), live(world.engineer)) == ("", 0)
    assert AccountSession.objects.filter(account=world.engineer).get().ended_why == "forced"


def test_the_end_of_a_session_from_wechat_ends_its_binding(
    world: World, operator: Organization
) -> None:
    lost, other = bound(world, world.engineer), bound(world, world.engineer, "openid-of-another")
    row = AccountSession.objects.filter(binding__openid="openid-of-a-phone").get()
    security = world.client(Account.objects.get(username="sec"))
    assert security.post(f"/system/sessions/{row.pk}/end/").status_code == 302
    assert (who(lost), who(other)) == ("", "李建国")
    assert live(world.engineer) == 1


def test_who_ends_all_ones_other_sessions_ends_ones_bindings(world: World) -> None:
    lost, desk = bound(world, world.engineer), world.client(world.engineer)
    assert "结束其他所有登录并解除微信绑定" in desk.get("/account/").content.decode()
    desk.post("/account/sessions/end/")
    assert (who(lost), live(world.engineer)) == ("", 0)
    assert desk.get("/agency/").status_code == 200


def test_a_phone_that_ends_all_others_stays_bound_itself(world: World) -> None:
    mine, lost = bound(world, world.engineer), bound(world, world.engineer, "openid-of-the-lost")
    mine.post("/account/sessions/end/")
    assert (who(mine), who(lost)) == ("李建国", "")
    assert WechatBinding.objects.get(unbound_at__isnull=True).openid == "openid-of-a-phone"


def test_a_pending_change_of_password_suspends_a_binding_at_once(world: World) -> None:
    client = bound(world, world.engineer)
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=True)
    assert who(client) == ""
    assert AccountSession.objects.get().ended_why == "suspended"
    binding, client = WechatBinding.objects.get(), phone()
    answer = client.post(f"/api/v1/bindings/{binding.pk}/switch")
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")
    assert "先在电脑上登录并修改密码" in answer.json()["message"]
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=False)
    assert client.post(f"/api/v1/bindings/{binding.pk}/switch").status_code == 200
    assert who(client) == "李建国"


def test_a_password_that_is_too_old_suspends_a_binding(world: World) -> None:
    client = bound(world, world.engineer)
    day = timedelta(days=1)
    Account.objects.update(password_set_at=now() - 179 * day)
    assert who(client) == "李建国"
    Account.objects.update(password_set_at=now() - 181 * day)
    assert who(client) == ""


@pytest.mark.parametrize(("ticked", "left"), [("on", 0), ("", 1)])
def test_changing_the_password_ends_the_bindings_if_one_wants_it(
    world: World, ticked: str, left: int
) -> None:
    bound(world, world.engineer)
    desk, new = world.client(world.engineer), "another-long-one-77"
    page = desk.get("/account/password/").content.decode()
    assert 'name="unbind"' in page
    assert "checked" in page.split('name="unbind"')[1].split(">")[0]
    values = {"old": world.password, "new": new, "again": new, "unbind": ticked}
    assert desk.post("/account/password/", values).status_code == 302
    assert live(world.engineer) == left


def test_who_has_no_binding_is_not_asked(world: World) -> None:
    page = world.client(world.engineer).get("/account/password/").content.decode()
    assert 'name="unbind"' not in page


def test_a_binding_is_as_strong_as_what_was_proved_with_it(world: World) -> None:
    client = bound(world, world.engineer)
    with clock.at(now() - timedelta(minutes=2)):
        secret = factor.second_factor_offer(account=world.engineer).secret
        factor.second_factor_enroll(
            actor=world.actor(world.engineer),
            account=world.engineer,
            secret=secret,
            token=factor.code_now(secret),
        )
    assert who(client) == ""
    client = phone()
    answer = client.post(f"/api/v1/bindings/{WechatBinding.objects.get().pk}/switch")
    assert "请用密码和动态口令重新绑定微信" in answer.json()["message"]
    assert bind(client, world.engineer, world, factor.code_now(secret)).status_code == 201
    assert who(client) == "李建国"


def test_a_role_that_demands_a_second_factor_suspends_weaker_bindings(
    world: World, settings: Settings
) -> None:
    client = bound(world, world.agency_manager)
    settings.SECOND_FACTOR_ROLES = {"agency": ["engineer"]}
    assert who(client) != ""
    settings.SECOND_FACTOR_ROLES = {"agency": ["manager"]}
    assert who(client) == ""


@pytest.mark.parametrize(
    "page",
    [
        "/supervision/",
        "/source/sources/",
        "/account/",
        "/accounts/",
        "/messages/",
        "/system/roles/",
    ],
)
def test_wechat_never_opens_the_portals_of_an_authority(world: World, page: str) -> None:
    client = bound(world, world.reviewer)
    assert who(client) != ""
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/signin/?next=")
    asked = client.get(answer.headers["location"]).content.decode()
    assert "您正以微信登录，只能使用手机端" in asked
    assert who(client) != ""  # and stays on the phone


def test_wechat_opens_the_portals_of_the_others(world: World) -> None:
    assert bound(world, world.engineer).get("/agency/").status_code == 200


def test_an_administrator_sees_the_bindings_of_an_account_and_ends_one(world: World) -> None:
    lost, kept = bound(world, world.engineer), bound(world, world.engineer, "openid-of-the-kept")
    manager = world.client(world.agency_manager)
    page = manager.get(f"/accounts/{world.engineer.pk}/bindings/").content.decode()
    assert "…hone" in page
    assert "…kept" in page
    assert "openid-of" not in page
    binding = WechatBinding.objects.get(openid="openid-of-a-phone")
    path = f"/accounts/{world.engineer.pk}/bindings/{binding.pk}/end/"
    assert "请填写原因" in manager.post(path, {"reason": " "}).content.decode()
    assert manager.post(path, {"reason": "手机丢失"}).status_code == 302
    assert (who(lost), who(kept)) == ("", "李建国")
    event = Event.unscoped().get(verb="wechat.unbound")
    assert '"reason":"手机丢失"' in event.body
    told = Notification.unscoped().get(recipient=world.engineer, kind="wechat.unbound")
    assert "：手机丢失" in told.body
    assert manager.post(path, {"reason": "再次"}).status_code == 404


def test_nobody_else_sees_or_ends_them(world: World) -> None:
    bound(world, world.engineer)
    binding = WechatBinding.objects.get()
    pages = f"/accounts/{world.engineer.pk}/bindings/"
    stranger, colleague = world.client(world.other_agency_manager), world.client(world.engineer)
    assert stranger.get(pages).status_code == 404
    assert stranger.post(f"{pages}{binding.pk}/end/", {"reason": "x"}).status_code == 404
    assert colleague.get(pages).status_code == 404  # their own are on their own page
    other = WechatBinding.objects.create(
        app_id=binding.app_id, openid="of-the-manager", account=world.agency_manager
    )
    wrong = world.client(world.agency_manager).post(f"{pages}{other.pk}/end/", {"reason": "x"})
    assert wrong.status_code == 404  # another account's
    assert live(world.engineer) == live(world.agency_manager) == 1


def test_one_sees_and_ends_ones_own(world: World) -> None:
    lost, desk = bound(world, world.engineer), world.client(world.engineer)
    page = desk.get("/account/").content.decode()
    assert "…hone" in page
    assert "尚未绑定微信" not in page
    binding = WechatBinding.objects.get()
    assert desk.post(f"/account/bindings/{binding.pk}/end/").status_code == 302
    assert (who(lost), live(world.engineer)) == ("", 0)
    assert "尚未绑定微信" in desk.get("/account/").content.decode()
    assert desk.post(f"/account/bindings/{binding.pk}/end/").status_code == 404


def test_a_change_at_sign_in_lets_the_binding_speak_again(world: World) -> None:
    bound(world, world.engineer)
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=True)
    account = Account.objects.select_related("organization").get(pk=world.engineer.pk)
    password_change(actor=world.actor(account), account=account, new="another-long-one-77")
    assert live(world.engineer) == 1
