"""What happened to a report, as people read it; and its findings as they are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.actor import current_actor
from yunjian.evidence.models import Event
from yunjian.kernel.languages import Text, language_code
from yunjian.records.actors import with_actors
from yunjian.records.history import ChangedValue, changed_values
from yunjian.verification import events
from yunjian.verification.domain.findings import Finding, from_data
from yunjian.verification.fields import REMARKABLE
from yunjian.verification.models import FindingException, Report
from yunjian.verification.models.parts import DeclaredVerdict, ExceptionState
from yunjian.verification.selectors.contents import original_titles, test_titles
from yunjian.verification.selectors.facts import current_findings
from yunjian.verification.selectors.reports import editions_of, exceptions_of

MOST = 200
SEVERITY_TITLES: dict[str, Text] = {
    "blocking": gettext_lazy("阻止签字"),
    "major": gettext_lazy("重要"),
    "minor": gettext_lazy("一般"),
    "note": gettext_lazy("提示"),
}
VERDICT_TITLES: dict[str, Text] = {
    **dict(DeclaredVerdict.choices),
    "unconfirmed": gettext_lazy("未确认"),
    "": gettext_lazy("未计算"),
}
# what an agency does before it signs is its own business
BEFORE_SUBMISSION = [
    events.REPORT_DRAFTED,
    events.REPORT_CHANGED,
    events.REPORT_CHECKED,
    events.REPORT_SENT_BACK,
    events.REPORT_REVISED,
]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    details: list[str]
    digest: str


def report_history(report: Report) -> list[ReportLine]:
    """Return what happened to all editions of a report, the newest first.

    An event that stands in the chains of both parties is told once.
    """
    keys = [str(row.pk) for row in editions_of(report)]
    rows = Event.objects.filter(object_type="verification.report", object_id__in=keys)
    actor = current_actor()
    if actor.organization_kind == "authority":
        rows = rows.filter(chain=report.agency_id)
    if actor.organization_id != report.agency_id:
        rows = rows.exclude(verb__in=BEFORE_SUBMISSION)
    known = rows.filter(verb__in=events.SENTENCES).order_by("-id")[:MOST]
    titles = original_titles(report) | test_titles(report)
    return [_line(event, who, titles) for event, who in with_actors(known)]


def _line(event: Event, who: str, titles: dict[str, str]) -> ReportLine:
    payload = orjson.loads(event.body)["payload"]
    changes = [
        f"{one.label}：{_titled(one, one.before, titles)} → {_titled(one, one.after, titles)}"
        for one in changed_values(event, payload)
    ]
    return ReportLine(
        at=event.at,
        who=who,
        what=str(events.SENTENCES[event.verb]),
        details=[*_said(payload), *changes],
        digest=event.digest,
    )


def _titled(change: ChangedValue, text: str, titles: dict[str, str]) -> str:
    """Say in words which record or test of the form a change was about; it begins with its key."""
    if change.path not in {"originals", "tests"}:
        return text
    said = (
        f"{title}{text.removeprefix(key)}"
        for key, title in titles.items()
        if text.startswith((f"{key} ", f"{key}："))
    )
    return next(said, text)


def _said(payload: dict[str, Any]) -> list[str]:
    text = [
        ("edition", _("第 {} 版")),
        ("number", _("报告编号：{}")),
        ("reason", _("原因：{}")),
        ("note", _("意见：{}")),
        ("correction_due", _("整改期限：{}")),
        ("content_digest", _("内容摘要：{}")),
    ]
    lines = [sentence.format(payload[key]) for key, sentence in text if payload.get(key)]
    remarks = payload.get("remarks") or {}
    return [*lines, *(f"{field_title(path)}：{remark}" for path, remark in remarks.items())]


def field_title(path: str) -> str:
    """Return what people call the field at a path."""
    name, _dot, rest = path.partition(".")
    title = str(PLACES.get(name, name))
    return f"{title} {rest}" if rest else title


# what a finding may be about, beside the fields
PLACES = REMARKABLE | {"contents": _("报告内容"), "form": _("报告格式")}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as a page shows it: at which field, how grave, and whether it holds a report up."""

    finding: Finding
    exception: FindingException | None
    is_new: bool = False  # not among those that were frozen with the signature

    @property
    def text(self) -> str:
        """Return its sentence; verdicts in words."""
        words = {
            name: str(VERDICT_TITLES.get(value, value))
            if name in {"declared", "computed"}
            else value
            for name, value in self.finding.about.items()
        }
        shown = Finding(self.finding.code, self.finding.path, words)
        return shown.text(language_code())

    @property
    def key_text(self) -> str:
        """Return the sentence by which an exception names it."""
        return self.finding.text("zh")

    @property
    def severity_title(self) -> str:
        """Return its severity in words."""
        return str(SEVERITY_TITLES[self.finding.severity])

    @property
    def place(self) -> str:
        """Return what people call the field."""
        # which test or record it is says its sentence
        return field_title(self.finding.path.partition(".")[0])

    @property
    def colour(self) -> str:
        """Return the state whose colour it has."""
        return {"blocking": "fail", "major": "attention"}.get(self.finding.severity, "quiet")

    @property
    def is_blocking(self) -> bool:
        """Whether it stops the signature: it is blocking, and no exception was granted."""
        granted = self.exception is not None and self.exception.state == ExceptionState.GRANTED
        return self.finding.severity == "blocking" and not granted


def findings_shown(report: Report) -> tuple[list[ShownFinding], list[ShownFinding]]:
    """Return what is found now, and what was found at signing and no longer is."""
    open_states = {ExceptionState.ASKED, ExceptionState.GRANTED}
    exceptions = {
        (row.code, row.path, row.finding): row
        for row in reversed(exceptions_of(report))
        if row.state in open_states
    }

    def shown(finding: Finding, *, is_new: bool = False) -> ShownFinding:
        key = finding.code, finding.path, finding.text("zh")
        return ShownFinding(finding, exceptions.get(key), is_new)

    frozen = [from_data(row) for row in report.findings]
    current = current_findings(report)
    before, after = {one.key for one in frozen}, {one.key for one in current}
    signed = report.submitted_at is not None
    return (
        [shown(one, is_new=signed and one.key not in before) for one in current],
        [shown(one) for one in frozen if one.key not in after],
    )
