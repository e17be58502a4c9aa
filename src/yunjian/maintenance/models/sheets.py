"""Record sheets before they are records: what is typed so far, and definitions of one's own."""

from django.db import models

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, own
from yunjian.access.scope import NOTHING, ScopedModel
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now
from yunjian.maintenance.models.visits import Visit


class SheetDraft(ScopedModel):
    """What was typed for a visit on a computer and is not handed in yet; one for each visit.

    `sheets` holds `{id, definition, answers, started_at}`; answers also hold what cannot be read,
    as it was typed. `closing` holds the texts of the last part of the page. `version` grows with
    each change and `window` names the one that made it: a second one is told, not overwritten. The
    row is deleted when the record is handed in.
    """

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="draft")
    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sheets = models.JSONField(default=list)
    closing = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    window = models.CharField(max_length=36, blank=True)
    saved_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=now)

    row_policy = RowPolicy(read=(own("agency_id"),))

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Only the agency itself: nobody else reads what is not handed in."""
        if actor.organization_kind == "agency":
            return models.Q(agency_id=actor.organization_id)
        return NOTHING
