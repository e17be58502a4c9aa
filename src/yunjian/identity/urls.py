"""Addresses of sign-in and account pages."""

from django.urls import path

from yunjian.identity import views, views_account, views_accounts, views_messages

app_name = "identity"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signin/code/", views.signin_code, name="signin_code"),
    path("signin/password/", views.signin_change, name="signin_change"),
    path("signin/authenticator/", views.signin_enrol, name="signin_enrol"),
    path("signout/", views.signout, name="signout"),
    path("account/", views_account.account, name="account"),
    path("account/password/", views_account.password, name="password"),
    path("account/authenticator/", views_account.authenticator, name="authenticator"),
    path(
        "account/authenticator/remove/",
        views_account.authenticator_remove,
        name="authenticator_remove",
    ),
    path("account/recovery-codes/", views_account.recovery_codes, name="recovery_codes"),
    path("account/sessions/end/", views_account.sessions_end_others, name="sessions_end"),
    path("account/sessions/<uuid:session_id>/end/", views_account.end, name="session_end"),
    path("accounts/", views_accounts.accounts, name="accounts"),
    path("accounts/new/", views_accounts.account_new, name="account_new"),
    path("accounts/<uuid:account_id>/", views_accounts.account_edit, name="account_edit"),
    path("accounts/<uuid:account_id>/roles/", views_accounts.account_roles, name="account_roles"),
    path(
        "accounts/<uuid:account_id>/disable/",
        views_accounts.account_disable,
        name="account_disable",
    ),
    path(
        "accounts/<uuid:account_id>/enable/", views_accounts.account_enable, name="account_enable"
    ),
    path("accounts/<uuid:account_id>/reset/", views_accounts.account_reset, name="account_reset"),
    path(
        "accounts/<uuid:account_id>/unlock/", views_accounts.account_unlock, name="account_unlock"
    ),
    path(
        "accounts/<uuid:account_id>/sessions/end/",
        views_accounts.account_sessions_end,
        name="account_sessions_end",
    ),
    path("notices/", views_messages.notices, name="notices"),
    path("notices/<uuid:notice_id>/", views_messages.notice, name="notice"),
    path("messages/", views_messages.messages, name="messages"),
    path("messages/read/", views_messages.read_all, name="messages_read"),
    path("messages/<uuid:message_id>/", views_messages.open_message, name="message_open"),
]
