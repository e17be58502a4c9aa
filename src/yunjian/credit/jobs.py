"""Background work of the room: thin, the services do it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.services.training_reminders import years_remind


@app.periodic(cron="45 0 * * *")  # UTC: a quarter to nine in Shanghai
@app.task(name="credit.remind_years", queueing_lock="credit.remind_years")
def remind_years(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of trainings and supervisions that wait for somebody; return of how many."""
    with acting_as(system_actor("培训与监督提醒")) as actor:
        return years_remind(actor=actor)
