"""运维合同: which agency maintains which points of which discharger, and when."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, both, own, through
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now
from yunjian.records.versions import Versioned
from yunjian.sources.models import MonitoringPoint


class ServiceContract(Versioned, ScopedModel):
    """运维合同: which agency maintains which points of which discharger during `[from, to)`.

    Entering one writes a point access for each point and the same days: that is what lets the
    agency see the point. Past access stays, so that past work stays visible to who did it. A
    contract is not edited; it can be ended early, which shortens the accesses too. Both parties
    find its events in their own chains. The amount is in 万元.
    """

    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="contracts")
    discharger = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="service_contracts"
    )
    number = models.CharField(_("合同编号"), max_length=40)
    period = DateRangeField(_("合同期限"))
    amount = models.DecimalField(_("合同金额（万元）"), max_digits=12, decimal_places=2, default=0)
    points = models.ManyToManyField(MonitoringPoint, related_name="contracts")
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(
            own("agency_id"),
            own("discharger_id"),
            both(AUTHORITY, through("discharger_id", "identity_organization")),
        ),
        write=(
            own("agency_id"),
            both(AUTHORITY, through("discharger_id", "identity_organization")),
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="contract_number_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The two parties; authorities (of the discharger's district)."""
        match actor.organization_kind:
            case "agency":
                return models.Q(agency_id=actor.organization_id)
            case "discharger":
                return models.Q(discharger_id=actor.organization_id)
            case "authority" if actor.districts is None:
                return ANYTHING
            case "authority":
                return models.Q(discharger__district_id__in=actor.districts)
            case _:
                return NOTHING
