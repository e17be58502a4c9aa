"""Addresses of 系统管理."""

from django.urls import path

from yunjian.administration.views import content, logs, organizations, overview, resets

app_name = "administration"
ORGANIZATION = "organizations/<uuid:organization_id>/"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new/", organizations.organization_new, name="organization_new"),
    path(ORGANIZATION, organizations.organization_edit, name="organization_edit"),
    path(f"{ORGANIZATION}status/", organizations.organization_status, name="organization_status"),
    path(
        f"{ORGANIZATION}accounts/new/",
        organizations.organization_account_new,
        name="organization_account_new",
    ),
    path("districts/", organizations.districts, name="districts"),
    path("districts/new/", organizations.park_new, name="park_new"),
    path("accounts/", organizations.accounts, name="accounts"),
    path("resets/", resets.resets, name="resets"),
    path("resets/<uuid:request_id>/confirm/", resets.reset_confirm, name="reset_confirm"),
    path("resets/<uuid:request_id>/refuse/", resets.reset_refuse, name="reset_refuse"),
    path("resets/<uuid:request_id>/withdraw/", resets.reset_withdraw, name="reset_withdraw"),
    path("roles/", overview.roles, name="roles"),
    path("dictionaries/", content.entries, name="entries"),
    path("dictionaries/new/", content.entry_new, name="entry_new"),
    path("dictionaries/<uuid:entry_id>/", content.entry_edit, name="entry_edit"),
    path("notices/", content.notices, name="notices"),
    path("notices/new/", content.notice_new, name="notice_new"),
    path("notices/<uuid:notice_id>/", content.notice_edit, name="notice_edit"),
    path("notices/<uuid:notice_id>/publish/", content.notice_publish, name="notice_publish"),
    path("notices/<uuid:notice_id>/withdraw/", content.notice_withdraw, name="notice_withdraw"),
    path("signins/", logs.signins, name="signins"),
    path("events/", logs.events, name="events"),
    path("sessions/", logs.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/end/", logs.session_end, name="session_end"),
    path("jobs/", logs.jobs, name="jobs"),
    path("jobs/<str:name>/run/", logs.job_run, name="job_run"),
    path("service/", overview.service, name="service"),
]
