"""The fields that people fill in of a report.

Form, detail page, API, history and the sealed chain follow from what is said here.
"""

from django.utils.translation import gettext_lazy as _

from yunjian.records.fields import Field, Specification, column_field, section, specify
from yunjian.verification.models import (
    FindingException,
    NumberPattern,
    Report,
    ReportMaterial,
    ReportTest,
)

REPORT = specify(
    Report,
    section(
        Report,
        _("报告"),
        column_field(Report, "kind", fixed=True),
        column_field(Report, "number", help=_("按报告封面填写，同一出具单位不能重复")),
        "issuer",
        "issued_on",
        column_field(Report, "executed_from", kind="text", help=_("现场比对、校验开始的时间")),
        column_field(Report, "executed_to", kind="text"),
    ),
    section(
        Report,
        _("数据来源"),
        "data_source",
        column_field(Report, "third_party", help=_("委托第三方测定时必填")),
        column_field(Report, "third_party_report", help=_("委托第三方测定时必填")),
        "laboratory",
        "laboratory_cma",
        "laboratory_report",
    ),
    section(Report, _("其他"), "note"),
)
# what stands in rows of its own, as the history calls it
PARTS = (
    Field("instruments", label=_("被测仪器"), kind="link", on_detail=False),
    Field("people", label=_("参与人员"), kind="link", on_detail=False, personal=True),
    Field("devices", label=_("参比设备"), kind="link", on_detail=False),
    Field("materials", label=_("标准物质"), kind="link", on_detail=False),
    Field("tests", label=_("比对数据"), kind="link", on_detail=False),
    Field("originals", label=_("原始记录"), kind="link", on_detail=False),
    Field("file", label=_("报告文件"), kind="link", on_detail=False),
    # the file as the history names it
    Field("file_name", label=_("报告文件"), kind="link", on_detail=False),
    Field("signature", label=_("签字"), kind="link", on_detail=False),
)
MATERIAL = specify(
    ReportMaterial,
    section(
        ReportMaterial,
        "",
        "name",
        "certificate_number",
        "nominal",
        "unit",
        "uncertainty",
        "maker",
        "valid_until",
    ),
)
NUMBER_PATTERN = specify(NumberPattern, "pattern")
SPECIFICATIONS: tuple[Specification, ...] = (
    specify(Report, *REPORT.sections, *PARTS),
    MATERIAL,
    NUMBER_PATTERN,
    specify(ReportTest, "test", "parameter", "unit", "basis"),
    specify(FindingException, "asked_reason", "reason", "lift_reason"),
)
# what a reviewer may remark on, by path
REMARKABLE = {path: field.label for one in (REPORT,) for path, field in one.fields.items()} | {
    field.path: field.label for field in PARTS if field.path != "file_name"
}
