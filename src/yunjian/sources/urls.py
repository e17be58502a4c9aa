"""Addresses of the source portal."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from yunjian.sources.views import filings, places


class InstrumentKindConverter(StringConverter):
    """The two kinds of instruments, and nothing else."""

    regex = "analyzer|sampler"


register_converter(InstrumentKindConverter, "instrument_kind")

app_name = "sources"
urlpatterns = [
    path("source/", places.home, name="home"),
    path("source/sources/", places.source_list, name="source_list"),
    path("source/sources/<uuid:source_id>/", places.source_detail, name="source_detail"),
    path("source/sources/<uuid:source_id>/edit/", places.source_edit, name="source_edit"),
    path(
        "source/sources/<uuid:source_id>/location/", places.source_location, name="source_location"
    ),
    path("source/sources/<uuid:source_id>/map/", places.source_map, name="source_map"),
    path("source/sources/<uuid:source_id>/history/", places.source_events, name="source_history"),
    path("source/sources/<uuid:source_id>/outlets/", places.outlets, name="outlets"),
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
