"""Report forms: published versions, those taken out of use, and the drafts of the next ones."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import ANYBODY, RowPolicy, own
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now
from yunjian.library.models.versions import DefinitionDraft, PublishedVersion


class PublishedReportForm(PublishedVersion):
    """报告格式: a published version of a report form; reports keep to it for ever.

    An authority's own versions are numbered from 101 on, those that ship below; so they go before
    those, and keep their names.
    """

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:  # noqa: ARG003 - everybody is everybody
        """Everybody writes and reads reports by the published forms."""
        return ANYTHING


class ReportFormWithdrawal(ScopedModel):
    """停用: the first day on which a published report form no longer holds; said once.

    From that day on the version before it holds again. Reports written by it keep to it.
    """

    form = models.OneToOneField(
        PublishedReportForm, on_delete=models.PROTECT, related_name="withdrawal"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField(_("停用日期"))
    reason = models.CharField(_("停用原因"), max_length=200)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(_("登记时间"), default=now, editable=False)

    row_policy = RowPolicy(read=(ANYBODY,), write=(), add=(own("organization_id"),))

    class Meta:
        ordering = ["id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.form.name

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:  # noqa: ARG003 - everybody is everybody
        """Whoever sees the version."""
        return ANYTHING


class ReportFormDraft(DefinitionDraft):
    """报告格式草稿: the next version of a form, changed line by line; it may hold mistakes."""

    published = models.OneToOneField(
        PublishedReportForm, on_delete=models.PROTECT, related_name="draft", null=True
    )

    row_policy = RowPolicy(read=(own("organization_id"),))

    def __str__(self) -> str:
        return self.code

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The authority that writes it."""
        if actor.organization_kind == "authority":
            return models.Q(organization_id=actor.organization_id)
        return NOTHING
