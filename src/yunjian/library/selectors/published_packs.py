"""Published packs as the standards read them."""

from typing import Any
from uuid import UUID

from yunjian.library.models import PublishedPack
from yunjian.standards.rules import Pack
from yunjian.standards.rules.overlays import overlaid
from yunjian.standards.rules.packs import parsed, shipped

_read: dict[UUID, Pack] = {}


def published_packs() -> tuple[Pack, ...]:
    """Return every published pack, each read once.

    The table is asked each time, so that what one process publishes holds in all; its rows are
    never altered, so that nothing has to be read twice. Scope is of no account: rules hold for
    everybody.

    Raises:
        InvalidPack: a pack no longer is what the loader accepts.
    """
    keys = list(PublishedPack.unscoped().order_by("id").values_list("pk", flat=True))
    if not _read.keys() >= set(keys):
        known = [*shipped()]
        for row in PublishedPack.unscoped().order_by("id"):
            _read[row.pk] = _read.get(row.pk) or read(row.content, row.name, known)
            known.append(_read[row.pk])
    return tuple(_read[key] for key in keys)


def read(content: dict[str, Any], name: str, known: list[Pack]) -> Pack:
    """Return the pack, or the overlay over one that is known.

    Raises:
        InvalidPack: it is none.
    """
    if content.get("overlays"):
        return overlaid(content, name, known)
    return parsed(content, name)
