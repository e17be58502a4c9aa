"""Filings from a workbook, and reminders of certificates that expire."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, Unrestricted, own, through
from yunjian.access.scope import NOTHING, IdModel, ScopedModel
from yunjian.identity.models import Account, Organization
from yunjian.instruments.models.filing import InstrumentRevision
from yunjian.kernel.clock import now
from yunjian.sources.models.places import PollutionSource


class ImportState(models.TextChoices):
    """Looked at, written, taken back."""

    CHECKED = "checked", _("待导入")
    APPLIED = "applied", _("已导入")
    UNDONE = "undone", _("已撤销")


class FilingImport(ScopedModel):
    """备案导入: a workbook of filings, read and checked, then written as a whole, and undone as a
    whole.

    The versions that it made name it in `imported_by`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(PollutionSource, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("状态"), max_length=10, choices=ImportState.choices, default=ImportState.CHECKED
    )
    filename = models.CharField(_("文件"), max_length=160)
    digest = models.CharField(max_length=80)
    rows = models.JSONField(default=list, help_text="what was read, row by row")
    problems = models.JSONField(default=list, help_text="what is wrong, row by row")
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)

    row_policy = RowPolicy(read=(own("organization_id"),))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["source", "-id"], name="import_source")]

    def __str__(self) -> str:
        return self.filename

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The discharger's own affair."""
        if actor.organization_kind != "discharger":
            return NOTHING
        return models.Q(organization_id=actor.organization_id)


class CertificateReminder(IdModel):
    """That a discharger was told, so many days before, that a certificate expires.

    One row for each version, end of validity and threshold (60, 30, 7 days): nobody is told twice.
    """

    revision = models.ForeignKey(InstrumentRevision, on_delete=models.CASCADE, related_name="+")
    valid_until = models.DateField()
    days = models.PositiveSmallIntegerField(help_text="the threshold: 60, 30 or 7")
    sent_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(read=(through("revision_id", "instruments_instrumentrevision"),))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "valid_until", "days"], name="certificate_reminder_once"
            ),
        ]


class ReminderRun(IdModel):
    """One run of the reminders: when, how many certificates it looked at, how many it told of."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    looked_at = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()

    row_policy = Unrestricted("when it ran and how many it told; names nobody")

    class Meta:
        ordering = ["-id"]
