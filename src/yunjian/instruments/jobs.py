"""Background work of sources: thin, the services do it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.instruments.services.reminders import certificates_remind


@app.periodic(cron="30 0 * * *")  # UTC: half past eight in Shanghai
@app.task(name="sources.remind_certificates", queueing_lock="sources.remind_certificates")
def remind_certificates(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of certificates that expire; return of how many."""
    with acting_as(system_actor("认证到期提醒")):
        return certificates_remind().sent
