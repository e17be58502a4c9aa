"""Outlets and the emission limits that hold at them."""

from datetime import date
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import plain
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.sources import events
from yunjian.sources.fields import OUTLET
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.models.places import Channel, Discharge, Medium
from yunjian.sources.policies import may_keep_source
from yunjian.sources.services.revisions import (
    TYPED,
    PlaceChange,
    assign_place,
    change_problems,
    check_days_in_order,
    check_position,
    check_reason,
    keeper_of,
    still_open,
)
from yunjian.standards.factors import factors

LETTERS = {Medium.WASTEWATER: "DW", Medium.FLUE_GAS: "DA"}
# what a limit may be written in where the factor is measured in the first
SAME_KIND_UNITS = {"mg/L": {"μg/L"}, "mg/m³": {"μg/m³"}, "μg/m³": {"mg/m³"}}


class LimitFields(TypedDict):
    """What a standard allows: bounds in `unit` (that of the factor unless another one is given),
    from a day on (and until another one)."""

    parameter: str
    unit: NotRequired[str]
    standard: str
    effective_from: date
    upper: NotRequired[Decimal | None]
    lower: NotRequired[Decimal | None]
    clause: NotRequired[str]
    effective_to: NotRequired[date | None]


@transaction.atomic
def outlet_create(
    *,
    actor: Actor,
    source: PollutionSource,
    code: str,
    kind: str,
    **fields: Any,
) -> Outlet:
    """Add an outlet to a source; `fields` are those of `sources.fields.OUTLET`, lengths in m.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidInput: values that cannot be right.
        InvalidState: the source is closed.
        Conflict: the source has an outlet of this code.
    """
    OUTLET.check_names(fields, new=True)
    require(may_keep_source(actor, source.organization_id, source.district_id))
    if source.is_closed:
        raise InvalidState(_("污染源已关闭，不能新增排口"))
    outlet = Outlet(source=source, code=code.strip().upper(), kind=kind)
    assign_place(outlet, fields)
    _check_outlet(outlet, Problems())
    with conflict_when("outlet_code_once", _("该污染源已有排口 %(code)s") % {"code": code}, "code"):
        outlet.save(force_insert=True)
    record(
        actor=actor,
        verb=events.OUTLET_CREATED,
        obj=outlet,
        organization_id=source.organization_id,
        payload={"source": str(source.pk), "code": outlet.code, "kind": kind, "version": 1},
    )
    return outlet


@transaction.atomic
def outlet_update(
    *,
    actor: Actor,
    outlet: Outlet,
    reason: str,
    effective_on: date | None = None,
    version: int | None = None,
    **changes: Any,
) -> Outlet:
    """Change fields of an outlet (`sources.fields.OUTLET`); its code and kind stay.

    Raises:
        NotAllowed: the actor does not keep the source.
        Conflict: "stale", somebody else changed it in between.
        InvalidInput: values that cannot be right.
    """
    OUTLET.check_names(changes)
    change = PlaceChange.begin(actor, outlet, version)
    outlet = change.row
    day = effective_on or today()
    changed = assign_place(outlet, changes)
    if not changed:
        return outlet
    problems = change_problems(reason, day, outlet.opened_on)
    _check_outlet(outlet, problems)
    return change.write(events.OUTLET_CHANGED, changed, reason, day)


@transaction.atomic
def outlet_close(
    *, actor: Actor, outlet: Outlet, on: date, reason: str, version: int | None = None
) -> Outlet:
    """Close an outlet from a day on; its points have to be closed before.

    Raises:
        NotAllowed: the actor does not keep the source.
        InvalidState: it is closed, or a point is in use beyond the day.
        InvalidInput: no reason, or a day before it was opened.
    """
    change = PlaceChange.begin(actor, outlet, version)
    outlet = change.row
    change.closing_problems(on, reason, _("该排口已关闭")).refuse_if_any()
    still = still_open(MonitoringPoint.unscoped().filter(outlet=outlet), on, "name")
    if still:
        raise InvalidState(_("请先关闭测点：%(names)s") % {"names": "、".join(still)})
    return change.close(events.OUTLET_CLOSED, on, reason)


def _check_outlet(outlet: Outlet, problems: Problems) -> None:
    gas = outlet.kind == Medium.FLUE_GAS
    known = outlet.kind in Medium.values
    height, diameter, to = outlet.height, outlet.inner_diameter, outlet.discharge_to
    letters = known and outlet.code[:2] == LETTERS[Medium(outlet.kind)]
    for path, good, message in (
        ("code", letters, _("废水排口编号以 DW 开头，废气排口编号以 DA 开头")),
        ("height", gas or height is None, _("废水排口没有排气筒高度")),
        ("inner_diameter", gas or diameter is None, _("废水排口没有出口内径")),
        ("channel", not gas or outlet.channel not in Channel.values, _("废气排口没有量水设施")),
        (
            "discharge_to",
            not to or (to == Discharge.ATMOSPHERE) == gas,
            _("废气排入大气环境，废水排入水体、下水道或处理厂，请核对排放去向"),
        ),
        ("height", height is None or height > 0, _("排气筒高度应大于 0 m")),
        ("inner_diameter", diameter is None or diameter > 0, _("出口内径应大于 0 m")),
    ):
        problems.unless(good, path, message)
    check_days_in_order(problems, outlet)
    check_position(problems, outlet)
    problems.model_fields(outlet, exclude=["source", *TYPED])
    problems.refuse_if_any()


