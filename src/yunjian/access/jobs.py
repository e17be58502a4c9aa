"""Background work of access."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.access.rate_limits import delete_expired_counters


@app.periodic(cron="*/30 * * * *")
@app.task(name="access.delete_expired_counters", queue="kernel")
def delete_counters(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Delete the counters of tries that nobody asks for any more."""
    with acting_as(system_actor("清理计数")):
        delete_expired_counters()
