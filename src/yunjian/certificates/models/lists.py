"""Certificate revocation lists, as the authorities publish them. They belong to nobody here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import Unrestricted
from yunjian.access.scope import IdModel
from yunjian.kernel.clock import now


class RevocationList(IdModel):
    """The last good list of an authority (or of one part of its list).

    `issuer_id` is SHA-256 over the authority's name and public key, so that an authority that
    changes its key has a list for each. `part` is a digest over `only` and `places`; a list with
    places covers only certificates that name one of them.
    """

    issuer_id = models.CharField(max_length=64)
    issuer = models.CharField(_("签发机构"), max_length=300)
    part = models.CharField(max_length=64)
    places = ArrayField(models.CharField(max_length=500), default=list)
    only = models.CharField(max_length=12, blank=True)
    number = models.CharField(_("编号"), max_length=64, blank=True)
    this_update = models.DateTimeField(_("本次更新"))
    next_update = models.DateTimeField(_("下次更新"))
    size = models.PositiveIntegerField(_("吊销证书数"), default=0)
    loaded_at = models.DateTimeField(_("载入时间"), default=now)

    row_policy = Unrestricted("published by the certificate authority")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer_id", "part"], name="revocation_list_once"),
        ]


class RevokedSerial(models.Model):
    """A serial number (hexadecimal) that a list names; deleted with the list."""

    pk = models.CompositePrimaryKey("list_id", "serial")
    list = models.ForeignKey(
        RevocationList, on_delete=models.CASCADE, related_name="serials", db_index=False
    )
    serial = models.CharField(max_length=64)

    row_policy = Unrestricted("published by the certificate authority")

    class Meta:
        # by itself, so that a fresh long list is not read from end to end before its statistics
        indexes = [models.Index(fields=["serial"], name="revoked_serial")]


class RevocationFile(models.Model):
    """A file of the folder, as it was last looked at.

    `problem` is empty when all is well, or: `too_large`, `malformed`, `algorithm`,
    `issuer_unknown`, `signature_wrong`, `no_next_update`, `not_yet`, `not_whole`,
    `critical_extension`, `older`.
    """

    name = models.CharField(max_length=200, primary_key=True)
    digest = models.CharField(max_length=64)
    problem = models.CharField(max_length=24, blank=True)
    looked_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    row_policy = Unrestricted("published by the certificate authority")

    class Meta:
        ordering = ["name"]
