"""Monitoring points, and how the rules see them from which day on."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.problems import Problems, conflict_when
from yunjian.sources import events
from yunjian.sources.fields import POINT
from yunjian.sources.models import MonitoringPoint, Outlet, PointRevision
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_keep_source
from yunjian.sources.services.revisions import (
    TYPED,
    PlaceChange,
    assign_place,
    change_problems,
    check_days_in_order,
    check_position,
)
from yunjian.standards.factors import factors

# 24 hexadecimal digits as HJ 212 has it, or the shorter numbers that platforms give out
MN_CODE = re.compile(r"[0-9A-Z]{14,24}")
MN_CODE_TAKEN = (
    "sources_monitoringpoint_mn_code_key",
    gettext_lazy("该 MN 号已被使用"),
    "mn_code",
)
ClosingCheck = Callable[[MonitoringPoint, date], None]
ParameterCheck = Callable[[MonitoringPoint], None]
_closing_checks: list[ClosingCheck] = []
_parameter_checks: list[ParameterCheck] = []
DESCRIBED = ("parameters", "sampling_method", "automatic_calibration")


def before_point_closes(check: ClosingCheck) -> ClosingCheck:
    """Register a check of a room above; it raises InvalidState when something still stands there
    beyond the day."""
    _closing_checks.append(check)
    return check


def before_parameters_change(check: ParameterCheck) -> ParameterCheck:
    """Register a check of a room above; it raises InvalidState when a parameter that the point no
    longer has is still measured."""
    _parameter_checks.append(check)
    return check


@transaction.atomic
def point_create(*, actor: Actor, outlet: Outlet, **fields: Any) -> MonitoringPoint:
    """Add a monitoring point to an outlet; without a position it stands where the source does.

    `fields` are those of `sources.fields.POINT`, with name, MN code and parameters at least.
    Its description holds from the day it was opened, or networked; today when nobody says.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidInput: values that cannot be right.
        InvalidState: the outlet is closed.
        Conflict: the MN code is taken.
    """
    POINT.check_names(fields, new=True)
    source = outlet.source
    require(may_keep_source(actor, source.organization_id, source.district_id))
    if outlet.is_closed:
        raise InvalidState(_("排口已关闭，不能新增测点"))
    point = MonitoringPoint(
        outlet=outlet,
        organization_id=source.organization_id,
        district_id=source.district_id,
        kind=outlet.kind,
        longitude=source.longitude,
        latitude=source.latitude,
    )
    given = {name: value for name, value in fields.items() if value is not None}
    assign_place(point, given | {"mn_code": fields["mn_code"].strip().upper()})
    _check_point(point, Problems())
    with conflict_when(*MN_CODE_TAKEN):
        point.save(force_insert=True)
    begin = point.opened_on or min(point.networked_on or today(), today())
    _describe(point, 1, begin, _("登记测点"), actor)
    record(
        actor=actor,
        verb=events.POINT_CREATED,
        obj=point,
        organization_id=source.organization_id,
        payload={
            "outlet": str(outlet.pk),
            "mn_code": point.mn_code,
            "parameters": point.parameters,
            "effective_from": begin.isoformat(),
            "version": 1,
        },
    )
    return point


@transaction.atomic
def point_update(
    *,
    actor: Actor,
    point: MonitoringPoint,
    reason: str,
    effective_on: date | None = None,
    version: int | None = None,
    **changes: Any,
) -> MonitoringPoint:
    """Change fields of a point (`sources.fields.POINT`).

    What the rules ask for (parameters, sampling method, automatic calibration) is described anew
    from `effective_on` (today unless told otherwise); how it was before stays known.

    Raises:
        NotAllowed: the actor does not keep the source.
        Conflict: "stale", somebody else changed it in between; or the MN code is taken.
        InvalidState: the point is networked and keeps its MN code; a parameter is still measured.
        InvalidInput: values that cannot be right.
    """
    POINT.check_names(changes)
    change = PlaceChange.begin(actor, point, version)
    point = change.row
    day = effective_on or today()
    networked = point.networked_on is not None and point.networked_on <= today()
    if "mn_code" in changes:
        changes["mn_code"] = changes["mn_code"].strip().upper()
    changed = assign_place(point, changes)
    if not changed:
        return point
    if networked and "mn_code" in changed:
        raise InvalidState(_("测点联网后 MN 号不变；换址或新建请新增测点"), field="mn_code")
    described = any(name in changed for name in DESCRIBED)
    last = PointRevision.unscoped().filter(point=point).order_by("number").last()
    begun = last.period.lower if last is not None and _is_open(last) else None
    not_before = begun if described and begun else point.opened_on
    _check_point(point, change_problems(reason, day, not_before))
    if "parameters" in changed:
        for check in _parameter_checks:
            check(point)
    with conflict_when(*MN_CODE_TAKEN):
        change.write(events.POINT_CHANGED, changed, reason, day)
    if described:
        _end(last, day)
        _describe(point, last.number + 1 if last else 1, day, reason.strip(), actor)
    return point


@transaction.atomic
def point_close(
    *,
    actor: Actor,
    point: MonitoringPoint,
    on: date,
    reason: str,
    version: int | None = None,
) -> MonitoringPoint:
    """Close a point from a day on; its instruments have to be taken out of use before.

    Raises:
        NotAllowed: the actor does not keep the source.
        InvalidState: it is closed, or an instrument is in use beyond the day.
        InvalidInput: no reason, or a day before it was opened.
    """
    change = PlaceChange.begin(actor, point, version)
    point = change.row
    problems = change.closing_problems(on, reason, _("该测点已关闭"))
    last = PointRevision.unscoped().filter(point=point).order_by("number").last()
    problems.unless(
        last is None or not _is_open(last) or on >= last.period.lower,
        "on",
        _("关闭日期不能早于最近一次变更的生效日期"),
        "order",
    )
    problems.refuse_if_any()
    for check in _closing_checks:
        check(point, on)
    _end(last, on)
    return change.close(events.POINT_CLOSED, on, reason)


def _describe(point: MonitoringPoint, number: int, begin: date, reason: str, actor: Actor) -> None:
    PointRevision(
        point=point,
        number=number,
        period=DateRange(begin, None),
        parameters=point.parameters,
        sampling_method=point.sampling_method,
        automatic_calibration=point.automatic_calibration,
        reason=reason,
        made_by_id=actor.account_id,
    ).save(force_insert=True)


def _is_open(revision: PointRevision | None) -> bool:
    return revision is not None and not revision.period.isempty and revision.period.upper is None


def _end(revision: PointRevision | None, day: date) -> None:
    """Let a description hold until the day before; for no day at all when it began on it."""
    if revision is None or not _is_open(revision):
        return
    begin = revision.period.lower
    revision.period = DateRange(begin, day) if begin < day else DateRange(empty=True)
    revision.save(update_fields=["period"])


def _check_point(point: MonitoringPoint, problems: Problems) -> None:
    gas = point.kind == Medium.FLUE_GAS
    known = factors(point.kind)
    unknown = [name for name in point.parameters if name not in known]
    problems.unless(
        not unknown,
        "parameters",
        _("%(names)s 不是这类测点的监测因子（HJ 212）") % {"names": "、".join(unknown)},
    )
    problems.unless(
        len(set(point.parameters)) == len(point.parameters),
        "parameters",
        _("监测因子重复"),
        "repeated",
    )
    problems.unless(
        MN_CODE.fullmatch(point.mn_code) is not None,
        "mn_code",
        _("MN 号应为 14 至 24 位数字或大写字母（HJ 212 为 24 位）"),
    )
    problems.unless(
        bool(point.sampling_method) == gas,
        "sampling_method",
        _("请选择采样方式") if gas else _("废水测点没有烟气采样方式"),
    )
    problems.unless(
        point.station_area is None or point.station_area > 0,
        "station_area",
        _("站房面积应大于 0 m²"),
    )
    first = point.opened_on
    problems.in_order("networked_on", first, point.networked_on, _("联网日期不能早于投用日期"))
    check_days_in_order(problems, point)
    problems.in_order("opened_on", first, today(), _("投用日期不能晚于今天"))
    check_position(problems, point)
    problems.model_fields(point, exclude=["outlet", "organization", "district", *TYPED])
    problems.refuse_if_any()
