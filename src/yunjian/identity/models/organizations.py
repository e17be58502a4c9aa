"""Who takes part: dischargers, agencies, authorities, and the operator of the system."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    ACTING,
    AUTHORITY,
    CITY_AUTHORITY,
    OPERATOR,
    UNAUTHENTICATED,
    RowPolicy,
    Unrestricted,
    among,
    both,
    in_district,
    own,
)
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.kernel.clock import now


class DistrictKind(models.TextChoices):
    """Whether an area is a district of the city or a park with a committee of its own."""

    DISTRICT = "district", _("行政区")
    PARK = "park", _("园区")


class District(models.Model):
    """An area under one authority, with a rough centre: a district of the city by its GB/T 2260
    code (310115 浦东新区), or a park (化工区, 保税区) by a code of the city's own.

    An authority of a district also sees the parks `within` it; a park that lies in several
    districts is within none, and seen by the city and by its own committee.
    """

    kind = models.CharField(
        max_length=8, choices=DistrictKind.choices, default=DistrictKind.DISTRICT
    )
    within = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parks"
    )
    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6)
    latitude = models.DecimalField(max_digits=9, decimal_places=6)

    row_policy = Unrestricted("the map of the city")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="park") | models.Q(within__isnull=True),
                name="district_within_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationKind(models.TextChoices):
    """What part an organisation plays; it decides the portal its people see."""

    DISCHARGER = "discharger", _("排污单位")
    AGENCY = "agency", _("运维机构")
    AUTHORITY = "authority", _("管理部门")
    OPERATOR = "operator", _("系统运营")


class OrganizationStatus(models.TextChoices):
    """Whether an organisation may work in the system."""

    ACTIVE = "active", _("正常")
    LOCKED = "locked", _("已锁定")
    BANNED = "banned", _("禁止从业")
    CANCELLED = "cancelled", _("已注销")


class Organization(ScopedModel):
    """A legal person that takes part. `kind` decides the portal of its people.

    Unless it is active, its people are signed out, and told `status_reason` when they sign in.
    """

    kind = models.CharField(max_length=12, choices=OrganizationKind.choices)
    name = models.CharField(_("名称"), max_length=120)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, null=True, blank=True, related_name="organizations"
    )
    jurisdiction = models.ManyToManyField(
        District, blank=True, related_name="authorities", help_text="empty: the whole city"
    )
    status = models.CharField(
        max_length=10, choices=OrganizationStatus.choices, default=OrganizationStatus.ACTIVE
    )
    status_reason = models.CharField(
        max_length=200, blank=True, help_text="why it is not active; its people are told"
    )
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "district"], name="organization_kind_district")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganizationKind.values), name="organization_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    row_policy = RowPolicy(
        read=(
            own("id"),
            both(ACTING, "{table}.kind IN ('authority', 'operator')"),
            both(AUTHORITY, "{table}.kind = 'agency'"),
            CITY_AUTHORITY,
            OPERATOR,
            in_district("district_id"),
            among("id", "yunjian_partners"),
            UNAUTHENTICATED,
        ),
        write=(own("id"), OPERATOR, UNAUTHENTICATED),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Own organisation; for authorities also those of the districts, and all agencies."""
        own, kind = models.Q(pk=actor.organization_id), actor.organization_kind
        if kind == OrganizationKind.AUTHORITY and actor.districts is not None:
            near = models.Q(district_id__in=actor.districts)
            return own | models.Q(kind=OrganizationKind.AGENCY) | near
        if kind in {OrganizationKind.AUTHORITY, OrganizationKind.OPERATOR}:
            return ANYTHING
        return own if actor.organization_id else NOTHING
