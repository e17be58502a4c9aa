"""The questions behind a plan: which points, what and how often, who and when.

Nothing is kept on the server between the questions: each page carries the answers so far, so
that going back loses nothing and two plans can be made side by side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import current_actor
from yunjian.agencies.selectors import present_people
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError, FieldError
from yunjian.maintenance.forms.plans import ItemFormSet, PlanBasicsForm, StaffForm
from yunjian.maintenance.models import Plan, PlanItem
from yunjian.maintenance.selectors.plans import (
    ITEM_FIELDS,
    ItemInput,
    items_of,
    points_under_contract,
)
from yunjian.maintenance.services.plans import (
    PlanInput,
    plan_activate,
    plan_change,
    plan_create,
    plan_propose,
)
from yunjian.sources.models import MonitoringPoint
from yunjian.web.responses import done

STEPS = [("points", _("选择测点")), ("items", _("运维内容与频次")), ("staff", _("人员与设备"))]
USUAL_DAYS = 89  # a quarter
Planned = PlanItem | ItemInput
ROW_FIELDS = [name for name in ITEM_FIELDS if name != "point"]


@dataclass
class ItemGroup:
    """The same activity, as often, at several points."""

    item: Planned
    points: list[MonitoringPoint] = field(default_factory=list)

    @property
    def names(self) -> str:
        """Return the points' names for a tooltip."""
        return "、".join(f"{point.outlet.code} {point.name}" for point in self.points)

    @property
    def every(self) -> str:
        """Return how often, in words."""
        units = {"hour": gettext("小时"), "day": gettext("天"), "month": gettext("个月")}
        return gettext("每 %(interval_value)s %(unit)s") % {
            "interval_value": self.item.interval_value,
            "unit": units[self.item.interval_unit],
        }


def grouped(items: Iterable[Planned]) -> list[ItemGroup]:
    """Put together what is done as often at several points."""
    groups: dict[tuple[str, str, int, str], ItemGroup] = {}
    for item in items:
        key = (item.obligation, item.activity, item.interval_value, item.interval_unit)
        groups.setdefault(key, ItemGroup(item)).points.append(item.point)
    return list(groups.values())


