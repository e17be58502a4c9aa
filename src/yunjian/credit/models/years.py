"""运维年度: whose year it is, whether it may still be written in, and the numbers it has given."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, both, own
from yunjian.access.scope import NOTHING, ScopedModel
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now

FIRST_YEAR, LAST_YEAR = 2015, 2100


def visible_in_states(actor: Actor, states: list[str], prefix: str = "") -> models.Q:
    """Return what an agency sees of its own, and authorities in these states."""
    match actor.organization_kind:
        case "agency":
            return models.Q(**{f"{prefix}organization_id": actor.organization_id})
        case "authority":
            return models.Q(**{f"{prefix}state__in": states})
        case _:
            return NOTHING


def policy_in_states(states: list[str]) -> RowPolicy:
    """Return the row policy that says the same."""
    listed = ", ".join(f"'{state}'" for state in states)
    return RowPolicy(
        read=(own("organization_id"), both(AUTHORITY, f"{{table}}.state IN ({listed})")),
        write=(own("organization_id"),),
    )


class YearState(models.TextChoices):
    """Whether a year may be written in."""

    OPEN = "open", _("办理中")
    CLOSED = "closed", _("已归档")


class AnnualYear(ScopedModel):
    """运维年度 of an agency: its training plans, sessions and supervisions of one calendar year.

    Every write of the year locks this row first, so that nothing enters while the year is closed
    and running numbers have no gap. `missing` is what was still open when it was closed, as shown;
    `statement` is what the agency said about it. `reopen_reason` says why it was opened again.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    state = models.CharField(_("状态"), max_length=8, choices=YearState.choices, default="open")
    last_number = models.PositiveIntegerField(default=0, help_text="of supervisions")
    closed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("归档时间"), null=True)
    missing = models.JSONField(default=list, help_text="what was open at closing, for people")
    statement = models.CharField(_("情况说明"), max_length=400, blank=True)
    reopen_reason = models.CharField(_("重新开放原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), AUTHORITY), write=(own("organization_id"),)
    )

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            # also the index by which a year of an agency is found
            models.UniqueConstraint(fields=["organization", "year"], name="annual_year_once"),
            models.CheckConstraint(
                condition=models.Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                name="annual_year_plausible",
            ),
        ]
        # authorities read the years of all agencies, newest first
        indexes = [models.Index(fields=["-year", "-id"], name="annual_year_newest")]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities all."""
        return visible_in_states(actor, [*YearState.values])
