"""The rule library: packs that the authority published, and the drafts of the next ones."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, CITY_AUTHORITY, RowPolicy
from yunjian.access.scope import ANYTHING, NOTHING
from yunjian.library.models.versions import DefinitionDraft, PublishedVersion


def _for_authorities(actor: Actor) -> models.Q:
    """Only authorities look at the tables; what holds is read by everybody through the rules."""
    return ANYTHING if actor.organization_kind == "authority" else NOTHING


class PublishedPack(PublishedVersion):
    """规则包: a published version of a rule pack or of a city's overlay; never altered.

    Its fractions are text in `content`. `marks` tells row by row who compared or corrected it
    last: `{row: {kind, by, on, page, remark}}`. `overlays` names the pack over which a city's
    stricter rules lie; when their base gets a new version they are published anew over it.

    A product release that ships a version which a city has already published under the same number
    wins over it.
    """

    overlays = models.CharField(_("加严对象"), max_length=80, blank=True)
    marks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    note = models.CharField(_("发布说明"), max_length=400)

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Authorities see all, others nothing."""
        return _for_authorities(actor)


class RuleDraft(DefinitionDraft):
    """规则草稿: the next version of a pack, changed row by row.

    Each change is checked by the loader of packs, and once more at publishing; a refusal names the
    row. A row without a value cannot be confirmed; a correction without comparing takes the
    confirmation away. A version begins today or later, and after the one before.
    """

    overlays = models.CharField(_("加严对象"), max_length=80, blank=True)
    marks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    published = models.OneToOneField(
        PublishedPack, on_delete=models.PROTECT, related_name="draft", null=True
    )

    row_policy = RowPolicy(read=(AUTHORITY,), write=(CITY_AUTHORITY,))

    def __str__(self) -> str:
        return self.code

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Authorities see all, others nothing."""
        return _for_authorities(actor)
