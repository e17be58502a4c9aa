"""Addresses of the ledger pages."""

from django.urls import path

from yunjian.supervision.views import ledger

urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("<uuid:visit_id>/", ledger.visit, name="visit"),
    path("<uuid:visit_id>/verify/", ledger.verify, name="visit_verify"),
    path("<uuid:visit_id>/record.xlsx", ledger.workbook, name="visit_workbook"),
    path("<uuid:visit_id>/record.pdf", ledger.copy, name="visit_copy"),
]
