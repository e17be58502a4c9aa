"""Addresses of the workbench pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
