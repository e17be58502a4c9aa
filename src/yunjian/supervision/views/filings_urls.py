"""Addresses of the filings pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
