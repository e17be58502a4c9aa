"""Filings from a workbook: read and checked, written all or not at all, undone the same day."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.services import record
from yunjian.instruments import events
from yunjian.instruments.documents.workbooks import Problem, ReadRow, read
from yunjian.instruments.fields import fields_of
from yunjian.instruments.models import FilingImport, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.models.imports import ImportState
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.services.drafts import revision_discard, revision_draft
from yunjian.instruments.services.reviews import revision_submit, revision_withdraw
from yunjian.kernel.clock import business_day, now, today
from yunjian.kernel.digests import digest
from yunjian.kernel.errors import DomainError, InvalidState
from yunjian.records.problems import locked
from yunjian.sources.models import MonitoringPoint, PollutionSource


@transaction.atomic
def import_check(
    *, actor: Actor, source: PollutionSource, filename: str, content: bytes
) -> FilingImport:
    """Read a workbook and try every row; nothing is filed. The answer says what is wrong where.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidInput: at `file`; it is no workbook of ours, or too large.
    """
    require(may_file_instruments(actor, source.organization_id))
    rows, problems = read(content)
    batch = FilingImport(
        organization_id=source.organization_id,
        source=source,
        filename=filename[-160:],
        digest=digest(content),
        rows=[asdict(row) for row in rows],
        created_by_id=actor.account_id,
    )
    batch.save(force_insert=True)
    if not problems:
        problems = _try(actor, batch)
    batch.problems = [asdict(problem) for problem in problems]
    batch.save(update_fields=["problems"])
    return batch


def _try(actor: Actor, batch: FilingImport) -> list[Problem]:
    """Write every row and roll it back, so that rows are checked against one another as well."""
    problems: list[Problem] = []
    with transaction.atomic():
        _write(actor, batch, problems)
        transaction.set_rollback(True)
    return problems


def _write(actor: Actor, batch: FilingImport, problems: list[Problem]) -> list[InstrumentRevision]:
    here = MonitoringPoint.objects.filter(outlet__source_id=batch.source_id)
    points = {point.mn_code: point for point in here.select_related("outlet__source")}
    written = []
    seen: dict[tuple[str, str], int] = {}
    for data in batch.rows:
        row = ReadRow(**data)
        point = points.get(row.mn_code)
        if point is None:
            message = _("该污染源没有 MN 号为“%(mn)s”的测点") % {"mn": row.mn_code or "（空）"}
            problems.append(Problem(row.sheet, row.number, "MN 号", message))
            continue
        key = (row.values.get("maker", ""), row.values.get("serial_number", ""))
        if key[1] and key in seen and not row.values.get("components"):
            message = _("出厂编号与第 %(row)s 行重复") % {"row": seen[key]}
            problems.append(Problem(row.sheet, row.number, "出厂编号", message))
        seen.setdefault(key, row.number)
        try:
            with transaction.atomic():
                written.append(
                    revision_draft(
                        actor=actor, point=point, kind=row.kind, values=row.values, batch=batch
                    )
                )
        except DomainError as error:
            problems += _row_problems(row, point, error)
    return written


def _row_problems(row: ReadRow, point: MonitoringPoint, error: DomainError) -> list[Problem]:
    parameter = row.values.get("parameter", "")
    labels = {field.path: str(field.label) for field in fields_of(row.kind, point, parameter)}
    if not error.errors:
        return [Problem(row.sheet, row.number, "", error.message)]
    return [
        Problem(row.sheet, row.number, labels.get(one.path, one.path), one.message)
        for one in error.errors
    ]


@transaction.atomic
def import_apply(*, actor: Actor, batch: FilingImport, submit: bool = False) -> FilingImport:
    """File every row as a draft, and hand all in when asked: all of them or none.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it was applied already, or rows are wrong (now).
    """
    batch = locked(batch)
    require(may_file_instruments(actor, batch.organization_id))
    if batch.state != ImportState.CHECKED:
        raise InvalidState(_("该文件已导入"))
    if batch.problems:
        raise InvalidState(_("文件中还有错误，请修改后重新上传"))
    problems: list[Problem] = []
    written = _write(actor, batch, problems)
    if not problems and submit:
        for revision, data in zip(written, batch.rows, strict=True):
            try:
                revision_submit(actor=actor, revision=revision)
            except DomainError as error:
                problems += _row_problems(ReadRow(**data), revision.instrument.point, error)
    if problems:
        first = problems[0]
        where = f"{first.sheet} 第 {first.row} 行 {first.column}"
        raise InvalidState(
            _("没有导入任何一行：%(where)s：%(what)s") % {"where": where, "what": first.message}
        )
    batch.state = ImportState.APPLIED
    batch.applied_at = now()
    batch.save(update_fields=["state", "applied_at"])
    _record_event(actor, events.FILINGS_IMPORTED, batch, rows=len(written), submitted=submit)
    return batch


@transaction.atomic
def import_undo(*, actor: Actor, batch: FilingImport) -> FilingImport:
    """Take an import back, on the day it was made: every draft of it goes, or none.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: another day, not applied, or something of it was edited or decided since.
    """
    batch = locked(batch)
    require(may_file_instruments(actor, batch.organization_id))
    if batch.state != ImportState.APPLIED or batch.applied_at is None:
        raise InvalidState(_("只有已导入的文件可以撤销"))
    if business_day(batch.applied_at) != today():
        raise InvalidState(_("只能在导入当天撤销；请逐台删除草稿或撤回"))
    rows = list(batch.revisions.select_related("instrument"))
    if len(rows) != len(batch.rows):
        raise InvalidState(_("有导入的草稿已被删除，不能整体撤销；其余请逐台办理"))
    for row in rows:
        if row.state not in {RevisionState.DRAFT, RevisionState.SUBMITTED} or row.edition > 1:
            raise InvalidState(_("%(what)s 在导入后已被修改或审核，不能整体撤销") % {"what": row})
    for row in rows:
        if row.state == RevisionState.SUBMITTED:
            revision_withdraw(actor=actor, revision=row)
        revision_discard(actor=actor, revision=row)
    batch.state = ImportState.UNDONE
    batch.undone_at = now()
    batch.save(update_fields=["state", "undone_at"])
    _record_event(actor, events.IMPORT_UNDONE, batch, rows=len(rows))
    return batch


def _record_event(actor: Actor, verb: str, batch: FilingImport, **payload: Any) -> None:
    record(
        actor=actor,
        verb=verb,
        obj=batch,
        organization_id=batch.organization_id,
        payload={"file": batch.filename, "digest": batch.digest, **payload},
    )
