"""What an event says was changed, as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from yunjian.evidence.models import Event
from yunjian.kernel.keyed_digests import is_keyed_digest
from yunjian.records.changes import is_value_of
from yunjian.records.fields import shown, specification_of


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value before and after, as people read it."""

    path: str
    label: str
    before: str
    after: str


def changed_values(
    event: Event, payload: Mapping[str, Any], row: models.Model | None = None
) -> list[ChangedValue]:
    """Return what an event changed. Of a personal value the chain keeps a digest: it is shown
    when it is the one that the row still holds."""
    changed = payload.get("changed") or {}
    if not isinstance(changed, dict):  # releases before wrote the names of the fields alone
        return [ChangedValue(path, label_of(event.object_type, path), "", "") for path in changed]
    return [
        ChangedValue(
            path=path,
            label=label_of(event.object_type, path),
            before=_text(event, path, before, row),
            after=_text(event, path, after, row),
        )
        for path, (before, after) in changed.items()
    ]


def label_of(object_type: str, path: str) -> str:
    """Return what people call a field, by its specification or its column."""
    specification = specification_of(object_type)
    if specification is None:
        return path
    field = specification.fields.get(path)
    column = _column(specification.model, path)
    return str(field.label if field else column.verbose_name if column else path)


def _text(event: Event, path: str, value: Any, row: models.Model | None) -> str:
    if is_keyed_digest(value):
        held = getattr(row, path, None)
        known = is_value_of(value, event.object_type, event.object_id, path, held)
        return str(held) if known else _("（个人信息，不入链）")
    specification = specification_of(event.object_type)
    column = _column(specification.model, path) if specification else None
    if column is None or value in (None, "", []):
        return shown(value)
    if isinstance(column, models.ForeignKey):
        linked = column.related_model._base_manager.filter(pk=value).first()  # noqa: SLF001
        return str(linked or value)
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    return shown(value)


def _column(model: type[models.Model], path: str) -> Any:
    return next((one for one in model._meta.fields if one.name == path), None)  # noqa: SLF001
