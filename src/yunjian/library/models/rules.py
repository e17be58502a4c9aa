"""The rule library: packs that the authority published, and the drafts of the next ones."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import ANYBODY, AUTHORITY, CITY_AUTHORITY, RowPolicy, own
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now


class _AuthoritysOwn(ScopedModel):
    """Only authorities look at the tables; what holds is read by everybody through the rules."""

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Authorities see all, others nothing."""
        return ANYTHING if actor.organization_kind == "authority" else NOTHING


class PublishedPack(_AuthoritysOwn):
    """规则包: a published version of a rule pack or of a city's overlay; never altered.

    It holds from `effective_from` on; the version before ends there. `content` is what the loader
    of packs reads, its fractions as text. `marks` tells row by row who compared or corrected it
    last: `{row: {kind, by, on, page, remark}}`. `overlays` names the pack over which a city's
    stricter rules lie; when their base gets a new version they are published anew over it.

    A product release that ships a version which a city has already published under the same number
    wins over it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("规则包"), max_length=60)
    version = models.PositiveIntegerField(_("版本"))
    effective_from = models.DateField(_("施行日期"))
    based_on = models.CharField(_("依据版本"), max_length=80, blank=True)
    overlays = models.CharField(_("加严对象"), max_length=80, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    marks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    note = models.CharField(_("发布说明"), max_length=400)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    published_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(read=(ANYBODY,), write=(), add=(own("organization_id"),))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="pack_version_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name with its version: `hj75-2017@2`."""
        return f"{self.code}@{self.version}"


class RuleDraft(_AuthoritysOwn):
    """What will be the next version of a pack; at most one for each.

    ```
     confirm, correct ──► draft ──► preview (differences) ──► published, in force from its day
                           │ ▲                                   │
                   discard ▼ └── take a row back                 └──► the base of the next draft
    ```

    Each change is checked by the loader of packs, and once more at publishing; a refusal names the
    row. A row without a value cannot be confirmed; a correction without comparing takes the
    confirmation away. `revision` grows with every change, so that nobody publishes what somebody
    else has changed since it was shown. A version begins today or later, and after the one before.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("规则包"), max_length=60, unique=True)
    based_on = models.CharField(_("依据版本"), max_length=80, blank=True)
    overlays = models.CharField(_("加严对象"), max_length=80, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    marks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)

    row_policy = RowPolicy(read=(AUTHORITY,), write=(CITY_AUTHORITY,))

    def __str__(self) -> str:
        return self.code
