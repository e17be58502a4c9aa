"""Files that belong to the evidence: photos, signatures, certificates."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, both, in_district, own
from yunjian.access.scope import ANYTHING, ScopedModel
from yunjian.kernel.clock import now


class AttachmentKind(models.TextChoices):
    """What the bytes really are (by their content, not by their name)."""

    IMAGE = "image", _("图片")
    PDF = "pdf", "PDF"


class Attachment(ScopedModel):
    """An immutable file, stored under its digest. `id` is made by whoever uploads it, so that an
    upload can be repeated.

    Its kind is told by its bytes, not by its name. Pictures are oriented, stripped of metadata and
    encoded anew. `source_digest` is of the bytes as they came, `digest` of the bytes as stored.
    `shared_with` and `district_code` are set when it joins a visit. `dhash` finds near-equal
    pictures.
    """

    organization_id = models.UUIDField(help_text="whose upload it is")
    shared_with = models.UUIDField(
        null=True, help_text="the other party that may see it, set when it joins a visit"
    )
    district_code = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=8, choices=AttachmentKind.choices)
    purpose = models.CharField(max_length=24)
    filename = models.CharField(max_length=160)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text="bytes as stored")
    width = models.PositiveIntegerField(null=True, help_text="pixels")
    height = models.PositiveIntegerField(null=True, help_text="pixels")
    digest = models.CharField(max_length=80)
    source_digest = models.CharField(max_length=80)
    storage_key = models.CharField(max_length=120)
    dhash = models.CharField(max_length=16, blank=True, help_text="64-bit difference hash, hex")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["organization_id", "-id"], name="attachment_organization"),
            models.Index(fields=["digest"], name="attachment_digest"),
            models.Index(fields=["dhash"], name="attachment_dhash", condition=~models.Q(dhash="")),
        ]

    row_policy = RowPolicy(
        read=(
            own("organization_id"),
            own("shared_with"),
            in_district("district_code"),
            both(AUTHORITY, "{table}.district_code = ''"),
        ),
        write=(own("organization_id"),),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The uploader's organisation, the other party, and authorities of the district."""
        if actor.organization_kind == "authority":
            if actor.districts is None:
                return ANYTHING
            # what belongs to no district (an agency's certificates) concerns every authority
            return models.Q(district_code__in=[*actor.districts, ""])
        return models.Q(organization_id=actor.organization_id) | models.Q(
            shared_with=actor.organization_id
        )
