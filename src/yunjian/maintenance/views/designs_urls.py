"""Addresses of the sheets pages in the supervision portal."""

from django.urls import path

from yunjian.maintenance.views import designs

urlpatterns = [
    path("", designs.sheet_list, name="sheet_list"),
    path("<str:name>/", designs.sheet_shown, name="sheet_shown"),
    path("<str:name>/try/", designs.sheet_try, name="sheet_try"),
    path("<str:name>/copy/", designs.sheet_begin, name="sheet_begin"),
    path("<str:name>/empty.pdf", designs.sheet_pdf, name="sheet_pdf"),
    path("designs/<uuid:design_id>/", designs.design_page, name="design"),
    path("designs/<uuid:design_id>/try/", designs.design_try, name="design_try"),
    path("designs/<uuid:design_id>/empty.pdf", designs.design_pdf, name="design_pdf"),
    path("designs/<uuid:design_id>/drop/", designs.design_dropped, name="design_drop"),
    path("designs/<uuid:design_id>/publish/", designs.design_published, name="design_publish"),
]
