"""Session, WeChat sign-in and bindings, against the simulator of WeChat over real HTTP."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from tests.world import World
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, WechatBinding
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread

pytestmark = pytest.mark.usefixtures("wechat")


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


def test_a_stolen_state_starts_over(world: World) -> None:
    client = phone()
    answer = client.get("/api/v1/wechat/callback", {"code": "x", "state": "y"})
    assert answer.headers["location"].startswith("/api/v1/wechat/authorize?")


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
