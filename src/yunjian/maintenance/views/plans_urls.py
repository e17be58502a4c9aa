"""Addresses of the plans pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
