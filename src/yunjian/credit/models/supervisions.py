"""人员监督: what a quality supervisor saw of somebody's work, and what followed from it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, through, through_own
from yunjian.access.scope import ScopedModel
from yunjian.agencies.models import Person
from yunjian.credit.models.years import policy_in_states, visible_in_states
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now
from yunjian.records.versions import Versioned
from yunjian.sources.models import MonitoringPoint


class SupervisionState(models.TextChoices):
    """Where a supervision stands. Whose turn it is follows from it."""

    DRAFT = "draft", _("草稿")
    ISSUED = "issued", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    APPEALED = "appealed", _("申诉中")
    RECTIFYING = "rectifying", _("整改中")
    RECTIFIED = "rectified", _("待复核")
    CLOSED = "closed", _("已关闭")


SUPERVISIONS_SHOWN = [state for state in SupervisionState.values if state != "draft"]


class Severity(models.TextChoices):
    """How grave it is."""

    PRINCIPLE = "principle", _("原则")
    MAJOR = "major", _("重点")
    GENERAL = "general", _("一般")


class Supervision(Versioned, ScopedModel):
    """一次人员监督. `id` is made by whoever fills it in, so that a phone can send it twice.

    | state | meaning | moves on by |
    |---|---|---|
    | draft | being written | `supervision_issue`, `supervision_discard` |
    | issued | waits for the supervised person | `supervision_confirm`, `supervision_appeal` |
    | appealed | the supervised person disagrees | `appeal_withdraw`, `appeal_answer` |
    | confirmed | agreed | `rectification_ask`, `supervision_close` |
    | rectifying | to be put right by `rectify_by` | `rectification_report` |
    | rectified | reported as put right | `rectification_ask` (again), `supervision_close` |
    | closed | over | |

    The running number is given when it is issued: drafts that are thrown away leave no gap.
    `findings` are the items of the checklist that were looked at, `remote_checks` the comparison
    of logger and analyser, each as typed with its judgement. What was issued is never edited;
    `digest` is of its bytes as sent.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    form_code = models.CharField(_("表单代码"), max_length=20)
    number = models.PositiveIntegerField(_("流水号"), null=True, editable=False)
    supervised_on = models.DateField(_("监督日期"))
    purpose = models.CharField(_("监督目的"), max_length=200)
    template = models.CharField(_("检查表"), max_length=40, help_text="code@version")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("被监督人")
    )
    point = models.ForeignKey(
        MonitoringPoint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("测点"),
    )
    place = models.CharField(_("地点"), max_length=120)
    facts = models.CharField(_("事实描述"), max_length=800)
    opinion = models.CharField(_("监督意见"), max_length=800)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity.choices)
    head = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("被监督部门负责人"),
    )
    findings = models.JSONField(default=list, help_text="items looked at: key, passed, note")
    remote_checks = models.JSONField(default=list, help_text="as typed, each with its judgement")
    points_lost = models.PositiveSmallIntegerField(_("扣分"), default=0)
    attachment_ids = ArrayField(models.UUIDField(), default=list, help_text="photos")
    signature = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=SupervisionState.choices, default="draft"
    )
    rectify_by = models.DateField(_("整改期限"), null=True)
    supervisor = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("监督人")
    )
    digest = models.CharField(max_length=80, blank=True)
    issued_at = models.DateTimeField(_("下发时间"), null=True)
    reminded_on = models.DateField(null=True, editable=False, help_text="of what is overdue")
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = policy_in_states(SUPERVISIONS_SHOWN)

    class Meta:
        ordering = ["-id"]
        # lists: an agency's; those of a person; authorities by state
        indexes = [
            models.Index(fields=["organization", "-id"], name="supervision_agency"),
            models.Index(fields=["person", "-id"], name="supervision_person"),
            models.Index(fields=["state", "-id"], name="supervision_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "number"], name="supervision_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(number__isnull=False),
                name="supervision_issued_has_a_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["rectifying", "rectified"])
                | models.Q(rectify_by__isnull=False),
                name="supervision_rectification_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.full_number or str(self.get_state_display())

    @property
    def full_number(self) -> str:
        """Return form code, year and running number, as the form carries them."""
        return f"{self.form_code}-{self.year}-{self.number:04d}" if self.number else ""

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities what was issued."""
        return visible_in_states(actor, SUPERVISIONS_SHOWN)


class Act(models.TextChoices):
    """What was done with a supervision."""

    ISSUE = "issue", _("下发")
    CONFIRM = "confirm", _("确认")
    APPEAL = "appeal", _("申诉")
    WITHDRAW = "withdraw", _("撤回申诉")
    ANSWER = "answer", _("申诉答复")
    ASK = "ask", _("要求整改")
    REPORT = "report", _("整改报告")
    CLOSE = "close", _("关闭")


class SupervisionStep(ScopedModel):
    """What was done with a supervision, by whom and when: words, files, signature. Immutable.

    `id` is made by whoever does it, so that a repeated request finds its answer. `shown_digest` is
    of what the supervised person was shown.
    """

    supervision = models.ForeignKey(Supervision, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=8, choices=Act.choices)
    text = models.CharField(max_length=800, blank=True)
    due_on = models.DateField(null=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)
    attachment_ids = ArrayField(models.UUIDField(), default=list)
    signature = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")
    shown_digest = models.CharField(max_length=80, blank=True)

    row_policy = RowPolicy(
        read=(through("supervision_id", "credit_supervision"),),
        write=(),
        add=(through_own("supervision_id", "credit_supervision"),),
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["supervision", "at"], name="supervision_step_order")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(act__in=["appeal", "answer", "ask", "report"])
                | ~models.Q(text=""),
                name="supervision_step_says_something",
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its supervision."""
        return visible_in_states(actor, SUPERVISIONS_SHOWN, "supervision__")
