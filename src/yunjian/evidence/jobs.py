"""Periodic work of evidence: thin, calls services."""

from datetime import timedelta

from procrastinate.contrib.django import app

from yunjian.evidence.services import daily_head
from yunjian.kernel.clock import today


@app.periodic(cron="5 16 * * *")  # 00:05 in Shanghai; cron is in UTC
@app.task(name="evidence.daily_head", queue="evidence")
def seal_day(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Seal the day that has just ended."""
    daily_head(today() - timedelta(days=1))
