"""Addresses of the source portal."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from yunjian.sources.views import filings


class InstrumentKindConverter(StringConverter):
    """The two kinds of instruments, and nothing else."""

    regex = "analyzer|sampler"


register_converter(InstrumentKindConverter, "instrument_kind")

app_name = "sources"
urlpatterns = [
    path("", include("yunjian.sources.views.places_urls")),
    path(
        "source/points/<uuid:point_id>/filings/new/<instrument_kind:kind>/",
        filings.filing_new,
        name="filing_new",
    ),
    path("source/filings/<uuid:revision_id>/edit/", filings.filing_edit, name="filing_edit"),
    path("source/filings/<uuid:revision_id>/submit/", filings.filing_submit, name="filing_submit"),
    path(
        "source/filings/<uuid:revision_id>/withdraw/",
        filings.filing_withdraw,
        name="filing_withdraw",
    ),
    path(
        "source/filings/<uuid:revision_id>/discard/", filings.filing_discard, name="filing_discard"
    ),
    path(
        "source/instruments/<uuid:instrument_id>/",
        filings.instrument_detail,
        name="instrument_detail",
    ),
    path(
        "source/instruments/<uuid:instrument_id>/change/",
        filings.filing_change,
        name="filing_change",
    ),
    path("source/instruments/<uuid:instrument_id>/retire/", filings.retire, name="retire"),
    path(
        "source/instruments/<uuid:instrument_id>/history/",
        filings.instrument_events,
        name="instrument_history",
    ),
]
