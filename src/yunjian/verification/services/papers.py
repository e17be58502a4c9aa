"""The papers of a report: who takes a copy of a signed one is recorded."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence import storage
from yunjian.evidence.services import record
from yunjian.kernel.errors import InvalidState
from yunjian.verification import events
from yunjian.verification.documents.papers import docx_of, pdf_of, xlsx_of
from yunjian.verification.models import Report
from yunjian.verification.selectors.forms import form_named
from yunjian.verification.selectors.papers import report_paper
from yunjian.verification.selectors.reports import with_parts


def report_pdf(*, actor: Actor, report: Report) -> bytes:
    """Return a report as PDF; the same signed report always gives the same bytes."""
    held = with_parts(report)
    signature = storage.get(held.signature.storage_key) if held.signature else None
    content = pdf_of(report_paper(held), signature)
    _noted(actor, report)
    return content


def report_xlsx(*, actor: Actor, report: Report) -> IO[bytes]:
    """Return a report as an open Excel file."""
    file = xlsx_of(report_paper(with_parts(report)))
    _noted(actor, report)
    return file


def report_docx(*, actor: Actor, report: Report) -> bytes:
    """Return a report as Word.

    Raises:
        InvalidState: its form is not one that is bound as Word.
    """
    form = form_named(report.form)
    if form is None or not form.word:
        raise InvalidState(_("这种报告格式不提供 Word 文件"))
    content = docx_of(report_paper(with_parts(report)))
    _noted(actor, report)
    return content


@transaction.atomic
def _noted(actor: Actor, report: Report) -> None:
    if report.submitted_at is not None:
        record(actor=actor, verb=events.REPORT_COPIED, obj=report)
