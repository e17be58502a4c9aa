"""Walking everything: events, the log over them, what it signed, sealed records, stored files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from yunjian.access.actor import OutsideScope, current_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.access.snapshots import one_snapshot
from yunjian.evidence import sealed_records, storage
from yunjian.evidence.log import inclusions_of, leaf_of
from yunjian.evidence.log_keys import log_verifiers
from yunjian.evidence.models import Attachment, Checkpoint, Event, LogEntry, PendingLeaf
from yunjian.evidence.models.events import SYSTEM_CHAIN
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.checkpoint import opened
from yunjian.evidence.transparency.signed_note import InvalidNote
from yunjian.kernel.digests import ALGORITHMS, digest

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """What does not hold: of which organisation, where in the log (-1: at no place), and why."""

    chain: UUID
    index: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.index}: {self.reason}"


@dataclass(slots=True)
class LogReport:
    """What a walk over everything found, and what it looked at."""

    events: int = 0
    waiting: int = 0  # events that have no place in the log yet
    records: int = 0  # whose content was computed anew from their rows
    checkpoints: int = 0
    files: int = 0
    broken: list[Break] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """Whether everything that is recorded about one thing holds.

    `compared`: its content was computed anew from its rows, and compared with what was sealed.
    """

    events: list[Event]
    problems: list[str]
    waiting: int = 0
    compared: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is a record and nothing is wrong with it."""
        return bool(self.events) and not self.problems


def verify_log(*, files: bool = False) -> LogReport:
    """Compare every event with the log, and the log with what was signed; with `files` all files.

    Streams, and sees everything as it was when it began, while work goes on.

    Raises:
        OutsideScope: somebody else than the system acts, or nobody; of the events that they do
            not reach, it would be said that they hold.
    """
    if not current_actor().is_system:
        raise OutsideScope("who walks the log has to reach all events")
    report = LogReport()
    with one_snapshot():
        report.broken += _log_breaks(report)
        report.broken += _waiting_breaks(report)
        report.broken += _breaks_outside_the_log()
        report.broken += _records_without_event()
        if files:
            report.broken += _file_breaks(report)
    return report


def verify_object(obj: models.Model) -> ObjectReport:
    """Check every event about one thing: its content, and that it is in the log that was signed."""
    with bypass_rls("its events stand in the records of all who took part in it"), one_snapshot():
        events = list(
            Event.unscoped()
            .filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))  # noqa: SLF001 - Django's documented API
            .order_by("id")
        )
        waiting = set(
            PendingLeaf.objects.filter(pk__in=[event.pk for event in events]).values_list(
                "pk", flat=True
            )
        )
        problems = [problem for event in events if (problem := _content_problem(event))]
        problems += _inclusion_problems([event for event in events if event.pk not in waiting])
        problems += [problem for _event, problem in sealed_records.problems_of(events)]
    compared = any(map(sealed_records.seals, events))
    return ObjectReport(events, problems, len(waiting), compared)


def _inclusion_problems(events: list[Event]) -> Iterator[str]:
    checkpoint, inclusions = inclusions_of(events)
    if checkpoint is not None:
        tree_size, root, problem = _opened(checkpoint)
        if problem:
            yield problem
    for event, inclusion in zip(events, inclusions, strict=True):
        if inclusion is None:
            yield f"事件 {event.pk} 不在日志中 / an event is not in the log"
            continue
        leaf = merkle.leaf_hash(leaf_of(event.body, event.digest))
        try:
            holds = root == merkle.root_of_inclusion(
                leaf, inclusion.index, tree_size, inclusion.proof
            )
        except merkle.InvalidProof:
            holds = False
        if not holds:
            yield f"#{inclusion.index} 与已签署的日志不符 / differs from the log that was signed"


def _log_breaks(report: LogReport) -> Iterator[Break]:
    tree = merkle.GrowingTree()
    signed = Checkpoint.objects.order_by("size").iterator(CHUNK)
    following = next(signed, None)
    last = 0
    entries = LogEntry.objects.order_by("index").iterator(CHUNK)
    while chunk := list(islice(entries, CHUNK)):
        events = Event.unscoped().in_bulk([entry.event_id for entry in chunk])
        for entry in chunk:
            report.events += 1
            yield from _entry_breaks(entry, events.get(entry.event_id), tree.size)
            tree.append(bytes(entry.leaf_hash))
            if following and following.size == tree.size:
                last = following.size
                report.checkpoints += 1
                yield from _checkpoint_breaks(following, tree)
                following = next(signed, None)
        places = {entry.event_id: entry.index for entry in chunk}
        yield from _record_breaks(report, events.values(), places)
    if following:
        reason = f"日志只有 {tree.size} 条，曾签署 {following.size} 条 / the log was cut off"
        yield Break(SYSTEM_CHAIN, following.size, reason)
    elif tree.size != last:
        yield Break(SYSTEM_CHAIN, tree.size, "日志末尾没有签署 / the end of the log is not signed")


