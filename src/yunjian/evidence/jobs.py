"""Periodic work of evidence: thin, calls services."""

from uuid import UUID

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services import (
    chain_check_ask,
    chain_check_run,
    checkpoint_publish,
    uploads_expire,
)
from yunjian.evidence.services.checks import CHECK_CHAINS


@app.periodic(cron="7 * * * *")
@app.task(name="evidence.publish_checkpoint", queue="evidence")
def publish_checkpoint(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Hand out what the log signed last, each hour."""
    with acting_as(system_actor("检查点")):
        checkpoint_publish()


@app.periodic(cron="30 18 * * *")  # half past two in Shanghai
@app.task(name="evidence.ask_nightly_check", queue="evidence")
def ask_nightly_check(timestamp: int) -> None:  # noqa: ARG001 - the scheduler's signature
    """Have everything walked each night."""
    with acting_as(system_actor("每夜验证")) as actor:
        chain_check_ask(actor=actor)


@app.task(name=CHECK_CHAINS, queue="evidence")
def check_chains(check_id: str) -> None:
    """Walk everything."""
    with acting_as(system_actor("验证")):
        chain_check_run(UUID(check_id))


@app.periodic(cron="17 * * * *")
@app.task(name="evidence.expire_uploads", queueing_lock="evidence.expire_uploads")
def expire_uploads(timestamp: int) -> int:  # noqa: ARG001 - the scheduler's signature
    """Remove uploads that rested too long; return how many."""
    with acting_as(system_actor("清理上传")):
        return uploads_expire()
