"""What happened to an instrument and its filing, as people read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import current_actor
from yunjian.evidence.models import Event
from yunjian.instruments.fields import SETTINGS, setting_labels
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.sources import events

MOST = 200


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    details: list[str]
    digest: str


def instrument_history(instrument: Instrument) -> list[HistoryLine]:
    """Return what happened to an instrument and its versions, the newest first.

    What a discharger did with a draft before handing it in is shown to nobody else.
    """
    versions = InstrumentRevision.objects.filter(instrument=instrument)
    rows = Event.objects.filter(
        _about(Instrument, [instrument.pk])
        | _about(InstrumentRevision, versions.values_list("pk", flat=True))
    )
    if current_actor().organization_id != instrument.organization_id:
        rows = rows.exclude(verb__in=events.BEFORE_SUBMISSION)
    return _lines(rows)


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """What one person changed of a draft in one go: path → [before, after], as text."""

    who: str
    at: datetime
    changed: dict[str, list[Any]]


def edits_since(revision: InstrumentRevision, edition: int) -> list[DraftEdit]:
    """Return what was changed of a draft after an edition of it, the oldest first."""
    rows = Event.unscoped().filter(
        verb=events.REVISION_CHANGED,
        object_type=InstrumentRevision._meta.label_lower,  # noqa: SLF001 - documented API
        object_id=str(revision.pk),
    )
    edits = []
    for event in rows.order_by("id"):
        payload = orjson.loads(event.body)["payload"]
        if payload.get("edition", 0) > edition:
            edits.append(DraftEdit(event.actor_name, event.at, payload["changed"]))
    return edits


def value_label(path: str) -> str:
    """Return what people call a value of a filing."""
    return _label(path)


def _about(model: type[Any], keys: Any) -> Q:
    return Q(object_type=model._meta.label_lower, object_id__in=[str(key) for key in keys])  # noqa: SLF001


def _lines(rows: QuerySet[Event]) -> list[HistoryLine]:
    known = rows.filter(verb__in=events.SENTENCES)
    return [_line(event) for event in known.order_by("-id")[:MOST]]


def _line(event: Event) -> HistoryLine:
    payload = orjson.loads(event.body)["payload"]
    return HistoryLine(
        at=event.at,
        who=event.actor_name,
        what=str(events.SENTENCES[event.verb]),
        details=[*_said(payload), *_changes(payload)],
        digest=event.digest,
    )


def _said(payload: dict[str, Any]) -> list[str]:
    words = [
        ("number", _("第 {} 版")),
        ("code", _("编号 {}")),
        ("mn_code", _("MN 号 {}")),
        ("effective_from", _("自 {} 起生效")),
        ("on", _("自 {} 起")),
        ("title", _("事项：{}")),
        ("report", _("报告编号：{}")),
        ("done_on", _("完成日期：{}")),
        ("reason", _("原因：{}")),
        ("note", _("意见：{}")),
    ]
    return [sentence.format(payload[key]) for key, sentence in words if payload.get(key)]


def _changes(payload: dict[str, Any]) -> list[str]:
    changed = payload.get("changed") or {}
    return [
        f"{_label(path)}：{_text(before)} → {_text(after)}"
        for path, (before, after) in changed.items()
    ]


def _label(path: str) -> str:
    """Return what people call a value: the column's name, or the setting's on either form."""
    if path == "attachments":
        return _("附件")
    if path.startswith(SETTINGS):
        return setting_labels().get(path, path)
    for column in InstrumentRevision._meta.fields:  # noqa: SLF001 - Django's documented API
        if column.name == path:
            return str(column.verbose_name)
    return path


def _text(value: object) -> str:
    match value:
        case None | "":
            return _("（空）")
        case True:
            return _("是")
        case False:
            return _("否")
    return str(value)
