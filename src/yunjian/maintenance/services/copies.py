"""The copy of record: a visit as PDF, in the layout of the statutory tables."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence import storage
from yunjian.evidence.models import Event
from yunjian.evidence.pdf import VERDICTS, DecisionCopy, SheetCopy, VisitCopy, render_visit
from yunjian.evidence.services import record
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.errors import InvalidState
from yunjian.kernel.languages import CHINESE
from yunjian.maintenance import events
from yunjian.maintenance.models import Confirmation, Visit
from yunjian.maintenance.selectors.ledger import SheetView, VisitDetail, visit_detail


def copy_of_record(*, actor: Actor, visit_id: UUID) -> bytes:
    """Return the PDF of a visit that was handed in; who took a copy is recorded.

    The same stored visit always gives the same bytes.

    Raises:
        Http404: the acting actor may not see it, or there is none.
        InvalidState: it was not handed in yet.
    """
    detail = visit_detail(visit_id)
    content = render_visit(visit_copy(detail), _images(detail))
    with transaction.atomic():
        record(actor=actor, verb=events.VISIT_COPIED, obj=detail.visit)
    return content


def visit_copy(detail: VisitDetail) -> VisitCopy:
    """Return what the printed copy says.

    Raises:
        InvalidState: the visit was not handed in yet.
    """
    visit = detail.visit
    if visit.submitted_at is None:
        raise InvalidState(_("运维记录尚未提交，还没有可下载的副本"))
    with override(CHINESE):  # the copy is a Chinese document, whatever language the page is in
        return _written(detail, visit.submitted_at)


def _written(detail: VisitDetail, submitted_at: datetime) -> VisitCopy:
    visit, point = detail.visit, detail.visit.point
    return VisitCopy(
        title="自动监控设施运维记录",
        number=str(visit.pk),
        discharger=visit.discharger.name,
        source=point.outlet.source.name,
        outlet=str(point.outlet),
        point=point.name,
        mn_code=point.mn_code,
        agency=visit.agency.name,
        engineer=visit.engineer.display_name,
        task_due=visit.task.due_on.isoformat(),
        signed_in_at=_clock(visit.signed_in_at),
        signed_out_at=_clock(visit.signed_out_at),
        submitted_at=_clock(visit.submitted_at),
        position=_position(visit),
        distance=f"{visit.sign_in_distance:.0f} m",
        verdict=VERDICTS[visit.verdict],
        participants=list(visit.participants),
        note=visit.note,
        warnings=list(visit.warnings),
        sheets=[_sheet(view) for view in detail.sheets],
        photos=[str(row.pk) for row in detail.attachments if row.kind == "image"],
        signature=str(detail.confirmation.signature_id) if detail.confirmation else None,
        confirmation=_decision(detail.confirmation),
        content_digest=visit.content_digest,
        event_digest=_event_digest(visit),
        check_url=f"{settings.PUBLIC_BASE_URL}/check/{visit.pk}/",
        issued_at=submitted_at,
    )


def _sheet(view: SheetView) -> SheetCopy:
    return SheetCopy(
        title=view.title,
        standard=view.standard,
        blocks=view.blocks,
        verdict=view.sheet.verdict,
        paper=view.definition.get("paper", "portrait"),
    )


def _decision(confirmation: Confirmation | None) -> DecisionCopy | None:
    if confirmation is None:
        return None
    return DecisionCopy(
        name=confirmation.signer_name,
        decision=confirmation.get_decision_display(),
        reason=confirmation.reason,
        at=_clock(confirmation.decided_at),
        late=confirmation.is_late,
    )


def _images(detail: VisitDetail) -> dict[str, bytes]:
    rows = [row for row in detail.attachments if row.kind == "image"]
    if detail.confirmation is not None:
        rows.append(detail.confirmation.signature)
    return {str(row.pk): storage.get(row.storage_key) for row in rows}


def _event_digest(visit: Visit) -> str:
    with bypass_rls("the event stands in the agency's chain; both parties hold the copy"):
        event = (
            Event.unscoped()
            .filter(
                object_type="maintenance.visit",
                object_id=str(visit.pk),
                verb=events.VISIT_SUBMITTED,
            )
            .first()
        )
    return event.digest if event else ""


def _clock(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _position(visit: Visit) -> str:
    place = f"{visit.sign_in_longitude:.6f}, {visit.sign_in_latitude:.6f}"
    return f"{place}（{visit.sign_in_datum}）"
