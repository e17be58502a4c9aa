"""What identity hears from below."""

from django.db import transaction

from yunjian.evidence.services import record
from yunjian.kernel.actor import Actor
from yunjian.kernel.scope import ScopedModel, on_foreign_access


@on_foreign_access
def foreign_access(actor: Actor, row: ScopedModel) -> None:
    """Record that somebody asked for another organisation's row by its id."""
    with transaction.atomic():
        record(actor=actor, verb="access.foreign", obj=row)