@transaction.atomic
def limit_add(*, actor: Actor, outlet: Outlet, **fields: Unpack[LimitFields]) -> EmissionLimit:
    """Let a limit hold at an outlet from a day on.

    The limit of the same parameter and standard that has no end yet ends the day this begins.

    Raises:
        NotAllowed: the actor does not keep the source.
        InvalidInput: values that cannot be right.
        Conflict: another limit of the parameter and standard holds in this time.
    """
    source = keeper_of(actor, outlet)
    begin, end = fields["effective_from"], fields.get("effective_to")
    factor = factors(outlet.kind).get(fields["parameter"])
    limit = EmissionLimit(
        outlet=outlet,
        parameter=fields["parameter"],
        lower=fields.get("lower"),
        upper=fields.get("upper"),
        unit=fields.get("unit", "").strip() or (factor.unit if factor else ""),
        standard=fields["standard"].strip(),
        clause=fields.get("clause", "").strip(),
    )
    _check_limit(limit, outlet, begin, end)
    limit.period = DateRange(begin, end)
    same = EmissionLimit.unscoped().filter(
        outlet=outlet, parameter=limit.parameter, standard=limit.standard
    )
    open_before = same.filter(period__upper_inf=True, period__startswith__lt=begin)
    before = open_before.select_for_update().first()
    if before is not None:
        before.period = DateRange(before.period.lower, begin)
        before.save(update_fields=["period"])
    with conflict_when(
        "limit_once_at_a_time", _("该因子在同一标准下这段时间已有限值"), "effective_from"
    ):
        limit.save(force_insert=True)
    record(
        actor=actor,
        verb=events.LIMIT_ADDED,
        obj=limit,
        organization_id=source.organization_id,
        payload={
            "outlet": str(outlet.pk),
            "code": outlet.code,
            "limit": limit_text(limit),
            "effective_from": begin.isoformat(),
            "effective_to": plain(end),
            "ended": limit_text(before) if before is not None else None,
        },
    )
    return limit


@transaction.atomic
def limit_end(*, actor: Actor, limit: EmissionLimit, on: date, reason: str) -> EmissionLimit:
    """Let a limit hold no longer, from a day on.

    Raises:
        NotAllowed: the actor does not keep the source.
        InvalidState: it ended before that day.
        InvalidInput: no reason, or a day before it began.
    """
    limit = locked(limit)
    outlet = Outlet.unscoped().get(pk=limit.outlet_id)
    source = keeper_of(actor, outlet)
    begin, end = limit.period.lower, limit.period.upper
    if end is not None and end <= on:
        raise InvalidState(_("该限值已于 %(day)s 终止") % {"day": end})
    problems = Problems()
    problems.unless(on > begin, "on", _("终止日期应晚于执行开始日期"), "order")
    check_reason(problems, reason)
    problems.refuse_if_any()
    limit.period = DateRange(begin, on)
    limit.save(update_fields=["period"])
    record(
        actor=actor,
        verb=events.LIMIT_ENDED,
        obj=limit,
        organization_id=source.organization_id,
        payload={
            "outlet": str(outlet.pk),
            "code": outlet.code,
            "limit": limit_text(limit),
            "effective_from": on.isoformat(),
            "reason": reason.strip(),
        },
    )
    return limit


def limit_text(limit: EmissionLimit) -> str:
    """Return a limit in one line, as events and tables say it."""
    return f"{limit.parameter} {limit.bounds} {limit.unit}（{limit.standard}）"


def _check_limit(limit: EmissionLimit, outlet: Outlet, begin: date, end: date | None) -> None:
    problems = Problems()
    factor = factors(outlet.kind).get(limit.parameter)
    problems.unless(factor is not None, "parameter", _("该类排口没有这个监测因子"))
    if factor is not None:
        fitting = {factor.unit, *SAME_KIND_UNITS.get(factor.unit, ())}
        problems.unless(
            limit.unit in fitting,
            "unit",
            _("%(factor)s 的限值单位应为 %(units)s")
            % {"factor": factor.zh, "units": "、".join(sorted(fitting))},
        )
    problems.unless(
        limit.lower is not None or limit.upper is not None, "upper", _("请填写限值"), "required"
    )
    problems.unless(limit.upper is None or limit.upper > 0, "upper", _("限值应大于 0"))
    problems.unless(
        limit.lower is None or limit.upper is None or limit.lower < limit.upper,
        "lower",
        _("下限应小于限值"),
        "order",
    )
    problems.unless(
        end is None or end > begin, "effective_to", _("终止日期应晚于开始日期"), "order"
    )
    nameless = [] if factor is not None else ["unit"]
    problems.model_fields(limit, exclude=["outlet", "period", *nameless])
    problems.refuse_if_any()
