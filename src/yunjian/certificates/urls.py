"""Addresses of 法人一证通."""

from django.urls import path

from yunjian.certificates import views

app_name = "certificates"
urlpatterns = [
    path("certificate/", views.page, name="page"),
    path("certificate/challenge/", views.challenge, name="challenge"),
    path("certificate/signin/", views.signin, name="signin"),
    path("certificate/register/", views.register, name="register"),
]
