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
from yunjian.identity.models import District
from yunjian.sources import events
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource

MOST = 200
MODELS: dict[str, type[models.Model]] = {
    model._meta.label_lower: model  # noqa: SLF001 - Django's documented API
    for model in (PollutionSource, Outlet, MonitoringPoint, EmissionLimit)
}


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value before and after, as people read it."""

    path: str
    label: str
    before: str
    after: str


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
    version: int


def source_history(source: PollutionSource) -> list[PlaceLine]:
    """Return what happened to a source, its outlets, points and limits, the newest first."""
    outlets = dict(Outlet.objects.filter(source=source).values_list("pk", "code"))
    points = dict(MonitoringPoint.objects.filter(outlet__source=source).values_list("pk", "name"))
    limits = EmissionLimit.objects.filter(outlet__source=source).values_list("pk", flat=True)
    about = (
        _about(PollutionSource, [source.pk])
        | _about(Outlet, outlets)
        | _about(MonitoringPoint, points)
        | _about(EmissionLimit, limits)
    )
    names = {str(key): name for key, name in [*outlets.items(), *points.items()]}
    return _lines(Event.objects.filter(about), names)


def place_history(row: Outlet | MonitoringPoint) -> list[PlaceLine]:
    """Return what happened to an outlet (and its limits) or to a point, the newest first."""
    about = _about(type(row), [row.pk])
    if isinstance(row, Outlet):
        limits = EmissionLimit.objects.filter(outlet=row).values_list("pk", flat=True)
        about |= _about(EmissionLimit, limits)
    return _lines(Event.objects.filter(about), {})


def changes_since(row: PollutionSource | Outlet | MonitoringPoint, version: int) -> list[PlaceLine]:
    """Return the changes that made newer versions than the one that somebody has open."""
    rows = _lines(Event.objects.filter(_about(type(row), [row.pk])), {})
    return [line for line in rows if line.version > version and line.changes]


def _about(model: type[models.Model], keys: Iterable[UUID]) -> Q:
    label = model._meta.label_lower  # noqa: SLF001 - Django's documented API
    return Q(object_type=label, object_id__in=[str(key) for key in keys])


def _lines(rows: QuerySet[Event], names: dict[str, str]) -> list[PlaceLine]:
    known = rows.filter(verb__in=events.SENTENCES)
    return [_line(event, names) for event in known.order_by("-id")[:MOST]]


def _line(event: Event, names: dict[str, str]) -> PlaceLine:
    payload: dict[str, Any] = orjson.loads(event.body)["payload"]
    model = MODELS[event.object_type]
    return PlaceLine(
        at=event.at,
        who=event.actor_name,
        what=str(events.SENTENCES[event.verb]),
        about=names.get(event.object_id, "") or payload.get("code", ""),
        effective_from=payload.get("effective_from", ""),
        reason=payload.get("reason", ""),
        facts=_facts(payload),
        changes=_changes(model, payload.get("changed") or {}),
        digest=event.digest,
        version=int(payload.get("version") or 0),
    )


def _facts(payload: dict[str, Any]) -> list[str]:
    words = [
        # a limit says its outlet in the column before
        *([] if "limit" in payload else [("code", _("编号 {}"))]),
        ("mn_code", _("MN 号 {}")),
        ("limit", "{}"),
        ("ended", _("同时终止：{}")),
    ]
    return [sentence.format(payload[key]) for key, sentence in words if payload.get(key)]


def _changes(model: type[models.Model], changed: dict[str, list[Any]]) -> list[ChangedValue]:
    columns = {column.name: column for column in model._meta.fields}  # noqa: SLF001 - documented
    return [
        ChangedValue(
            path=name,
            label=str(columns[name].verbose_name),
            before=_shown(columns[name], before),
            after=_shown(columns[name], after),
        )
        for name, (before, after) in changed.items()
        if name in columns
    ]


def _shown(column: models.Field[Any, Any], value: Any) -> str:
    match value:
        case None | "":
            return _("（空）")
        case True:
            return _("是")
        case False:
            return _("否")
        case list():
            return "、".join(value)
    if column.name == "district":
        return _district_name(str(value))
    return str(dict(column.flatchoices).get(value, value))


def _district_name(code: str) -> str:
    name = District.objects.filter(pk=code).values_list("name", flat=True).first()
    return name or code
