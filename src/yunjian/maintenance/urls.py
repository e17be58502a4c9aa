"""Addresses of maintenance."""

from django.urls import include, path

app_name = "maintenance"
urlpatterns = [
    path("", include("yunjian.maintenance.views.plans_urls")),
    path("", include("yunjian.maintenance.views.visits_urls")),
    path("supervision/sheets/", include("yunjian.maintenance.views.designs_urls")),
    path("check/", include("yunjian.maintenance.views.check_urls")),
]
