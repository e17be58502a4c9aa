"""Addresses of the workbench pages."""

from django.urls import path

from yunjian.supervision.views import permissions, workbench

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("agencies/", workbench.agencies, name="agencies"),
    path("permissions/", permissions.permissions, name="permissions"),
    path("evidence/", workbench.evidence, name="evidence"),
    path("evidence/check/", workbench.evidence_check, name="evidence_check"),
    path("evidence/verify/", workbench.evidence_verify, name="evidence_verify"),
]
