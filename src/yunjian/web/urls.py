"""Addresses of web."""

from django.urls.resolvers import URLPattern

app_name = "web"
urlpatterns: list[URLPattern] = []
