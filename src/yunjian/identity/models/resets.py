"""Resets that the operator's administrators ask for: one asks, another confirms."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import OPERATOR, RowPolicy
from yunjian.access.scope import IdModel
from yunjian.kernel.clock import now


class ResetState(models.TextChoices):
    """What became of a request."""

    REQUESTED = "requested", _("待确认")
    CONFIRMED = "confirmed", _("已重置")
    REFUSED = "refused", _("未予重置")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


class ResetRequest(IdModel):
    """A reset of somebody's password, and second factor, that one administrator asked for.

    Another one confirms or refuses it, the third is told. It expires after a day
    (`RESET_REQUEST_HOURS`).
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reset_requests"
    )
    forget_authenticator = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    state = models.CharField(
        max_length=12, choices=ResetState.choices, default=ResetState.REQUESTED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=200, blank=True)

    row_policy = RowPolicy(read=(OPERATOR,))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state="requested"),
                name="reset_requested_once",
            ),
        ]
