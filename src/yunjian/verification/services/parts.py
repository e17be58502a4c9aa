"""Standard materials and original records of a draft."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.models import Attachment
from yunjian.records.problems import Problems, conflict_when
from yunjian.records.versions import check_version
from yunjian.verification.fields import MATERIAL
from yunjian.verification.models import Report, ReportMaterial, ReportOriginal
from yunjian.verification.policies import may_prepare
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.services.drafts import note_part
from yunjian.verification.services.rows import locked_report, own_account, own_file, require_draft

MOST_ORIGINALS = 200


def _draft(actor: Actor, report: Report, version: int | None) -> Report:
    """Return a draft of the actor's agency, locked.

    Raises:
        NotAllowed: it is not of the actor's agency, or the actor writes none.
        InvalidState: it was checked or handed in.
        StaleVersion: somebody else changed it in between.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    check_version(report, version)
    return report


@transaction.atomic
def material_add(
    *, actor: Actor, report: Report, version: int | None = None, **values: Any
) -> ReportMaterial:
    """Add a standard gas or solution that was used.

    Raises:
        NotAllowed, InvalidState, StaleVersion: the draft cannot be changed by the actor now.
        InvalidInput: a demanded value is missing or too long.
        Conflict: it was entered already.
    """
    report = _draft(actor, report, version)
    MATERIAL.check_names(values, new=True)
    row = ReportMaterial(report=report, **values)
    problems = Problems()
    for name in ("name", "certificate_number", "nominal", "unit", "valid_until"):
        problems.filled(name, values.get(name), str(MATERIAL.fields[name].label))
    problems.model_fields(row, exclude=["report"])
    problems.refuse_if_any()
    with conflict_when("report_material_once", _("该标准物质已登记"), "certificate_number"):
        row.save(force_insert=True)
    note_part(actor, report, "materials", before="", after=f"{row.name} {row.certificate_number}")
    return row


@transaction.atomic
def material_remove(*, actor: Actor, report: Report, material: ReportMaterial) -> None:
    """Remove a standard material from a draft.

    Raises:
        NotAllowed, InvalidState: the draft cannot be changed by the actor now.
    """
    report = _draft(actor, report, None)
    ReportMaterial.unscoped().filter(pk=material.pk, report=report).delete()
    note_part(
        actor,
        report,
        "materials",
        before=f"{material.name} {material.certificate_number}",
        after="",
    )


@transaction.atomic
def original_add(
    *, actor: Actor, report: Report, kind: str, attachment: Attachment, version: int | None = None
) -> ReportOriginal:
    """Add a file of the original records, under its kind and behind those of that kind.

    Raises:
        NotAllowed, InvalidState, StaleVersion: the draft cannot be changed by the actor now.
        InvalidInput: a kind that the form does not know, somebody else's file, or too many.
        Conflict: the file is there already.
    """
    report = _draft(actor, report, version)
    kinds = original_kinds(report)
    problems = Problems()
    problems.one_of("kind", kind, [key for key, _title, _required in kinds])
    held = ReportOriginal.unscoped().filter(report=report)
    most = _("原始记录最多 %(most)s 个文件") % {"most": MOST_ORIGINALS}
    problems.unless(held.count() < MOST_ORIGINALS, "file", most, "too_many")
    problems.refuse_if_any()
    own_file(actor, attachment, "file")
    last = held.filter(kind=kind).aggregate(last=Max("position"))["last"]
    order = [key for key, _title, _required in kinds].index(kind)
    row = ReportOriginal(
        report=report,
        kind=kind,
        attachment=attachment,
        position=last + 1 if last is not None else order * MOST_ORIGINALS,
        added_by_id=own_account(actor),
    )
    with conflict_when("report_original_once", _("该文件已上传"), "file"):
        row.save(force_insert=True)
    note_part(actor, report, "originals", before="", after=f"{kind} {attachment.filename}")
    return row


@transaction.atomic
def original_remove(*, actor: Actor, report: Report, original: ReportOriginal) -> None:
    """Take a file out of a draft; the file itself stays in the evidence.

    Raises:
        NotAllowed, InvalidState: the draft cannot be changed by the actor now.
    """
    report = _draft(actor, report, None)
    ReportOriginal.unscoped().filter(pk=original.pk, report=report).delete()
    note_part(
        actor,
        report,
        "originals",
        before=f"{original.kind} {original.attachment.filename}",
        after="",
    )
