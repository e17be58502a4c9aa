"""Addresses of the supervision portal; each page family brings its own."""

from django.urls import include, path

app_name = "supervision"
urlpatterns = [
    path("", include("yunjian.supervision.views.workbench_urls")),
    path("visits/", include("yunjian.supervision.views.ledger_urls")),
    path("filings/", include("yunjian.supervision.views.filings_urls")),
    path("rules/", include("yunjian.library.urls")),
    path("agency-filings/", include("yunjian.supervision.views.agency_filings_urls")),
]
