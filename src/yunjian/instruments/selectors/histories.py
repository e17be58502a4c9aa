"""What happened to an instrument and its filing, as people read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from yunjian.access.actor import current_actor
from yunjian.evidence.models import Event
from yunjian.instruments import events
from yunjian.instruments.fields import SETTINGS, setting_labels
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.records.actors import with_actors
from yunjian.records.history import changed_values, label_of
from yunjian.sources.selectors.histories import events_about

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
        events_about(Instrument, [instrument.pk])
        | events_about(InstrumentRevision, versions.values_list("pk", flat=True))
    )
    if current_actor().organization_id != instrument.organization_id:
        rows = rows.exclude(verb__in=events.BEFORE_SUBMISSION)
    known = rows.filter(verb__in=events.SENTENCES).order_by("-id")[:MOST]
    return [_line(event, who) for event, who in with_actors(known)]


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """What one person changed of a draft in one go: path → [before, after], as text."""

    who: str
    at: datetime
    changed: dict[str, list[Any]]


def edits_since(revision: InstrumentRevision, edition: int) -> list[DraftEdit]:
    """Return what was changed of a draft after an edition of it, the oldest first."""
    about = events_about(InstrumentRevision, [revision.pk])
    rows = Event.unscoped().filter(about, verb=events.REVISION_CHANGED).order_by("id")
    return [
        DraftEdit(who, event.at, payload["changed"])
        for event, who in with_actors(rows)
        for payload in [orjson.loads(event.body)["payload"]]
        if payload.get("edition", 0) > edition
    ]


def value_label(path: str) -> str:
    """Return what people call a value of a filing."""
    if path == "attachments":
        return _("附件")
    if path.startswith(SETTINGS):
        return setting_labels().get(path, path)
    return label_of(InstrumentRevision._meta.label_lower, path)  # noqa: SLF001 - documented API


def _line(event: Event, who: str) -> HistoryLine:
    payload = orjson.loads(event.body)["payload"]
    changes = [
        f"{value_label(value.path)}：{value.before} → {value.after}"
        for value in changed_values(event, payload)
    ]
    return HistoryLine(
        at=event.at,
        who=who,
        what=str(events.SENTENCES[event.verb]),
        details=[*_said(payload), *changes],
        digest=event.digest,
    )


def _said(payload: dict[str, Any]) -> list[str]:
    text = [
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
    return [sentence.format(payload[key]) for key, sentence in text if payload.get(key)]
