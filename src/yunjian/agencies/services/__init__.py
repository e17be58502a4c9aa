"""Every write about agencies: filing, people, devices, vehicles, parts, contracts."""

from yunjian.agencies.services.assets import (
    equipment_create,
    equipment_retire,
    equipment_update,
    spare_part_create,
    spare_part_update,
    vehicle_create,
    vehicle_update,
)
from yunjian.agencies.services.contracts import contract_create, contract_end
from yunjian.agencies.services.filing import filing_decide, filing_save, filing_submit
from yunjian.agencies.services.people import (
    certificate_add,
    person_create,
    person_leave,
    person_update,
)

__all__ = [
    "certificate_add",
    "contract_create",
    "contract_end",
    "equipment_create",
    "equipment_retire",
    "equipment_update",
    "filing_decide",
    "filing_save",
    "filing_submit",
    "person_create",
    "person_leave",
    "person_update",
    "spare_part_create",
    "spare_part_update",
    "vehicle_create",
    "vehicle_update",
]
