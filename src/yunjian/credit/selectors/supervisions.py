"""Reads about supervisions."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor, current_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import Supervision, SupervisionStep
from yunjian.credit.models.supervisions import SupervisionState
from yunjian.credit.policies import KEEP_TRAININGS
from yunjian.kernel.errors import NotFound
from yunjian.records.filters import text_filter, value_filter

BUCKETS = ("mine", "made")


def supervisions_found(
    *,
    year: int | None = None,
    state: str = "",
    severity: str = "",
    text: str = "",
    person: Person | None = None,
    organization: UUID | None = None,
) -> QuerySet[Supervision]:
    """Return the supervisions that the acting actor sees.

    In an agency a draft is its maker's and the managers'.
    """
    rows: QuerySet[Supervision] = Supervision.objects.filter(_shown_to(current_actor()))
    rows = rows.select_related("organization", "person", "head", "point", "supervisor", "signature")
    found = text_filter(text, "person__name", "place", "purpose", "organization__name")
    return rows.filter(
        found,
        value_filter(
            year=year, state=state, severity=severity, person=person, organization_id=organization
        ),
    )


def _shown_to(actor: Actor) -> Q:
    if actor.is_system or actor.organization_kind != "agency" or KEEP_TRAININGS.held_by(actor):
        return Q()
    return Q(supervisor_id=actor.account_id) | ~Q(state=SupervisionState.DRAFT)


def supervisions_in(actor: Actor, bucket: str) -> QuerySet[Supervision]:
    """Return what the actor was supervised in ("mine"), or supervised ("made")."""
    mine = Q(person__account_id=actor.account_id) & ~Q(state="draft")
    made = Q(supervisor_id=actor.account_id)
    return supervisions_found().filter(mine if bucket == "mine" else made)


def steps_of(supervision: Supervision) -> QuerySet[SupervisionStep]:
    """Return what was done with a supervision, the first first."""
    rows: QuerySet[SupervisionStep] = SupervisionStep.objects.filter(supervision=supervision)
    return rows.select_related("signature")


def supervision_seen(identifier: UUID) -> Supervision:
    """Return a supervision that the acting actor sees.

    Raises:
        NotFound: there is none.
    """
    row: Supervision | None = supervisions_found().filter(pk=identifier).first()
    if row is None:
        raise NotFound(_("没有找到这条监督记录"))
    return row
