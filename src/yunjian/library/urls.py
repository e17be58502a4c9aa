"""Addresses of the rule library."""

from django.urls import path

from yunjian.library.views import rule_drafts, rule_overlays, rules
from yunjian.supervision.views import what_if

urlpatterns = [
    path("", rules.library, name="rules"),
    path("what-if/", what_if.what_if, name="rule_what_if"),
    path("overlays/", rule_overlays.overlays, name="rule_overlays"),
    path("overlays/upload/", rule_overlays.upload, name="rule_overlay_upload"),
    path("<str:code>/", rules.pack, name="rule_pack"),
    path("<str:code>/versions/", rules.versions, name="rule_versions"),
    path("<str:code>/difference/", rules.difference, name="rule_difference"),
    path("<str:code>/draft/", rule_drafts.draft, name="rule_draft"),
    path("<str:code>/draft/publish/", rule_drafts.publish, name="rule_publish"),
    path("<str:code>/draft/discard/", rule_drafts.discard, name="rule_discard"),
    path("<str:code>/rows/<str:row_id>/confirm/", rule_drafts.confirm, name="rule_confirm"),
    path("<str:code>/rows/<str:row_id>/correct/", rule_drafts.correct, name="rule_correct"),
    path("<str:code>/rows/<str:row_id>/restore/", rule_drafts.restore, name="rule_restore"),
]
