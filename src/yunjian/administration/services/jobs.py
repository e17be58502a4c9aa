"""定时任务: run one now; forget those that are done."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from yunjian.access.actor import Actor
from yunjian.administration import events
from yunjian.administration.policies import RUN_JOBS
from yunjian.evidence.services import record
from yunjian.kernel.clock import now
from yunjian.kernel.errors import NotFound

DONE_KEPT = timedelta(days=3)
FAILED_KEPT = timedelta(days=30)


@transaction.atomic
def job_run_now(*, actor: Actor, name: str) -> None:
    """Have a periodic task run now, besides its hours.

    Raises:
        NotAllowed: the actor runs no jobs.
        NotFound: there is no such periodic task.
    """
    RUN_JOBS.require(actor)
    known = {task_name for task_name, _periodic in app.periodic_registry.periodic_tasks}
    if name not in known:
        raise NotFound(_("没有这个定时任务"))
    app.tasks[name].defer(timestamp=int(now().timestamp()))
    record(actor=actor, verb=events.JOB_ASKED, obj=("job", name), payload={"task": name})


def jobs_forget() -> int:
    """Delete the jobs that were done three days ago, or failed thirty; return how many."""
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH last AS (SELECT job_id, max(at) AS at FROM procrastinate_events GROUP BY job_id)"
            " DELETE FROM procrastinate_jobs USING last WHERE last.job_id = procrastinate_jobs.id"
            " AND ((status IN ('succeeded', 'cancelled', 'aborted') AND last.at < %s)"
            " OR (status = 'failed' AND last.at < %s))",
            [at - DONE_KEPT, at - FAILED_KEPT],
        )
        number: int = cursor.rowcount
        return number
