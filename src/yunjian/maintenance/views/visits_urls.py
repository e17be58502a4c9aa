"""Addresses of the visits pages."""

from django.urls import path

from yunjian.maintenance.views import fill, visits

urlpatterns = [
    path("agency/visits/", visits.agency_visits, name="agency_visits"),
    path("agency/visits/<uuid:visit_id>/", visits.agency_visit, name="agency_visit"),
    path("agency/visits/<uuid:visit_id>/fill/", fill.fill, name="fill"),
    path("agency/visits/<uuid:visit_id>/fill/picture/", fill.picture, name="fill_picture"),
    path(
        "agency/visits/<uuid:visit_id>/record.xlsx", visits.agency_workbook, name="agency_workbook"
    ),
    path("agency/visits/<uuid:visit_id>/record.pdf", visits.agency_copy, name="agency_copy"),
    path("source/visits/", visits.source_visits, name="source_visits"),
    path("source/visits/<uuid:visit_id>/", visits.source_visit, name="source_visit"),
    path(
        "source/visits/<uuid:visit_id>/record.xlsx", visits.source_workbook, name="source_workbook"
    ),
    path("source/visits/<uuid:visit_id>/record.pdf", visits.source_copy, name="source_copy"),
]
