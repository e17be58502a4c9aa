"""Addresses of the source portal."""

from django.urls import include, path

from yunjian.sources import filing_urls

app_name = "sources"
urlpatterns = [
    path("", include("yunjian.sources.views.places_urls")),
    *filing_urls.urlpatterns,
]
