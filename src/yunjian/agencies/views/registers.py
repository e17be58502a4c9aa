"""The registers: people, devices, vehicles, spare parts, contracts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from yunjian.access.actor import Actor, current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies import fields, forms, selectors, tables
from yunjian.agencies.models import Equipment, Person, ServiceContract, SparePart, Vehicle
from yunjian.agencies.services import assets, contracts, people
from yunjian.agencies.views.register import Ending, Facts, Register, plain_text
from yunjian.identity.selectors import organization_of
from yunjian.kernel.clock import today
from yunjian.web.guards import agency_page
from yunjian.web.uploads import stored


class PeopleRegister(Register[Person]):
    """人员."""

    slug, testid = "people", "person-new"
    title, noun = _("人员"), pgettext_lazy("noun", "人员")
    model, specification = Person, fields.PERSON
    form_class = forms.PersonForm
    query_class = forms.PeopleQuery
    table_class = tables.PeopleTable
    service, select = people.PEOPLE, selectors.people
    certified = True
    ending = Ending(
        "leave",
        people.person_leave,
        "person",
        forms.LeaveForm,
        _("登记离职 · %(person)s"),
        _("已登记离职"),
        _("登记离职"),
        day="left_on",
    )

    def more(self, row: Person) -> dict[str, Any]:
        """Return the certificates, and the confirmations beside them."""
        return super().more(row) | {"confirmations": selectors.confirmations_of(row)}

    def confirmation_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """A dialog for a confirmation of a person's competence."""
        person = get_visible_or_404(Person, row_id)
        form = forms.ConfirmationForm(request.POST or None, request.FILES or None)

        def save() -> None:
            actor, values = current_actor(), dict(form.cleaned_data)
            upload = values.pop("document")
            file = stored(actor, upload, purpose="confirmation", field="document")
            people.confirmation_add(actor=actor, person=person, attachment=file, **values)

        return self._dialog(
            request,
            form,
            save=save,
            back=self.url("detail", row_id),
            message=gettext("已登记能力确认"),
            title=gettext("登记能力确认 · %(person)s") % {"person": person},
            text=gettext("能力确认是本机构自行确认并留有记录的结果，不是证书。"),
        )

    def urls(self) -> list[URLPattern]:
        """Return the addresses, with that of the confirmations."""
        view = require_http_methods(["GET", "POST"])(agency_page(self.confirmation_page))
        new = path("<uuid:row_id>/confirmations/new/", view, name="people_confirmation_new")
        return [*super().urls(), new]


class EquipmentRegister(Register[Equipment]):
    """设备."""

    slug, testid = "equipment", "equipment-new"
    title, noun = _("设备"), pgettext_lazy("noun", "设备")
    model, specification = Equipment, fields.EQUIPMENT
    form_class = forms.EquipmentForm
    query_class = forms.EquipmentQuery
    table_class = tables.EquipmentTable
    service, select = assets.EQUIPMENT, selectors.equipment
    certified = True
    ending = Ending(
        "retire",
        assets.equipment_retire,
        "equipment",
        forms.RetireForm,
        _("停用设备 · %(equipment)s"),
        _("已停用设备"),
        _("停用"),
    )


class VehicleRegister(Register[Vehicle]):
    """运维车辆."""

    slug, testid = "vehicles", "vehicle-new"
    title, noun = _("运维车辆"), pgettext_lazy("noun", "车辆")
    model, specification = Vehicle, fields.VEHICLE
    form_class = forms.VehicleForm
    query_class = forms.VehicleQuery
    table_class = tables.VehicleTable
    named_by = "plate"
    service, select = assets.VEHICLES, selectors.vehicles

    def values(self, actor: Actor, form: Any) -> dict[str, Any]:
        """Return what was typed; a new document replaces the one before."""
        values = super().values(actor, form)
        upload = form.cleaned_data.get("document")
        if upload:
            values["attachment"] = stored(actor, upload, purpose="vehicle", field="document")
        return values


class SparePartRegister(Register[SparePart]):
    """运维备品备件."""

    slug, testid = "parts", "part-new"
    title, noun = _("运维备品备件"), pgettext_lazy("noun", "备品备件")
    model, specification = SparePart, fields.PART
    form_class = forms.SparePartForm
    query_class = forms.SparePartQuery
    table_class = tables.SparePartTable
    service, select = assets.SPARE_PARTS, selectors.spare_parts


class ContractRegister(Register[ServiceContract]):
    """服务合同. What was agreed is not edited; a contract can only be ended early."""

    slug, testid = "contracts", "contract-new"
    title, noun = _("服务合同"), pgettext_lazy("noun", "服务合同")
    model = ServiceContract
    form_class = forms.ContractForm
    query_class = forms.ContractQuery
    table_class = tables.ContractTable
    named_by = "number"
    select = selectors.contracts
    editable = False
    ending = Ending(
        "end",
        contracts.contract_end,
        "contract",
        forms.ContractEndForm,
        _("提前终止合同 · %(contract)s"),
        _("合同已终止"),
        _("终止合同"),
        day="ends_on",
    )

    def save(
        self,
        actor: Actor,
        form: Any,
        row: ServiceContract | None,  # noqa: ARG002 - never edited
    ) -> None:
        """Enter a contract of the agency."""
        values = form.cleaned_data
        discharger, points = selectors.contract_parties(
            uscc=values["uscc"], mn_codes=values["mn_codes"]
        )
        contracts.contract_create(
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
REGISTERS: list[Register[Any]] = [PEOPLE, EQUIPMENT, VEHICLES, PARTS, CONTRACTS]
