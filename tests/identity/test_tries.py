"""Wrong passwords and codes: who is shut out by them, who is not, and what opens again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.world import World, current_code
from yunjian.identity.models import Account, SignInAttempt
from yunjian.kernel import clock
from yunjian.kernel.clock import now

pytestmark = pytest.mark.reads_all_rows

PAGE = "/signin/"
OFFICE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_window() -> Iterator[None]:
    """Let no window of the limits end while a test runs."""
    with clock.at((now() + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)):
        yield


def tried(client: Client, password: str, username: str = "factory", address: str = OFFICE) -> int:
    """Try to sign in from an address; return the status."""
    values = {"username": username, "password": password}
    return client.post(PAGE, values, REMOTE_ADDR=address).status_code


def guess(times: int, username: str = "factory", address: str = OFFICE) -> None:
    for number in range(times):
        tried(Client(), f"wrong-{number}", username, address)


def test_eight_wrong_passwords_lock_the_account_at_that_address_alone(world: World) -> None:
    guess(7)
    assert tried(Client(), "wrong-again") == 422
    answer = Client().post(
        PAGE, {"username": "factory", "password": world.password}, REMOTE_ADDR=OFFICE
    )
    assert answer.status_code == 429
    assert "账号已临时锁定，请 15 分钟后再试" in answer.content.decode()
    assert tried(Client(), world.password, address=ELSEWHERE) == 302
    assert tried(Client(), world.password, username="agency") == 302  # a colleague, same address
    assert SignInAttempt.objects.filter(outcome="locked").count() == 1


def test_the_lock_opens_by_itself_when_the_window_is_over(world: World) -> None:
    guess(9)
    start = now()
    with clock.at(start + timedelta(minutes=14, seconds=59)):
        assert tried(Client(), world.password) == 429
    with clock.at(start + timedelta(minutes=15)):
        assert tried(Client(), world.password) == 302


def test_successes_are_not_counted(world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "tries_address": (3, 3600),
        "tries_account": (3, 3600),
        "tries": (3, 900),
    }
    for _time in range(9):
        assert tried(Client(), world.password) == 302


def test_a_success_forgets_the_wrong_ones_before_it(world: World) -> None:
    for _round in range(3):
        guess(7)
        assert tried(Client(), world.password) == 302


def test_an_office_behind_one_address_signs_in_however_much_somebody_mistypes(
    world: World,
) -> None:
    guess(40, username="nobody-here")
    for username in ("factory", "agency", "engineer"):
        assert tried(Client(), world.password, username=username) == 302


def test_an_address_that_tries_everything_is_shut_out(world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"tries_address": (5, 3600)}
    for number in range(5):
        tried(Client(), "wrong", username=f"guess-{number}")
    assert tried(Client(), world.password) == 429
    assert SignInAttempt.objects.filter(outcome="too_many").count() == 1
    assert tried(Client(), world.password, address=ELSEWHERE) == 302


def test_strangers_do_not_lock_a_device_out_that_the_account_has_used(
    world: World, settings: Settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"tries_account": (20, 3600)}
    own = Client()
    assert tried(own, world.password) == 302
    own.post("/signout/")
    for number in range(4):
        guess(8, address=f"203.0.113.{number}")
    guess(9)  # somebody in the same office as well
    assert tried(Client(), world.password, address=ELSEWHERE) == 429  # too many for the account
    assert tried(own, world.password) == 302  # the person
    assert tried(own, world.password, username="agency", address="203.0.113.1") == 302


def test_one_address_alone_does_not_fill_the_limit_of_the_account(
    world: World, settings: Settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"tries_account": (20, 3600)}
    guess(60)
    assert tried(Client(), world.password, address=ELSEWHERE) == 302


def test_a_known_device_has_a_limit_of_its_own(world: World) -> None:
    own = Client()
    tried(own, world.password)
    own.post("/signout/")
    for number in range(8):
        assert tried(own, f"wrong-{number}") == 422
    assert tried(own, world.password) == 429


@pytest.mark.parametrize("value", ["", "x", "WyJkIixbXV0:1:forged", "a" * 5000])
def test_a_forged_device_is_unknown(world: World, value: str) -> None:
    guess(8)
    client = Client()
    client.cookies["yunjian_device"] = value
    assert tried(client, world.password) == 429


def test_a_device_is_known_to_the_accounts_that_signed_in_there_alone(world: World) -> None:
    theirs = Client()
    assert tried(theirs, world.password, username="agency") == 302
    cookie = theirs.cookies["yunjian_device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert str(world.agency_manager.username) not in cookie.value
    guess(8)
    assert tried(theirs, world.password) == 429


def test_unlocking_clears_every_counter_of_the_account(world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"tries_account": (10, 3600)}
    guess(9, username="engineer")
    guess(9, username="engineer", address=ELSEWHERE)
    assert tried(Client(), world.password, username="engineer", address="203.0.113.5") == 429
    world.client(world.agency_manager).post(f"/accounts/{world.engineer.pk}/unlock/")
    for address in (OFFICE, ELSEWHERE, "203.0.113.5"):
        assert tried(Client(), world.password, username="engineer", address=address) == 302


def test_guesses_of_the_present_password_are_limited(world: World) -> None:
    client, new = world.client(world.agency_manager), "another-long-one-77"

    def change(old: str) -> Any:
        return client.post("/account/password/", {"old": old, "new": new, "again": new})

    for number in range(8):
        assert change(f"wrong-{number}").status_code == 422
    answer = change(world.password)
    assert (answer.status_code, "账号已临时锁定" in answer.content.decode()) == (429, True)
    assert Account.objects.get(pk=world.agency_manager.pk).check_password(world.password)
    # signing in is another thing: who has the page open and guesses does not lock the person out
    assert tried(Client(), world.password, username="agency") == 302


def test_codes_are_limited_and_a_right_one_is_not_counted(world: World) -> None:
    client = Client()
    tried(client, world.password, username="bureau")
    for _number in range(8):
        answer = client.post("/signin/code/", {"token": "000000"}, REMOTE_ADDR=OFFICE)
        assert answer.status_code == 422
    code = current_code(world.reviewer)
    assert client.post("/signin/code/", {"token": code}, REMOTE_ADDR=OFFICE).status_code == 429
    right = client.post("/signin/code/", {"token": code}, REMOTE_ADDR=ELSEWHERE)
    assert right.status_code == 302
