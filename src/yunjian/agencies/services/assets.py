"""设备, 运维车辆 and 备品备件."""

from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Equipment, SparePart, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import agency_of_editor, may_edit_filing
from yunjian.agencies.services.checks import PLATE, Problems, apply, conflict_when, locked
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState

ASSET_TAKEN = ("equipment_asset_number_once", "asset_number", _("本机构已有相同资产编号的设备"))
PLATE_TAKEN = ("vehicle_plate_once", "plate", _("本机构已登记该车牌号"))


class EquipmentFields(TypedDict):
    """What is filed about a device."""

    asset_number: str
    serial_number: str
    name: str
    maker: NotRequired[str]
    model: NotRequired[str]
    needs_calibration: NotRequired[bool]


class VehicleFields(TypedDict):
    """What is filed about a vehicle: `ownership` is "owned" or "leased"."""

    plate: str
    ownership: NotRequired[str]
    lease_until: NotRequired[date | None]
    attachment: NotRequired[Attachment | None]


class SparePartFields(TypedDict):
    """What is kept in store. `amount` in 元."""

    name: str
    location: str
    model: NotRequired[str]
    quantity: NotRequired[int]
    unit: NotRequired[str]
    amount: NotRequired[Decimal]


@transaction.atomic
def equipment_create(*, actor: Actor, **fields: Unpack[EquipmentFields]) -> Equipment:
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
        verb="equipment.created",
        obj=equipment,
        payload={"asset_number": equipment.asset_number, "name": equipment.name},
    )
    return equipment


@transaction.atomic
def equipment_update(
    *, actor: Actor, equipment: Equipment, **fields: Unpack[EquipmentFields]
) -> Equipment:
    """Change what is filed about a device; a filed one waits for review again.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is being reviewed or was retired.
        InvalidInput: a demanded value is missing.
        Conflict: the asset number is taken.
    """
    equipment = locked(equipment)
    require(may_edit_filing(actor, equipment.organization_id))
    _require_editable(equipment.state)
    _check_equipment(fields)
    changed = apply(equipment, dict(fields))
    if changed:
        equipment.state = FilingState.DRAFT
        with conflict_when(*ASSET_TAKEN):
            equipment.save()
    record(actor=actor, verb="equipment.changed", obj=equipment, payload={"changed": changed})
    return equipment


@transaction.atomic
def equipment_retire(*, actor: Actor, equipment: Equipment, reason: str) -> Equipment:
    """Take a device out of use; it stays in what was done with it.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it was retired already.
        InvalidInput: no reason given.
    """
    equipment = locked(equipment)
    require(may_edit_filing(actor, equipment.organization_id))
    if equipment.state == FilingState.WITHDRAWN:
        raise InvalidState(gettext("该设备已停用"))
    problems = Problems()
    problems.filled("reason", reason, gettext("停用原因"))
    problems.refuse_if_any()
    equipment.state = FilingState.WITHDRAWN
    equipment.save(update_fields=["state"])
    record(actor=actor, verb="equipment.retired", obj=equipment, payload={"reason": reason})
    return equipment


@transaction.atomic
def vehicle_create(*, actor: Actor, **fields: Unpack[VehicleFields]) -> Vehicle:
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
    record(actor=actor, verb="vehicle.created", obj=vehicle, payload={"plate": vehicle.plate})
    return vehicle


@transaction.atomic
def vehicle_update(*, actor: Actor, vehicle: Vehicle, **fields: Unpack[VehicleFields]) -> Vehicle:
    """Change what is filed about a vehicle; a filed one waits for review again.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is being reviewed or was retired.
        InvalidInput: as in `vehicle_create`.
        Conflict: the plate is registered already.
    """
    vehicle = locked(vehicle)
    require(may_edit_filing(actor, vehicle.organization_id))
    _require_editable(vehicle.state)
    _check_vehicle(actor, fields)
    changed = apply(vehicle, dict(fields))
    if changed:
        vehicle.state = FilingState.DRAFT
        with conflict_when(*PLATE_TAKEN):
            vehicle.save()
    record(actor=actor, verb="vehicle.changed", obj=vehicle, payload={"changed": changed})
    return vehicle


@transaction.atomic
def spare_part_create(*, actor: Actor, **fields: Unpack[SparePartFields]) -> SparePart:
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
        verb="spare_part.created",
        obj=part,
        payload={"name": part.name, "quantity": part.quantity},
    )
    return part


@transaction.atomic
def spare_part_update(
    *, actor: Actor, part: SparePart, **fields: Unpack[SparePartFields]
) -> SparePart:
    """Change what is known about a spare part.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidInput: a demanded value is missing or below zero.
    """
    part = locked(part)
    require(may_edit_filing(actor, part.organization_id))
    _check_part(fields)
    changed = apply(part, dict(fields))
    part.save()
    record(
        actor=actor,
        verb="spare_part.changed",
        obj=part,
        payload={"changed": changed, "quantity": part.quantity},
    )
    return part


def _require_editable(state: str) -> None:
    if state == FilingState.SUBMITTED:
        raise InvalidState(gettext("该记录正在审核，审核完成前不能修改"))
    if state == FilingState.WITHDRAWN:
        raise InvalidState(gettext("该记录已停用，不能修改"))


def _check_equipment(fields: EquipmentFields) -> None:
    problems = Problems()
    problems.filled("asset_number", fields["asset_number"], gettext("资产编号"))
    problems.filled("serial_number", fields["serial_number"], gettext("出厂编号"))
    problems.filled("name", fields["name"], gettext("设备名称"))
    problems.refuse_if_any()


def _check_vehicle(actor: Actor, fields: VehicleFields) -> None:
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


def _check_part(fields: SparePartFields) -> None:
    problems = Problems()
    problems.filled("name", fields["name"], gettext("名称"))
    problems.filled("location", fields["location"], gettext("放置位置"))
    problems.not_negative("quantity", fields.get("quantity", 0), gettext("数量"))
    problems.not_negative("amount", fields.get("amount", Decimal(0)), gettext("金额"))
    problems.refuse_if_any()
