"""Background work of the kernel."""

from procrastinate.contrib.django import app

from yunjian.kernel.apps import PARTITIONS_AHEAD
from yunjian.kernel.clock import today
from yunjian.kernel.partitions import ensure_partitions


@app.periodic(cron="20 18 * * *")  # twenty past two in Shanghai; cron is in UTC
@app.task(name="kernel.make_partitions", queue="kernel")
def make_partitions(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Keep the month partitions ahead of time, and so the rest partition empty."""
    ensure_partitions(today(), today() + PARTITIONS_AHEAD)
