"""Addresses of the API."""

from django.urls import path

from yunjian.api.root import api

urlpatterns = [path("", api.urls)]
