"""Background work of reports: thin, the services do it."""

from uuid import UUID

from procrastinate.contrib.django import app

from yunjian.access.actor import acting_as, system_actor
from yunjian.verification.services.correction_reminders import corrections_remind
from yunjian.verification.services.drafts import READ_FILE
from yunjian.verification.services.file_readings import report_file_read


@app.periodic(cron="50 0 * * *")  # UTC: ten to nine in Shanghai
@app.task(name="verification.remind_corrections", queueing_lock="verification.remind_corrections")
def remind_corrections(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes the tick
    """Tell of corrections that are due soon or late; return of how many."""
    with acting_as(system_actor("报告整改提醒")):
        return corrections_remind()


@app.task(name=READ_FILE)
def read_report_file(report_id: str, attachment_id: str) -> bool:
    """Read the file of a report; return whether it was still that file."""
    with acting_as(system_actor("读取报告")):
        reading = report_file_read(report_id=UUID(report_id), attachment_id=UUID(attachment_id))
    return reading is not None
