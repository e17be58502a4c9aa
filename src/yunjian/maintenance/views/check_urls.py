"""Addresses of the public check of a copy of record."""

from django.urls import path

from yunjian.maintenance.views import check

urlpatterns = [path("<uuid:visit_id>/", check.check, name="check")]
