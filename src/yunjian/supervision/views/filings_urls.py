"""Addresses of the filings pages."""

from django.urls import path

from yunjian.supervision.views import filings

urlpatterns = [
    path("", filings.queue, name="filings"),
    path("renewals/approve/", filings.approve_renewals, name="filing_renewals"),
    path(
        "renewals/approve-matching/",
        filings.approve_matching_renewals,
        name="filing_renewals_matching",
    ),
    path("points/<uuid:point_id>/standing/", filings.standing, name="filing_standing"),
    path("<uuid:revision_id>/", filings.detail, name="filing"),
    path("<uuid:revision_id>/approve/", filings.approve, name="filing_approve"),
    path("<uuid:revision_id>/return/", filings.send_back, name="filing_return"),
]
