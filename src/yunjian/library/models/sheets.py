"""Record sheets of one's own: published definitions, and those being written."""

from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import ANYBODY, RowPolicy, own
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now


class Verdict(models.TextChoices):
    """What the sheets say together, the worst first in `standards`."""

    PASS = "pass", _("合格")
    ATTENTION = "attention", _("有异常")
    CALIBRATE = "calibrate", _("需校准")
    OUT_OF_CONTROL = "out_of_control", _("失控")
    FAIL = "fail", _("不合格")
    UNKNOWN = "unknown", _("未确认")


class PublishedSheet(ScopedModel):
    """A definition that an authority published. Never altered: visits are judged by it for ever."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=32)
    version = models.PositiveIntegerField(_("版本"))
    definition: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    base = models.CharField(_("依据"), max_length=48, blank=True, help_text="code@version")
    effective_from = models.DateField(_("生效日期"))
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), default=now)

    row_policy = RowPolicy(read=(ANYBODY,), write=(), add=(own("organization_id"),))

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="published_sheet_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    @property
    def name(self) -> str:
        """Return `code@version`."""
        return f"{self.code}@{self.version}"

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:  # noqa: ARG003 - everybody is everybody
        """Everybody works by the published sheets."""
        return ANYTHING


class SheetDesign(ScopedModel):
    """A definition being written; it may hold mistakes. It ends as `published`, or is dropped.

    `base` is the version it was copied from. `revision` grows with each change: the second editor
    is told. `changes` holds `{revision, at, by, text}`, the newest last.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=32)
    version = models.PositiveIntegerField(_("版本"))
    definition: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    base = models.CharField(_("依据"), max_length=48, blank=True, help_text="code@version")
    revision = models.PositiveIntegerField(default=1)
    changes: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("修改时间"), default=now)
    published = models.OneToOneField(
        PublishedSheet, on_delete=models.PROTECT, related_name="design", null=True
    )

    row_policy = RowPolicy(read=(own("organization_id"),))

    class Meta:
        ordering = ["-id"]

    @property
    def name(self) -> str:
        """Return `code@version`."""
        return f"{self.code}@{self.version}"

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The authority that writes it."""
        if actor.organization_kind == "authority":
            return models.Q(organization_id=actor.organization_id)
        return NOTHING
