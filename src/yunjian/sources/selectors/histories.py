"""What happened to a source, its outlets and points: who changed what, why and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.evidence.models import Event
from yunjian.evidence.vocabulary import object_types
from yunjian.records.actors import with_actors
from yunjian.records.history import ChangedValue, changed_values
from yunjian.sources import events
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource

MOST = 200


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One thing that happened: to what, by whom, from which day on, why, and what it changed."""

    at: datetime
    who: str
    what: str
    about: str
    effective_from: str
    reason: str
    facts: list[str]
    changes: list[ChangedValue]
    digest: str


def source_history(source: PollutionSource) -> list[PlaceLine]:
    """Return what happened to a source, its outlets, points and limits, the newest first."""
    outlets = dict(Outlet.objects.filter(source=source).values_list("pk", "code"))
    points = dict(MonitoringPoint.objects.filter(outlet__source=source).values_list("pk", "name"))
    limits = EmissionLimit.objects.filter(outlet__source=source).values_list("pk", flat=True)
    about = (
        events_about(PollutionSource, [source.pk])
        | events_about(Outlet, outlets)
        | events_about(MonitoringPoint, points)
        | events_about(EmissionLimit, limits)
    )
    names = {str(key): name for key, name in [*outlets.items(), *points.items()]}
    return _lines(Event.objects.filter(about), names, source)


def place_history(row: Outlet | MonitoringPoint) -> list[PlaceLine]:
    """Return what happened to an outlet (and its limits) or to a point, the newest first."""
    about = events_about(type(row), [row.pk])
    if isinstance(row, Outlet):
        limits = EmissionLimit.objects.filter(outlet=row).values_list("pk", flat=True)
        about |= events_about(EmissionLimit, limits)
    return _lines(Event.objects.filter(about), {}, row)


def events_about(model: type[models.Model], keys: Iterable[UUID]) -> Q:
    """Return the condition that holds for events about rows of a model, whatever it was called."""
    names = object_types(model._meta.label_lower)  # noqa: SLF001 - Django's documented API
    return Q(object_type__in=names, object_id__in=[str(key) for key in keys])


def _lines(rows: QuerySet[Event], names: dict[str, str], row: models.Model) -> list[PlaceLine]:
    known = rows.filter(verb__in=events.SENTENCES).order_by("-id")[:MOST]
    return [_line(event, who, names, row) for event, who in with_actors(known)]


def _line(event: Event, who: str, names: dict[str, str], row: models.Model) -> PlaceLine:
    payload: dict[str, Any] = orjson.loads(event.body)["payload"]
    return PlaceLine(
        at=event.at,
        who=who,
        what=str(events.SENTENCES[event.verb]),
        about=names.get(event.object_id, "") or payload.get("code", ""),
        effective_from=payload.get("effective_from", ""),
        reason=payload.get("reason", ""),
        facts=_facts(payload),
        changes=changed_values(event, payload, row if event.object_id == str(row.pk) else None),
        digest=event.digest,
    )


def _facts(payload: dict[str, Any]) -> list[str]:
    text = [
        # a limit says its outlet in the column before
        *([] if "limit" in payload else [("code", _("编号 {}"))]),
        ("mn_code", _("MN 号 {}")),
        ("limit", "{}"),
        ("ended", _("同时终止：{}")),
    ]
    return [sentence.format(payload[key]) for key, sentence in text if payload.get(key)]
