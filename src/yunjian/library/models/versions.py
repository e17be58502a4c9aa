"""What every definition that an authority publishes in versions has in common."""

from datetime import date
from typing import Any
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import ANYBODY, RowPolicy, own
from yunjian.access.scope import ScopedModel
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now


class PublishedVersion(ScopedModel):
    """A version that an authority published; never altered, for things are judged by it for ever.

    It holds from `effective_from` until the next version begins. `content` is what the standards
    read, `base` the version it was made from.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=60)
    version = models.PositiveIntegerField(_("版本"))
    base = models.CharField(_("依据版本"), max_length=80, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    effective_from = models.DateField(_("施行日期"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    published_at = models.DateTimeField(_("发布时间"), default=now, editable=False)

    row_policy = RowPolicy(read=(ANYBODY,), write=(), add=(own("organization_id"),))

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="%(class)s_version_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The code with its version: `hj75-2017@2`."""
        return f"{self.code}@{self.version}"

    @property
    def since(self) -> date:
        """The first day on which it holds."""
        return self.effective_from

    @property
    def until(self) -> date | None:
        """None: it ends when another version begins."""
        return None


class DefinitionDraft(ScopedModel):
    """What will be the next version of a definition; at most one for each code.

    ```
     begun from `base` ──► changed ──► differences shown ──► `published`, in force from its day
                            │ ▲                                │
                  discarded ▼ └── a change taken back          └──► the base of the next draft
    ```

    `revision` grows with every change, so that nobody publishes what somebody else has changed
    since it was shown.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=60)
    base = models.CharField(_("依据版本"), max_length=80, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(default=now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    changed_at = models.DateTimeField(_("修改时间"), default=now)

    # each kind of draft ends as its own kind of version
    published: Any
    published_id: UUID | None

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(published=None),
                name="%(class)s_one_open",
            ),
        ]
