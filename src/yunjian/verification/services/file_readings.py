"""The file of a report as the reader found it: read by a job, kept beside the report."""

from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from yunjian.kernel.clock import now
from yunjian.verification.documents.reading import Reading, read_report
from yunjian.verification.models import Report, ReportReading


def report_file_read(*, report_id: UUID, attachment_id: UUID) -> Reading | None:
    """Read the file of a report and keep what it says; None when it has another file by now.

    The reading takes up to minutes and is no part of the transaction.
    """
    rows = Report.unscoped().select_related("file")
    report = rows.filter(pk=report_id, file_id=attachment_id).first()
    if report is None or report.file is None:
        return None
    reading = read_report(Path(default_storage.path(report.file.storage_key)))
    return reading if _keep(report_id, attachment_id, reading) else None


@transaction.atomic
def _keep(report_id: UUID, attachment_id: UUID, reading: Reading) -> bool:
    """Write the reading unless the file was changed while it was read."""
    held = Report.unscoped().select_for_update().filter(pk=report_id, file_id=attachment_id)
    if held.first() is None:
        return False
    ReportReading.unscoped().update_or_create(
        report_id=report_id,
        defaults={
            "attachment_id": attachment_id,
            "content": reading.to_json(),
            "read_at": now(),
        },
    )
    return True