def _entry_breaks(entry: LogEntry, event: Event | None, index: int) -> Iterator[Break]:
    chain = event.chain if event else SYSTEM_CHAIN
    if entry.index != index:
        yield Break(chain, entry.index, f"日志缺少第 {index} 条 / entry {index} is missing")
    if event is None:
        reason = f"事件 {entry.event_id} 不存在 / an event of the log is missing"
        yield Break(chain, entry.index, reason)
        return
    if merkle.leaf_hash(leaf_of(event.body, event.digest)) != bytes(entry.leaf_hash):
        reason = f"事件 {event.pk} 与日志不符 / an event differs from the log"
        yield Break(chain, entry.index, reason)
    if reason := _content_problem(event):
        yield Break(chain, entry.index, reason)


def _checkpoint_breaks(signed: Checkpoint, tree: merkle.GrowingTree) -> Iterator[Break]:
    size, root, problem = _opened(signed)
    if problem:
        yield Break(SYSTEM_CHAIN, signed.size, problem)
    elif (size, root) != (tree.size, tree.root()):
        reason = "日志与已签署的检查点不符 / the log differs from a checkpoint that was signed"
        yield Break(SYSTEM_CHAIN, signed.size, reason)


def _opened(signed: Checkpoint) -> tuple[int, bytes, str]:
    """Return what was signed, as its note says it, and what is wrong with it."""
    try:
        stated = opened(signed.note, settings.LOG_ORIGIN, log_verifiers())
    except InvalidNote as error:
        reason = f"检查点的签名无效 / the signature of a checkpoint is not valid: {error}"
        return signed.size, bytes(signed.root), reason
    if (stated.size, stated.root) != (signed.size, bytes(signed.root)):
        return stated.size, stated.root, "检查点与其签名不符 / a checkpoint differs from its note"
    return stated.size, stated.root, ""


def _waiting_breaks(report: LogReport) -> Iterator[Break]:
    waiting = PendingLeaf.objects.order_by("pk").iterator(CHUNK)
    while chunk := list(islice(waiting, CHUNK)):
        events = Event.unscoped().in_bulk([pending.pk for pending in chunk])
        for pending in chunk:
            report.waiting += 1
            event = events.get(pending.pk)
            if event is None:
                reason = f"等待入日志的事件 {pending.pk} 不存在 / an event that waits is missing"
                yield Break(SYSTEM_CHAIN, -1, reason)
            elif reason := _content_problem(event):
                yield Break(event.chain, -1, reason)
        yield from _record_breaks(report, events.values(), {})


def _record_breaks(
    report: LogReport, events: Iterable[Event], places: Mapping[UUID, int]
) -> Iterator[Break]:
    sealing = list(filter(sealed_records.seals, events))
    report.records += len({event.object_id for event in sealing})
    for event, reason in sealed_records.problems_of(sealing):
        yield Break(event.chain, places.get(event.pk, -1), reason)


def _records_without_event() -> Iterator[Break]:
    for kind in sealed_records.sealed_kinds():
        rows = iter(kind.sealed())
        while chunk := list(islice(rows, CHUNK)):
            events = Event.unscoped().filter(object_type=kind.model, verb=kind.verb)
            of_these = events.filter(object_id__in=[str(key) for key in chunk])
            sealed = set(of_these.values_list("object_id", flat=True))
            for key in chunk:
                if str(key) not in sealed:
                    reason = f"记录 {kind.model} {key} 没有封存事件 / a record has no event"
                    yield Break(SYSTEM_CHAIN, -1, reason)


def _breaks_outside_the_log() -> Iterator[Break]:
    logged = LogEntry.objects.filter(event_id=OuterRef("pk"))
    waiting = PendingLeaf.objects.filter(event_id=OuterRef("pk"))
    outside = Event.unscoped().filter(~Exists(logged), ~Exists(waiting))
    for event in outside.iterator(CHUNK):
        reason = f"事件 {event.pk} 不在日志中 / an event is not in the log"
        yield Break(event.chain, -1, reason)


def _content_problem(event: Event) -> str:
    algorithm = event.digest.partition(":")[0]
    sealed = event.previous_digest.encode() + event.body.encode()
    if algorithm not in ALGORITHMS or digest(sealed, algorithm) != event.digest:
        return f"事件 {event.pk} 内容与摘要不符 / content differs from its digest"
    in_body = {key: value for key, value in orjson.loads(event.body).items() if key != "payload"}
    same = event.sealed_columns() == in_body
    return "" if same else f"事件 {event.pk} 列与正文不符 / columns differ from the body"


def _file_breaks(report: LogReport) -> Iterator[Break]:
    for row in Attachment.unscoped().order_by("id").iterator(CHUNK):
        report.files += 1
        try:
            content = storage.get(row.storage_key)
        except FileNotFoundError:
            yield Break(row.organization_id, -1, f"附件 {row.pk} 缺失 / file is missing")
            continue
        if digest(content, row.digest.partition(":")[0]) != row.digest:
            reason = f"附件 {row.pk} 已被改动 / file was changed"
            yield Break(row.organization_id, -1, reason)
