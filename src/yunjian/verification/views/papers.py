"""The papers of a report, in each portal; and the public check of a printed one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from yunjian.access.actor import acting_as, current_actor, system_actor
from yunjian.certificates.selectors.keys import signature_holds
from yunjian.evidence.services import verify_object
from yunjian.verification.models import Report
from yunjian.verification.models.reports import ReportState
from yunjian.verification.selectors.reports import (
    certificate_signature_of,
    report_or_404,
)
from yunjian.verification.services.papers import report_docx, report_pdf, report_xlsx
from yunjian.web.excel import xlsx
from yunjian.web.guards import AGENCY_PORTAL, SOURCE_PORTAL, SUPERVISION_PORTAL, only_with
from yunjian.web.responses import pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# states in which a printed report may be relied on
HOLDS = (ReportState.SUBMITTED, ReportState.RECEIVED, ReportState.ACCEPTED)
reader_page = only_with(AGENCY_PORTAL, SOURCE_PORTAL, SUPERVISION_PORTAL)


@reader_page
@require_GET
def paper_pdf(_request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The report as PDF."""
    report = report_or_404(report_id)
    return pdf(str(report.pk), report_pdf(actor=current_actor(), report=report))


@reader_page
@require_GET
def paper_xlsx(_request: HttpRequest, report_id: UUID) -> HttpResponseBase:
    """The report as Excel."""
    report = report_or_404(report_id)
    return xlsx(f"{report.pk}.xlsx", report_xlsx(actor=current_actor(), report=report))


@reader_page
@require_GET
def paper_docx(_request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The report as Word, where its form is bound so."""
    report = report_or_404(report_id)
    content = report_docx(actor=current_actor(), report=report)
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{report.pk}.docx"'
    return response


@require_GET
def check(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Show digest, state and times of a signed report, and whether its seals hold.

    Public: it names no person, and shows nothing that the paper itself does not show.
    """
    with acting_as(system_actor("查验")):
        signed = Report.objects.filter(submitted_at__isnull=False)
        report = get_object_or_404(
            signed.select_related("agency", "discharger", "point"), pk=report_id
        )
        proof = verify_object(report)
        signed_with = certificate_signature_of(report)
        certified = signed_with is None or signature_holds(
            certificate=signed_with.certificate,
            text=signed_with.signed_text,
            signature=signed_with.signature,
        )
        # the text names the digest between the site and what is random
        certified = certified and (
            signed_with is None or report.content_digest in signed_with.signed_text.split(" ")
        )
    context = {"report": report, "proof": proof, "matches": proof.compared and certified}
    context["signed_with"] = signed_with
    context["holds"] = report.state in HOLDS
    return render(request, "verification/check.html", context)
