"""Uploads that are not yet whole: large files that come in parts, over lines that drop."""

from django.conf import settings
from django.db import models

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, both, mine, own
from yunjian.access.scope import ScopedModel
from yunjian.kernel.clock import now


class Upload(ScopedModel):
    """A large file on its way: begun, sent in parts, and turned into an attachment of the same id.

    Its bytes lie in a file of their own beside the attachments; how long that file is, is how far
    the upload came. `offset` repeats it for those who look at the table. `length` is promised at
    the beginning and cannot change. After `expires_at` nothing is added, and a job removes it.
    """

    organization_id = models.UUIDField(help_text="whose upload it is")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    length = models.PositiveBigIntegerField(help_text="bytes of the whole file")
    offset = models.PositiveBigIntegerField(default=0, help_text="bytes that are on disk")
    filename = models.CharField(max_length=160)
    purpose = models.CharField(max_length=24)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_offset_within_length",
                condition=models.Q(offset__lte=models.F("length")),
            ),
            models.CheckConstraint(name="upload_is_not_empty", condition=models.Q(length__gt=0)),
        ]
        indexes = [
            # how much an organisation has open
            models.Index(fields=["organization_id"], name="upload_organization"),
            # what the job removes
            models.Index(fields=["expires_at"], name="upload_expiry"),
        ]

    row_policy = RowPolicy(
        read=(both(own("organization_id"), mine("account_id")),),
        write=(both(own("organization_id"), mine("account_id")),),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Whoever began it, and nobody else: it is no evidence yet."""
        return models.Q(organization_id=actor.organization_id, account_id=actor.account_id)
