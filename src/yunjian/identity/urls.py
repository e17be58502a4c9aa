"""Addresses of sign-in and account pages."""

from django.urls import path

from yunjian.identity import views

app_name = "identity"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signout/", views.signout, name="signout"),
]
