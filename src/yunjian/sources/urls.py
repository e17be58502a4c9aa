"""Addresses of sources, outlets and points."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from yunjian.sources.views import outlets, places


class MediumConverter(StringConverter):
    """What flows through an outlet, and nothing else."""

    regex = "wastewater|flue_gas"


register_converter(MediumConverter, "medium")

SOURCE = "source/sources/<uuid:source_id>/"
OUTLET = "source/outlets/<uuid:outlet_id>/"
POINT = "source/points/<uuid:point_id>/"
app_name = "sources"
urlpatterns = [
    path("source/", places.home, name="home"),
    path("source/sources/", places.source_list, name="source_list"),
    path("supervision/sources/", places.source_list, name="supervised_sources"),
    path("source/sources/new/", places.source_new, name="source_new"),
    path(SOURCE, places.source_detail, name="source_detail"),
    path(f"{SOURCE}edit/", places.source_edit, name="source_edit"),
    path(f"{SOURCE}location/", places.source_location, name="source_location"),
    path(f"{SOURCE}closing/", places.source_closing, name="source_closing"),
    path(f"{SOURCE}history/", places.source_events, name="source_history"),
    path(f"{SOURCE}points/", places.source_points, name="source_points"),
    path(f"{SOURCE}outlets/new/<medium:kind>/", outlets.outlet_new, name="outlet_new"),
    path(OUTLET, outlets.outlet_detail, name="outlet_detail"),
    path(f"{OUTLET}edit/", outlets.outlet_edit, name="outlet_edit"),
    path(f"{OUTLET}closing/", outlets.outlet_closing, name="outlet_closing"),
    path(f"{OUTLET}points/new/", outlets.point_new, name="point_new"),
    path(f"{OUTLET}limits/new/", outlets.limit_new, name="limit_new"),
    path("source/limits/<uuid:limit_id>/ending/", outlets.limit_ending, name="limit_ending"),
    path(f"{POINT}edit/", outlets.point_edit, name="point_edit"),
    path(f"{POINT}closing/", outlets.point_closing, name="point_closing"),
    path("source/position/", places.position, name="position"),
    path("source/industries/", places.industries, name="industries"),
    path("source/streets/", places.streets, name="streets"),
    path("source/dischargers/", places.dischargers, name="dischargers"),
]
