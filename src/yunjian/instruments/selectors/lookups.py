"""One instrument, version, follow-up or import by its id, or 404: for pages and API alike."""

from uuid import UUID

from yunjian.access.scope import get_visible_or_404
from yunjian.instruments.models import FilingImport, FollowUp, Instrument, InstrumentRevision
from yunjian.instruments.selectors.filings import filings_visible


def instrument_or_404(instrument_id: UUID | str) -> Instrument:
    """Return an instrument with its place."""
    rows = Instrument.objects.select_related("point__outlet__source", "predecessor")
    return get_visible_or_404(Instrument, instrument_id, queryset=rows)


def revision_or_404(revision_id: UUID | str) -> InstrumentRevision:
    """Return a version of a filing with its instrument, its place and who wrote and decided it."""
    rows = filings_visible().select_related(
        "instrument__organization",
        "instrument__point__outlet__source__district",
        "decided_by",
        "created_by",
    )
    return get_visible_or_404(InstrumentRevision, revision_id, queryset=rows)


def follow_up_or_404(follow_up_id: UUID | str) -> FollowUp:
    """Return a follow-up with its instrument and version."""
    rows = FollowUp.objects.select_related("instrument__point__outlet", "revision")
    return get_visible_or_404(FollowUp, follow_up_id, queryset=rows)


def import_or_404(import_id: UUID | str) -> FilingImport:
    """Return an import with its source and who made it."""
    rows = FilingImport.objects.select_related("source", "created_by")
    return get_visible_or_404(FilingImport, import_id, queryset=rows)
