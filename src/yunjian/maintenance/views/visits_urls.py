"""Addresses of the visits pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
