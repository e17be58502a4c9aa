"""How an agency numbers its reports."""

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.records.changes import assign, facts, record_change
from yunjian.records.problems import Problems
from yunjian.records.versions import check_version, save_changes
from yunjian.verification import events
from yunjian.verification.models import NumberPattern
from yunjian.verification.policies import may_set_pattern

LONGEST = 60


@transaction.atomic
def pattern_set(*, actor: Actor, pattern: str, version: int | None = None) -> NumberPattern:
    """Say how the agency numbers its reports; empty: nothing is noted.

    Raises:
        NotAllowed: the actor does not answer for the reports of an agency.
        InvalidInput: at `pattern`; it is too long.
        StaleVersion: somebody else changed it in between.
    """
    require(may_set_pattern(actor))
    problems = Problems()
    problems.unless(len(pattern) <= LONGEST, "pattern", _("编号规则不能超过 60 字"), "too_long")
    problems.refuse_if_any()
    rows = NumberPattern.unscoped()
    rows.bulk_create([NumberPattern(organization_id=actor.own_organization)], ignore_conflicts=True)
    row = rows.select_for_update().get(organization_id=actor.own_organization)
    check_version(row, version)
    changes = assign(row, {"pattern": pattern.strip()})
    if changes:
        save_changes(row, changes)
        record_change(
            actor=actor,
            verb=events.PATTERN_CHANGED,
            row=row,
            changes=changes,
            payload=facts(row, "version"),
        )
    return row
