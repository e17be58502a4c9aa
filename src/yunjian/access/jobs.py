"""Background work of access and of the kernel below it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.access.rate_limits import delete_expired_counters
from yunjian.kernel.clock import today
from yunjian.kernel.partitions import PARTITIONS_AHEAD, ensure_partitions


@app.periodic(cron="*/30 * * * *")
@app.task(name="access.delete_expired_counters", queue="kernel")
def delete_counters(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Delete the counters of tries that nobody asks for any more."""
    with acting_as(system_actor("清理计数")):
        delete_expired_counters()


@app.periodic(cron="20 18 * * *")  # twenty past two in Shanghai; cron is in UTC
@app.task(name="kernel.make_partitions", queue="kernel")
def make_partitions(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Keep the month partitions ahead of time, and so the rest partition empty."""
    with acting_as(system_actor("建立分区")):
        ensure_partitions(today(), today() + PARTITIONS_AHEAD)
