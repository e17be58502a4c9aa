"""Comparison and verification reports of the invented city: good, failed, returned, waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import transaction

from yunjian.access.actor import Actor, acting_as
from yunjian.demo import pictures
from yunjian.demo.builder import LOADER, Agency, CityBuilder
from yunjian.identity.models import Account
from yunjian.instruments.models import Instrument
from yunjian.kernel.queue import enqueue
from yunjian.maintenance.models import Visit
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.documents.papers import pdf_of
from yunjian.verification.models import FindingException, Report
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.selectors.papers import report_paper
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, exceptions, parts, readings, reviews, signing

# what becomes of the reports of an agency, one after the other
ENDS = ("accepted", "accepted", "failed", "returned", "submitted", "checked", "draft")
# ... and where agencies look back on years: wrong, and put right
MORE_ENDS = ("superseded", "withdrawn", "excepted", "corrected")
TESTS = {"flue_gas": "gas", "wastewater": "water"}
KINDS = {"flue_gas": "verification", "wastewater": "water_sample"}
TESTS_OF_KINDS = {
    "system_calibration": ("drift-gas", "response"),
    "acceptance": ("gas", "drift-gas", "response"),
}
DRIFT_ROWS, RESPONSE_ROWS = 3, 3
Readings = tuple[list[dict[str, str]], dict[str, str]]
COMPLETE = "数据齐全"
PAIRS = {"flue_gas": 9, "wastewater": 6}


def build_reports(builder: CityBuilder) -> None:
    """Let every agency write reports about points where its engineers were."""
    for number, agency in enumerate(builder.agencies):
        visits = _visits(agency)
        ends = ENDS + MORE_ENDS if builder.looks_back and number == 0 else ENDS
        for place, (end, visit) in enumerate(zip(ends, visits, strict=False)):
            begins = visit.signed_in_at + timedelta(minutes=6)
            work = Work(visit.engineer, visit.point, begins, KINDS[visit.point.kind])
            ReportWriter(builder, agency, work, f"{number + 1:02d}-{place + 1:03d}").write(end)


def have_files_read() -> None:
    """Have the files of reports read: nobody keeps the jobs of a city that is being loaded."""
    with transaction.atomic(), acting_as(LOADER):
        files = Report.unscoped().filter(file__isnull=False).values_list("pk", "file_id")
        for report_id, attachment_id in files:
            enqueue(drafts.READ_FILE, report_id=str(report_id), attachment_id=str(attachment_id))


def _visits(agency: Agency) -> list[Visit]:
    """Return a visit to each of some points, in the order of time."""
    rows = (
        Visit.unscoped()
        .filter(agency=agency.organization, submitted_at__isnull=False)
        .select_related("point__outlet__source", "engineer__person", "discharger")
        .order_by("signed_in_at", "id")
    )
    chosen: dict[Any, Visit] = {}
    last: datetime | None = None
    for row in rows:
        if last is not None and row.signed_in_at - last < timedelta(days=1):
            continue  # nobody, and no device, is at two places at one time
        measured = Instrument.unscoped().filter(
            point=row.point, kind="analyzer", period__contains=row.signed_in_at.date()
        )
        if row.point_id not in chosen and measured.exists():
            chosen[row.point_id] = row
            last = row.signed_in_at
    return list(chosen.values())


@dataclass(frozen=True, slots=True)
class Work:
    """What a report is about: who measured where, from when on, and of which kind it is."""

    engineer: Account
    point: MonitoringPoint
    begins: datetime
    kind: str
    note: str = COMPLETE


class ReportWriter:
    """Writes one report at the moments at which it came about."""

    def __init__(self, builder: CityBuilder, agency: Agency, work: Work, number: str) -> None:
        self._builder = builder
        self._agency = agency
        self._work = work
        self._number = f"BD〔{work.begins.year}〕{number} 号"
        self._begins = work.begins

    def write(self, end: str) -> None:
        """Take the report as far as its end."""
        builder = self._builder
        evening = self._begins + timedelta(hours=6)
        with builder.acting(self._work.engineer, evening) as actor:
            expired = end == "excepted"
            report = self._draft(failing=end in {"failed", "corrected"}, expired=expired)
            asked = self._ask_for_exceptions(actor, report) if expired else []
        if end == "draft":
            return
        with builder.acting(builder.reviewers[0], evening + timedelta(minutes=30)) as actor:
            for exception in asked:
                reason = "已用在有效期内的另一瓶复核，误差在允许范围"
                exceptions.exception_decide(
                    actor=actor, exception=exception, granted=True, reason=reason
                )
        report = self._hand_in(report, evening, only_checked=end == "checked")
        if end == "withdrawn":
            with builder.acting(self._agency.manager, evening + timedelta(hours=5)) as actor:
                reason = "参比仪器编号填写有误，更正后重新提交"
                drafts.report_withdraw(actor=actor, report=report, reason=reason)
        elif end not in {"checked", "submitted"}:
            self._decide(report, end, evening + timedelta(hours=15))
        if end in {"superseded", "resubmitted"}:
            self._revise(report, evening + timedelta(hours=20))
        if end == "corrected":
            self._number = self._number.replace(" 号", "-1 号")
            self._begins = self._begins + timedelta(hours=26)
            self.write("accepted")

    def _ask_for_exceptions(self, actor: Actor, report: Report) -> list[FindingException]:
        """Ask for an exception from each finding that would stop the signature."""
        return [
            exceptions.exception_ask(
                actor=actor,
                report=report,
                code=one.code,
                path=one.path,
                finding=one.text("zh"),
                reason="新购标准物质到货晚，当日只有这一瓶",
            )
            for one in blocking(report, current_findings(report))
        ]

    def _revise(self, report: Report, moment: datetime) -> None:
        """Correct a returned report, or an accepted one: that edition is superseded."""
        with self._builder.acting(self._work.engineer, moment) as actor:
            edition = drafts.report_revise(actor=actor, report=report)
            edition = drafts.report_change(
                actor=actor, report=edition, values={"note": "补充说明：测试期间负荷 82%"}
            )
            edition = self._print(actor, edition)
        edition = self._hand_in(edition, moment, only_checked=False)
        self._decide(edition, "accepted", moment + timedelta(hours=8))

    def _hand_in(self, report: Report, evening: datetime, *, only_checked: bool) -> Report:
        """Have a report checked and signed."""
        builder, agency = self._builder, self._agency
        supervisor = agency.supervisor.account
        assert supervisor is not None  # noqa: S101 - supervisors sign in
        with builder.acting(supervisor, evening + timedelta(hours=1)) as actor:
            report = signing.report_check(actor=actor, report=report)
        if only_checked:
            return report
        with builder.acting(agency.manager, evening + timedelta(hours=2)) as actor:
            drawn = pictures.signature(agency.manager.display_name)
            signature = builder.picture(actor, "signature", drawn, "signature.png")
            return signing.report_sign(
                actor=actor,
                report=report,
                signature=signature,
                shown_digest=digest_of(with_parts(report)),
            )

    def _draft(self, *, failing: bool, expired: bool) -> Report:
        builder, work = self._builder, self._work
        actor = builder.actor(work.engineer)
        instrument = (
            Instrument.unscoped()
            .filter(point=work.point, kind="analyzer", period__contains=self._begins.date())
            .exclude(slot__in=["flow", "velocity"])
            .order_by("slot")
            .first()
        )
        gas = work.point.kind == "flue_gas"
        report = drafts.report_draft(
            actor=actor,
            point=work.point,
            values={
                "kind": work.kind,
                "number": self._number,
                "issuer": self._agency.organization.name,
                "executed_from": self._begins,
                "executed_to": self._begins + timedelta(hours=3),
                "instruments": [instrument] if instrument else [],
                "people": [work.engineer.person],
                "devices": self._agency.equipment[:1],
            },
        )
        if instrument is not None:
            self._read(report, instrument, failing=failing)
        parts.material_add(
            actor=actor,
            report=report,
            name="标准气体" if gas else "标准溶液",
            certificate_number=f"GBW-{self._number[-7:-2]}",
            nominal="100",
            unit="mg/m³" if gas else "mg/L",
            valid_until=self._begins.date() - timedelta(days=2)
            if expired
            else self._begins.date() + timedelta(days=180),
        )
        for kind, _title, required in original_kinds(report):
            if required:
                # one picture stands for one record of one report
                drawn = pictures.panel(crc32(f"{self._number} {kind}".encode()) % 100_000_000)
                photo = builder.picture(actor, "report", drawn, f"{kind}.jpg")
                parts.original_add(actor=actor, report=report, kind=kind, attachment=photo)
        return self._print(actor, report)

    def _print(self, actor: Actor, report: Report) -> Report:
        paper = pdf_of(report_paper(with_parts(report)), None)
        printed = self._builder.picture(actor, "report", paper, f"{self._number}.pdf")
        return drafts.report_file_set(actor=actor, report=report, attachment=printed)

    def _read(self, report: Report, instrument: Instrument, *, failing: bool) -> None:
        medium = self._work.point.kind
        tests = TESTS_OF_KINDS.get(self._work.kind, (TESTS[medium],))
        tables = {"drift-gas": self._drifts, "response": self._response}
        for test in tests:
            rows, values = tables.get(test, self._pairs)(failing=failing)
            readings.readings_save(
                actor=self._builder.actor(self._work.engineer),
                report=report,
                test=test,
                parameter=instrument.slot,
                readings=rows,
                values=values,
                declared_verdict="fail" if failing else "pass",
                unit="mg/m³" if medium == "flue_gas" else "mg/L",
            )

    def _pairs(self, *, failing: bool) -> Readings:
        """Return pairs of reference and instrument, with the check of the reference analyser."""
        rng, medium = self._builder.rng, self._work.point.kind
        base = rng.randint(80, 120)
        rows = []
        for number in range(PAIRS[medium]):
            reference = base + rng.uniform(-4, 4)
            measured = reference * (1.9 if failing else rng.uniform(0.97, 1.04))
            begins = f"{9 + number // 2:02d}:{30 * (number % 2):02d}"
            rows.append(
                {
                    "begins": begins,
                    "reference": f"{reference:.1f}",
                    "measured": f"{measured:.1f}",
                }
            )
        values = {"check_nominal": "100", "check_before": "100.4", "check_after": "99.7"}
        return rows, values if medium == "flue_gas" else {}

    def _drifts(self, *, failing: bool) -> Readings:
        """Return readings of zero and span gas over some days of a range of 0 to 200."""
        rng = self._builder.rng
        rows = [
            {
                "zero_before": f"{rng.uniform(0, 1):.1f}",
                "zero_after": f"{rng.uniform(0, 2):.1f}",
                "span_before": f"{160 + rng.uniform(-1, 1):.1f}",
                "span_after": f"{160 + rng.uniform(-2, 2) + (24 if failing else 0):.1f}",
            }
            for _day in range(DRIFT_ROWS)
        ]
        return rows, {"lower": "0", "upper": "200", "span_nominal": "160"}

    def _response(self, *, failing: bool) -> Readings:
        """Return times from the probe to the analyser and of the analyser, in seconds."""
        rng, slow = self._builder.rng, 240 if failing else 0
        rows = [
            {"transport": str(rng.randint(30, 45)), "rise": str(slow + rng.randint(40, 60))}
            for _time in range(RESPONSE_ROWS)
        ]
        return rows, {}

    def _decide(self, report: Report, end: str, moment: datetime) -> None:
        builder = self._builder
        with builder.acting(builder.reviewers[0], moment) as actor:
            reviews.report_receive(actor=actor, report=report)
            if end in {"returned", "resubmitted"}:
                reviews.report_return(
                    actor=actor,
                    report=report,
                    reason="原始记录照片看不清，请补充",
                    remarks={"originals": "现场记录照片模糊"},
                )
            else:
                reviews.report_accept(actor=actor, report=report, note_text=self._work.note)
