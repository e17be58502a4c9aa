"""Signing in on a PC: right, wrong, too often, expired, closed, and out again."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from tests.support.world import World, current_code
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, AccountSession, SecondFactor, SignInAttempt
from yunjian.identity.services.accounts import account_open
from yunjian.identity.services.second_factor import code_now
from yunjian.kernel import clock
from yunjian.kernel.clock import now

pytestmark = pytest.mark.reads_all_rows

PAGE = "/signin/"
CODE_PAGE = "/signin/code/"
CHANGE_PAGE = "/signin/password/"
ENROL_PAGE = "/signin/authenticator/"
NEW_PASSWORD = "another-long-one-77"


def type_password(client: Client, username: str, password: str, **more: str) -> str:
    """Type account and password; return where it leads."""
    answer = client.post(PAGE, {"username": username, "password": password, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["location"])


@pytest.mark.parametrize(("username", "portal"), [("factory", "/source/"), ("agency", "/agency/")])
def test_each_kind_of_account_gets_to_its_own_portal(
    world: World, username: str, portal: str
) -> None:
    assert type_password(Client(), username, world.password) == portal
    assert Event.unscoped().filter(verb="session.opened").count() == 1
    attempt = SignInAttempt.objects.get()
    assert (attempt.username, attempt.outcome, attempt.address) == (username, "opened", "127.0.0.1")


def test_an_authority_gives_a_code_after_the_password(world: World) -> None:
    client = Client()
    assert type_password(client, "bureau", world.password, next="/supervision/visits/") == CODE_PAGE
    assert client.get("/supervision/").status_code == 302  # not in yet
    wrong = client.post(CODE_PAGE, {"token": "000000"})
    assert (wrong.status_code, "动态口令不正确" in wrong.content.decode()) == (422, True)
    right = client.post(CODE_PAGE, {"token": current_code(world.reviewer)})
    assert right.headers["location"] == "/supervision/visits/"
    assert client.get("/supervision/").status_code == 200
    outcomes = list(SignInAttempt.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["wrong_code", "opened"]


def test_an_authority_without_an_authenticator_sets_one_up_first(world: World) -> None:
    SecondFactor.objects.all().delete()
    client = Client()
    assert type_password(client, "bureau", world.password) == ENROL_PAGE
    page = client.get(ENROL_PAGE).content.decode()
    assert "data:image/svg+xml" in page
    secret = page.split('data-testid="totp-secret">')[1].split("<")[0].replace(" ", "")
    assert client.get(ENROL_PAGE).content.decode().count(secret[:4]) >= 1  # the same again
    assert client.get("/supervision/").status_code == 302
    refused = client.post(ENROL_PAGE, {"token": "000000"})
    assert refused.status_code == 422
    answer = client.post(ENROL_PAGE, {"token": code_now(secret)})
    assert "请保存备用码" in answer.content.decode()
    assert client.get("/supervision/").status_code == 200
    assert SecondFactor.objects.filter(account=world.reviewer).exists()


def test_the_others_may_have_one_and_are_then_asked(world: World) -> None:
    SecondFactor.objects.create(
        account=world.agency_manager,
        secret=SecondFactor.objects.get(account=world.reviewer).secret,
    )
    client = Client()
    assert type_password(client, "agency", world.password) == CODE_PAGE
    answer = client.post(CODE_PAGE, {"token": current_code(world.agency_manager)})
    assert answer.headers["location"] == "/agency/"


def test_a_step_cannot_be_skipped_or_taken_late(world: World) -> None:
    client = Client()
    for page in (CODE_PAGE, CHANGE_PAGE, ENROL_PAGE):
        assert client.get(page).headers["location"] == PAGE
    type_password(client, "bureau", world.password)
    assert client.get(ENROL_PAGE).headers["location"] == CODE_PAGE
    with clock.at(now() + timedelta(minutes=11)):
        late = client.post(CODE_PAGE, {"token": current_code(world.reviewer)})
        assert late.headers["location"] == PAGE


def test_a_one_time_password_opens_nothing_but_its_own_change(world: World) -> None:
    with acting_as(world.actor(world.agency_manager)) as actor:
        account, password = account_open(
            actor=actor,
            organization=world.agency,
            username="newcomer",
            display_name="新人",
            roles=["engineer"],
        )
    client = Client()
    assert type_password(client, "newcomer", password) == CHANGE_PAGE
    assert client.get("/agency/").status_code == 302
    weak = client.post(CHANGE_PAGE, {"new": "short", "again": "short"})
    assert "密码至少 10 位" in weak.content.decode()
    same = client.post(CHANGE_PAGE, {"new": password, "again": password})
    assert "新密码不能与当前密码相同" in same.content.decode()
    other = client.post(CHANGE_PAGE, {"new": NEW_PASSWORD, "again": "something-else-77"})
    assert "两次输入的密码不一致" in other.content.decode()
    answer = client.post(CHANGE_PAGE, {"new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert answer.headers["location"] == "/agency/"
    assert client.get("/agency/").status_code == 200
    account.refresh_from_db()
    assert account.check_password(NEW_PASSWORD)


def test_a_one_time_password_that_lies_about_expires(world: World) -> None:
    with acting_as(system_actor("test")) as actor:
        _account, password = account_open(
            actor=actor, organization=world.agency, username="newcomer", display_name="新人"
        )
    with clock.at(now() + timedelta(hours=73)):
        answer = Client().post(PAGE, {"username": "newcomer", "password": password})
    assert (answer.status_code, "初始密码已过期" in answer.content.decode()) == (403, True)


def test_an_old_password_has_to_be_changed(world: World) -> None:
    Account.objects.update(password_set_at=now() - timedelta(days=181))
    assert type_password(Client(), "factory", world.password) == CHANGE_PAGE
    with override_settings(PASSWORD_MAX_AGE_DAYS=0):
        assert type_password(Client(), "factory", world.password) == "/source/"


def test_a_wrong_password_says_so_and_keeps_the_account(world: World) -> None:
    answer = Client().post(PAGE, {"username": "factory", "password": "not-this-one"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "账号或密码不正确，请重新输入" in page
    assert 'value="factory"' in page
    assert "not-this-one" not in page
    attempt = SignInAttempt.objects.get()
    assert (attempt.outcome, attempt.account) == ("wrong", world.discharger_owner)


def test_an_unknown_account_gets_the_same_answer(world: World) -> None:
    answer = Client().post(PAGE, {"username": "nobody", "password": "not-this-one"})
    assert (answer.status_code, "账号或密码不正确" in answer.content.decode()) == (422, True)
    assert SignInAttempt.objects.get().account is None


def test_empty_fields_are_named(world: World) -> None:
    page = Client().post(PAGE, {}).content.decode()
    assert "请输入账号" in page
    assert "请输入密码" in page


@pytest.mark.parametrize("status", ["locked", "banned", "cancelled"])
def test_people_of_a_closed_organisation_are_told_why(world: World, status: str) -> None:
    client = world.client(world.agency_manager)
    world.agency.status, world.agency.status_reason = status, "连续两个周期未开展业务"
    with acting_as(system_actor("test")):
        world.agency.save()
    assert client.get("/agency/").status_code == 302
    wrong = Client().post(PAGE, {"username": "agency", "password": "not-this-one"})
    assert "未开展业务" not in wrong.content.decode()
    answer = Client().post(PAGE, {"username": "agency", "password": world.password})
    assert (answer.status_code, "连续两个周期未开展业务" in answer.content.decode()) == (403, True)


def test_an_expired_session_leads_to_sign_in_and_back(world: World) -> None:
    client = Client()
    requested = client.get("/agency/plans/")
    assert requested.status_code == 302
    page = client.get(requested.headers["location"])
    assert "登录已过期或尚未登录" in page.content.decode()
    assert (
        type_password(client, "agency", world.password, next="/agency/plans/") == "/agency/plans/"
    )


def test_the_way_back_never_leaves_the_site(world: World) -> None:
    evil = "https://evil.example/"
    assert type_password(Client(), "agency", world.password, next=evil) == "/agency/"


def test_signing_out_ends_the_session(world: World) -> None:
    client = world.client(world.agency_manager)
    assert client.post("/signout/").headers["location"] == PAGE
    assert client.get("/agency/").status_code == 302
    assert AccountSession.objects.get().ended_why == "signed_out"


def test_a_closed_account_gets_in_no_more(world: World) -> None:
    client = world.client(world.agency_manager)
    world.agency_manager.is_active = False
    world.agency_manager.save(update_fields=["is_active"])
    assert client.get("/agency/").status_code == 302
    answer = Client().post(PAGE, {"username": "agency", "password": world.password})
    assert (answer.status_code, "该账号已停用" in answer.content.decode()) == (403, True)
