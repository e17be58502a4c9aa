"""Addresses of evidence."""

from django.urls import path

from yunjian.evidence import views

app_name = "evidence"
urlpatterns = [path("files/<uuid:attachment_id>", views.file, name="file")]
