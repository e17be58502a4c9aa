"""Periodic work with certificates: thin, calls services."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.services.challenges import challenges_forget
from yunjian.certificates.services.lists import lists_load


@app.periodic(cron="*/10 * * * *")
@app.task(name="certificates.load_lists", queue="certificates")
def load_lists(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Read the revocation lists from their folder."""
    with acting_as(system_actor("证书吊销列表")) as actor:
        lists_load(actor=actor)


@app.periodic(cron="17 * * * *")
@app.task(name="certificates.forget_challenges", queue="certificates")
def forget_challenges(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Delete challenges that ran out."""
    with acting_as(system_actor("清理登录质询")):
        challenges_forget()
