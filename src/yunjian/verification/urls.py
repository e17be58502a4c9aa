"""The addresses of the room."""

from django.urls import path

from yunjian.verification.views import agency, pages, papers, readings, supervision

app_name = "verification"
AGENCY = "agency/reports/"
REPORT = f"{AGENCY}<uuid:report_id>/"
REVIEW = "supervision/reports/"
REVIEWED = f"{REVIEW}<uuid:report_id>/"
PAPERS = "reports/<uuid:report_id>/"
EXCEPTIONS = "supervision/report-exceptions/"
urlpatterns = [
    path(AGENCY, agency.report_list, name="agency_reports"),
    path(f"{AGENCY}new/", agency.report_new, name="report_new"),
    path(f"{AGENCY}number-pattern/", agency.number_pattern, name="number_pattern"),
    path(f"{AGENCY}corrections/", agency.correction_list, name="agency_corrections"),
    path(REPORT, agency.report_page, name="agency_report"),
    path(f"{REPORT}edit/", agency.report_edit, name="report_edit"),
    path(f"{REPORT}file/", agency.report_file, name="report_file"),
    path(f"{REPORT}form/", agency.report_form_moved, name="report_form_move"),
    path(f"{REPORT}materials/new/", agency.material_new, name="material_new"),
    path(
        f"{REPORT}materials/<uuid:material_id>/remove/",
        agency.material_drop,
        name="material_remove",
    ),
    path(f"{REPORT}originals/new/", agency.original_new, name="original_new"),
    path(
        f"{REPORT}originals/<uuid:original_id>/remove/",
        agency.original_drop,
        name="original_remove",
    ),
    path(f"{REPORT}tests/<slug:test>/", readings.readings_page, name="readings"),
    path(f"{REPORT}tests/<slug:test>/remove/", readings.readings_drop, name="readings_remove"),
    path(f"{REPORT}check/", agency.report_checked, name="report_check"),
    path(f"{REPORT}send-back/", agency.report_sent_back, name="report_send_back"),
    path(f"{REPORT}sign/", agency.report_signed, name="report_sign"),
    path(f"{REPORT}sign/challenge/", agency.report_sign_challenge, name="report_sign_challenge"),
    path(f"{REPORT}revise/", agency.report_revised, name="report_revise"),
    path(f"{REPORT}withdraw/", agency.report_withdrawn, name="report_withdraw"),
    path(f"{REPORT}exceptions/ask/", agency.exception_asked, name="exception_ask"),
    path(f"{PAPERS}report.pdf", papers.paper_pdf, name="paper_pdf"),
    path(f"{PAPERS}report.xlsx", papers.paper_xlsx, name="paper_xlsx"),
    path(f"{PAPERS}report.docx", papers.paper_docx, name="paper_docx"),
    path("check/reports/<uuid:report_id>/", papers.check, name="check"),
    path("source/reports/", pages.source_reports, name="source_reports"),
    path("source/reports/corrections/", pages.source_corrections, name="source_corrections"),
    path("source/reports/<uuid:report_id>/", pages.source_report, name="source_report"),
    path(REVIEW, supervision.queue, name="supervision_reports"),
    path(f"{REVIEW}corrections/", supervision.correction_list, name="supervision_corrections"),
    path(REVIEWED, supervision.report_page, name="supervision_report"),
    path(f"{REVIEWED}receive/", supervision.receive, name="report_receive"),
    path(f"{REVIEWED}return/", supervision.send_back, name="report_return"),
    path(f"{REVIEWED}accept/", supervision.accept, name="report_accept"),
    path(f"{REVIEWED}exceptions/grant/", supervision.exception_grants, name="exception_grant"),
    path(EXCEPTIONS, supervision.exceptions, name="exceptions"),
    path(
        f"{EXCEPTIONS}<uuid:exception_id>/decide/",
        supervision.exception_decided,
        name="exception_decide",
    ),
    path(
        f"{EXCEPTIONS}<uuid:exception_id>/lift/",
        supervision.exception_lifted,
        name="exception_lift",
    ),
]
