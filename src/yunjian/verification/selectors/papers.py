"""What a printed report says, from the rows of a report."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from yunjian.kernel.clock import SHANGHAI, now
from yunjian.kernel.languages import CHINESE, localized
from yunjian.library.domain.labels import unit_text
from yunjian.verification.documents.papers import PaperTest, ReportPaper, Rows, difference
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.models.reports import ReportState
from yunjian.verification.selectors.contents import checklist, original_titles
from yunjian.verification.selectors.forms import form_named, form_text, spec_of
from yunjian.verification.selectors.history import VERDICT_TITLES
from yunjian.verification.selectors.reports import certificate_signature_of
from yunjian.verification.selectors.standing import DEVICE_COLUMNS, competence_text

HEADS = {
    "instruments": ["因子", "名称", "型号", "厂家", "原理", "出厂编号", "量程"],
    "devices": ["名称", "型号", "资产编号", "出厂编号", "检定/校准证书", "有效期至"],
    "materials": ["名称", "证书编号", "标称值", "不确定度", "生产单位", "有效期至"],
    "people": ["姓名", "岗位", "能力证明"],
}
GRAVEST_FIRST = ("fail", "unconfirmed", "not_judged", "", "pass")


def report_paper(report: Report) -> ReportPaper:
    """Return what the paper of a report says (`report` was read `with_parts`).

    The paper is a Chinese document, whatever language the page is in.
    """
    with override(CHINESE):
        return _written(report)


# what a paper says across its pages; what was accepted or waits says nothing
MARKS: dict[str, str] = {
    ReportState.DRAFT: "草　稿",
    ReportState.CHECKED: "草　稿",
    ReportState.RETURNED: "已退回",
    ReportState.WITHDRAWN: "已撤回",
    ReportState.SUPERSEDED: "历史版本",
}


def _written(report: Report) -> ReportPaper:
    form = form_named(report.form)
    signed = report.submitted_at
    check = reverse("verification:check", args=[report.pk])
    titles = original_titles(report)
    verdicts = [row.verdict for row in report.tests.all()]
    gravest = min(verdicts, key=GRAVEST_FIRST.index, default="")
    return ReportPaper(
        title=f"{report.agency.name} {localized(_both(form.title)) if form else '报告'}",
        number=report.number,
        edition=report.edition,
        is_draft=signed is None,
        mark=MARKS.get(report.state, ""),
        facts=[[name, value] for name, value in _facts(report)],
        instruments=_instruments(report),
        devices=[
            [row.snapshot.get(name, "") for name in (*DEVICE_COLUMNS, "certificate", "valid_until")]
            for row in report.devices.all()
        ],
        materials=[
            [
                row.name,
                row.certificate_number,
                f"{row.nominal} {row.unit}",
                row.uncertainty,
                row.maker,
                row.valid_until.isoformat(),
            ]
            for row in report.materials.all()
        ],
        people=[
            [
                row.person.name,
                row.person.get_position_display(),
                competence_text(row),
            ]
            for row in report.people.all()
        ],
        tests=[_test(report, row) for row in report.tests.all()],
        contents=[
            [line.title, line.item.clause, "有" if line.present else "缺"]
            for line in checklist(report)
        ],
        originals=[
            [titles.get(row.kind, row.kind), row.attachment.filename, row.attachment.digest]
            for row in report.originals.all()
        ],
        signers=[
            ["编制", report.prepared_by.display_name, _clock(report.created_at)],
            ["校核", _name(report.checked_by), _clock(report.checked_at)],
            ["批准", _name(report.signed_by), _clock(signed)],
            *_certified(report),
        ],
        verdict=str(VERDICT_TITLES.get(gravest, gravest)),
        digest=report.content_digest,
        check_url=f"{settings.PUBLIC_BASE_URL}{check}" if signed else "",
        issued_at=signed or now(),
        heads=HEADS,
    )


def _certified(report: Report) -> Rows:
    row = certificate_signature_of(report)
    if row is None:
        return []
    return [["证书签名", f"{row.subject}，序列号 {row.serial}", _clock(row.signed_at)]]


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    point = report.point
    yield "报告类别", report.get_kind_display()
    yield "执行标准", report.standard
    yield "出具单位", report.issuer
    yield "签发日期", report.issued_on.isoformat() if report.issued_on else ""
    yield "排污单位", report.discharger.name
    yield "污染源", point.outlet.source.name
    yield "排放口", str(point.outlet)
    yield "监测点", point.name
    yield "设备编码 MN", point.mn_code
    yield "运维机构", report.agency.name
    yield "实施开始", _minute(report.executed_from)
    yield "实施结束", _minute(report.executed_to)
    yield "参比数据来源", report.get_data_source_display()
    yield "第三方", f"{report.third_party} {report.third_party_report}".strip()
    yield "分析实验室", report.laboratory
    yield "CMA 与报告编号", f"{report.laboratory_cma} {report.laboratory_report}".strip()
    yield "报告格式", form_text(form) if (form := form_named(report.form)) else report.form
    yield "保存期限", report.keep_until.isoformat() if report.keep_until else ""
    if report.note:
        yield "说明", report.note


def _instruments(report: Report) -> Rows:
    rows = []
    for row in report.instruments.all():
        held = row.snapshot
        bounds = f"{held.get('range_lower', '')}～{held.get('range_upper', '')}"
        span = f"{bounds} {held.get('unit', '')}".strip()
        names = ("parameter", "name", "model", "maker", "method", "serial_number")
        rows.append([*(str(held.get(name, "")) for name in names), span])
    return rows


# the table shows instrument − reference, as the standard's own; its formula has the other sign
SIGNS = {"difference": "（参比−仪器）"}


def _test(report: Report, row: ReportTest) -> PaperTest:
    form = form_named(report.form)
    spec = spec_of(form, row.test) if form else None
    columns = [
        column
        for column in (spec.columns if spec else ())
        if column.required or any(line.get(column.key) for line in row.readings)
    ]
    keys = [column.key for column in columns]
    compared = {"reference", "measured"} <= set(keys)
    left_out = any(line.get("excluded") for line in row.readings)
    head = [localized(_both(column.title)) for column in columns]
    head = ["序号", *head, *(["B−A"] if compared else []), *(["不计入原因"] if left_out else [])]
    rows = []
    for number, line in enumerate(row.readings, start=1):
        cells = [str(number), *(line.get(key, "") for key in keys)]
        if compared:
            cells.append(difference([line.get("reference", ""), line.get("measured", "")]))
        if left_out:
            cells.append(line.get("excluded", ""))
        rows.append(cells)
    results = row.results
    fields = [
        [localized(_both(one.title)), row.values.get(one.key, "")]
        for one in (spec.fields if spec else ())
        if row.values.get(one.key)
    ]
    title = localized(_both(spec.title)) if spec else row.test
    return PaperTest(
        title=f"{title}（{row.parameter}）" if row.parameter else title,
        about=[
            ["单位", unit_text(row.unit)],
            ["评价依据", row.basis or results.get("standard", "")],
            *fields,
        ],
        head=head,
        rows=rows,
        results=[
            [
                f"{localized(one['title'])}{SIGNS.get(one['key'], '')}{_unit(one['unit'])}",
                one["text"],
                row.declared.get(one["key"], ""),
            ]
            for one in results.get("quantities", [])
        ],
        criterion=results.get("criterion", ""),
        verdict=str(VERDICT_TITLES.get(row.verdict, row.verdict)),
        declared_verdict=row.get_declared_verdict_display(),
        basis=f"{results.get('standard', '')} {results.get('clause', '')}".strip(),
    )


def _unit(unit: str) -> str:
    written = unit_text(unit)
    return f"（{written}）" if written else ""


def _name(account: object) -> str:
    return str(getattr(account, "display_name", "") or "")


def _minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _clock(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _both(text: object) -> dict[str, str]:
    return {"zh": getattr(text, "zh", ""), "en": getattr(text, "en", "")}
