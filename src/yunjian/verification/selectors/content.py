"""The canonical content of a report: what is digested, shown at signing, and frozen."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from yunjian.evidence.sealed_records import Content
from yunjian.kernel.digests import canonical_json, digest
from yunjian.records.changes import plain
from yunjian.verification.models import Report
from yunjian.verification.selectors.reports import with_parts

COLUMNS = (
    "kind", "number", "issuer", "issued_on", "form", "standard", "data_source",
    "third_party", "third_party_report", "laboratory", "laboratory_cma", "laboratory_report",
    "note",
)  # fmt: skip


def content_of(report: Report) -> dict[str, Any]:
    """Return all that a report says, as canonical JSON holds it: texts, no floats.

    `report` was read `with_parts`.
    """
    return {
        **{name: plain(getattr(report, name)) for name in COLUMNS},
        "executed": [report.executed_from.isoformat(), report.executed_to.isoformat()],
        "agency": str(report.agency_id),
        "discharger": str(report.discharger_id),
        "point": str(report.point_id),
        "series": str(report.series),
        "edition": report.edition,
        "file": report.file.digest if report.file else None,
        "instruments": [
            {"instrument": str(row.instrument_id), "snapshot": row.snapshot}
            for row in report.instruments.all()
        ],
        # people by their keys: the chain keeps for ever, so it keeps no names
        "people": [
            [
                str(row.person_id),
                str(row.certificate_id) if row.certificate_id else None,
                *([str(row.confirmation_id)] if row.confirmation_id else []),
            ]
            for row in report.people.all()
        ],
        "devices": [
            {"device": str(row.equipment_id), "snapshot": row.snapshot}
            for row in report.devices.all()
        ],
        "materials": [
            [
                row.name, row.certificate_number, row.nominal, row.unit, row.uncertainty,
                row.maker, row.valid_until.isoformat(),
            ]
            for row in report.materials.all()
        ],
        "tests": [
            {
                "test": row.test,
                "parameter": row.parameter,
                "instrument": str(row.instrument_id) if row.instrument_id else None,
                "unit": row.unit,
                "basis": row.basis,
                "readings": row.readings,
                "values": row.values,
                "declared": row.declared,
                "declared_verdict": row.declared_verdict,
                "results": row.results,
            }
            for row in report.tests.all()
        ],
        "originals": [[row.kind, row.attachment.digest] for row in report.originals.all()],
    }  # fmt: skip


def digest_of(report: Report) -> str:
    """Return the digest of a report's canonical content (`report` was read `with_parts`)."""
    return digest(canonical_json(content_of(report)), settings.EVIDENCE_DIGEST)


def report_contents(ids: Sequence[UUID]) -> dict[UUID, Content]:
    """Return the canonical contents of reports, read from their rows, and the digest they bear."""
    return {
        report.pk: Content([canonical_json(content_of(with_parts(report)))], report.content_digest)
        for report in Report.unscoped().filter(pk__in=ids)
    }


def sealed_reports() -> Iterator[UUID]:
    """Return the ids of all reports that were signed."""
    signed = Report.unscoped().filter(submitted_at__isnull=False).order_by("pk")
    return signed.values_list("pk", flat=True).iterator()
