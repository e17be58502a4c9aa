"""Walking the chains: every digest computed anew, every link and every file looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Exists, Max, OuterRef

from yunjian.access.actor import OutsideScope, current_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.access.snapshots import one_snapshot
from yunjian.evidence import storage
from yunjian.evidence.log import leaf_of
from yunjian.evidence.log_keys import log_verifiers
from yunjian.evidence.models import (
    Attachment,
    ChainHead,
    Checkpoint,
    Event,
    LogEntry,
    PendingLeaf,
)
from yunjian.evidence.models.events import SYSTEM_CHAIN
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.checkpoint import opened
from yunjian.evidence.transparency.signed_note import InvalidNote
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
    entries: int = 0  # of the transparency log
    checkpoints: int = 0
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
    with one_snapshot():  # work goes on meanwhile
        _walk(report, files=files)
    return report


def _walk(report: ChainReport, *, files: bool) -> None:
    for head in ChainHead.objects.order_by("chain"):
        report.chains += 1
        report.broken += _chain_breaks(head, report)
    orphans = Event.unscoped().exclude(chain__in=ChainHead.objects.values("chain"))
    report.broken += [
        Break(event.chain, event.sequence, "事件所在的链没有链头 / the chain has no head")
        for event in orphans.iterator(CHUNK)
    ]
    report.broken += log_breaks(report)
    if files:
        report.broken += _file_breaks(report)


def log_breaks(report: ChainReport) -> Iterator[Break]:
    """Compare the log with the events: each leaf, each root that was signed, none left out."""
    tree = merkle.GrowingTree()
    signed = Checkpoint.objects.order_by("size").iterator(CHUNK)
    following = next(signed, None)
    entries = LogEntry.objects.order_by("index").iterator(CHUNK)
    while chunk := list(islice(entries, CHUNK)):
        events = Event.unscoped().in_bulk([entry.event_id for entry in chunk])
        for entry in chunk:
            report.entries += 1
            yield from _entry_problems(entry, events.get(entry.event_id), tree.size)
            tree.append(bytes(entry.leaf_hash))
            if following and following.size == tree.size:
                report.checkpoints += 1
                yield from _checkpoint_problems(following, tree)
                following = next(signed, None)
    if following:
        reason = f"日志只有 {tree.size} 条，曾签署 {following.size} 条 / the log was cut off"
        yield Break(SYSTEM_CHAIN, following.size, reason)
    elif tree.size and tree.size != Checkpoint.objects.aggregate(most=Max("size"))["most"]:
        yield Break(SYSTEM_CHAIN, tree.size, "日志末尾没有签署 / the end of the log is not signed")
    yield from _events_outside_the_log()


def _entry_problems(entry: LogEntry, event: Event | None, index: int) -> Iterator[Break]:
    chain = event.chain if event else SYSTEM_CHAIN
    if entry.index != index:
        yield Break(chain, entry.index, f"日志缺少第 {index} 条 / entry {index} is missing")
    if event is None:
        reason = f"日志中的事件 {entry.event_id} 不存在 / an event of the log is missing"
        yield Break(chain, entry.index, reason)
    elif merkle.leaf_hash(leaf_of(event.body, event.digest)) != bytes(entry.leaf_hash):
        reason = f"事件 {event.pk} 与日志不符 / an event differs from the log"
        yield Break(chain, entry.index, reason)


def _checkpoint_problems(signed: Checkpoint, tree: merkle.GrowingTree) -> Iterator[Break]:
    try:
        stated = opened(signed.note, settings.LOG_ORIGIN, log_verifiers())
    except InvalidNote as error:
        reason = f"检查点的签名无效 / the signature of a checkpoint is not valid: {error}"
        yield Break(SYSTEM_CHAIN, signed.size, reason)
        return
    if (stated.size, stated.root) != (tree.size, tree.root()) or stated.root != bytes(signed.root):
        reason = "日志与已签署的检查点不符 / the log differs from a checkpoint that was signed"
        yield Break(SYSTEM_CHAIN, signed.size, reason)


def _events_outside_the_log() -> Iterator[Break]:
    logged = LogEntry.objects.filter(event_id=OuterRef("pk"))
    waiting = PendingLeaf.objects.filter(event_id=OuterRef("pk"))
    outside = Event.unscoped().filter(~Exists(logged), ~Exists(waiting))
    for event in outside.iterator(CHUNK):
        reason = f"事件 {event.pk} 不在日志中 / an event is not in the log"
        yield Break(event.chain, event.sequence, reason)
    lost = PendingLeaf.objects.exclude(event_id__in=Event.unscoped().values("pk"))
    for pending in lost.iterator(CHUNK):
        reason = f"等待入日志的事件 {pending.event_id} 不存在 / an event that waits is missing"
        yield Break(SYSTEM_CHAIN, 0, reason)


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
