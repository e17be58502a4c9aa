"""What all nodes have to know alike about the official account."""

from django.db import models

from yunjian.access.row_policies import Unrestricted
from yunjian.kernel.clock import now


class Credential(models.Model):
    """The access token or the JS-SDK ticket of an official account, sealed at rest.

    Its row is locked while one node renews it; the others go on with the old value. `renew_at`
    says from when on a node renews it, `expires_at` when it is worth nothing; `forced_at` and
    `forced_count` keep forced renewals rare. A lost row costs one call of WeChat's.
    """

    TOKEN = "token"  # noqa: S105 - the name of a kind
    TICKET = "ticket"

    app_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=8, choices=[(TOKEN, TOKEN), (TICKET, TICKET)])
    sealed = models.TextField(blank=True, help_text="opened by kernel.encryption")
    renew_at = models.DateTimeField(default=now, help_text="from when on a node renews it")
    expires_at = models.DateTimeField(default=now)
    renewed_at = models.DateTimeField(null=True, blank=True)
    forced_at = models.DateTimeField(null=True, blank=True, help_text="the last forced renewal")
    forced_count = models.PositiveSmallIntegerField(default=0, help_text="of the day of forced_at")

    row_policy = Unrestricted("one official account for everybody; its values are sealed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app_id", "kind"], name="wechat_credential_once"),
        ]


class Suppression(models.Model):
    """To whom nothing is sent for now, because WeChat said so.

    Without a template it holds for every message to the person; without a person for everybody
    (the quota of the day is used up). `until` None: until an event ends it.
    """

    app_id = models.CharField(max_length=32)
    openid = models.CharField(max_length=64, blank=True)
    template_id = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)

    row_policy = Unrestricted("what WeChat said about its own openids; no organisation has them")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app_id", "openid", "template_id"], name="wechat_suppression_once"
            ),
        ]


class SeenCallback(models.Model):
    """A call of WeChat's that was handled; the same one is refused when it comes again.

    Deleted after ten minutes: calls older than five are refused for their age.
    """

    signature = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=now)

    row_policy = Unrestricted("signatures of WeChat's calls")

    class Meta:
        indexes = [models.Index(fields=["at"], name="wechat_seen_at")]
