"""Session, WeChat sign-in and bindings, against the simulator of WeChat over real HTTP."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.world import World, current_code
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, SecondFactor, SignInAttempt, WechatBinding
from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.kernel.encryption import decrypt
from yunjian.messaging.jobs import deliver
from yunjian.messaging.models import Notification
from yunjian.wechat.models import Credential
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread
from yunjian.wechat.simulator.faults import Fault

pytestmark = [pytest.mark.usefixtures("wechat"), pytest.mark.reads_all_rows]


@pytest.fixture
def wechat(settings: Settings) -> Iterator[Simulation]:
    with run_in_thread(SimulatorState("wxsimulator000001", "simulated-secret")) as simulator:
        settings.WECHAT_OPEN_BASE = settings.WECHAT_API_BASE = simulator.base
        settings.WECHAT_APP_ID = simulator.state.app_id
        settings.WECHAT_APP_SECRET = simulator.state.app_secret
        yield simulator


def phone() -> Client:
    return Client(SERVER_NAME="127.0.0.1")


def through_wechat(client: Client, user: str, next_page: str = "/h5/") -> str:
    """Follow the redirects as the WeChat browser does; return where they end."""
    leaving = client.get("/api/v1/wechat/authorize", {"next": next_page})
    address = leaving.headers["location"].partition("#")[0]
    returned = httpx.get(f"{address}&sim_user={quote(user)}")
    assert returned.status_code == 302
    query = parse_qs(urlsplit(returned.headers["location"]).query)
    answer = client.get(
        "/api/v1/wechat/callback", {"code": query["code"][0], "state": query["state"][0]}
    )
    assert answer.status_code == 302
    return str(answer.headers["location"])


def bind(client: Client, account: Account, world: World, system: str = "supervision") -> Any:
    return client.post(
        "/api/v1/bindings",
        {"system": system, "username": account.username, "password": world.password},
        content_type="application/json",
    )


def test_an_unknown_phone_is_told_where_to_go(world: World) -> None:
    facts = phone().get("/api/v1/session").json()
    assert (facts["account"], facts["openid_known"]) == (None, False)
    assert facts["authorize_url"] == "/api/v1/wechat/authorize"


def test_binding_once_signs_in_for_good(world: World) -> None:
    client = phone()
    assert through_wechat(client, "张师傅", "/h5/#/tasks") == "/h5/#/tasks"
    assert client.get("/api/v1/session").json()["openid_known"] is True
    answer = bind(client, world.engineer, world)
    assert answer.status_code == 201
    assert answer.json()["account"]["name"] == "李建国"
    again = phone()
    through_wechat(again, "张师傅")
    assert again.get("/api/v1/session").json()["account"]["name"] == "李建国"
    assert Event.unscoped().filter(verb="wechat.bound").count() == 1


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"password": "wrong-password"}, "password"),
        ({"system": "source"}, "system"),
        ({"system": "other"}, "system"),
        ({"username": " "}, "username"),
    ],
)
def test_a_refused_binding_says_what_is_wrong(
    world: World, changes: dict[str, str], path: str
) -> None:
    client = phone()
    through_wechat(client, "张师傅")
    body = {"system": "supervision", "username": "engineer", "password": world.password}
    answer = client.post("/api/v1/bindings", {**body, **changes}, content_type="application/json")
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]
    assert WechatBinding.objects.count() == 0


def test_one_person_switches_between_accounts_and_unbinds(world: World) -> None:
    client = phone()
    through_wechat(client, "李师傅")
    bind(client, world.engineer, world)
    facts = bind(client, world.discharger_owner, world, "source").json()
    assert facts["account"]["name"] == "周敏"
    other = next(item for item in facts["bindings"] if not item["is_current"])
    facts = client.post(f"/api/v1/bindings/{other['id']}/switch").json()
    assert facts["account"]["name"] == "李建国"
    facts = client.delete(f"/api/v1/bindings/{other['id']}").json()
    assert (facts["account"]["name"], len(facts["bindings"])) == ("周敏", 1)
    facts = client.delete(f"/api/v1/bindings/{facts['bindings'][0]['id']}").json()
    assert (facts["account"], facts["openid_known"]) == (None, True)


def leave(client: Client, next_page: str = "/h5/") -> str:
    """Set out for WeChat; return the state that it is to bring back."""
    leaving = client.get("/api/v1/wechat/authorize", {"next": next_page})
    return parse_qs(urlsplit(leaving.headers["location"]).query)["state"][0]


def arrive(client: Client, **query: str) -> str:
    """Come back from WeChat; return where one is sent."""
    answer = client.get("/api/v1/wechat/callback", query)
    assert answer.status_code == 302
    return str(answer.headers["location"])


def problem_of(location: str) -> str:
    assert location.startswith("/h5/#/bind?")
    return parse_qs(location.partition("?")[2])["problem"][0]


def refusals() -> list[str]:
    return list(Event.unscoped().filter(verb="wechat.refused").values_list("body", flat=True))


def test_a_foreign_state_is_refused_in_words_and_recorded(world: World, wechat: Simulation) -> None:
    client = phone()
    leave(client)
    code = wechat.state.issue_code("张师傅")
    assert problem_of(arrive(client, code=code, state="of-somebody-else")) == "state"
    assert client.get("/api/v1/session").json()["openid_known"] is False
    (body,) = refusals()
    assert '"what":"state"' in body
    assert wechat.state.redeem_code(code)  # it was not even shown to WeChat


def test_a_state_belongs_to_one_session_and_serves_once(world: World, wechat: Simulation) -> None:
    client, other = phone(), phone()
    state = leave(client)
    code = wechat.state.issue_code
    assert problem_of(arrive(other, code=code("张师傅"), state=state)) == "state"
    assert arrive(client, code=code("张师傅"), state=state) == "/h5/"
    assert problem_of(arrive(client, code=code("张师傅"), state=state)) == "state"


def test_a_state_serves_for_ten_minutes(world: World, wechat: Simulation) -> None:
    client = phone()
    state = leave(client, "/h5/#/visits/1")
    with clock.at(now() + timedelta(minutes=11)):
        code = wechat.state.issue_code("张师傅")
        location = arrive(client, code=code, state=state)
    assert problem_of(location) == "state"
    assert parse_qs(location.partition("?")[2])["next"] == ["/visits/1"]


def test_two_messages_opened_at_once_both_arrive(world: World, wechat: Simulation) -> None:
    client = phone()
    first, second = leave(client, "/h5/#/visits/1"), leave(client, "/h5/#/visits/2")
    code = wechat.state.issue_code
    assert arrive(client, code=code("张师傅"), state=second) == "/h5/#/visits/2"
    assert arrive(client, code=code("张师傅"), state=first) == "/h5/#/visits/1"


def test_a_code_that_was_used_is_refused_in_words_and_recorded(
    world: World, wechat: Simulation
) -> None:
    client = phone()
    code = wechat.state.issue_code("张师傅")
    assert arrive(client, code=code, state=leave(client)) == "/h5/"
    assert problem_of(arrive(client, code=code, state=leave(client))) == "code"
    (body,) = refusals()
    assert '"detail":"40163"' in body


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"errcode": -1}, "unreachable"),
        ({"drop": True}, "unreachable"),
        ({"errcode": 40125}, "setup"),
    ],
)
def test_what_wechat_fails_at_is_told_in_words(
    world: World, wechat: Simulation, fault: dict[str, Any], problem: str
) -> None:
    client = phone()
    wechat.state.faults.add(Fault("/sns/oauth2/access_token", **fault))
    code = wechat.state.issue_code("张师傅")
    assert problem_of(arrive(client, code=code, state=leave(client))) == problem
    assert arrive(client, code=code, state=leave(client)) == "/h5/"


def test_who_comes_back_without_a_code_is_told(world: World) -> None:
    client = phone()
    assert problem_of(arrive(client, state=leave(client))) == "no_code"


def test_refusals_by_the_hundred_do_not_fill_the_chain(world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "binding": (3, 86_400)}
    client = phone()
    leave(client)
    for number in range(6):
        arrive(client, code="x", state=f"guess-{number}")
    assert len(refusals()) == 3


def test_the_session_key_changes_when_the_person_is_known(world: World) -> None:
    client = phone()
    leave(client)
    before = client.cookies["yunjian_session"].value
    through_wechat(client, "张师傅")
    assert client.cookies["yunjian_session"].value != before


def test_one_account_of_two_officers_tells_both_of_the_second(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    settings.WECHAT_TEMPLATE_IDS = {"default": "T1"}
    first, second = phone(), phone()
    through_wechat(first, "周厂长")
    bind(first, world.discharger_owner, world, "source")
    through_wechat(second, "林女士")
    facts = bind(second, world.discharger_owner, world, "source").json()
    assert [row["own"] for row in facts["identities"]] == [True, False]
    rows = Notification.unscoped().filter(recipient=world.discharger_owner, kind="wechat.bound")
    assert "现共 2 个" in rows.latest("pk").body
    deliver(notification_ids=[str(rows.latest("pk").pk)])
    assert {sent.name for sent in wechat.state.messages} == {"周厂长", "林女士"}


def test_the_other_officers_wechat_can_be_unbound_from_the_account(world: World) -> None:
    first, second = phone(), phone()
    through_wechat(first, "周厂长")
    bind(first, world.discharger_owner, world, "source")
    through_wechat(second, "林女士")
    facts = bind(second, world.discharger_owner, world, "source").json()
    other = next(row for row in facts["identities"] if not row["own"])
    facts = second.delete(f"/api/v1/bindings/{other['id']}").json()
    assert (facts["account"]["name"], len(facts["identities"])) == ("周敏", 1)
    assert first.get("/api/v1/session").json()["account"] is None  # at once, wherever it lies
    through_wechat(first, "周厂长")
    assert first.get("/api/v1/session").json()["account"] is None
    kinds = Notification.unscoped().values_list("kind", flat=True)
    assert sorted(kinds) == ["wechat.bound", "wechat.bound", "wechat.unbound"]


def test_a_lost_phone_is_unbound_from_the_desk(world: World) -> None:
    lost, desk = phone(), world.client(world.discharger_owner)
    through_wechat(lost, "周厂长")
    bind(lost, world.discharger_owner, world, "source")
    (identity,) = desk.get("/api/v1/session").json()["identities"]
    assert identity["own"] is False
    facts = desk.delete(f"/api/v1/bindings/{identity['id']}").json()
    assert (facts["account"]["name"], facts["identities"]) == ("周敏", [])
    assert lost.get("/api/v1/session").json()["account"] is None


def test_nobody_unbinds_a_stranger(world: World) -> None:
    mine, theirs = phone(), phone()
    through_wechat(mine, "张师傅")
    bind(mine, world.engineer, world)
    through_wechat(theirs, "周厂长")
    bind(theirs, world.discharger_owner, world, "source")
    binding = WechatBinding.objects.get(account=world.engineer)
    for way in ("delete", "post"):
        path = f"/api/v1/bindings/{binding.pk}" + ("/switch" if way == "post" else "")
        assert getattr(theirs, way)(path).status_code == 404
    assert phone().delete(f"/api/v1/bindings/{binding.pk}").status_code == 401


def test_an_account_takes_five_identities(world: World, wechat: Simulation) -> None:
    for name in ("张师傅", "李师傅", "王师傅", "陈经理", "周厂长"):
        client = phone()
        through_wechat(client, name)
        assert bind(client, world.engineer, world).status_code == 201
    assert bind(client, world.engineer, world).status_code == 201  # the same again is no sixth
    sixth = phone()
    through_wechat(sixth, "林女士")
    answer = bind(sixth, world.engineer, world)
    assert answer.status_code == 409
    assert "先解绑" in answer.json()["message"]


def test_binding_asks_for_the_second_factor_where_there_is_one(world: World) -> None:
    account = world.reviewer
    client = phone()
    through_wechat(client, "陈经理")
    body = {"system": "supervision", "username": account.username, "password": world.password}

    def answered(**more: str) -> Any:
        return client.post("/api/v1/bindings", {**body, **more}, content_type="application/json")

    requested = answered()
    assert (requested.status_code, requested.json()["code"]) == (422, "token_required")
    assert requested.json()["errors"][0]["path"] == "token"
    assert answered(token="000000").json()["errors"][0]["path"] == "token"
    assert answered(password="wrong", token=current_code(account)).json()["errors"][0]["path"] == (
        "password"
    )
    assert answered(token=current_code(account)).status_code == 201


def test_what_the_desk_has_to_finish_is_finished_there(world: World) -> None:
    client = phone()
    through_wechat(client, "陈经理")
    SecondFactor.objects.filter(account=world.reviewer).delete()
    answer = bind(client, world.reviewer, world)
    assert (answer.status_code, answer.json()["code"]) == (403, "unfinished")
    assert "动态口令" in answer.json()["message"]
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=True)
    answer = bind(client, world.engineer, world)
    assert (answer.status_code, answer.json()["code"]) == (403, "unfinished")
    assert "修改密码" in answer.json()["message"]


def test_a_phone_that_comes_back_while_its_binding_is_suspended_is_told(world: World) -> None:
    client = phone()
    through_wechat(client, "张师傅")
    bind(client, world.engineer, world)
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=True)
    assert problem_of(through_wechat(phone(), "张师傅")) == "suspended"
    assert SignInAttempt.objects.get(outcome="suspended").account == world.engineer
    Account.objects.filter(pk=world.engineer.pk).update(must_change_password=False)
    assert through_wechat(client, "张师傅") == "/h5/"
    assert client.get("/api/v1/session").json()["account"]["name"] == "李建国"


def test_a_closed_account_neither_binds_nor_comes_in(world: World) -> None:
    client, late = phone(), phone()
    through_wechat(client, "张师傅")
    bind(client, world.engineer, world)
    bind(client, world.discharger_owner, world, "source")
    Account.objects.filter(pk=world.engineer.pk).update(is_active=False)
    through_wechat(late, "李师傅")
    assert bind(late, world.engineer, world).json()["code"] == "closed"
    binding = WechatBinding.objects.get(account=world.engineer)
    answer = client.post(f"/api/v1/bindings/{binding.pk}/switch")
    assert (answer.status_code, answer.json()["code"]) == (403, "closed")
    Account.objects.filter(pk=world.discharger_owner.pk).update(is_active=False)
    assert problem_of(through_wechat(client, "张师傅")) == "closed"
    facts = client.get("/api/v1/session").json()
    assert (facts["account"], facts["openid_known"], len(facts["bindings"])) == (None, True, 2)


def test_binding_is_tried_ten_times_in_ten_minutes(world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "binding": (3, 86_400)}
    client = phone()
    through_wechat(client, "张师傅")
    body = {"system": "supervision", "username": "nobody", "password": "wrong-password"}
    tries = [
        client.post("/api/v1/bindings", body, content_type="application/json").status_code
        for _ in range(4)
    ]
    assert tries == [422, 422, 422, 429]


def test_guesses_at_the_phones_door_count_with_those_at_the_desks(
    world: World, settings: Settings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "tries": (3, 86_400)}
    client = phone()
    for _ in range(2):
        client.post("/signin/", {"username": "engineer", "password": "wrong-password"})
    through_wechat(client, "张师傅")
    wrong = {"system": "supervision", "username": "engineer", "password": "wrong-password"}
    answer = client.post("/api/v1/bindings", wrong, content_type="application/json")
    assert answer.status_code == 422
    assert bind(client, world.engineer, world).json()["code"] == "locked"


def test_a_locked_account_is_told_in_words_and_not_with_a_page(
    world: World, settings: Settings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "tries": (1, 86_400)}
    client = phone()
    through_wechat(client, "张师傅")
    body = {"system": "supervision", "username": "engineer", "password": "wrong-password"}
    for _ in range(2):
        answer = client.post("/api/v1/bindings", body, content_type="application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (
        429,
        "application/json; charset=utf-8",
    )
    assert "锁定" in answer.json()["message"]


def test_a_page_of_ours_gets_a_signature_that_wechat_takes(
    world: World, wechat: Simulation
) -> None:
    client = phone()
    assert client.get("/api/v1/wechat/js-config", {"url": "x"}).status_code == 401
    through_wechat(client, "张师傅")
    url = "http://127.0.0.1/h5/?account=1"
    config = client.get("/api/v1/wechat/js-config", {"url": f"{url}#/tasks"}).json()
    ticket = Credential.objects.get(kind="ticket")
    text = (
        f"jsapi_ticket={decrypt(ticket.sealed).decode()}&noncestr={config['nonceStr']}"
        f"&timestamp={config['timestamp']}&url={url}"
    )
    signed = subprocess.run(
        ["openssl", "dgst", "-sha1", "-r"], input=text.encode(), capture_output=True, check=True
    )
    assert config["signature"] == signed.stdout.split()[0].decode()
    assert config["appId"] == wechat.state.app_id
    assert wechat.state.check_page(
        config["appId"], config["nonceStr"], str(config["timestamp"]), url, config["signature"]
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/h5/",
        "http://127.0.0.1.evil.example/h5/",
        "http://127.0.0.1@evil.example/h5/",
        "http://127.0.0.1/admin/",
        "javascript:alert(1)",
        "",
    ],
)
def test_no_other_page_does(world: World, url: str) -> None:
    client = phone()
    through_wechat(client, "张师傅")
    answer = client.get("/api/v1/wechat/js-config", {"url": url})
    assert answer.status_code == 422


def test_without_a_ticket_the_phone_is_told_to_do_without(world: World, wechat: Simulation) -> None:
    client = phone()
    through_wechat(client, "张师傅")
    wechat.state.faults.add(Fault("/cgi-bin/ticket/getticket", errcode=-1))
    answer = client.get("/api/v1/wechat/js-config", {"url": "http://127.0.0.1/h5/"})
    assert (answer.status_code, answer.json()["code"]) == (502, "wechat")


def test_the_way_back_never_leaves_the_site(world: World) -> None:
    assert through_wechat(phone(), "张师傅", "https://evil.example/") == "/h5/"


def test_an_expired_session_says_so(world: World) -> None:
    answer = phone().get("/api/v1/field/package")
    assert answer.status_code == 401
    assert answer.json() == {
        "code": "signed_out",
        "message": "登录已过期，请重新登录",
        "errors": [],
    }


def test_signing_out_keeps_the_phone_known(world: World) -> None:
    client = phone()
    through_wechat(client, "张师傅")
    bind(client, world.engineer, world)
    facts = client.post("/api/v1/session/end").json()
    assert (facts["account"], facts["openid_known"]) == (None, True)


def test_writes_without_a_csrf_token_are_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.engineer, backend="yunjian.identity.backends.AccountBackend")
    answer = client.post("/api/v1/notifications/read", {"ids": []}, content_type="application/json")
    assert answer.status_code == 403
