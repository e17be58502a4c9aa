"""Record sheets of one's own: published definitions, and those being written."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, own
from yunjian.access.scope import ANYTHING, NOTHING
from yunjian.library.models.versions import DefinitionDraft, PublishedVersion


class Verdict(models.TextChoices):
    """What the sheets say together, the worst first in `standards`."""

    PASS = "pass", _("合格")
    ATTENTION = "attention", _("有异常")
    CALIBRATE = "calibrate", _("需校准")
    OUT_OF_CONTROL = "out_of_control", _("失控")
    FAIL = "fail", _("不合格")
    UNKNOWN = "unknown", _("未确认")


class PublishedSheet(PublishedVersion):
    """记录单定义: a published version of a record sheet; visits are judged by it for ever."""

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:  # noqa: ARG003 - everybody is everybody
        """Everybody works by the published sheets."""
        return ANYTHING


class SheetDesign(DefinitionDraft):
    """记录单草稿: the next version of a record sheet, changed part by part; it may hold mistakes.

    `changes` holds `{revision, at, by, text}`, the newest last.
    """

    version = models.PositiveIntegerField(_("版本"))
    changes: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    published = models.OneToOneField(
        PublishedSheet, on_delete=models.PROTECT, related_name="draft", null=True
    )

    row_policy = RowPolicy(read=(own("organization_id"),))

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
