"""Filings on paper: the 备案表 of a version, and labels to stick on instruments."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event
from yunjian.evidence.pdf import qr_code, render
from yunjian.evidence.services import record
from yunjian.instruments import events
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.selectors.filings import RevisionDetail
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.languages import CHINESE
from yunjian.sources.selectors.histories import events_about
from yunjian.web.tables import as_text

MAX_LABELS = 200


def instrument_address(instrument: Instrument) -> str:
    """Return the address that a label leads to: the instrument in the phone app."""
    return f"{settings.PUBLIC_BASE_URL}/h5/#/instruments/{instrument.pk}"


def filing_paper(detail: RevisionDetail) -> bytes:
    """Return the 备案表 of a version as PDF; the same version gives the same bytes."""
    revision = detail.revision
    instrument, point = revision.instrument, revision.instrument.point
    with override(CHINESE):
        data = {
            "title": "污染源自动监控仪器备案表",
            "number": f"{instrument.pk}-{revision.number}",
            "state": revision.get_state_display(),
            "official": revision.state in {RevisionState.OFFICIAL, RevisionState.SUPERSEDED},
            "facts": [
                ["排污单位", instrument.organization.name],
                ["污染源", point.outlet.source.name],
                ["排放口", str(point.outlet)],
                ["监测点", point.name],
                ["MN 号", point.mn_code],
                ["类别", instrument.get_kind_display()],
                ["备案事项", _matter(revision)],
                ["版本", f"第 {revision.number} 版"],
            ],
            "sections": [
                {
                    "title": section.title,
                    "rows": [[value.label, value.value] for value in section.values],
                }
                for section in detail.sections
            ],
            "change": revision.change_reason,
            "files": [file.filename for file in detail.attachments],
            "submitted_at": as_text(revision.submitted_at) or "",
            "decided_at": as_text(revision.decided_at) or "",
            "decided_by": str(revision.decided_by or ""),
            "note": revision.decision_note,
            "digest": _event_digest(revision),
            "address": instrument_address(instrument),
        }
    at = revision.decided_at or revision.submitted_at or revision.created_at
    return render(
        "filing_form", data, {"check.svg": qr_code(instrument_address(instrument))}, at=at
    )


def _matter(revision: InstrumentRevision) -> str:
    if revision.change_kind:
        return str(revision.get_change_kind_display())
    return str(revision.instrument.get_origin_display())


def _event_digest(revision: InstrumentRevision) -> str:
    about = events_about(InstrumentRevision, [revision.pk])
    verbs = [events.REVISION_APPROVED, events.REVISION_SUBMITTED]
    with bypass_rls("the digest of the event that the paper names; both parties hold it"):
        event = Event.unscoped().filter(about, verb__in=verbs).order_by("-id").first()
    return event.digest if event else ""


@transaction.atomic
def labels_paper(*, actor: Actor, instruments: list[Instrument]) -> bytes:
    """Return labels of instruments on file as PDF, 24 to a sheet of A4; who printed is recorded.

    Raises:
        InvalidInput: none was chosen, too many, or one is not on file.
    """
    if not 0 < len(instruments) <= MAX_LABELS:
        message = _("请选择要打印标签的仪器，每次最多 %(most)s 台") % {"most": MAX_LABELS}
        raise InvalidInput(message, code="required", field="instrument")
    officials = {
        row.instrument_id: row
        for row in InstrumentRevision.objects.filter(
            instrument__in=instruments, state=RevisionState.OFFICIAL
        )
    }
    rows, files = [], {}
    for number, instrument in enumerate(instruments):
        official = officials.get(instrument.pk)
        if official is None:
            message = _("只有已备案的仪器可以打印标签")
            raise InvalidInput(message, code="not_filed", field="instrument")
        files[f"images/{number}.svg"] = qr_code(instrument_address(instrument))
        rows.append(
            {
                "name": official.name,
                "model": official.model,
                "serial": official.serial_number,
                "parameter": official.parameter,
                "point": f"{instrument.point.outlet.code} {instrument.point.name}",
                "mn_code": instrument.point.mn_code,
            }
        )
    content = render("instrument_labels", {"labels": rows}, files)
    record(
        actor=actor,
        verb=events.LABELS_PRINTED,
        obj=instruments[0],
        organization_id=instruments[0].organization_id,
        payload={"instruments": [str(row.pk) for row in instruments]},
    )
    return content
