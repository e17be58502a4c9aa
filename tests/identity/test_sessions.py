"""Sessions: how long they last, where one is signed in, and who ends them."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.world import World
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, AccountSession
from yunjian.identity.services.sessions import session_end, session_limits, sessions_end
from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.kernel.errors import NotAllowed, NotFound

pytestmark = pytest.mark.reads_all_rows

PAGES = {"discharger": "/source/sources/", "agency": "/agency/", "authority": "/supervision/"}


def is_in(client: Client, account: Account) -> bool:
    """Tell whether a client still gets to its pages."""
    return client.get(PAGES[account.organization.kind]).status_code == 200


@pytest.mark.parametrize(
    ("who", "minutes"), [("reviewer", 30), ("agency_manager", 120), ("discharger_owner", 120)]
)
def test_an_unused_session_ends(world: World, who: str, minutes: int) -> None:
    account = getattr(world, who)
    client, start = world.client(account), now()
    with clock.at(start + timedelta(minutes=minutes - 1)):
        assert is_in(client, account)
    with clock.at(start + timedelta(minutes=2 * minutes - 2)):  # its use kept it alive
        assert is_in(client, account)
    with clock.at(start + timedelta(minutes=3 * minutes)):
        assert not is_in(client, account)
        page = client.get("/signin/?next=/agency/").content.decode()
    assert "本次登录已结束：长时间未操作" in page
    assert AccountSession.objects.get().ended_why == "idle"


def test_a_used_session_ends_as_well(world: World) -> None:
    client, start = world.client(world.reviewer), now()
    for step in range(1, 24):
        with clock.at(start + timedelta(minutes=25 * step)):
            assert is_in(client, world.reviewer), step
    with clock.at(start + timedelta(minutes=25 * 24)):
        assert not is_in(client, world.reviewer)
    assert AccountSession.objects.get().ended_why == "expired"


def test_the_last_use_is_written_once_a_minute(
    world: World, django_assert_num_queries: Any
) -> None:
    client, start = world.client(world.reviewer), now()
    client.get("/account/")
    with clock.at(start + timedelta(seconds=50)):
        client.get("/account/")
    before = AccountSession.objects.get().seen_at
    assert before - start < timedelta(seconds=5)
    with clock.at(start + timedelta(seconds=70)):
        client.get("/account/", REMOTE_ADDR="192.0.2.9")
    row = AccountSession.objects.get()
    assert row.seen_at == start + timedelta(seconds=70)
    assert (row.address, row.seen_from) == (None, "192.0.2.9")


def test_a_session_costs_no_query_of_its_own(world: World, django_assert_num_queries: Any) -> None:
    client = world.client(world.agency_manager)
    # session, account, actor with its session; messages, the unread ones
    with django_assert_num_queries(5):
        client.get("/messages/?unread=2")


def test_one_sees_ones_devices_and_ends_the_others(world: World) -> None:
    here, there = world.client(world.agency_manager), world.client(world.agency_manager)
    page = here.get("/account/").content.decode()
    assert page.count("结束登录") == 1
    assert "当前设备" in page
    answer = here.post("/account/sessions/end/")
    assert answer.status_code == 302
    assert is_in(here, world.agency_manager)
    assert not is_in(there, world.agency_manager)
    assert "本人在其他设备上结束" in there.get("/signin/").content.decode()


def test_one_ends_a_single_device(world: World) -> None:
    here, there = world.client(world.agency_manager), world.client(world.agency_manager)
    other = AccountSession.objects.first()  # newest first
    assert other is not None
    here.post(f"/account/sessions/{other.pk}/end/")
    assert is_in(here, world.agency_manager)
    assert not is_in(there, world.agency_manager)
    again = here.post(f"/account/sessions/{other.pk}/end/")
    assert again.status_code == 404


def test_nobody_ends_a_strangers_session(world: World) -> None:
    client = world.client(world.discharger_owner)
    row = AccountSession.objects.get()
    with pytest.raises(NotFound):  # a stranger does not learn that there is one
        session_end(actor=world.actor(world.agency_manager), session_id=row.pk)
    with pytest.raises(NotAllowed):
        sessions_end(actor=world.actor(world.engineer), account=world.agency_manager)
    assert is_in(client, world.discharger_owner)


def test_an_engineer_does_not_end_the_managers_session(world: World) -> None:
    client = world.client(world.agency_manager)
    row = AccountSession.objects.get()
    with pytest.raises(NotAllowed):
        session_end(actor=world.actor(world.engineer), session_id=row.pk)
    assert is_in(client, world.agency_manager)


def test_a_manager_signs_an_engineer_out_with_an_event(world: World) -> None:
    client = world.client(world.engineer)
    manager = world.actor(world.agency_manager)
    assert sessions_end(actor=manager, account=world.engineer).sessions == 1
    assert not is_in(client, world.engineer)
    assert "管理员强制下线" in client.get("/signin/").content.decode()
    event = Event.unscoped().get(verb="session.ended")
    assert event.object_id == str(world.engineer.pk)
    with pytest.raises(NotFound):
        session_end(actor=manager, session_id=AccountSession.objects.get().pk)


def test_a_changed_password_ends_the_other_sessions(world: World) -> None:
    here, there = world.client(world.agency_manager), world.client(world.agency_manager)
    new = "another-long-one-77"
    wrong = here.post("/account/password/", {"old": "no", "new": new, "again": new})
    assert "当前密码不正确" in wrong.content.decode()
    here.post("/account/password/", {"old": world.password, "new": new, "again": new})
    assert is_in(here, world.agency_manager)
    assert not is_in(there, world.agency_manager)


def test_the_last_five_passwords_are_not_taken_again(world: World) -> None:
    client = world.client(world.agency_manager)
    passwords = [world.password, *(f"my-long-password-no-{number}" for number in range(6))]

    def change(old: str, new: str) -> int:
        values = {"old": old, "new": new, "again": new}
        return client.post("/account/password/", values).status_code

    for old, new in itertools.pairwise(passwords):
        assert change(old, new) == 302
    for past in passwords[2:6]:
        assert change(passwords[6], past) == 422
    assert change(passwords[6], passwords[1]) == 302


def test_a_phone_stays_signed_in_longer(world: World) -> None:
    idle, whole = session_limits("authority", "wechat")
    desk_idle, desk_whole = session_limits("authority", "password")
    assert idle > desk_idle
    assert whole > desk_whole
