"""Background work of the room: thin, the services do it."""

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.services.document_reminders import documents_remind, read_file
from yunjian.credit.services.training_reminders import years_remind


@app.periodic(cron="40 0 * * *")  # UTC: twenty to nine in Shanghai
@app.task(name="credit.remind_documents", queueing_lock="credit.remind_documents")
def remind_documents(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of documents that expire or are not read in time; return how many messages."""
    with acting_as(system_actor("运维文件提醒")):
        return documents_remind()


@app.task(name="credit.read_document_file")
def read_document_file(version_id: str) -> int:
    """Let the text of a version's file be found; return its length."""
    with acting_as(system_actor("读取文件文字")):
        return read_file(version_id)


@app.periodic(cron="45 0 * * *")  # UTC: a quarter to nine in Shanghai
@app.task(name="credit.remind_years", queueing_lock="credit.remind_years")
def remind_years(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of trainings and supervisions that wait for somebody; return of how many."""
    with acting_as(system_actor("培训与监督提醒")) as actor:
        return years_remind(actor=actor)
