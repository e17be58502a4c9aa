"""What a change changes: each field before and after, and the event that says so for ever.

The sealed chain is never rewritten, so it holds no personal data: of a field that its
specification marks as personal it keeps a keyed digest (docs/adr/0161). No service decides that
for itself; whatever is said about a record goes through `facts` or `record_change`.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

from yunjian.access.actor import Actor
from yunjian.evidence.models import Event
from yunjian.evidence.services import record
from yunjian.kernel.digests import canonical_json
from yunjian.kernel.keyed_digests import keyed_digest, matches
from yunjian.records.fields import is_personal

# field → its value before and after
Changes = dict[str, tuple[Any, Any]]
PURPOSE = "personal data in the chain"


def changes_of(row: models.Model, values: Mapping[str, Any]) -> Changes:
    """Return what the values would change of a row; foreign keys as the keys they hold."""
    changes: Changes = {}
    for name, value in values.items():
        before = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]  # noqa: SLF001 - columns only
        after = value.pk if isinstance(value, models.Model) else value
        if before != after:
            changes[name] = (before, after)
    return changes


def assign(row: models.Model, values: Mapping[str, Any]) -> Changes:
    """Set the values on a row; return what that changed."""
    changes = changes_of(row, values)
    for name in changes:
        setattr(row, name, values[name])
    return changes


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Return the paths at which two descriptions of one record differ."""
    paths = [*after, *(path for path in before if path not in after)]
    return {
        path: (before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    }


def record_change(
    *,
    actor: Actor,
    verb: str,
    row: models.Model,
    changes: Changes,
    organization_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Event | None:
    """Append the event of a change, with each field before and after; none when nothing changed."""
    if not changes:
        return None
    changed = {
        path: [event_value(row, path, before), event_value(row, path, after)]
        for path, (before, after) in changes.items()
    }
    return record(
        actor=actor,
        verb=verb,
        obj=row,
        organization_id=organization_id,
        payload={**(payload or {}), "changed": changed},
    )


def facts(row: models.Model, *names: str) -> dict[str, object]:
    """Return columns of a row as the payload of an event carries them."""
    return {name: event_value(row, name, getattr(row, name)) for name in names}


def event_value(row: models.Model, path: str, value: object) -> object:
    """Return a value of a record as an event carries it: its keyed digest when it is personal."""
    return chain_value(row._meta.label_lower, str(row.pk), path, value)  # noqa: SLF001 - documented


def chain_value(object_type: str, object_id: str, path: str, value: object) -> object:
    """Return what an event about an object carries of a value; personal ones as keyed digests."""
    if value in (None, "") or not is_personal(object_type, path):
        return plain(value)
    return keyed_digest(_content(object_type, object_id, path, value), PURPOSE)


def is_value_of(digest: str, object_type: str, object_id: str, path: str, value: object) -> bool:
    """Tell whether the digest that an event carries is that of this value of this object."""
    return matches(_content(object_type, object_id, path, value), digest, PURPOSE)


def plain(value: object) -> object:
    """Return a value as canonical JSON carries it: dates, numbers with a point, keys as text."""
    match value:
        case None | bool() | int():
            return value
        case DateRange():
            return [plain(value.lower), plain(value.upper)]
        case list() | tuple():
            return [plain(item) for item in value]
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
    return str(value.pk if isinstance(value, models.Model) else value)


def _content(object_type: str, object_id: str, path: str, value: object) -> bytes:
    # bound to its place, so that equal names of two records do not show as equal
    return canonical_json([object_type, object_id, path, plain(value)])
