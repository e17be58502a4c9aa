"""Background work of maintenance: thin, the services do it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.maintenance.services.plans import tasks_extend


@app.periodic(cron="10 17 * * *")  # UTC: ten past one in Shanghai
@app.task(name="maintenance.extend_tasks", queueing_lock="maintenance.extend_tasks")
def extend_tasks(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Carry every active plan forward to the horizon; return how many tasks were made."""
    with acting_as(system_actor("延展任务")) as actor:
        return tasks_extend(actor=actor)
