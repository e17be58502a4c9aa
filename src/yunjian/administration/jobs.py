"""Periodic work of administration: thin, calls services."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.administration.services import jobs_forget


@app.periodic(cron="40 * * * *")
@app.task(name="administration.forget_jobs", queue="kernel")
def forget_jobs(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Delete the jobs that were done long ago."""
    with acting_as(system_actor("清理任务记录")):
        jobs_forget()
