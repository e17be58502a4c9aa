"""Addresses of the ledger pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
