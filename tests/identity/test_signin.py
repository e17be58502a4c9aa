"""Signing in on a PC: right, wrong, too often, expired, and out again."""

import pytest
from django.test import Client

from tests.world import World
from yunjian.evidence.models import Event

PAGE = "/signin/"


@pytest.mark.parametrize(
    ("username", "portal"),
    [("factory", "/source/"), ("agency", "/agency/"), ("bureau", "/supervision/")],
)
def test_each_kind_of_account_gets_to_its_own_portal(
    world: World, username: str, portal: str
) -> None:
    answer = Client().post(PAGE, {"username": username, "password": world.password})
    assert (answer.status_code, answer.headers["location"]) == (302, portal)
    assert Event.unscoped().filter(verb="session.opened").count() == 1


def test_a_wrong_password_says_so_and_keeps_the_account(world: World) -> None:
    answer = Client().post(PAGE, {"username": "factory", "password": "not-this-one"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "账号或密码不正确，请重新输入" in page
    assert 'value="factory"' in page
    assert "not-this-one" not in page


def test_an_unknown_account_gets_the_same_answer(world: World) -> None:
    answer = Client().post(PAGE, {"username": "nobody", "password": "not-this-one"})
    assert (answer.status_code, "账号或密码不正确" in answer.content.decode()) == (422, True)


def test_empty_fields_are_named(world: World) -> None:
    page = Client().post(PAGE, {}).content.decode()
    assert "请输入账号" in page
    assert "请输入密码" in page


def test_too_many_wrong_passwords_lock_for_a_while(world: World) -> None:
    client = Client()
    answers = [
        client.post(PAGE, {"username": "factory", "password": f"wrong-{number}"})
        for number in range(9)
    ]
    assert answers[-1].status_code == 429
    assert "已临时锁定，请 15 分钟后再试" in answers[-1].content.decode()
    right = client.post(PAGE, {"username": "factory", "password": world.password})
    assert right.status_code == 429


def test_an_expired_session_leads_to_sign_in_and_back(world: World) -> None:
    client = Client()
    asked = client.get("/agency/plans/")
    assert asked.status_code == 302
    page = client.get(asked.headers["location"])
    assert "登录已过期或尚未登录" in page.content.decode()
    answer = client.post(
        PAGE, {"username": "agency", "password": world.password, "next": "/agency/plans/"}
    )
    assert answer.headers["location"] == "/agency/plans/"


def test_the_way_back_never_leaves_the_site(world: World) -> None:
    answer = Client().post(
        PAGE, {"username": "agency", "password": world.password, "next": "https://evil.example/"}
    )
    assert answer.headers["location"] == "/agency/"


def test_signing_out_ends_the_session(world: World) -> None:
    client = world.client(world.agency_manager)
    assert client.post("/signout/").headers["location"] == PAGE
    assert client.get("/agency/").status_code == 302


def test_a_closed_account_gets_in_no_more(world: World) -> None:
    client = world.client(world.agency_manager)
    world.agency_manager.is_active = False
    world.agency_manager.save(update_fields=["is_active"])
    assert client.get("/agency/").status_code == 302
    answer = Client().post(PAGE, {"username": "agency", "password": world.password})
    assert answer.status_code == 422
