"""Addresses of the frame itself."""

from django.urls import path

from yunjian.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("lists/<str:name>/views/", views.list_views, name="list_views"),
]
