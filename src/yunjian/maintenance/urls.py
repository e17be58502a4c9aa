"""Addresses of maintenance."""

from django.urls.resolvers import URLPattern

app_name = "maintenance"
urlpatterns: list[URLPattern] = []
