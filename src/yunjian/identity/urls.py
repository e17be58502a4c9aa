"""Addresses of sign-in and account pages."""

from django.urls import path

from yunjian.identity import views, views_messages

app_name = "identity"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signout/", views.signout, name="signout"),
    path("messages/", views_messages.messages, name="messages"),
    path("messages/read/", views_messages.read_all, name="messages_read"),
    path("messages/<uuid:message_id>/", views_messages.open_message, name="message_open"),
]
