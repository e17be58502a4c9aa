"""Who signs in with which certificate."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    AUTHORITY,
    OPERATOR,
    UNAUTHENTICATED,
    RowPolicy,
    Unrestricted,
    own,
)
from yunjian.access.scope import ANYTHING, IdModel, ScopedModel
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now


class Challenge(IdModel):
    """A text that a key is to sign once: `yunjian/signin/1 <site> <64 hexadecimal digits>`, or
    `yunjian/sign/1 <site> <digest> <64 hexadecimal digits>` to sign what has this digest.

    The digits are 32 random bytes; the site makes a signature for another site worthless here. It
    is good for two minutes (`CERTIFICATE_CHALLENGE_SECONDS`), once, in one browser session:
    `session_digest` is SHA-256 over a secret that only that session holds. A try uses it up
    whatever becomes of the try; a try from another session does not, so that nobody can disturb
    the owner. The row is locked while it is used. It is deleted a day after it ran out.
    """

    text = models.CharField(max_length=300)
    session_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    row_policy = Unrestricted("random texts before anybody is known; bound to a browser")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="challenge_expires")]


class OfAgency(ScopedModel):
    """Rows that belong to an agency, and that authorities and the operator see as well."""

    row_policy = RowPolicy(
        read=(own("organization_id"), AUTHORITY, OPERATOR, UNAUTHENTICATED),
        write=(own("organization_id"), OPERATOR, UNAUTHENTICATED),
    )

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Own ones; authorities and the operator see those of all agencies."""
        if actor.organization_kind in {"authority", "operator"}:
            return ANYTHING
        return models.Q(organization_id=actor.organization_id)


class OrganizationCertificate(OfAgency):
    """A certificate with which somebody of an organisation has signed in.

    The certificate itself is not kept: its serial number and fingerprint (SHA-256) tell which it
    was. A renewed certificate of the same code makes a new row; a fingerprint that another
    organisation has used is refused. It signs in the oldest active owner.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="certificates"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="certificates",
        help_text="the account that it signs in: the organisation's owner",
    )
    fingerprint = models.CharField(max_length=64, unique=True)
    serial = models.CharField(_("证书序列号"), max_length=64)
    issuer = models.CharField(_("签发机构"), max_length=300)
    algorithm = models.CharField(_("算法"), max_length=8)
    valid_from = models.DateTimeField(_("有效期起"))
    valid_until = models.DateTimeField(_("有效期止"))
    first_used_at = models.DateTimeField(_("首次使用"), default=now, editable=False)
    last_used_at = models.DateTimeField(_("最近使用"), default=now)

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="certificate_organization")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_until")),
                name="certificate_period",
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return self.valid_until < now()


class AgencyRegistration(OfAgency):
    """What an agency said when it registered, and which version of the commitment it agreed to.

    Name and code of the organisation come from the certificate, never from the form. The first
    draft of the agency's filing starts from this.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="registration"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    certificate = models.ForeignKey(
        OrganizationCertificate, on_delete=models.PROTECT, related_name="+"
    )
    legal_representative = models.CharField(_("法定代表人"), max_length=40)
    address = models.CharField(_("办公地址"), max_length=200)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    commitment = models.CharField(
        max_length=20, help_text="version of the commitment that was agreed to"
    )
    registered_at = models.DateTimeField(_("注册时间"), default=now, editable=False)
