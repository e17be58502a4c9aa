"""年度培训计划 and 教育培训: what was planned, what took place, who was there, what came of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, through, through_own
from yunjian.access.scope import ScopedModel
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit.models.years import policy_in_states, visible_in_states
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now
from yunjian.records.versions import Versioned

PLANS_SHOWN = ["approved", "superseded"]  # what authorities see
SESSIONS_SHOWN = ["done"]


class PlanState(models.TextChoices):
    """Where a training plan stands."""

    DRAFT = "draft", _("编制中")
    SUBMITTED = "submitted", _("待审核")
    CHECKED = "checked", _("待批准")
    APPROVED = "approved", _("已批准")
    RETURNED = "returned", _("已退回")
    SUPERSEDED = "superseded", _("已被新版替代")


class TrainingPlan(Versioned, ScopedModel):
    """年度人员培训计划 of an agency, in editions: 编制, 审核, 批准 by whom and when.

    | state | meaning | moves on by |
    |---|---|---|
    | draft | being written | `plan_submit`, `plan_discard` |
    | submitted | handed in by its preparer | `plan_check`, `plan_return` |
    | checked | checked, waits for approval | `plan_approve`, `plan_return` |
    | returned | sent back, `remarks` says why | `plan_change`, `plan_submit`, `plan_discard` |
    | approved | in force | `plan_revise` (a new edition) |
    | superseded | an earlier edition | |

    Once approved it is never edited. Who approves did not prepare it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    title = models.CharField(_("计划名称"), max_length=80)
    summary = models.CharField(_("总体安排"), max_length=400, blank=True)
    attachment = models.ForeignKey(
        Attachment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("计划文件"),
    )
    state = models.CharField(_("状态"), max_length=10, choices=PlanState.choices, default="draft")
    prepared_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制人")
    )
    prepared_at = models.DateTimeField(_("编制时间"), default=now, editable=False)
    checked_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审核人")
    )
    checked_at = models.DateTimeField(_("审核时间"), null=True, editable=False)
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True, editable=False)
    remarks = models.CharField(_("退回意见"), max_length=200, blank=True)

    row_policy = policy_in_states(PLANS_SHOWN)

    class Meta:
        ordering = ["-year", "-edition"]
        # lists: an agency's plans, newest first; authorities by state
        indexes = [
            models.Index(fields=["organization", "-id"], name="training_plan_agency"),
            models.Index(fields=["state", "-id"], name="training_plan_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "edition"], name="training_plan_edition_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "year"],
                condition=models.Q(state__in=["draft", "submitted", "checked", "returned"]),
                name="training_plan_one_open",
            ),
            models.UniqueConstraint(
                fields=["organization", "year"],
                condition=models.Q(state="approved"),
                name="training_plan_one_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("prepared_by")),
                name="training_plan_approver_is_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities what was approved."""
        return visible_in_states(actor, PLANS_SHOWN)


class TrainingForm(models.TextChoices):
    """培训形式."""

    LECTURE = "lecture", _("集中授课")
    ONLINE = "online", _("线上学习")
    ON_SITE = "on_site", _("现场实操")
    EXTERNAL = "external", _("外部培训")
    SELF_STUDY = "self_study", _("自学")


class TrainingPlanItem(ScopedModel):
    """One training that a plan holds: aim, content, form, for whom, where, by whom, when.

    For whom is said by positions, by persons, or both; whoever is meant counts in the summary of
    persons with the item's hours.
    """

    plan = models.ForeignKey(TrainingPlan, on_delete=models.CASCADE, related_name="items")
    aim = models.CharField(_("培训目的"), max_length=200)
    content = models.CharField(_("培训内容"), max_length=400)
    form = models.CharField(_("培训形式"), max_length=12, choices=TrainingForm.choices)
    positions = ArrayField(
        models.CharField(max_length=20, choices=Position.choices),
        default=list,
        blank=True,
        verbose_name=_("培训岗位"),
    )
    people = models.ManyToManyField(
        Person, blank=True, related_name="+", verbose_name=_("培训人员")
    )
    department = models.CharField(_("组织部门"), max_length=60)
    place = models.CharField(_("培训地点"), max_length=120)
    teacher = models.CharField(_("授课人"), max_length=60)
    planned_on = models.DateField(_("计划日期"))
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)
    examination = models.CharField(_("考核方式"), max_length=60)

    row_policy = RowPolicy(
        read=(through("plan_id", "credit_trainingplan"),),
        write=(through_own("plan_id", "credit_trainingplan"),),
    )

    class Meta:
        ordering = ["planned_on", "id"]
        # the items of a plan, as its page lists them
        indexes = [models.Index(fields=["plan", "planned_on"], name="training_item_plan")]
        constraints = [
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="training_item_hours"),
        ]

    def __str__(self) -> str:
        return self.content

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its plan."""
        return visible_in_states(actor, PLANS_SHOWN, "plan__")


class SessionState(models.TextChoices):
    """Where a training session stands: without the evaluation of its effect it is not done."""

    SCHEDULED = "scheduled", _("未开始")
    HELD = "held", _("待评价")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class SessionKind(models.TextChoices):
    """What kind of session it is."""

    EDUCATION = "education", _("教育")
    TRAINING = "training", _("培训")


class Conclusion(models.TextChoices):
    """What the evaluation of effect comes to."""

    EFFECTIVE = "effective", _("有效")
    PARTLY = "partly", _("基本有效")
    INEFFECTIVE = "ineffective", _("无效，需重新培训")


class TrainingSession(Versioned, ScopedModel):
    """一次教育或培训: when, where, what, by whom, who was there and what came of it.

    It fulfils an item of the approved plan, or `unplanned_reason` says why it is beside the plan.

    | state | meaning | moves on by |
    |---|---|---|
    | scheduled | not held yet | `session_hold`, `session_change`, `session_cancel` |
    | held | attendance is entered, the evaluation of effect is missing | `session_evaluate` |
    | done | evaluated | |
    | cancelled | with `cancel_reason` | |
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    plan_item = models.ForeignKey(
        TrainingPlanItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("计划项目"),
    )
    unplanned_reason = models.CharField(_("计划外原因"), max_length=200, blank=True)
    kind = models.CharField(
        _("类别"), max_length=10, choices=SessionKind.choices, default="training"
    )
    topic = models.CharField(_("主题"), max_length=80)
    content = models.CharField(_("内容"), max_length=400)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)
    place = models.CharField(_("地点"), max_length=120)
    teacher = models.CharField(_("授课人"), max_length=60)
    state = models.CharField(
        _("状态"), max_length=10, choices=SessionState.choices, default="scheduled"
    )
    attachment_ids = ArrayField(models.UUIDField(), default=list, help_text="photos and records")
    evaluator = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("评价人"),
    )
    evaluated_on = models.DateField(_("评价日期"), null=True, blank=True)
    evaluation = models.CharField(_("效果评价"), max_length=400, blank=True)
    conclusion = models.CharField(
        _("评价结论"), max_length=12, choices=Conclusion.choices, blank=True
    )
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    reminded_on = models.DateField(null=True, editable=False, help_text="of what is overdue")
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = policy_in_states(SESSIONS_SHOWN)

    class Meta:
        ordering = ["-starts_at", "-id"]
        # lists: an agency's sessions; authorities by state; what is overdue (the daily job)
        indexes = [
            models.Index(fields=["organization", "-id"], name="training_session_agency"),
            models.Index(fields=["state", "-id"], name="training_session_state"),
            models.Index(fields=["plan_item"], name="training_session_item"),
            models.Index(
                fields=["ends_at"],
                condition=models.Q(state__in=["scheduled", "held"]),
                name="training_session_unfinished",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="training_session_order"
            ),
            models.CheckConstraint(
                condition=models.Q(hours__gt=0, hours__lte=24), name="training_session_hours"
            ),
            models.CheckConstraint(
                condition=models.Q(plan_item__isnull=False) | ~models.Q(unplanned_reason=""),
                name="training_session_planned_or_why_not",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(conclusion=""),
                name="training_session_done_is_evaluated",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | ~models.Q(cancel_reason=""),
                name="training_session_cancelled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities those that are done."""
        return visible_in_states(actor, SESSIONS_SHOWN)


class Attendance(models.TextChoices):
    """Whether somebody was there."""

    EXPECTED = "expected", _("未签到")
    PRESENT = "present", _("到场")
    ABSENT = "absent", _("缺席")
    EXCUSED = "excused", _("请假")


class Result(models.TextChoices):
    """What the examination came to."""

    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NONE = "none", _("不考核")


class TrainingParticipant(ScopedModel):
    """Somebody of the agency in a session: sign-in, result, make-up examination, certificate."""

    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="participants"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attendance = models.CharField(
        _("到场情况"), max_length=8, choices=Attendance.choices, default="expected"
    )
    signed_in_at = models.DateTimeField(_("签到时间"), null=True, blank=True)
    result = models.CharField(_("考核结果"), max_length=4, choices=Result.choices, blank=True)
    score = models.DecimalField(
        _("成绩"), max_digits=5, decimal_places=1, null=True, blank=True, help_text=_("0～100 分")
    )
    makeup_on = models.DateField(_("补考日期"), null=True, blank=True)
    makeup_result = models.CharField(
        _("补考结果"), max_length=4, choices=Result.choices[:2], blank=True
    )
    certificate_number = models.CharField(_("证书编号"), max_length=60, blank=True)
    certificate_issuer = models.CharField(_("发证机关"), max_length=80, blank=True)
    certificate_valid_until = models.DateField(_("证书有效期至"), null=True, blank=True)
    certificate = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    row_policy = RowPolicy(
        read=(through("session_id", "credit_trainingsession"),),
        write=(through_own("session_id", "credit_trainingsession"),),
    )

    class Meta:
        ordering = ["id"]
        # two sessions of one person at once, and what a person did in a year
        indexes = [models.Index(fields=["person", "session"], name="training_participant_person")]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="training_participant_once"),
            models.CheckConstraint(
                condition=models.Q(attendance="present") | models.Q(signed_in_at__isnull=True),
                name="training_participant_signed_in_is_present",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=100),
                name="training_participant_score",
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its session."""
        return visible_in_states(actor, SESSIONS_SHOWN, "session__")
