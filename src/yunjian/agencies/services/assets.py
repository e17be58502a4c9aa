"""设备, 运维车辆 and 备品备件."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies import events
from yunjian.agencies.models import Equipment, SparePart, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import agency_of_editor, may_edit_filing
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import Changes, assign, facts, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version, save_changes

# GA 36: region, issuing office, five characters (six on new-energy vehicles), never I or O
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
ASSET_TAKEN = ("equipment_asset_number_once", _("本机构已有相同资产编号的设备"), "asset_number")
PLATE_TAKEN = ("vehicle_plate_once", _("本机构已登记该车牌号"), "plate")


@transaction.atomic
def equipment_create(*, actor: Actor, **fields: Any) -> Equipment:
    """Add a device to the filing; its calibration is due when its certificate runs out.

    Raises:
        NotAllowed: the actor does not keep the filing.
        InvalidInput: a demanded value is missing.
        Conflict: the asset number is taken.
    """
    agency_id = agency_of_editor(actor)
    _check_equipment(fields)
    equipment = Equipment(organization_id=agency_id, **fields)
    with conflict_when(*ASSET_TAKEN):
        equipment.save(force_insert=True)
    record(
        actor=actor,
        verb=events.EQUIPMENT_CREATED,
        obj=equipment,
        payload=facts(equipment, "asset_number", "name", "version"),
    )
    return equipment


@transaction.atomic
def equipment_update(
    *,
    actor: Actor,
    equipment: Equipment,
    version: int | None = None,
    **fields: Any,
) -> Equipment:
    """Change what is filed about a device; a filed one waits for review again.

    `version` is the one that the change was made in sight of; without one nobody is warned.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is being reviewed or was retired.
        InvalidInput: a demanded value is missing.
        Conflict: the asset number is taken.
        StaleVersion: somebody else changed it in between.
    """
    equipment = locked(equipment)
    require(may_edit_filing(actor, equipment.organization_id))
    _require_editable(equipment.state)
    check_version(equipment, version)
    _check_equipment(fields)
    changes = assign(equipment, fields)
    if changes:
        changes |= assign(equipment, {"state": FilingState.DRAFT.value})
        with conflict_when(*ASSET_TAKEN):
            _save(actor, events.EQUIPMENT_CHANGED, equipment, changes)
    return equipment


@transaction.atomic
def equipment_retire(
    *, actor: Actor, equipment: Equipment, reason: str, version: int | None = None
) -> Equipment:
    """Take a device out of use; it stays in what was done with it.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it was retired already.
        InvalidInput: no reason given.
        StaleVersion: somebody else changed it in between.
    """
    equipment = locked(equipment)
    require(may_edit_filing(actor, equipment.organization_id))
    if equipment.state == FilingState.WITHDRAWN:
        raise InvalidState(gettext("该设备已停用"))
    check_version(equipment, version)
    problems = Problems()
    problems.filled("reason", reason, gettext("停用原因"))
    problems.refuse_if_any()
    changes = assign(equipment, {"state": FilingState.WITHDRAWN.value})
    _save(actor, events.EQUIPMENT_RETIRED, equipment, changes, reason=reason)
    return equipment


@transaction.atomic
def vehicle_create(*, actor: Actor, **fields: Any) -> Vehicle:
    """Add a vehicle to the filing.

    Raises:
        NotAllowed: the actor does not keep the filing.
        InvalidInput: no number plate, or a leased vehicle without the end of its lease.
        Conflict: the plate is registered already.
    """
    agency_id = agency_of_editor(actor)
    _check_vehicle(actor, fields)
    vehicle = Vehicle(organization_id=agency_id, **fields)
    with conflict_when(*PLATE_TAKEN):
        vehicle.save(force_insert=True)
    record(
        actor=actor,
        verb=events.VEHICLE_CREATED,
        obj=vehicle,
        payload=facts(vehicle, "plate", "version"),
    )
    return vehicle


@transaction.atomic
def vehicle_update(
    *, actor: Actor, vehicle: Vehicle, version: int | None = None, **fields: Any
) -> Vehicle:
    """Change what is filed about a vehicle; a filed one waits for review again.

    `version` is the one that the change was made in sight of; without one nobody is warned.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is being reviewed or was retired.
        InvalidInput: as in `vehicle_create`.
        Conflict: the plate is registered already.
        StaleVersion: somebody else changed it in between.
    """
    vehicle = locked(vehicle)
    require(may_edit_filing(actor, vehicle.organization_id))
    _require_editable(vehicle.state)
    check_version(vehicle, version)
    _check_vehicle(actor, fields)
    changes = assign(vehicle, fields)
    if changes:
        changes |= assign(vehicle, {"state": FilingState.DRAFT.value})
        with conflict_when(*PLATE_TAKEN):
            _save(actor, events.VEHICLE_CHANGED, vehicle, changes)
    return vehicle


@transaction.atomic
def spare_part_create(*, actor: Actor, **fields: Any) -> SparePart:
    """Add a spare part to the store.

    Raises:
        NotAllowed: the actor does not keep the filing.
        InvalidInput: a demanded value is missing or below zero.
    """
    agency_id = agency_of_editor(actor)
    _check_part(fields)
    part = SparePart(organization_id=agency_id, **fields)
    part.save(force_insert=True)
    record(
        actor=actor,
        verb=events.SPARE_PART_CREATED,
        obj=part,
        payload=facts(part, "name", "quantity", "version"),
    )
    return part


@transaction.atomic
def spare_part_update(
    *,
    actor: Actor,
    part: SparePart,
    version: int | None = None,
    **fields: Any,
) -> SparePart:
    """Change what is known about a spare part.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidInput: a demanded value is missing or below zero.
        StaleVersion: somebody else changed it in between.
    """
    part = locked(part)
    require(may_edit_filing(actor, part.organization_id))
    check_version(part, version)
    _check_part(fields)
    changes = assign(part, fields)
    if changes:
        _save(actor, events.SPARE_PART_CHANGED, part, changes)
    return part


def _save(
    actor: Actor, verb: str, row: Equipment | Vehicle | SparePart, changes: Changes, **why: str
) -> None:
    save_changes(row, changes)
    payload = facts(row, "version") | why
    record_change(actor=actor, verb=verb, row=row, changes=changes, payload=payload)


def _require_editable(state: str) -> None:
    if state == FilingState.SUBMITTED:
        raise InvalidState(gettext("该记录正在审核，审核完成前不能修改"))
    if state == FilingState.WITHDRAWN:
        raise InvalidState(gettext("该记录已停用，不能修改"))


def _check_equipment(fields: Mapping[str, Any]) -> None:
    problems = Problems()
    problems.filled("asset_number", fields["asset_number"], gettext("资产编号"))
    problems.filled("serial_number", fields["serial_number"], gettext("出厂编号"))
    problems.filled("name", fields["name"], gettext("设备名称"))
    problems.refuse_if_any()


def _check_vehicle(actor: Actor, fields: Mapping[str, Any]) -> None:
    problems = Problems()
    good = PLATE.fullmatch(fields["plate"]) is not None
    problems.unless(good, "plate", gettext("车牌号格式不正确，应形如 沪A12345 或 沪AD12345"))
    ownership = fields.get("ownership", "owned")
    problems.one_of("ownership", ownership, {"owned", "leased"})
    if ownership == "leased":
        lease_until = fields.get("lease_until")
        problems.filled("lease_until", lease_until, gettext("租赁期至"))
        running = lease_until is None or lease_until >= today()
        problems.unless(running, "lease_until", gettext("租赁合同已到期"), "expired")
    attachment = fields.get("attachment")
    owned = attachment is None or attachment.organization_id == actor.organization_id
    problems.unless(owned, "attachment", gettext("附件不属于本机构"))
    problems.refuse_if_any()


def _check_part(fields: Mapping[str, Any]) -> None:
    problems = Problems()
    problems.filled("name", fields["name"], gettext("名称"))
    problems.filled("location", fields["location"], gettext("放置位置"))
    problems.not_negative("quantity", fields.get("quantity", 0), gettext("数量"))
    problems.not_negative("amount", fields.get("amount", Decimal(0)), gettext("金额"))
    problems.refuse_if_any()
