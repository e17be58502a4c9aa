"""One optimistic lock: nobody overwrites what somebody else did while a form was open.

A row counts its versions. A form carries the version that its person saw; a change made in sight
of an older one is refused as stale, and the form comes back with what the others changed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import models
from django.utils.translation import gettext as _

from yunjian.evidence.models import Event
from yunjian.kernel.errors import Conflict
from yunjian.records.actors import names_of_actors
from yunjian.records.changes import Changes
from yunjian.records.history import changed_values

FIRST_VERSION = 1
MOST_EVENTS = 200


class StaleVersion(Conflict):
    """Somebody else changed the row after it was opened. What was typed is not lost: saving once
    more, in sight of what changed, writes it."""

    default_code = "stale"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or _("您打开之后，其他人已修改过这条记录。请核对下列变化，再保存一次即以您填写的为准")
        )


class Versioned(models.Model):
    """A row that several people change; `version` grows with each change."""

    version = models.PositiveIntegerField(default=FIRST_VERSION, editable=False)

    class Meta:
        abstract = True


def check_version(row: Versioned, seen: int | None) -> None:
    """Refuse a change made in sight of another state than the present one; None asks nothing.

    Raises:
        StaleVersion: the row was changed meanwhile.
    """
    if seen is not None and seen != row.version:
        raise StaleVersion


def save_changes(row: Versioned, changes: Changes) -> None:
    """Write the changed columns as the next version of the row."""
    row.version += 1
    row.save(update_fields=[*sorted(changes), "version"])


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else made of a field."""

    label: str
    before: str
    after: str
    who: str
    when: datetime
    reason: str = ""
    event: UUID | None = None


def others(row: Versioned, seen_version: int) -> list[Change]:
    """Return what was changed of a row since a version of it, the newest first."""
    events = Event.objects.filter(
        object_type=row._meta.label_lower,  # noqa: SLF001 - Django's documented API
        object_id=str(row.pk),
    ).order_by("-id")[:MOST_EVENTS]
    names = names_of_actors(events)
    current = type(row)._base_manager.get(pk=row.pk)  # noqa: SLF001 - Django's documented API
    return [
        Change(
            label=value.label,
            before=value.before,
            after=value.after,
            who=names[event.pk],
            when=event.at,
            reason=payload.get("reason", ""),
            event=event.pk,
        )
        for event in events
        for payload in [orjson.loads(event.body)["payload"]]
        if int(payload.get("version") or 0) > seen_version
        for value in changed_values(event, payload, current)
    ]
