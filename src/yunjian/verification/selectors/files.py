"""Files of a report that stand for something else as well: another kind of record, or report."""

from django.utils.translation import gettext as _

from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import business_day
from yunjian.verification.domain.findings import ReusedFile
from yunjian.verification.models import Report, ReportOriginal
from yunjian.verification.models.reports import CLAIMED
from yunjian.verification.selectors.contents import original_kinds

MOST_NAMED = 5


def repeated_files(report: Report) -> list[ReusedFile]:
    """Return the files that a report (read `with_parts`) holds under several kinds."""
    titles = {key: title for key, title, _required in original_kinds(report)}
    kinds: dict[str, list[str]] = {}
    files: dict[str, Attachment] = {}
    for row in report.originals.all():
        files.setdefault(row.attachment.digest, row.attachment)
        named = kinds.setdefault(row.attachment.digest, [])
        if titles.get(row.kind, row.kind) not in named:
            named.append(titles.get(row.kind, row.kind))
    return [
        ReusedFile("originals", files[digest].filename, named)
        for digest, named in kinds.items()
        if len(named) > 1
    ]


def files_elsewhere(report: Report) -> list[ReusedFile]:
    """Return the files of a report (read `with_parts`) that are part of another report as well.

    What no form demands may be shared (a contract, a scheme), and so may everything by reports of
    the same point and day. What others filed is told without naming it.
    """
    demanded = {key for key, _title, required in original_kinds(report) if required}
    own = {
        row.attachment.digest: (f"originals.{row.kind}", row.attachment.filename)
        for row in report.originals.all()
        if row.kind in demanded
    }
    if report.file is not None:
        own[report.file.digest] = ("file", report.file.filename)
    found: dict[str, list[str]] = {}
    for digest, other in _holders(report, [*own]):
        name = other.number if other.agency_id == report.agency_id else _somebody_elses()
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return [
        ReusedFile(*own[digest], others[:MOST_NAMED]) for digest, others in sorted(found.items())
    ]


def _holders(report: Report, digests: list[str]) -> list[tuple[str, Report]]:
    """Return the reports of another place or day that hold files of these digests."""
    day = business_day(report.executed_from)
    originals = (
        ReportOriginal.unscoped()
        .filter(attachment__digest__in=digests, report__state__in=CLAIMED)
        .exclude(report__series=report.series)
        .select_related("report", "attachment")
        .order_by("id")[:MOST_READ]
    )
    reports = (
        Report.unscoped()
        .filter(file__digest__in=digests, state__in=CLAIMED)
        .exclude(series=report.series)
        .select_related("file")
        .order_by("id")[:MOST_READ]
    )
    held = [(row.attachment.digest, row.report) for row in originals]
    held += [(row.file.digest, row) for row in reports if row.file is not None]
    return [
        (digest, other)
        for digest, other in held
        if other.point_id != report.point_id or business_day(other.executed_from) != day
    ]


MOST_READ = 50


def _somebody_elses() -> str:
    return str(_("（其他机构的报告）"))
