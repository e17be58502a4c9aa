"""Addresses of the sheets pages in the supervision portal."""

from django.urls import path

from yunjian.library.views import sheets

urlpatterns = [
    path("", sheets.sheet_list, name="sheet_list"),
    path("<str:name>/", sheets.sheet_shown, name="sheet_shown"),
    path("<str:name>/try/", sheets.sheet_try, name="sheet_try"),
    path("<str:name>/copy/", sheets.sheet_begin, name="sheet_begin"),
    path("<str:name>/empty.pdf", sheets.sheet_pdf, name="sheet_pdf"),
    path("designs/<uuid:design_id>/", sheets.design_page, name="design"),
    path("designs/<uuid:design_id>/try/", sheets.design_try, name="design_try"),
    path("designs/<uuid:design_id>/empty.pdf", sheets.design_pdf, name="design_pdf"),
    path("designs/<uuid:design_id>/drop/", sheets.design_dropped, name="design_drop"),
    path("designs/<uuid:design_id>/publish/", sheets.design_published, name="design_publish"),
]
