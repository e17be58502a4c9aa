"""Background work of the official account."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.wechat.services import seen_forget


@app.periodic(cron="*/15 * * * *")
@app.task(name="wechat.forget_callbacks", queue="kernel")
def forget_callbacks(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Delete the notes of calls that are too old to be taken again anyway."""
    with acting_as(system_actor("清理微信回调")):
        seen_forget()
