"""The registers: people, devices, vehicles, spare parts, contracts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from yunjian.agencies import forms, selectors, services, tables
from yunjian.agencies.models import Equipment, Person, ServiceContract, SparePart, Vehicle
from yunjian.agencies.views.register import Facts, Register, dialog, plain_text
from yunjian.agencies.views.uploads import stored
from yunjian.identity.selectors import organization_of
from yunjian.kernel.actor import Actor, current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.scope import get_visible_or_404
from yunjian.web.guards import agency_page


class PeopleRegister(Register[Person]):
    """人员."""

    slug, title, noun, testid = "people", "人员", "人员", "person-new"
    model = Person
    form_class = forms.PersonForm
    query_class = forms.PeopleQuery
    table_class = tables.PeopleTable
    empty_text = "还没有人员。点击右上角“新增人员”录入，并上传能力评定证书。"
    columns = [
        ("姓名", "name"),
        ("技术岗位", "get_position_display"),
        ("岗位", "job"),
        ("学历", "get_education_display"),
        ("职称", "title"),
        ("手机号", "phone"),
        ("入职日期", "joined_on"),
        ("离职日期", "left_on"),
        ("证书有效期至", "valid_until"),
        ("状态", "get_state_display"),
    ]

    def rows(self, **query: str) -> QuerySet[Person]:
        """Return the people."""
        return selectors.people(**query)

    def save(self, actor: Actor, form: Any, row: Person | None) -> Person:
        """Write a person."""
        if row is None:
            return services.person_create(actor=actor, **form.values())
        return services.person_update(actor=actor, person=row, **form.values())

    def more(self, row: Person) -> dict[str, Any]:
        """Return the certificates."""
        return {"certificates": selectors.certificates_of(row)}


class EquipmentRegister(Register[Equipment]):
    """设备."""

    slug, title, noun, testid = "equipment", "设备", "设备", "equipment-new"
    model = Equipment
    form_class = forms.EquipmentForm
    query_class = forms.EquipmentQuery
    table_class = tables.EquipmentTable
    empty_text = "还没有设备。点击右上角“新增设备”录入，并上传检定或校准证书。"
    columns = [
        ("资产编号", "asset_number"),
        ("设备名称", "name"),
        ("出厂编号", "serial_number"),
        ("生产厂家", "maker"),
        ("型号", "model"),
        ("检定/校准有效期至", "valid_until"),
        ("状态", "get_state_display"),
    ]

    def rows(self, **query: str) -> QuerySet[Equipment]:
        """Return the devices."""
        return selectors.equipment(**query)

    def save(self, actor: Actor, form: Any, row: Equipment | None) -> Equipment:
        """Write a device."""
        if row is None:
            return services.equipment_create(actor=actor, **form.values())
        return services.equipment_update(actor=actor, equipment=row, **form.values())

    def more(self, row: Equipment) -> dict[str, Any]:
        """Return the certificates."""
        return {"certificates": selectors.certificates_of(row)}


class VehicleRegister(Register[Vehicle]):
    """运维车辆."""

    slug, title, noun, testid = "vehicles", "运维车辆", "车辆", "vehicle-new"
    model = Vehicle
    form_class = forms.VehicleForm
    query_class = forms.VehicleQuery
    table_class = tables.VehicleTable
    empty_text = "还没有运维车辆。点击右上角“新增车辆”登记车牌号并上传行驶证。"
    columns = [
        ("车牌号", "plate"),
        ("权属", "get_ownership_display"),
        ("租赁期至", "lease_until"),
        ("状态", "get_state_display"),
    ]

    def rows(self, **query: str) -> QuerySet[Vehicle]:
        """Return the vehicles."""
        return selectors.vehicles(**query)

    def save(self, actor: Actor, form: Any, row: Vehicle | None) -> Vehicle:
        """Write a vehicle; a new document replaces the one before."""
        values = form.values()
        upload = form.cleaned_data.get("document")
        if upload:
            values["attachment"] = stored(actor, upload, purpose="vehicle", field="document")
        if row is None:
            return services.vehicle_create(actor=actor, **values)
        return services.vehicle_update(actor=actor, vehicle=row, **values)


class SparePartRegister(Register[SparePart]):
    """运维备品备件."""

    slug, title, noun, testid = "parts", "运维备品备件", "备品备件", "part-new"
    model = SparePart
    form_class = forms.SparePartForm
    query_class = forms.SparePartQuery
    table_class = tables.SparePartTable
    empty_text = "还没有备品备件。点击右上角“新增备品备件”登记名称、金额和放置位置。"
    columns = [
        ("名称", "name"),
        ("规格型号", "model"),
        ("数量", "quantity"),
        ("单位", "unit"),
        ("金额（元）", "amount"),
        ("放置位置", "location"),
    ]

    def rows(self, **query: str) -> QuerySet[SparePart]:
        """Return the spare parts."""
        return selectors.spare_parts(**query)

    def save(self, actor: Actor, form: Any, row: SparePart | None) -> SparePart:
        """Write a spare part."""
        if row is None:
            return services.spare_part_create(actor=actor, **form.values())
        return services.spare_part_update(actor=actor, part=row, **form.values())


class ContractRegister(Register[ServiceContract]):
    """服务合同. What was agreed is not edited; a contract can only be ended early."""

    slug, title, noun, testid = "contracts", "服务合同", "服务合同", "contract-new"
    model = ServiceContract
    form_class = forms.ContractForm
    query_class = forms.ContractQuery
    table_class = tables.ContractTable
    editable = False
    empty_text = "还没有服务合同。新增合同后，合同内的测点才能编制运维计划。"
    columns = [
        ("合同编号", "number"),
        ("排污单位", "discharger.name"),
        ("测点数", "point_count"),
        ("开始日期", "period.lower"),
        ("终止日期", "period.upper"),
        ("金额（万元）", "amount"),
    ]

    def rows(self, **query: str) -> QuerySet[ServiceContract]:
        """Return the contracts."""
        return selectors.contracts(**query)

    def save(
        self,
        actor: Actor,
        form: Any,
        row: ServiceContract | None,  # noqa: ARG002 - never edited
    ) -> ServiceContract:
        """Enter a contract of the agency."""
        values = form.cleaned_data
        discharger, points = selectors.contract_parties(
            uscc=values["uscc"], mn_codes=values["mn_codes"]
        )
        return services.contract_create(
            actor=actor,
            agency=organization_of(actor),
            discharger=discharger,
            number=values["number"],
            points=points,
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            amount=values["amount"] or Decimal(0),
        )

    def facts(self, row: ServiceContract) -> Facts:
        """Return what was agreed."""
        return [
            (
                "合同信息",
                [
                    ("合同编号", row.number),
                    ("排污单位", row.discharger.name),
                    ("统一社会信用代码", row.discharger.uscc),
                    ("开始日期", plain_text(row.period.lower)),
                    ("终止日期", plain_text(row.period.upper)),
                    ("合同金额（万元）", row.amount),
                ],
            )
        ]

    def more(self, row: ServiceContract) -> dict[str, Any]:
        """Return the points."""
        points = row.points.select_related("outlet__source")
        upper = row.period.upper
        return {"points": points, "over": upper and upper <= today()}


PEOPLE = PeopleRegister()
EQUIPMENT = EquipmentRegister()
VEHICLES = VehicleRegister()
PARTS = SparePartRegister()
CONTRACTS = ContractRegister()

_dialog = require_http_methods(["GET", "POST"])


@_dialog
@agency_page
def certificate_new(request: HttpRequest, kind: str, row_id: UUID) -> HttpResponse:
    """Add a certificate to a person ("people") or a device ("equipment")."""
    holder: Person | Equipment
    if kind == "people":
        holder = get_visible_or_404(Person, row_id)
        back = PEOPLE.url("detail", row_id)
    else:
        holder = get_visible_or_404(Equipment, row_id)
        back = EQUIPMENT.url("detail", row_id)
    form = forms.CertificateForm(request.POST or None, request.FILES or None)

    def save() -> None:
        values = form.cleaned_data
        upload = values.pop("attachment")
        attachment = stored(current_actor(), upload, purpose="certificate", field="attachment")
        services.certificate_add(
            actor=current_actor(), holder=holder, attachment=attachment, **values
        )

    return dialog(
        request,
        form,
        title=f"上传证书 · {holder}",
        back=back,
        save=save,
        message="已上传证书",
    )


@_dialog
@agency_page
def person_leave(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Note that a person left."""
    person = get_visible_or_404(Person, row_id)
    form = forms.LeaveForm(request.POST or None, initial={"left_on": today()})
    return dialog(
        request,
        form,
        title=f"登记离职 · {person.name}",
        back=PEOPLE.url("detail", row_id),
        save=lambda: services.person_leave(
            actor=current_actor(), person=person, left_on=form.cleaned_data["left_on"]
        ),
        message="已登记离职",
        submit_label="登记离职",
        danger=True,
    )


@_dialog
@agency_page
def equipment_retire(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Take a device out of use."""
    equipment = get_visible_or_404(Equipment, row_id)
    form = forms.RetireForm(request.POST or None)
    return dialog(
        request,
        form,
        title=f"停用设备 · {equipment}",
        back=EQUIPMENT.url("detail", row_id),
        save=lambda: services.equipment_retire(
            actor=current_actor(), equipment=equipment, reason=form.cleaned_data["reason"]
        ),
        message="已停用设备",
        submit_label="停用",
        danger=True,
    )


@_dialog
@agency_page
def contract_end(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """End a contract early."""
    contract = get_visible_or_404(ServiceContract, row_id)
    form = forms.ContractEndForm(request.POST or None, initial={"ends_on": today()})
    return dialog(
        request,
        form,
        title=f"提前终止合同 · {contract.number}",
        back=CONTRACTS.url("detail", row_id),
        save=lambda: services.contract_end(
            actor=current_actor(),
            contract=contract,
            ends_on=form.cleaned_data["ends_on"],
            reason=form.cleaned_data["reason"],
        ),
        message="合同已终止",
        submit_label="终止合同",
        danger=True,
    )
