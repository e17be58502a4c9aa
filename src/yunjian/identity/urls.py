"""Addresses of sign-in and account pages."""

from django.urls import path

from yunjian.identity.views import account, accounts, messages, signin

app_name = "identity"
urlpatterns = [
    path("signin/", signin.signin, name="signin"),
    path("signin/code/", signin.signin_code, name="signin_code"),
    path("signin/password/", signin.signin_change, name="signin_change"),
    path("signin/authenticator/", signin.signin_enrol, name="signin_enrol"),
    path("signout/", signin.signout, name="signout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/authenticator/", account.authenticator, name="authenticator"),
    path(
        "account/authenticator/remove/", account.authenticator_remove, name="authenticator_remove"
    ),
    path("account/recovery-codes/", account.recovery_codes, name="recovery_codes"),
    path("account/sessions/end/", account.sessions_end_others, name="sessions_end"),
    path("account/sessions/<uuid:session_id>/end/", account.end, name="session_end"),
    path("account/bindings/<uuid:binding_id>/end/", account.unbind, name="unbind"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<uuid:account_id>/", accounts.account_edit, name="account_edit"),
    path("accounts/<uuid:account_id>/roles/", accounts.account_roles, name="account_roles"),
    path("accounts/<uuid:account_id>/disable/", accounts.account_disable, name="account_disable"),
    path("accounts/<uuid:account_id>/enable/", accounts.account_enable, name="account_enable"),
    path("accounts/<uuid:account_id>/reset/", accounts.account_reset, name="account_reset"),
    path("accounts/<uuid:account_id>/unlock/", accounts.account_unlock, name="account_unlock"),
    path(
        "accounts/<uuid:account_id>/sessions/end/",
        accounts.account_sessions_end,
        name="account_sessions_end",
    ),
    path(
        "accounts/<uuid:account_id>/bindings/", accounts.account_bindings, name="account_bindings"
    ),
    path(
        "accounts/<uuid:account_id>/bindings/<uuid:binding_id>/end/",
        accounts.account_binding_end,
        name="account_binding_end",
    ),
    path("notices/", messages.notices, name="notices"),
    path("notices/<uuid:notice_id>/", messages.notice, name="notice"),
    path("messages/", messages.messages, name="messages"),
    path("messages/read/", messages.read_all, name="messages_read"),
    path("messages/<uuid:message_id>/", messages.open_message, name="message_open"),
]
