"""Walking the chains: every digest computed anew, every link and every file looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.db import models

from yunjian.access.actor import OutsideScope, current_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence import storage
from yunjian.evidence.models import Attachment, ChainHead, Event
from yunjian.kernel.digests import ALGORITHMS, digest

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    chain: UUID
    sequence: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence}: {self.reason}"


@dataclass(slots=True)
class ChainReport:
    """What a walk over all chains found."""

    chains: int = 0
    events: int = 0
    files: int = 0
    broken: list[Break] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """Whether everything that is recorded about one thing holds."""

    events: list[Event]
    problems: list[str]

    @property
    def ok(self) -> bool:
        """Whether there is a record and nothing is wrong with it."""
        return bool(self.events) and not self.problems


def verify_chains(*, files: bool = False) -> ChainReport:
    """Walk every chain in order and compare it with its head; with `files` the stored bytes too.

    Streams: a chain of any length needs the memory of two thousand events.

    Raises:
        OutsideScope: somebody else than the system acts, or nobody; of the chains that they do
            not reach, it would be said that they hold.
    """
    if not current_actor().is_system:
        raise OutsideScope("who walks the chains has to reach all of them")
    report = ChainReport()
    for head in ChainHead.objects.order_by("chain"):
        report.chains += 1
        report.broken += _chain_breaks(head, report)
    orphans = Event.unscoped().exclude(chain__in=ChainHead.objects.values("chain"))
    report.broken += [
        Break(event.chain, event.sequence, "事件所在的链没有链头 / the chain has no head")
        for event in orphans.iterator(CHUNK)
    ]
    if files:
        report.broken += _file_breaks(report)
    return report


def verify_object(obj: models.Model) -> ObjectReport:
    """Check every event about one thing: its digest, and its links to both neighbours."""
    with bypass_rls("its events stand in the chains of all who took part in it"):
        events = list(
            Event.unscoped()
            .filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))  # noqa: SLF001 - Django's documented API
            .order_by("id")
        )
        problems = [problem for event in events for problem in _event_problems(event)]
    return ObjectReport(events, problems)


def _event_problems(event: Event) -> Iterator[str]:
    reason = _content_problem(event)
    if reason:
        yield f"#{event.sequence} {reason}"
    beside = {
        row.sequence: row
        for row in Event.unscoped().filter(
            chain=event.chain, sequence__in=[event.sequence - 1, event.sequence + 1]
        )
    }
    before, after = beside.get(event.sequence - 1), beside.get(event.sequence + 1)
    if event.previous_digest != (before.digest if before else ""):
        yield f"#{event.sequence} 与前一事件不衔接 / does not follow the event before"
    head = ChainHead.objects.filter(pk=event.chain).first()
    following = after.previous_digest if after else (head.digest if head else "")
    if following != event.digest:
        yield f"#{event.sequence} 与后一事件不衔接 / the next event does not follow"


def _chain_breaks(head: ChainHead, report: ChainReport) -> Iterator[Break]:
    sequence, previous = 0, ""
    for event in Event.unscoped().filter(chain=head.pk).order_by("sequence").iterator(CHUNK):
        report.events += 1
        sequence += 1
        if event.sequence != sequence:
            reason = f"缺少第 {sequence} 个事件 / event {sequence} is missing"
            yield Break(head.pk, sequence, reason)
            sequence = event.sequence
        elif event.previous_digest != previous:
            yield Break(head.pk, sequence, "与前一事件不衔接 / does not follow the event before")
        reason = _content_problem(event)
        if reason:
            yield Break(head.pk, sequence, reason)
        previous = event.digest
    if (head.sequence, head.digest) != (sequence, previous):
        reason = f"链头指向第 {head.sequence} 个，实有 {sequence} 个 / the head points elsewhere"
        yield Break(head.pk, head.sequence, reason)


def _content_problem(event: Event) -> str:
    algorithm = event.digest.partition(":")[0]
    sealed = event.previous_digest.encode() + event.body.encode()
    if algorithm not in ALGORITHMS or digest(sealed, algorithm) != event.digest:
        return "内容与摘要不符 / content differs from its digest"
    in_body = {key: value for key, value in orjson.loads(event.body).items() if key != "payload"}
    same = event.sealed_columns() == in_body
    return "" if same else "列与正文不符 / columns differ from the body"


def _file_breaks(report: ChainReport) -> Iterator[Break]:
    for row in Attachment.unscoped().order_by("id").iterator(CHUNK):
        report.files += 1
        try:
            content = storage.get(row.storage_key)
        except FileNotFoundError:
            yield Break(row.organization_id, 0, f"附件 {row.pk} 缺失 / file is missing")
            continue
        if digest(content, row.digest.partition(":")[0]) != row.digest:
            yield Break(row.organization_id, 0, f"附件 {row.pk} 已被改动 / file was changed")
