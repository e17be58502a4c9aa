"""Addresses of the review of agency filings."""

from django.urls import path

from yunjian.supervision.views import agency_filings

urlpatterns = [
    path("", agency_filings.queue, name="agency_filings"),
    path("<uuid:filing_id>/", agency_filings.detail, name="agency_filing"),
    path("<uuid:filing_id>/approve/", agency_filings.approve, name="agency_filing_approve"),
    path("<uuid:filing_id>/return/", agency_filings.send_back, name="agency_filing_return"),
]