class Wizard:
    """One pass through the questions, for a new plan or one that is there."""

    def __init__(self, request: HttpRequest, plan: Plan | None) -> None:
        self.request = request
        self.plan = plan
        self.actor = current_actor()
        self.points: QuerySet[MonitoringPoint] = points_under_contract(self.actor)
        self.problems: list[str] = []

    def answer(self) -> HttpResponse:
        """Show the question that was asked for, or the one whose answer is not good."""
        if self.request.method != "POST":
            return self._first()
        self.chosen = self._chosen()
        self.basics = PlanBasicsForm(self.request.POST)
        step, go = self.request.POST.get("step", "points"), self.request.POST.get("go", "items")
        if step == "points":
            return self._after_points()
        self.items = ItemFormSet(self.request.POST, prefix="items")
        if "add" in self.request.POST:
            return self._with_another_row()
        if step == "items":
            return self._after_items(go)
        return self._after_staff(go)

    # --- the three questions

    def _first(self) -> HttpResponse:
        if self.plan is None:
            self.chosen = []
            self.basics = PlanBasicsForm(initial=self._usual())
            return self._page("points")
        items = list(items_of(self.plan))
        self.chosen = list({item.point_id: item.point for item in items}.values())
        self.basics = PlanBasicsForm(initial=model_to_dict(self.plan, PlanBasicsForm.base_fields))
        self.items = _formset(grouped(items))
        return self._page("items")

    def _after_points(self) -> HttpResponse:
        if not self.chosen:
            self.problems.append(gettext("请至少选择一个测点"))
        if not self.basics.is_valid() or self.problems:
            return self._page("points", status=422)
        try:
            self.items = _formset(grouped(self._proposals()))
        except DomainError as error:
            self.problems += [one.message for one in error.errors] or [error.message]
            return self._page("points", status=422)
        return self._page("items")

    def _proposals(self) -> list[Planned]:
        """Keep what was typed, or what the plan says, about its points; propose for the others."""
        chosen = {point.pk for point in self.chosen}
        planned = [item for item in self._there() if item.point.pk in chosen]
        known = {item.point.pk for item in planned}
        new = [point for point in self.chosen if point.pk not in known]
        starts_on = max(self.basics.cleaned_data["starts_on"], today())
        proposed = plan_propose(actor=self.actor, points=new, on_date=starts_on) if new else []
        return [*planned, *proposed]

    def _there(self) -> Sequence[Planned]:
        if "items-TOTAL_FORMS" in self.request.POST:
            self.items = ItemFormSet(self.request.POST, prefix="items")
            return [item for _, item in self._item_inputs()] if self.items.is_valid() else []
        return [] if self.plan is None else list(items_of(self.plan))

    def _with_another_row(self) -> HttpResponse:
        data = self.request.POST.copy()
        total = int(data.get("items-TOTAL_FORMS", "0") or 0)
        data["items-TOTAL_FORMS"] = str(total + 1)
        data[f"items-{total}-points"] = ",".join(str(point.pk) for point in self.chosen)
        data[f"items-{total}-interval_value"] = "30"
        data[f"items-{total}-interval_unit"] = "day"
        self.items = ItemFormSet(data, prefix="items")
        return self._page("items")

    def _after_items(self, go: str) -> HttpResponse:
        if go == "points":
            return self._page("points")
        if not (self.items.is_valid() and self.basics.is_valid()):
            return self._page("items", status=422)
        if not self._item_inputs():
            self.problems.append(gettext("请至少保留一项运维内容"))
            return self._page("items", status=422)
        return self._page("staff")

    def _after_staff(self, go: str) -> HttpResponse:
        self.staff = StaffForm(self.actor, self.request.POST)
        if go in {"points", "items"}:
            return self._page(go)
        if not all([self.staff.is_valid(), self.items.is_valid(), self.basics.is_valid()]):
            return self._page("staff", status=422)
        try:
            saved = self._save()
        except DomainError as error:
            return self._refused(error)
        message = gettext("计划已保存")
        if go == "activate":
            try:
                plan_activate(actor=self.actor, plan=saved)
            except DomainError as error:
                message = gettext("计划已保存为草稿，尚未启用：%(message)s") % {
                    "message": error.message
                }
            else:
                message = gettext("计划已启用，任务已生成")
        return done(self.request, message, f"/agency/plans/{saved.pk}/")

    # --- reading and writing

    def _chosen(self) -> list[MonitoringPoint]:
        keys = set(self.request.POST.getlist("point"))
        return [point for point in self.points if str(point.pk) in keys]

    def _item_inputs(self) -> list[tuple[int, ItemInput]]:
        """Return each item with the number of the row it was typed in."""
        known = {str(point.pk): point for point in self.chosen}
        inputs = []
        for number, form in enumerate(self.items.forms):
            row = form.cleaned_data
            if row.get("DELETE"):
                continue
            inputs += [
                (number, ItemInput(point=known[key], **{name: row[name] for name in ROW_FIELDS}))
                for key in row["points"].split(",")
                if key in known
            ]
        return inputs

    def _save(self) -> Plan:
        plan = PlanInput(
            **self.basics.cleaned_data,
            **self.staff.cleaned_data,
            items=[item for _, item in self._item_inputs()],
        )
        if self.plan is None:
            return plan_create(actor=self.actor, plan=plan)
        return plan_change(actor=self.actor, plan=self.plan, to=plan)

    def _refused(self, error: DomainError) -> HttpResponse:
        """Show the earliest question that has something to correct."""
        rows = [number for number, _ in self._item_inputs()]
        step = "staff"
        if not error.errors:
            self.problems.append(error.message)
        for one in error.errors:
            if one.path in self.staff.fields:
                self.staff.add_error(one.path, one.message)
            elif one.path in self.basics.fields:
                self.basics.add_error(one.path, one.message)
                step = "points"
            else:
                self._mark_row(one, rows)
                step = step if step == "points" else "items"
        return self._page(step, status=422)

    def _mark_row(self, error: FieldError, rows: Sequence[int]) -> None:
        _, number, name = [*error.path.split("."), "", ""][:3]
        form = self.items.forms[rows[int(number)]] if number.isdigit() else None
        if form is not None and name in form.fields:
            form.add_error(name, error.message)
        elif error.message not in self.problems:
            self.problems.append(error.message)

    # --- showing

    def _page(self, step: str, status: int = 200) -> HttpResponse:
        here = [name for name, _ in STEPS].index(step)
        if not hasattr(self, "staff"):
            self.staff = StaffForm(self.actor, initial=self._usual_staff())
        context = {
            "plan": self.plan,
            "step": step,
            "steps": [
                (title, "done" if n < here else "current" if n == here else "")
                for n, (_, title) in enumerate(STEPS)
            ],
            "basics": self.basics,
            "points": self.points if step == "points" else self.chosen,
            "chosen": {point.pk for point in self.chosen},
            "items": getattr(self, "items", None),
            "names": {str(point.pk): point for point in self.chosen},
            "staff": self.staff,
            "problems": self.problems,
            "back": f"/agency/plans/{self.plan.pk}/" if self.plan else "/agency/plans/",
        }
        return render(self.request, "maintenance/plans/wizard.html", context, status=status)

    def _usual(self) -> dict[str, object]:
        start = today()
        return {
            "name": gettext("%(year)s 年 %(month)s 月运维计划")
            % {"year": start.year, "month": start.month},
            "starts_on": start,
            "ends_on": start + timedelta(days=USUAL_DAYS),
        }

    def _usual_staff(self) -> dict[str, object]:
        sent = self.request.POST
        if "left_out_reason" in sent:
            chosen = {name: sent.getlist(name) for name in ("people", "equipment", "vehicles")}
            return {**chosen, "left_out_reason": sent["left_out_reason"]}
        if self.plan is not None:
            return model_to_dict(self.plan, StaffForm.base_fields)
        engineers = present_people(self.actor).filter(position="engineer")
        return {"people": list(engineers.values_list("pk", flat=True))}


def _formset(groups: Sequence[ItemGroup]) -> Any:
    return ItemFormSet(
        prefix="items",
        initial=[
            {
                **{name: getattr(group.item, name) for name in ROW_FIELDS},
                "points": ",".join(str(point.pk) for point in group.points),
            }
            for group in groups
        ],
    )
