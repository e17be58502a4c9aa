"""Background work begins here: a job is a row, written in the transaction of what causes it."""

import json
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.tasks import Task

from yunjian.kernel.prepared_queries import PreparedQuery

# procrastinate's own function, called without building job and log records around it: a third of
# the time of `task.defer`
DEFER = PreparedQuery("""
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        %(queue)s, %(task)s, %(priority)s, %(lock)s, %(queueing_lock)s, %(arguments)s::jsonb, NULL
    )]::procrastinate_job_to_defer_v1[])
""")


def enqueue(task: Task[Any, Any, Any], **arguments: Any) -> None:
    """Have a worker do a task after the commit; without a commit, never."""
    if not isinstance(app.connector, DjangoConnector):  # the demo's: of its past nobody is told
        task.defer(**arguments)
        return
    DEFER.run(
        queue=task.queue,
        task=task.name,
        priority=task.priority,
        lock=task.lock,
        queueing_lock=task.queueing_lock,
        arguments=json.dumps(arguments),
    )
