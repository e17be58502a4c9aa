"""The page of messages in every portal."""

import pytest
from django.db import transaction
from django.test import Client

from tests.support.world import World
from yunjian.identity.models import Account
from yunjian.messaging.models import Notification
from yunjian.messaging.services import notify

pytestmark = pytest.mark.reads_all_rows


def tell(account: Account, link: str = "/source/visits/") -> Notification:
    with transaction.atomic():
        (identifier,) = notify(
            recipients=[account], kind="x", title="运维记录待确认", body="请签字", link=link
        )
    return Notification.unscoped().get(pk=identifier)


def test_everybody_sees_their_own_messages(world: World) -> None:
    tell(world.discharger_owner)
    own = world.client(world.discharger_owner).get("/messages/")
    assert "运维记录待确认" in own.content.decode()
    for other in (world.agency_manager, world.reviewer):
        page = world.client(other).get("/messages/")
        assert page.status_code == 200
        assert "还没有消息" in page.content.decode()


def test_opening_a_message_reads_it_and_goes_to_what_it_tells(world: World) -> None:
    row = tell(world.discharger_owner)
    answer = world.client(world.discharger_owner).post(f"/messages/{row.pk}/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/source/visits/")
    assert Notification.unscoped().get(pk=row.pk).read_at is not None


def test_a_link_to_elsewhere_is_not_followed(world: World) -> None:
    row = tell(world.discharger_owner, link="https://elsewhere.example/")
    answer = world.client(world.discharger_owner).post(f"/messages/{row.pk}/")
    assert answer.headers["location"] == "/messages/"


def test_a_message_of_somebody_else_does_not_exist(world: World) -> None:
    row = tell(world.discharger_owner)
    answer = world.client(world.other_discharger_owner).post(f"/messages/{row.pk}/")
    assert answer.status_code == 404
    assert Notification.unscoped().get(pk=row.pk).read_at is None


def test_all_can_be_read_at_once(world: World) -> None:
    tell(world.discharger_owner)
    tell(world.discharger_owner)
    client = world.client(world.discharger_owner)
    assert client.post("/messages/read/").status_code == 302
    assert "没有未读消息" in client.get("/messages/?unread=1").content.decode()


def test_the_signed_out_are_sent_to_sign_in(db: None) -> None:
    answer = Client().get("/messages/")
    assert answer.headers["location"] == "/signin/?next=/messages/"
