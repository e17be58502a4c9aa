"""The registers: people, devices, vehicles, spare parts, contracts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from yunjian.access.actor import Actor, current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies import forms, selectors, services, tables
from yunjian.agencies.models import Equipment, Person, ServiceContract, SparePart, Vehicle
from yunjian.agencies.views.register import Facts, Register, dialog, plain_text
from yunjian.identity.selectors import organization_of
from yunjian.kernel.clock import today
from yunjian.web.guards import agency_page
from yunjian.web.uploads import stored


class PeopleRegister(Register[Person]):
    """人员."""

    slug, testid = "people", "person-new"
    title, noun = _("人员"), pgettext_lazy("noun", "人员")
    model = Person
    form_class = forms.PersonForm
    query_class = forms.PeopleQuery
    table_class = tables.PeopleTable

    def rows(self, **query: str) -> QuerySet[Person]:
        """Return the people."""
        return selectors.people(**query)

    def save(self, actor: Actor, form: Any, row: Person | None) -> Person:
        """Write a person."""
        if row is None:
            return services.person_create(actor=actor, **form.values())
        return services.person_update(
            actor=actor, person=row, version=form.seen_version, **form.values()
        )

    def more(self, row: Person) -> dict[str, Any]:
        """Return the certificates."""
        return {"certificates": selectors.certificates_of(row)}


class EquipmentRegister(Register[Equipment]):
    """设备."""

    slug, testid = "equipment", "equipment-new"
    title, noun = _("设备"), pgettext_lazy("noun", "设备")
    model = Equipment
    form_class = forms.EquipmentForm
    query_class = forms.EquipmentQuery
    table_class = tables.EquipmentTable

    def rows(self, **query: str) -> QuerySet[Equipment]:
        """Return the devices."""
        return selectors.equipment(**query)

    def save(self, actor: Actor, form: Any, row: Equipment | None) -> Equipment:
        """Write a device."""
        if row is None:
            return services.equipment_create(actor=actor, **form.values())
        return services.equipment_update(
            actor=actor, equipment=row, version=form.seen_version, **form.values()
        )

    def more(self, row: Equipment) -> dict[str, Any]:
        """Return the certificates."""
        return {"certificates": selectors.certificates_of(row)}


class VehicleRegister(Register[Vehicle]):
    """运维车辆."""

    slug, testid = "vehicles", "vehicle-new"
    title, noun = _("运维车辆"), pgettext_lazy("noun", "车辆")
    model = Vehicle
    form_class = forms.VehicleForm
    query_class = forms.VehicleQuery
    table_class = tables.VehicleTable
    named_by = "plate"

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
        return services.vehicle_update(
            actor=actor, vehicle=row, version=form.seen_version, **values
        )


class SparePartRegister(Register[SparePart]):
    """运维备品备件."""

    slug, testid = "parts", "part-new"
    title, noun = _("运维备品备件"), pgettext_lazy("noun", "备品备件")
    model = SparePart
    form_class = forms.SparePartForm
    query_class = forms.SparePartQuery
    table_class = tables.SparePartTable

    def rows(self, **query: str) -> QuerySet[SparePart]:
        """Return the spare parts."""
        return selectors.spare_parts(**query)

    def save(self, actor: Actor, form: Any, row: SparePart | None) -> SparePart:
        """Write a spare part."""
        if row is None:
            return services.spare_part_create(actor=actor, **form.values())
        return services.spare_part_update(
            actor=actor, part=row, version=form.seen_version, **form.values()
        )


class ContractRegister(Register[ServiceContract]):
    """服务合同. What was agreed is not edited; a contract can only be ended early."""

    slug, testid = "contracts", "contract-new"
    title, noun = _("服务合同"), pgettext_lazy("noun", "服务合同")
    model = ServiceContract
    form_class = forms.ContractForm
    query_class = forms.ContractQuery
    table_class = tables.ContractTable
    named_by = "number"
    editable = False

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
                gettext("合同信息"),
                [
                    (gettext("合同编号"), row.number),
                    (gettext("排污单位"), row.discharger.name),
                    (gettext("统一社会信用代码"), row.discharger.uscc),
                    (gettext("开始日期"), plain_text(row.period.lower)),
                    (gettext("终止日期"), plain_text(row.period.upper)),
                    (gettext("合同金额（万元）"), row.amount),
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
        title=gettext("上传证书 · %(holder)s") % {"holder": holder},
        back=back,
        save=save,
        message=gettext("已上传证书"),
    )


@_dialog
@agency_page
def person_leave(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Note that a person left."""
    person = get_visible_or_404(Person, row_id)
    initial = {"left_on": today(), "version": person.version}
    form = forms.LeaveForm(request.POST or None, initial=initial)
    return dialog(
        request,
        form,
        title=gettext("登记离职 · %(person)s") % {"person": person.name},
        back=PEOPLE.url("detail", row_id),
        save=lambda: services.person_leave(
            actor=current_actor(),
            person=person,
            left_on=form.cleaned_data["left_on"],
            version=form.seen_version,
        ),
        row=person,
        message=gettext("已登记离职"),
        submit=gettext("登记离职"),
        danger=True,
    )


@_dialog
@agency_page
def equipment_retire(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Take a device out of use."""
    equipment = get_visible_or_404(Equipment, row_id)
    form = forms.RetireForm(request.POST or None, initial={"version": equipment.version})
    return dialog(
        request,
        form,
        title=gettext("停用设备 · %(equipment)s") % {"equipment": equipment},
        back=EQUIPMENT.url("detail", row_id),
        save=lambda: services.equipment_retire(
            actor=current_actor(),
            equipment=equipment,
            reason=form.cleaned_data["reason"],
            version=form.seen_version,
        ),
        row=equipment,
        message=gettext("已停用设备"),
        submit=gettext("停用"),
        danger=True,
    )


@_dialog
@agency_page
def contract_end(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """End a contract early."""
    contract = get_visible_or_404(ServiceContract, row_id)
    initial = {"ends_on": today(), "version": contract.version}
    form = forms.ContractEndForm(request.POST or None, initial=initial)
    return dialog(
        request,
        form,
        title=gettext("提前终止合同 · %(number)s") % {"number": contract.number},
        back=CONTRACTS.url("detail", row_id),
        save=lambda: services.contract_end(
            actor=current_actor(),
            contract=contract,
            ends_on=form.cleaned_data["ends_on"],
            reason=form.cleaned_data["reason"],
            version=form.seen_version,
        ),
        row=contract,
        message=gettext("合同已终止"),
        submit=gettext("终止合同"),
        danger=True,
    )
