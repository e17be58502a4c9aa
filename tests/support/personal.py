"""Looks for what identifies people in the sealed chain, where it would stay for ever."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.records.fields import specifications

# columns whose name says that they lead to a person, whatever their room thinks of them
LEADS_TO_A_PERSON = re.compile(
    r"(contact|principal|legal_representative|signer)(_name|_phone)?$"
    r"|.*_name$|phone$|e?mail$|openid$|display_name$|username$"
)
# …and those that do not, each with its reason
NAMES_OF_THINGS = {
    "industry_name": "an industry",
    "organization_name": "an organisation",
    "actor_name": "the system alone; in events of the first releases also a person",
}
MOBILE = re.compile(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])")
IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9X](?![0-9A-Za-z])")
MAIL = re.compile(r"[\w.]+@[\w.]+\.\w+")


def personal_values() -> set[str]:
    """Return every value of every personal field that stands in the database."""
    values: set[str] = set()
    with bypass_rls("test"):
        for one in specifications():
            columns = {column.name for column in one.model._meta.fields}
            for field in one.fields.values():
                if field.personal and field.path in columns:
                    rows = one.model._base_manager.values_list(field.path, flat=True)
                    values |= {str(value) for value in rows if value}
        values |= set(Account.objects.values_list("display_name", flat=True))
    # a code of a dictionary ("bachelor") is no value that leads to anybody
    return {value for value in values if len(value) > 1 and not value.isascii()} | {
        value for value in values if MOBILE.fullmatch(value)
    }


def leaks() -> list[str]:
    """Return the events that tell a personal value, with the value."""
    known = personal_values()
    with bypass_rls("test"):
        events = list(Event.unscoped().order_by("id"))
    results = []
    for event in events:
        body = orjson.loads(event.body)
        texts = [str(text) for text in _texts(body["payload"])]
        if body["actor"]["account"] is not None:
            texts += [body["actor"]["name"], event.actor_name]
        for text in texts:
            stated = [
                value for value in known if value == text or (len(value) > 2 and value in text)
            ]
            stated += MOBILE.findall(text) + IDENTITY_NUMBER.findall(text) + MAIL.findall(text)
            results += [f"{event.verb}: {value}" for value in stated]
    return results


def _texts(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)
        case _:
            yield value
