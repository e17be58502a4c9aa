"""What can happen to an agency and what it files, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "filing.created": _("填写机构备案"),
    "filing.changed": _("修改机构备案"),
    "filing.submitted": _("提交机构备案"),
    "filing.approved": _("机构备案通过"),
    "filing.returned": _("机构备案退回"),
    "person.created": _("登记人员"),
    "person.changed": _("修改人员"),
    "person.left": _("人员离职"),
    "certificate.added": _("上传证书"),
    "equipment.created": _("登记设备"),
    "equipment.changed": _("修改设备"),
    "equipment.retired": _("设备停用"),
    "vehicle.created": _("登记车辆"),
    "vehicle.changed": _("修改车辆"),
    "vehicle.retired": _("车辆停用"),
    "spare_part.created": _("登记备品备件"),
    "spare_part.changed": _("修改备品备件"),
    "contract.created": _("登记服务合同"),
    "contract.ended": _("终止服务合同"),
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
