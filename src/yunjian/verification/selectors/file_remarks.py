"""What the file of a report says otherwise than what was typed, in words."""

from django.utils.translation import gettext as _

from yunjian.kernel.clock import business_day
from yunjian.verification.documents.reading import Reading, Remark, compare_with_typed
from yunjian.verification.models import Report, ReportReading


def file_remarks(report: Report) -> list[tuple[str, str]] | None:
    """Return (field, sentence) of each remark; None as long as the file was not read."""
    row = ReportReading.objects.filter(report=report, attachment_id=report.file_id).first()
    if row is None:
        return None
    typed = {
        "number": report.number,
        "executed_from": business_day(report.executed_from),
        "executed_to": business_day(report.executed_to),
        "issued_on": report.issued_on,
        "parameters": sorted({one.instrument.slot for one in report.instruments.all()} - {""}),
    }
    remarks = compare_with_typed(Reading.from_json(row.content), typed)
    return [(_label(field), _sentence(one)) for field, more in remarks.items() for one in more]


def _label(field: str) -> str:
    if field == "parameters":
        return _("监测因子")
    return str(Report._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 - documented


def _sentence(remark: Remark) -> str:
    if remark.code == "unreadable":
        return _("文件内容无法自动读取，请人工核对")
    if remark.code == "no_text":
        return _("文件是扫描件，没有可读取的文字，请人工核对")
    if remark.code == "partly_scanned":
        return _("第 %(pages)s 页没有可读取的文字，请人工核对") % {"pages": remark.read}
    if remark.code == "not_found":
        return _("文件中未找到“%(typed)s”") % {"typed": remark.typed}
    facts = {"page": remark.page, "read": remark.read, "typed": remark.typed}
    return _("文件第 %(page)s 页为“%(read)s”，填写为“%(typed)s”") % facts
