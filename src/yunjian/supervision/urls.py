"""Addresses of the supervision portal."""

from django.urls import path

from yunjian.supervision.views import agency_filings, filings, ledger, what_if, workbench

app_name = "supervision"
FILING = "filings/<uuid:revision_id>/"
AGENCY_FILING = "agency-filings/<uuid:filing_id>/"
VISIT = "visits/<uuid:visit_id>/"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("agencies/", workbench.agencies, name="agencies"),
    path("permissions/", workbench.permissions, name="permissions"),
    path("evidence/", workbench.evidence, name="evidence"),
    path("evidence/check/", workbench.evidence_check, name="evidence_check"),
    path("evidence/verify/", workbench.evidence_verify, name="evidence_verify"),
    path("visits/", ledger.ledger, name="ledger"),
    path(VISIT, ledger.visit, name="visit"),
    path(f"{VISIT}verify/", ledger.verify, name="visit_verify"),
    path(f"{VISIT}record.xlsx", ledger.workbook, name="visit_workbook"),
    path(f"{VISIT}record.pdf", ledger.copy, name="visit_copy"),
    path("filings/", filings.queue, name="filings"),
    path("filings/renewals/approve/", filings.approve_renewals, name="filing_renewals"),
    path(
        "filings/renewals/approve-matching/",
        filings.approve_matching_renewals,
        name="filing_renewals_matching",
    ),
    path("filings/points/<uuid:point_id>/standing/", filings.standing, name="filing_standing"),
    path(FILING, filings.detail, name="filing"),
    path(f"{FILING}approve/", filings.approve, name="filing_approve"),
    path(f"{FILING}return/", filings.send_back, name="filing_return"),
    path("rules/what-if/", what_if.what_if, name="what_if"),
    path("agency-filings/", agency_filings.queue, name="agency_filings"),
    path(AGENCY_FILING, agency_filings.detail, name="agency_filing"),
    path(f"{AGENCY_FILING}approve/", agency_filings.approve, name="agency_filing_approve"),
    path(f"{AGENCY_FILING}return/", agency_filings.send_back, name="agency_filing_return"),
]
