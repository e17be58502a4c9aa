"""The fields of what an agency files, and what of them identifies a person.

Form, detail page, history and the sealed chain follow from what is said here.
"""

from django.utils.translation import gettext_lazy as _

from yunjian.agencies.models import (
    AgencyFiling,
    Certificate,
    CompetenceConfirmation,
    Equipment,
    Person,
    ServiceContract,
    SparePart,
    Vehicle,
)
from yunjian.records.fields import column_field, personal, section, specify

FILING = specify(
    AgencyFiling,
    section(
        AgencyFiling,
        _("企业信息"),
        *personal(AgencyFiling, "legal_representative"),
        "registered_capital",
        "address",
    ),
    section(AgencyFiling, _("业务信息"), "project_count", "project_amount", "scope"),
    section(AgencyFiling, _("联系方式"), *personal(AgencyFiling, "contact_name", "contact_phone")),
)

PERSON = specify(
    Person,
    section(
        Person,
        _("基本信息"),
        *personal(Person, "name", "phone", "education"),
        "title",
    ),
    section(
        Person,
        _("任职信息"),
        "job",
        "position",
        "joined_on",
        column_field(Person, "account", label=_("系统账号")),
    ),
)

EQUIPMENT = specify(
    Equipment,
    section(Equipment, _("设备信息"), "asset_number", "name", "serial_number", "maker", "model"),
    section(Equipment, _("检定与校准"), "needs_calibration"),
)

VEHICLE = specify(
    Vehicle,
    section(
        Vehicle,
        _("车辆信息"),
        column_field(Vehicle, "plate", help=_("如 沪A12345，新能源如 沪AD12345")),
        "ownership",
        column_field(Vehicle, "lease_until", help=_("租赁车辆必填")),
    ),
)

PART = specify(
    SparePart,
    section(SparePart, _("备品备件"), "name", "model", "quantity", "unit", "amount", "location"),
)

CONFIRMATION = specify(
    CompetenceConfirmation,
    section(
        CompetenceConfirmation,
        "",
        column_field(CompetenceConfirmation, "scope", help=_("如 水污染源在线监测系统比对")),
        *personal(CompetenceConfirmation, "confirmed_by"),
        column_field(
            CompetenceConfirmation, "basis", help=_("如 培训与考核记录编号、授权文件编号")
        ),
        "confirmed_on",
        "valid_until",
    ),
)

SPECIFICATIONS = (
    CONFIRMATION,
    FILING,
    PERSON,
    EQUIPMENT,
    VEHICLE,
    PART,
    # the number of a person's certificate leads to the person
    specify(Certificate, *personal(Certificate, "number"), "category", "issuer", "valid_until"),
    specify(ServiceContract, "number", "period", "amount"),
)
