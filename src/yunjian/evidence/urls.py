"""Addresses of evidence."""

from django.urls import path

from yunjian.evidence import views

app_name = "evidence"
urlpatterns = [
    path("files/<uuid:attachment_id>", views.file, name="file"),
    path("log/checkpoint", views.checkpoint, name="checkpoint"),
    path("log/keys", views.log_keys, name="log_keys"),
    path("log/tile/<int:level>/<path:place>", views.tile, name="tile"),
]
