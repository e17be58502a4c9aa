"""Every write of the API with a complete, good body, as strangers: nothing is written or shown."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.api import examples as city
from tests.api.test_examples import EXAMPLES, ask, client_of
from tests.api.test_openapi import operations
from tests.isolation.test_battery import NO_WRITE
from tests.support.world import World, account_with, give_authenticator
from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.models import Organization
from yunjian.identity.policies import GRANTORS
from yunjian.messaging.models import Notification

pytestmark = [pytest.mark.slow, pytest.mark.reads_all_rows]

# what a stranger may do with its own: a body names no row of somebody else
OWN = {
    "new_source",
    "new_document",
    "bind",
    "end_session",
    "put_attachment",
    "begin_upload",
    "upload_abilities",
    "unbind",
    "switch_binding",
}
# what takes ids of rows in its body, and leaves out those that are not one's own
BY_IDS = {"read_notifications", "instrument_labels"}
# what names rows in its body: whoever may do it with its own is refused at that field
BY_FIELDS = {"hand_in_supervision": {"person_id"}}
SECRETS = ("示例造纸厂", "甲联系", "锅炉 CEMS", "SN-0007", "换了滤芯", "周厂长")


def writes() -> list[str]:
    return [
        operation["operationId"]
        for name, operation in operations().items()
        if not name.startswith("GET ") and operation["operationId"] not in OWN | BY_IDS
    ]


def refused_at(answer: Any) -> set[str]:
    """Return the fields at which a body was refused."""
    return {one["path"] for one in answer.json()["errors"]} if answer.status_code == 422 else set()


@pytest.fixture
def strangers(world: World) -> list[str]:
    """Return the names of the strongest accounts of other organisations, one of each kind."""
    with acting_as(system_actor("test")):
        bureau = Organization.unscoped().create(
            kind="authority", name="外区生态环境局", uscc="11310112MB1TEST007"
        )
        bureau.jurisdiction.add(world.other_district)
        results = {"authority": bureau, "discharger": world.other_discharger}
        results["agency"] = world.other_agency
        for kind, organization in results.items():
            account = account_with(organization, f"strange-{kind}", *map(str, GRANTORS[kind]))
            give_authenticator(account)
            setattr(world, f"strange_{kind}", account)
    return [f"strange_{kind}" for kind in results]


@pytest.fixture
def world(db: None) -> World:
    return city.build()


def test_strangers_write_nothing_however_good_the_body(world: World, strangers: list[str]) -> None:
    wrong = []
    for who in strangers:
        client = client_of(world, who)
        for name in sorted(writes()):
            example = EXAMPLES[name]
            with transaction.atomic():
                with acting_as(system_actor("test")):
                    example.before(world)
                connection.queries_log.clear()
                with CaptureQueriesContext(connection) as queries:
                    answer = ask(world, example, name, client)
                transaction.set_rollback(True)
            written = [one["sql"] for one in queries if NO_WRITE.match(one["sql"])]
            text = answer.content.decode()
            at_field = who == "strange_agency" and refused_at(answer) == BY_FIELDS.get(name)
            if answer.status_code not in {403, 404} and not at_field:
                wrong.append(f"{who} {name}: {answer.status_code} {text[:120]}")
            if written:
                wrong.append(f"{who} {name} wrote {written[0][:80]}")
            wrong += [f"{who} {name} shows {word}" for word in SECRETS if word in text]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("name", sorted(BY_IDS))
def test_ids_of_strangers_in_a_body_are_passed_over(
    world: World, strangers: list[str], name: str
) -> None:
    for who in strangers:
        client = client_of(world, who)
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            answer: Any = ask(world, EXAMPLES[name], name, client)
            transaction.set_rollback(True)
        assert not any(word.encode() in answer.content for word in SECRETS)
        written = [one["sql"] for one in queries if NO_WRITE.match(one["sql"])]
        assert [sql for sql in written if not sql.startswith("UPDATE")] == []
        if name == "read_notifications":
            assert answer.json() == {"unread": 0}
    with acting_as(system_actor("test")):
        message = Notification.unscoped().get(pk=city.key(13))
    assert message.read_at is None
