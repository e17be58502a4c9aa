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
from yunjian.agencies.policies import may_edit_filing
from yunjian.agencies.services.registers import RegisterService, save_row
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import assign
from yunjian.records.problems import Problems, locked
from yunjian.records.versions import check_version

# GA 36: region, issuing office, five characters (six on new-energy vehicles), never I or O
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)


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
    save_row(actor, events.EQUIPMENT_RETIRED, equipment, changes, reason=reason)
    return equipment


def _require_editable(row: Equipment | Vehicle) -> None:
    if row.state == FilingState.SUBMITTED:
        raise InvalidState(gettext("该记录正在审核，审核完成前不能修改"))
    if row.state == FilingState.WITHDRAWN:
        raise InvalidState(gettext("该记录已停用，不能修改"))


def _check_equipment(problems: Problems, _actor: Actor, fields: Mapping[str, Any]) -> None:
    problems.filled("asset_number", fields["asset_number"], gettext("资产编号"))
    problems.filled("serial_number", fields["serial_number"], gettext("出厂编号"))
    problems.filled("name", fields["name"], gettext("设备名称"))


def _check_vehicle(problems: Problems, actor: Actor, fields: Mapping[str, Any]) -> None:
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


def _check_part(problems: Problems, _actor: Actor, fields: Mapping[str, Any]) -> None:
    problems.filled("name", fields["name"], gettext("名称"))
    problems.filled("location", fields["location"], gettext("放置位置"))
    problems.not_negative("quantity", fields.get("quantity", 0), gettext("数量"))
    problems.not_negative("amount", fields.get("amount", Decimal(0)), gettext("金额"))


EQUIPMENT = RegisterService(
    Equipment,
    events.EQUIPMENT_CREATED,
    events.EQUIPMENT_CHANGED,
    ("asset_number", "name"),
    _check_equipment,
    ("equipment_asset_number_once", _("本机构已有相同资产编号的设备"), "asset_number"),
    _require_editable,
)
VEHICLES = RegisterService(
    Vehicle,
    events.VEHICLE_CREATED,
    events.VEHICLE_CHANGED,
    ("plate",),
    _check_vehicle,
    ("vehicle_plate_once", _("本机构已登记该车牌号"), "plate"),
    _require_editable,
)
SPARE_PARTS = RegisterService(
    SparePart,
    events.SPARE_PART_CREATED,
    events.SPARE_PART_CHANGED,
    ("name", "quantity"),
    _check_part,
)
equipment_create = EQUIPMENT.create
equipment_update = EQUIPMENT.update
vehicle_create = VEHICLES.create
vehicle_update = VEHICLES.update
spare_part_create = SPARE_PARTS.create
spare_part_update = SPARE_PARTS.update
