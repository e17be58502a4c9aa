"""What can happen to an agency and what it files, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
FILING_CREATED = SENTENCES.state("filing.created", _("填写机构备案"))
FILING_CHANGED = SENTENCES.state("filing.changed", _("修改机构备案"))
FILING_SUBMITTED = SENTENCES.state("filing.submitted", _("提交机构备案"))
FILING_APPROVED = SENTENCES.state("filing.approved", _("机构备案通过"))
FILING_RETURNED = SENTENCES.state("filing.returned", _("机构备案退回"))
PERSON_CREATED = SENTENCES.state("person.created", _("登记人员"))
PERSON_CHANGED = SENTENCES.state("person.changed", _("修改人员"))
PERSON_LEFT = SENTENCES.state("person.left", _("人员离职"))
CERTIFICATE_ADDED = SENTENCES.state("certificate.added", _("上传证书"))
CONFIRMATION_ADDED = SENTENCES.state("competence.confirmed", _("登记能力确认"))
EQUIPMENT_CREATED = SENTENCES.state("equipment.created", _("登记设备"))
EQUIPMENT_CHANGED = SENTENCES.state("equipment.changed", _("修改设备"))
EQUIPMENT_RETIRED = SENTENCES.state("equipment.retired", _("设备停用"))
VEHICLE_CREATED = SENTENCES.state("vehicle.created", _("登记车辆"))
VEHICLE_CHANGED = SENTENCES.state("vehicle.changed", _("修改车辆"))
SPARE_PART_CREATED = SENTENCES.state("spare_part.created", _("登记备品备件"))
SPARE_PART_CHANGED = SENTENCES.state("spare_part.changed", _("修改备品备件"))
CONTRACT_CREATED = SENTENCES.state("contract.created", _("登记服务合同"))
CONTRACT_ENDED = SENTENCES.state("contract.ended", _("终止服务合同"))

OBJECTS = {
    "agencies.agencyfiling": _("机构备案"),
    "agencies.person": _("人员"),
    "agencies.certificate": _("证书"),
    "agencies.competenceconfirmation": _("能力确认"),
    "agencies.equipment": _("设备"),
    "agencies.vehicle": _("车辆"),
    "agencies.sparepart": _("备品备件"),
    "agencies.servicecontract": _("服务合同"),
}
