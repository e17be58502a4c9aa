"""运维计划 and the dated tasks it becomes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    PolicyFunction,
    RowPolicy,
    among,
    in_district,
    own,
    through,
    through_own,
)
from yunjian.access.scope import ScopedModel
from yunjian.agencies.models import Equipment, Person, ServiceContract, Vehicle
from yunjian.identity.models import Account, District, Organization
from yunjian.kernel.clock import now
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import visible_by_place

PolicyFunction(
    "yunjian_plans_here",  # with a point of the actor's own sources, or in its districts
    "SELECT plan_id FROM maintenance_planitem WHERE point_id IN (SELECT yunjian_points_here())",
)


class PlanState(models.TextChoices):
    """Where a plan stands; only an active one makes tasks."""

    DRAFT = "draft", _("草稿")
    ACTIVE = "active", _("执行中")
    ENDED = "ended", _("已结束")


class Plan(ScopedModel):
    """运维计划: points, people, equipment, contents and frequencies over a period.

    `ends_on` is the last day. A draft is seen by the agency only; an active plan makes tasks,
    carried forward daily, until `plan_end` or its last day. Why an activity that the standard
    demands is left out, or planned more rarely, stands in `left_out_reason`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(_("计划名称"), max_length=80)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    state = models.CharField(_("状态"), max_length=8, choices=PlanState.choices, default="draft")
    people = models.ManyToManyField(Person, related_name="plans", verbose_name=_("运维人员"))
    equipment = models.ManyToManyField(
        Equipment, blank=True, related_name="plans", verbose_name=_("运维设备")
    )
    vehicles = models.ManyToManyField(
        Vehicle, blank=True, related_name="plans", verbose_name=_("运维车辆")
    )
    left_out_reason = models.CharField(
        _("未纳入说明"), max_length=400, blank=True, help_text="why a demanded activity is left out"
    )
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), among("id", "yunjian_plans_here")),
        write=(own("organization_id"),),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="plan_organization")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")), name="plan_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; dischargers and authorities those with a point of theirs."""
        if actor.organization_kind == "agency":
            return models.Q(organization_id=actor.organization_id)
        items = PlanItem.unscoped().filter(PlanItem.visible_to(actor))
        return models.Q(pk__in=items.values("plan_id")) & ~models.Q(state=PlanState.DRAFT)


class PlanItem(ScopedModel):
    """One activity at one point, so often: from the standard (its obligation id and clause) or
    agreed on top of it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(ServiceContract, on_delete=models.PROTECT, related_name="+")
    obligation = models.CharField(
        _("依据"), max_length=40, blank=True, help_text="rule pack row id"
    )
    activity = models.CharField(_("运维内容"), max_length=80)
    clause = models.CharField(_("条款"), max_length=40, blank=True)
    interval_value = models.PositiveSmallIntegerField(_("频次"))
    interval_unit = models.CharField(
        _("单位"), max_length=6, choices=[("hour", _("小时")), ("day", _("天")), ("month", _("月"))]
    )
    sheet_code = models.CharField(_("记录单"), max_length=40, blank=True)

    row_policy = RowPolicy(
        read=(through("plan_id", "maintenance_plan"),),
        write=(through_own("plan_id", "maintenance_plan"),),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "point", "activity"], name="plan_item_once_per_point"
            ),
            models.CheckConstraint(
                condition=models.Q(interval_value__gt=0), name="plan_item_interval_positive"
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; dischargers and authorities by the point."""
        return visible_by_place(
            actor,
            owner="point__organization_id",
            district="point__district_id",
            agency=models.Q(plan__organization_id=actor.organization_id),
        )


class TaskState(models.TextChoices):
    """Where a task stands."""

    OPEN = "open", _("待执行")
    STARTED = "started", _("进行中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class Task(ScopedModel):
    """What is to be done at one point on one day, by one person: contents, and the sheets in force
    then.

    Open until somebody signs in at the point, started until the record is handed in, then done; or
    cancelled with a reason. Overdue is not a state: it is an open or started task whose day has
    passed. Carries discharger and district, so that scope needs no join.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    discharger = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="tasks")
    due_on = models.DateField(_("计划日期"))
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tasks")
    contents = ArrayField(models.CharField(max_length=80), verbose_name=_("运维内容"))
    sheets = ArrayField(
        models.CharField(max_length=40), help_text="code@version of each sheet to fill"
    )
    state = models.CharField(_("状态"), max_length=10, choices=TaskState.choices, default="open")
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), own("discharger_id"), in_district("district_id")),
        write=(own("organization_id"),),
    )

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["assignee", "state", "due_on"], name="task_assignee"),
            models.Index(fields=["organization", "-due_on", "id"], name="task_organization"),
            models.Index(fields=["discharger", "-due_on"], name="task_discharger"),
            models.Index(fields=["district", "-due_on"], name="task_district"),
            models.Index(fields=["point", "-due_on"], name="task_point"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "point", "due_on"], name="task_once_per_plan_point_and_day"
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own, the discharger what comes to it, authorities by district."""
        return visible_by_place(
            actor,
            owner="discharger_id",
            district="district_id",
            agency=models.Q(organization_id=actor.organization_id),
        )
