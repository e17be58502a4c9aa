"""Addresses of 企业排口, of instruments and of their filing in the source portal."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from yunjian.instruments.views import completion, filings, imports, instruments, outlets


class InstrumentKindConverter(StringConverter):
    """The two kinds of instruments, and nothing else."""

    regex = "analyzer|sampler"


class ActConverter(StringConverter):
    """What may be done with an instrument in use."""

    regex = "retire|stop|resume"


register_converter(InstrumentKindConverter, "instrument_kind")
register_converter(ActConverter, "instrument_act")

SOURCE = "source/sources/<uuid:source_id>/"
OUTLET = "source/outlets/<uuid:outlet_id>/"
POINT = "source/points/<uuid:point_id>/"
FILING = "source/filings/<uuid:revision_id>/"
INSTRUMENT = "source/instruments/<uuid:instrument_id>/"
FOLLOW_UPS = "source/instruments/follow-ups/"

app_name = "instruments"
urlpatterns = [
    path(f"{SOURCE}outlets/", outlets.outlets, name="outlets"),
    path(f"{SOURCE}tree/", outlets.tree, name="tree"),
    path(f"{OUTLET}points/", outlets.outlet_points, name="outlet_points"),
    path(POINT, outlets.point_detail, name="point_detail"),
    path(f"{POINT}filings/new/<instrument_kind:kind>/", filings.filing_new, name="filing_new"),
    path(f"{POINT}filings/measuring/", completion.measuring, name="filing_measuring"),
    path(f"{POINT}filings/makes/<instrument_kind:kind>/", completion.makes, name="filing_makes"),
    path(f"{POINT}filings/nameplate/", completion.read_nameplate, name="filing_nameplate"),
    path(f"{POINT}standing/", instruments.standing, name="standing"),
    path(f"{FILING}edit/", filings.filing_edit, name="filing_edit"),
    path(f"{FILING}submit/", filings.filing_submit, name="filing_submit"),
    path(f"{FILING}withdraw/", filings.filing_withdraw, name="filing_withdraw"),
    path(f"{FILING}discard/", filings.filing_discard, name="filing_discard"),
    path("source/instruments/", instruments.ledger, name="instruments"),
    path(FOLLOW_UPS, instruments.follow_ups, name="follow_ups"),
    path(f"{FOLLOW_UPS}<uuid:follow_up_id>/", instruments.follow_up_done, name="follow_up_done"),
    path("source/instruments/labels/", imports.labels, name="labels"),
    path("source/instruments/import/", imports.upload, name="import_upload"),
    path(f"{SOURCE}import-template/", imports.template_file, name="import_template"),
    path("source/imports/<uuid:import_id>/", imports.preview, name="import"),
    path("source/imports/<uuid:import_id>/apply/", imports.apply, name="import_apply"),
    path("source/imports/<uuid:import_id>/undo/", imports.undo, name="import_undo"),
    path(f"{FILING}paper/", imports.paper, name="filing_paper"),
    path(INSTRUMENT, instruments.instrument_detail, name="instrument_detail"),
    path(f"{INSTRUMENT}change/", filings.filing_change, name="filing_change"),
    path(f"{INSTRUMENT}replace/", filings.filing_replace, name="filing_replace"),
    path(f"{INSTRUMENT}relocate/", filings.filing_relocate, name="filing_relocate"),
    path(f"{INSTRUMENT}parameters/", instruments.parameters, name="parameters"),
    path(f"{INSTRUMENT}history/", instruments.instrument_events, name="instrument_history"),
    path(f"{INSTRUMENT}<instrument_act:what>/", instruments.act, name="instrument_act"),
]
