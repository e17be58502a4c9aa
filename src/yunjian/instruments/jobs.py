"""Background work of instruments: thin, the services do it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.instruments.services.reminders import certificates_remind


@app.periodic(cron="30 0 * * *")  # UTC: half past eight in Shanghai
@app.task(
    name="instruments.remind_certificates",
    aliases=["sources.remind_certificates"],  # jobs that were queued before instruments moved
    queueing_lock="instruments.remind_certificates",
)
def remind_certificates(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of certificates that expire; return of how many."""
    with acting_as(system_actor("认证到期提醒")):
        return certificates_remind().sent
