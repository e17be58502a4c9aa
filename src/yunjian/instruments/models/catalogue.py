"""Makes and models of instruments, learned from what was filed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import Unrestricted
from yunjian.access.scope import IdModel
from yunjian.kernel.clock import now


class MakeAndModel(IdModel):
    """A kind of instrument that is known: who makes it, what it measures and how.

    It says nothing of who has one, so everybody may be offered it.
    """

    kind = models.CharField(_("类别"), max_length=10)
    medium = models.CharField(_("类型"), max_length=12)
    parameter = models.CharField(_("监测因子"), max_length=20, blank=True)
    maker = models.CharField(_("生产厂家"), max_length=80)
    model = models.CharField(_("型号"), max_length=60)
    name = models.CharField(_("仪器名称"), max_length=80)
    method = models.CharField(_("分析方法/原理"), max_length=80)
    unit = models.CharField(_("量程单位"), max_length=16, blank=True)
    filed = models.PositiveIntegerField(_("备案次数"), default=1)
    learned_at = models.DateTimeField(default=now, editable=False)

    row_policy = Unrestricted("kinds of instruments; says nothing of who has one")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "medium", "parameter", "maker", "model"], name="make_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.model}"
