"""Asking for a walk over everything, and making it outside of the request."""

from uuid import UUID

from django.db import transaction

from yunjian.access.actor import Actor
from yunjian.evidence import events
from yunjian.evidence.models import ChainCheck
from yunjian.evidence.services.events import record
from yunjian.evidence.services.verification import verify_log
from yunjian.kernel.clock import now
from yunjian.kernel.queue import enqueue

LONGEST_LIST = 500
CHECK_CHAINS = "evidence.check_chains"  # the name of the job


@transaction.atomic
def chain_check_ask(*, actor: Actor) -> ChainCheck:
    """Ask for a walk; while one is under way, that one is returned."""
    running = ChainCheck.objects.filter(finished_at=None).first()
    if running is not None:
        return running
    check = ChainCheck.objects.create(asked_by=actor.name)
    enqueue(CHECK_CHAINS, check_id=str(check.pk))
    record(actor=actor, verb=events.CHAIN_CHECK_ASKED, obj=check)
    return check


def chain_check_run(check_id: UUID) -> ChainCheck:
    """Walk the log and every file, and keep what was found; a finished walk is not repeated."""
    check = ChainCheck.objects.get(pk=check_id)
    if check.finished_at is not None:
        return check
    report = verify_log(files=True)
    check.events, check.checkpoints = report.events + report.waiting, report.checkpoints
    check.files = report.files
    check.broken = [
        {"chain": str(one.chain), "index": one.index, "reason": one.reason}
        for one in report.broken[:LONGEST_LIST]
    ]
    check.finished_at = now()
    check.save()
    return check
