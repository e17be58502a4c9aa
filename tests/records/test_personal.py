"""Which fields identify a person, and what the chain keeps of them."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.db import models
from pytest_django import Settings

from tests.support.personal import LEADS_TO_A_PERSON, NAMES_OF_THINGS, leaks
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.agencies.services.people import person_create, person_update
from yunjian.evidence.models import Event
from yunjian.evidence.services import verify_log
from yunjian.identity.services.accounts import account_update
from yunjian.kernel.keyed_digests import is_keyed_digest
from yunjian.records.changes import is_value_of
from yunjian.records.fields import is_personal, specifications
from yunjian.records.versions import others
from yunjian.sources.services import source_update

pytestmark = pytest.mark.reads_all_rows

PERSON: dict[str, Any] = {
    "name": "赵小川",
    "education": "bachelor",
    "job": "运维工程师",
    "position": "engineer",
    "phone": "13911112222",
}


def _text_columns() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        if model.__module__.startswith("yunjian"):
            for column in model._meta.fields:
                if isinstance(column, models.CharField | models.TextField):
                    yield model._meta.label_lower, column.name


def test_every_column_whose_name_leads_to_a_person_is_marked() -> None:
    unmarked = {
        f"{model}.{name}"
        for model, name in _text_columns()
        if LEADS_TO_A_PERSON.fullmatch(name)
        and name not in NAMES_OF_THINGS
        and not is_personal(model, name)
    }
    assert unmarked == UNMARKED


# never in an event: typed by strangers, or given back by a service
UNMARKED = {
    "identity.signinattempt.username",
    "wechat.suppression.openid",
}


def test_marked_fields_are_columns_or_values_of_events() -> None:
    for one in specifications():
        columns = {column.name for column in one.model._meta.fields}
        missing = {path for path in one.fields if path not in columns and "." not in path}
        # parts of a report that its events tell of
        parts = {"people", "materials", "originals", "file_name", "devices", "instruments", "tests"}
        assert missing <= ({"address"} | (parts if one.label == "verification.report" else set()))


def payloads(verb: str) -> list[dict[str, object]]:
    rows = Event.unscoped().filter(verb=verb).order_by("id")
    return [orjson.loads(row.body)["payload"] for row in rows]


def test_the_chain_keeps_a_digest_of_a_name_and_the_value_of_a_job(world: World) -> None:
    actor = world.actor(world.agency_manager)
    person = person_create(actor=actor, **PERSON)

    person_update(actor=actor, row=person, **PERSON | {"name": "赵大川", "job": "班长"})

    (created,) = payloads("person.created")
    assert is_keyed_digest(created["name"])
    (changed,) = payloads("person.changed")
    before, after = changed["changed"]["name"]  # type: ignore[index]
    assert changed["changed"]["job"] == ["运维工程师", "班长"]  # type: ignore[index]
    label, key = "agencies.person", str(person.pk)
    assert before == created["name"]
    assert is_value_of(before, label, key, "name", "赵小川")
    assert is_value_of(after, label, key, "name", "赵大川")
    assert not is_value_of(after, label, key, "name", "赵小川")
    assert leaks() == []


def test_equal_names_of_two_people_do_not_show_as_equal(world: World) -> None:
    actor = world.actor(world.agency_manager)
    for _n in range(2):
        person_create(actor=actor, **PERSON)
    first, second = payloads("person.created")
    assert first["name"] != second["name"]


def test_an_empty_personal_value_stays_empty(world: World) -> None:
    actor = world.actor(world.discharger_owner)
    source_update(actor=actor, source=world.source, contact_name="周敏", reason="换人")
    (changed,) = payloads("source.changed")
    before, after = changed["changed"]["contact_name"]  # type: ignore[index]
    assert before == ""
    assert is_keyed_digest(after)


def test_a_digest_holds_after_the_secret_was_replaced(world: World, settings: Settings) -> None:
    actor = world.actor(world.agency_manager)
    settings.ENCRYPTION_KEYS = ["the-first-secret-of-this-installation"]
    person = person_create(actor=actor, **PERSON)
    (created,) = payloads("person.created")
    digest = str(created["name"])

    settings.ENCRYPTION_KEYS = ["the-second-secret", "the-first-secret-of-this-installation"]
    assert is_value_of(digest, "agencies.person", str(person.pk), "name", "赵小川")
    person_create(actor=actor, **PERSON)
    assert str(payloads("person.created")[1]["name"]).split(":")[1] != digest.split(":")[1]

    settings.ENCRYPTION_KEYS = ["the-second-secret"]
    assert not is_value_of(digest, "agencies.person", str(person.pk), "name", "赵小川")


def test_a_page_shows_the_personal_value_that_still_holds(world: World) -> None:
    actor = world.actor(world.agency_manager)
    person = person_create(actor=actor, **PERSON)
    person_update(actor=actor, row=person, **PERSON | {"phone": "13911113333"})

    with acting_as(actor):
        (change,) = (one for one in others(Person.objects.get(pk=person.pk), 1) if one.before)
        phone = next(one for one in others(person, 1) if one.label == "手机号")

    assert change.who == "吴强"
    assert (phone.before, phone.after) == ("（个人信息，不入链）", "13911113333")


def test_the_envelope_names_the_account_alone_and_old_events_still_verify(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.actor(world.agency_manager)
    account_update(actor=actor, account=world.agency_manager, display_name="吴强强", phone="")
    event = Event.unscoped().get(verb="account.updated")
    assert event.actor_name == ""
    assert orjson.loads(event.body)["actor"]["account"] == str(world.agency_manager.pk)
    job = system_actor("每日任务")
    with acting_as(job):
        source_update(actor=job, source=world.source, street="唐镇", reason="核对")
    assert Event.unscoped().get(verb="source.changed").actor_name == "系统（每日任务）"
    with acting_as(job):
        assert verify_log().broken == []
