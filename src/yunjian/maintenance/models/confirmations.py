"""当天确认: the discharger confirms what it was shown, or objects with a reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import RowPolicy, through, through_own
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account
from yunjian.kernel.clock import now
from yunjian.maintenance.models.visits import PartOfVisit, Visit


class Decision(models.TextChoices):
    """What the discharger says."""

    CONFIRM = "confirm", _("确认")
    OBJECT = "object", _("异议")


class Confirmation(PartOfVisit):
    """A discharger's signed decision on a visit; one for each.

    `id` is made by the phone, so that a repeated request finds its answer. Bound to
    `shown_digest`, the digest of exactly what was shown: another one than the visit's is refused.
    `signature` is the picture of the handwritten signature; `is_late` tells whether it came after
    the visit's `confirm_by`.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="confirmations")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.CharField(_("异议原因"), max_length=400, blank=True)
    signature = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    shown_digest = models.CharField(max_length=80)
    signer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=40)
    decided_at = models.DateTimeField(default=now)
    is_late = models.BooleanField(_("超过当日"), default=False)

    row_policy = RowPolicy(
        read=(through("visit_id", "maintenance_visit"),),
        write=(),
        add=(through_own("visit_id", "maintenance_visit", "discharger_id"),),
    )

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["visit"], name="confirmation_once_per_visit"),
            models.CheckConstraint(
                condition=models.Q(decision="confirm") | ~models.Q(reason=""),
                name="objection_has_a_reason",
            ),
        ]
