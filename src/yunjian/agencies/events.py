"""What can happen to an agency and what it files, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

FILING_CREATED = "filing.created"
FILING_CHANGED = "filing.changed"
FILING_SUBMITTED = "filing.submitted"
FILING_APPROVED = "filing.approved"
FILING_RETURNED = "filing.returned"
PERSON_CREATED = "person.created"
PERSON_CHANGED = "person.changed"
PERSON_LEFT = "person.left"
CERTIFICATE_ADDED = "certificate.added"
EQUIPMENT_CREATED = "equipment.created"
EQUIPMENT_CHANGED = "equipment.changed"
EQUIPMENT_RETIRED = "equipment.retired"
VEHICLE_CREATED = "vehicle.created"
VEHICLE_CHANGED = "vehicle.changed"
SPARE_PART_CREATED = "spare_part.created"
SPARE_PART_CHANGED = "spare_part.changed"
CONTRACT_CREATED = "contract.created"
CONTRACT_ENDED = "contract.ended"

SENTENCES = {
    FILING_CREATED: _("填写机构备案"),
    FILING_CHANGED: _("修改机构备案"),
    FILING_SUBMITTED: _("提交机构备案"),
    FILING_APPROVED: _("机构备案通过"),
    FILING_RETURNED: _("机构备案退回"),
    PERSON_CREATED: _("登记人员"),
    PERSON_CHANGED: _("修改人员"),
    PERSON_LEFT: _("人员离职"),
    CERTIFICATE_ADDED: _("上传证书"),
    EQUIPMENT_CREATED: _("登记设备"),
    EQUIPMENT_CHANGED: _("修改设备"),
    EQUIPMENT_RETIRED: _("设备停用"),
    VEHICLE_CREATED: _("登记车辆"),
    VEHICLE_CHANGED: _("修改车辆"),
    SPARE_PART_CREATED: _("登记备品备件"),
    SPARE_PART_CHANGED: _("修改备品备件"),
    CONTRACT_CREATED: _("登记服务合同"),
    CONTRACT_ENDED: _("终止服务合同"),
}

OBJECTS = {
    "agencies.agencyfiling": _("机构备案"),
    "agencies.person": _("人员"),
    "agencies.certificate": _("证书"),
    "agencies.equipment": _("设备"),
    "agencies.vehicle": _("车辆"),
    "agencies.sparepart": _("备品备件"),
    "agencies.servicecontract": _("服务合同"),
}
