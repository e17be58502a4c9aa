"""The document of a visit: exactly what the discharger is shown, signs and may later check."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from yunjian.evidence.models import Attachment
from yunjian.evidence.sealed_records import Content
from yunjian.kernel.digests import canonical_json, digest
from yunjian.maintenance.models import RecordSheet, Visit
from yunjian.maintenance.models.visits import VisitState

LARGEST_EXACT_INTEGER = 2**53


def content_digest(visit: Visit, rows: list[RecordSheet], attachments: list[Attachment]) -> str:
    """Return the digest over the canonical document; it can be computed anew from stored rows."""
    document = visit_document(visit, rows, attachments)
    return digest(canonical_json(document), settings.EVIDENCE_DIGEST)


def visit_contents(ids: Sequence[UUID]) -> dict[UUID, Content]:
    """Return the canonical documents of visits, read from their rows by three queries for all.

    A phone may name the photo of the sign-in among the files of its submission; the rows keep it
    once, as that photo.
    """
    visits = Visit.unscoped().in_bulk(list(ids))
    rows: dict[UUID, list[RecordSheet]] = {}
    for row in RecordSheet.unscoped().filter(visit_id__in=ids).order_by("position"):
        rows.setdefault(row.visit_id, []).append(row)
    files = Attachment.unscoped().in_bulk(
        [key for visit in visits.values() for key in _files_of(visit)]
    )
    contents = {}
    for visit in visits.values():
        named = [files[key] for key in visit.attachment_ids if key in files]
        photo = files.get(visit.sign_in_photo_id) if visit.sign_in_photo_id else None
        documents = [
            visit_document(visit, rows.get(visit.pk, []), some)
            for some in ([named, [photo, *named]] if photo else [named])
        ]
        forms = [canonical_json(document) for document in documents]
        contents[visit.pk] = Content(forms, visit.content_digest)
    return contents


def sealed_visits() -> Iterator[UUID]:
    """Return the ids of all visits that were handed in."""
    handed_in = Visit.unscoped().exclude(state=VisitState.IN_PROGRESS).order_by("pk")
    return handed_in.values_list("pk", flat=True).iterator()


def _files_of(visit: Visit) -> list[UUID]:
    photo = [visit.sign_in_photo_id] if visit.sign_in_photo_id else []
    return [*photo, *visit.attachment_ids]


def visit_document(
    visit: Visit, rows: list[RecordSheet], attachments: list[Attachment]
) -> dict[str, Any]:
    """Return what happened as plain data: times in UTC, positions in degrees as text."""
    return {
        "visit": str(visit.pk),
        "task": str(visit.task_id),
        "point": str(visit.point_id),
        "agency": str(visit.agency_id),
        "discharger": str(visit.discharger_id),
        "engineer": str(visit.engineer_id),
        "signed_in_at": _moment(visit.signed_in_at),
        "sign_in": _position(visit.sign_in_longitude, visit.sign_in_latitude),
        "sign_in_photo": str(visit.sign_in_photo_id),
        "signed_out_at": _moment(visit.signed_out_at),
        "sign_out": _position(visit.sign_out_longitude, visit.sign_out_latitude),
        "submitted_at": _moment(visit.submitted_at),
        "participants": visit.participants,
        "note": visit.note,
        "warnings": visit.warnings,
        "verdict": str(visit.verdict),
        "sheets": [
            {
                "id": str(row.pk),
                "definition": row.definition,
                "answers": exact(row.answers),
                "results": exact(row.results),
                "verdict": str(row.verdict),
            }
            for row in rows
        ],
        "attachments": {str(row.pk): row.digest for row in attachments},
    }


def exact(value: Any) -> Any:
    """Return JSON data in the one form that survives the database.

    PostgreSQL keeps numbers as decimals and forgets whether 20 was written as 20.0, so whole
    numbers become integers as long as a double holds them exactly, and doubles beyond.
    """
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if abs(value) >= LARGEST_EXACT_INTEGER:
        return float(value)
    return int(value) if value == int(value) else value


def _position(longitude: Any, latitude: Any) -> list[str] | None:
    if longitude is None or latitude is None:
        return None
    return [f"{longitude:.7f}", f"{latitude:.7f}"]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
