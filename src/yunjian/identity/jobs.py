"""Periodic work of identity: thin, calls services."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.services.resets import resets_expire
from yunjian.identity.services.sessions import sessions_forget


@app.periodic(cron="50 * * * *")
@app.task(name="identity.forget_sessions", queue="kernel")
def forget_sessions(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """End the sessions that ran out, and forget the log lines that need not be kept."""
    with acting_as(system_actor("清理登录记录")):
        sessions_forget()


@app.periodic(cron="40 * * * *")
@app.task(name="identity.expire_resets", queue="kernel")
def expire_resets(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Let requests for resets lapse that nobody decided in time."""
    with acting_as(system_actor("密码重置申请过期")) as actor:
        resets_expire(actor=actor)
