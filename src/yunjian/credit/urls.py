"""Addresses of the daily and annual information of agencies."""

from django.urls import path

from yunjian.credit.views import documents

app_name = "credit"
DOCUMENT = "agency/documents/<uuid:document_id>/"
VERSION = "agency/documents/versions/<uuid:version_id>/"
urlpatterns = [
    # C8 运维日常
    path("agency/documents/", documents.document_list, name="documents"),
    path("agency/documents/new/", documents.document_new, name="document_new"),
    path("agency/documents/coverage/", documents.coverage, name="coverage"),
    path("agency/readings/", documents.reading_list, name="readings"),
    path(DOCUMENT, documents.document_detail, name="document_detail"),
    path(f"{DOCUMENT}edit/", documents.document_edit, name="document_edit"),
    path(f"{DOCUMENT}write/", documents.version_edit, name="version_edit"),
    path(VERSION, documents.version_shown, name="version_shown"),
    path(f"{VERSION}publish/", documents.version_publish, name="version_publish"),
    path(f"{VERSION}withdraw/", documents.version_withdraw, name="version_withdraw"),
    path(f"{VERSION}discard/", documents.version_discard, name="version_discard"),
    path("supervision/documents/", documents.agency_documents, name="agency_documents"),
    path(
        "supervision/documents/agencies/<uuid:agency_id>/",
        documents.agency_coverage,
        name="agency_coverage",
    ),
]
