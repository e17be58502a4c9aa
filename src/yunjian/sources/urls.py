"""Addresses of sources."""

from django.urls.resolvers import URLPattern

app_name = "sources"
urlpatterns: list[URLPattern] = []
