"""运维日常信息: documents of an agency in versions, and who has read them."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, Unrestricted, both, own, through
from yunjian.access.scope import NOTHING, IdModel, ScopedModel
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit.domain.categories import category_title
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now, today
from yunjian.records.versions import Versioned
from yunjian.sources.models import MonitoringPoint

MOST_TEXT = 60_000


class VersionState(models.TextChoices):
    """Where a version of a document stands; in force is what was published and holds today."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class Document(Versioned, ScopedModel):
    """运维文件: operating instructions of a model, requirements of a site, a rule of the agency.

    `category` is a code of `credit/data/document_categories.toml`, which says whether the document
    is for the agency, for a maker and model, or for `points`. Its text is in versions. Who must
    read it: everybody in one of `read_by_positions`, and the people of `readers`, within
    `read_within` days of a version's first day. Authorities see it once a version is `published`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(_("文件类别"), max_length=40)
    title = models.CharField(_("文件名称"), max_length=120)
    maker = models.CharField(_("生产厂家"), max_length=80, blank=True)
    model = models.CharField(_("规格型号"), max_length=60, blank=True)
    points = models.ManyToManyField(
        MonitoringPoint, blank=True, related_name="documents", verbose_name=_("适用测点")
    )
    read_by_positions = ArrayField(
        models.CharField(max_length=20, choices=Position.choices),
        default=list,
        blank=True,
        verbose_name=_("须阅读的岗位"),
    )
    readers = models.ManyToManyField(
        Person, blank=True, related_name="+", verbose_name=_("须阅读的人员")
    )
    read_within = models.PositiveSmallIntegerField(
        _("阅读期限（天）"), default=15, help_text=_("自施行日期起")
    )
    published = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), both(AUTHORITY, "{table}.published")),
        write=(own("organization_id"),),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            # the list of an agency, by category
            models.Index(fields=["organization", "category", "-id"], name="document_organization"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "category", "title", "maker", "model"],
                name="document_title_once",
            ),
            models.CheckConstraint(
                condition=models.Q(read_within__gte=1) & models.Q(read_within__lte=365),
                name="document_read_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities what was published (agencies work across districts)."""
        match actor.organization_kind:
            case "agency":
                return models.Q(organization_id=actor.organization_id)
            case "authority":
                return models.Q(published=True)
            case _:
                return NOTHING

    def get_category_display(self) -> str:
        """Return what the category is called."""
        return category_title(self.category)


class DocumentVersion(Versioned, ScopedModel):
    """A version of a document: what it says, and from which day on.

    `period` is when it holds, `[from, to)` in days; empty for a draft. Publishing a version ends
    the one before on its first day; withdrawing one that does not hold yet gives that one its time
    back. `expires_on` is its last day. The text is `body`, a file, or both; `digest` is over what
    was published, and whoever has read it says so of that digest. `title` is what the document was
    called when the version was published: a later name changes nothing of what was confirmed.
    `file_text` is what a job read in the file, for phones without a network; `search_text` is
    title, body and that, as it is searched.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("文件名称"), max_length=120, blank=True, editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT
    )
    effective_from = models.DateField(_("施行日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    period = DateRangeField(_("施行期间"), null=True, blank=True, editable=False)
    body = models.TextField(_("正文"), blank=True, max_length=MOST_TEXT)
    attachment = models.ForeignKey(
        Attachment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("文件"),
    )
    change_note = models.CharField(_("修改说明"), max_length=200, blank=True)
    file_text = models.TextField(blank=True, editable=False)
    search_text = models.TextField(blank=True, editable=False)
    digest = models.CharField(max_length=80, blank=True, editable=False)
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=now, editable=False)
    published_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, editable=False)
    withdraw_reason = models.CharField(_("撤回原因"), max_length=200, blank=True, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), both(AUTHORITY, "{table}.state = 'published'")),
        write=(own("organization_id"),),
    )

    class Meta:
        ordering = ["document", "-number"]
        indexes = [
            # what expires, for the reminders
            models.Index(
                fields=["expires_on"],
                name="document_version_expiry",
                condition=models.Q(state="published", expires_on__isnull=False),
            ),
            models.Index(fields=["organization", "-id"], name="document_version_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="document_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(state="draft"),
                name="document_version_one_draft",
            ),
            ExclusionConstraint(
                name="document_version_one_at_a_time",
                expressions=[
                    ("document", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(state="published"),
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True)
                | models.Q(effective_from__isnull=True)
                | models.Q(expires_on__gte=models.F("effective_from")),
                name="document_version_days_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | (
                    models.Q(effective_from__isnull=False)
                    & ~models.Q(digest="")
                    & ~models.Q(title="")
                ),
                name="document_version_published_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities what was published."""
        match actor.organization_kind:
            case "agency":
                return models.Q(organization_id=actor.organization_id)
            case "authority":
                return models.Q(state=VersionState.PUBLISHED)
            case _:
                return NOTHING

    @property
    def name(self) -> str:
        """Return what the version is called: as it was published, or as the document is now."""
        return self.title or self.document.title

    @property
    def validity(self) -> str:
        """Return draft, withdrawn, coming, in_force, superseded or expired, as of today."""
        if self.state != VersionState.PUBLISHED or self.period is None:
            return self.state
        if self.period.lower > today():
            return "coming"
        if self.period.upper is None or self.period.upper > today():
            return "in_force"
        ended_by_itself = self.expires_on is not None and self.expires_on < today()
        return "expired" if ended_by_itself else "superseded"


class SearchIndex(models.Model):
    """What a published version says, as it is searched (docs/adr/0180): its characters and pairs of
    neighbours as numbers (`domain.searching.grams`).

    PostgreSQL uses no index of this kind on a table with row policies. What is found here is only
    ever read through versions, which have them.
    """

    version = models.OneToOneField(
        DocumentVersion, on_delete=models.CASCADE, primary_key=True, related_name="search_index"
    )
    grams = ArrayField(models.BigIntegerField())

    row_policy = Unrestricted("numbers to find versions by; versions themselves have a policy")

    class Meta:
        # read far more often than written: without a list of what is yet to be sorted in
        indexes = [GinIndex(fields=["grams"], name="search_index_grams", fastupdate=False)]


class Acknowledgement(ScopedModel):
    """阅读确认: that a person has read a version. Append-only.

    `id` is made by the phone, so that a repeated request finds its answer; `shown_digest` is that
    of exactly what was shown.
    """

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    shown_digest = models.CharField(max_length=80)
    read_at = models.DateTimeField(_("阅读时间"), default=now, editable=False)

    row_policy = RowPolicy(
        read=(
            own("organization_id"),
            both(AUTHORITY, through("version_id", "credit_documentversion")),
        ),
        write=(),
        add=(own("organization_id"),),
    )

    class Meta:
        ordering = ["-read_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"], name="acknowledgement_once_per_person"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities those of what was published."""
        match actor.organization_kind:
            case "agency":
                return models.Q(organization_id=actor.organization_id)
            case "authority":
                return models.Q(version__state=VersionState.PUBLISHED)
            case _:
                return NOTHING


class DocumentReminder(IdModel):
    """That people were told once of a version: to read it (`days` 0: it is overdue), or that it
    expires in so many days."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=8, choices=[("reading", "reading"), ("expiry", "expiry")])
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(read=(through("version_id", "credit_documentversion"),))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "about", "days"], name="document_reminder_once"
            ),
        ]
