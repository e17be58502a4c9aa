"""审核 → 比对与校验报告: the queue, a report with its findings, and what is decided."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.kernel.errors import DomainError
from yunjian.verification.fields import REMARKABLE
from yunjian.verification.forms import (
    AcceptForm,
    DecisionForm,
    ExceptionForm,
    QueueQuery,
    ReasonForm,
)
from yunjian.verification.models import Report
from yunjian.verification.models.reports import WAITING, ReportState
from yunjian.verification.policies import REVIEW_REPORTS, may_review
from yunjian.verification.selectors.reports import (
    exception_or_404,
    exceptions_waiting,
    next_waiting,
    report_or_404,
    reports,
)
from yunjian.verification.services.exceptions import (
    exception_decide,
    exception_grant,
    exception_lift,
)
from yunjian.verification.services.reviews import (
    major_findings,
    report_accept,
    report_receive,
    report_return,
)
from yunjian.verification.tables import ExceptionTable, ReportTable
from yunjian.verification.views.pages import corrections_page, corrections_shown, report_shown
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import authority_page, only_with
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import done

BASE = "/supervision/reports/"
REMARK = "remarks."
QUEUE_TABS = [
    ("waiting", _("待审")),
    ("accepted", _("已接受")),
    ("returned", _("已退回")),
    ("withdrawn", _("已撤回")),
]
QUEUE = ListPage(
    name="verification.reports",
    title=_("比对与校验报告"),
    table=ReportTable,
    parents=((_("审核"), ""),),
    template="verification/queue.html",
)
EXCEPTIONS = ListPage(
    name="verification.exceptions",
    title=_("报告例外"),
    table=ExceptionTable,
    parents=((_("审核"), ""), (_("比对与校验报告"), BASE)),
)


CORRECTIONS = corrections_page(
    "verification.supervision_corrections", BASE, ((_("审核"), ""),), _("比对与校验报告")
)


@authority_page
@require_GET
def correction_list(request: HttpRequest) -> HttpResponseBase:
    """What failed reports of the jurisdiction lead to."""
    return corrections_shown(request, CORRECTIONS, base=BASE, exclude=())


@authority_page
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """The reports that wait, and those that were decided on."""
    actor = current_actor()
    form = QueueQuery(request.GET, actor=actor)
    asked = cleaned_query(form)
    tab = asked.pop("queue", "") or "waiting"
    return QUEUE.answer(
        request,
        reports(queue=tab, **asked),
        form=form,
        # the longest waiting first; of what is decided the newest
        order="submitted_at" if tab == "waiting" else "-id",
        tab=tab,
        tabs=QUEUE_TABS,
        table_context={"base": BASE},
    )


@authority_page
@require_GET
def report_page(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """A report with its findings beside its fields."""
    return _shown(request, report_or_404(report_id))


def _shown(request: HttpRequest, report: Report, error: DomainError | None = None) -> HttpResponse:
    may = may_review(current_actor(), report.district_id)
    typed = _remarks(request)
    wrong = {one.path.removeprefix(REMARK): one.message for one in error.errors} if error else {}
    waits = report.state in WAITING
    return report_shown(
        request,
        report,
        error=error,
        parents=(*QUEUE.parents, (QUEUE.title, BASE)),
        base=BASE,
        may_decide=may and waits,
        may_receive=may and report.state == ReportState.SUBMITTED,
        may_grant=may,
        following=next_waiting(report) if may else None,
        remarkable=[
            (path, label, typed.get(path, ""), wrong.get(path, ""))
            for path, label in REMARKABLE.items()
        ],
        reason=request.POST.get("reason", ""),
        wrong=wrong,
    )


def _remarks(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(REMARK): text.strip()
        for name, text in request.POST.items()
        if name.startswith(REMARK) and isinstance(text, str) and text.strip()
    }


def _next_address(report: Report) -> str:
    following = next_waiting(report)
    return reverse("verification:supervision_report", args=[following.pk]) if following else BASE


@only_with(REVIEW_REPORTS)
@require_POST
def receive(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Take a report on."""
    report = report_or_404(report_id)
    try:
        report_receive(actor=current_actor(), report=report)
    except DomainError as error:
        return _shown(request, report, error)
    address = reverse("verification:supervision_report", args=[report.pk])
    return done(request, gettext("已受理"), address)


@only_with(REVIEW_REPORTS)
@require_POST
def send_back(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Return a report with a reason and remarks on its fields; then the next one."""
    report = report_or_404(report_id)
    try:
        report_return(
            actor=current_actor(),
            report=report,
            reason=request.POST.get("reason", ""),
            remarks=_remarks(request),
        )
    except DomainError as error:
        return _shown(request, report, error)
    return done(request, gettext("已退回"), _next_address(report))


@only_with(REVIEW_REPORTS)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Accept a report, after somebody agreed to what follows from it; then the next one."""
    report = report_or_404(report_id)
    form = AcceptForm(posted(request))

    def save() -> HttpResponse:
        note = form.cleaned_data["note_text"]
        report_accept(actor=current_actor(), report=report, note_text=note)
        return done(request, gettext("已接受报告"), _next_address(report))

    text = gettext("接受后不能再退回或撤回；更正须由运维机构提交新版次。")
    if majors := len(major_findings(report)):
        text += gettext("有 %(n)s 项重要问题，接受时请写明理由。") % {"n": majors}
    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("接受报告 · %(report)s") % {"report": report},
        text=text,
        submit=gettext("接受"),
    )


@only_with(REVIEW_REPORTS)
@require_http_methods(["GET", "POST"])
def exception_grants(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Set a blocking finding of a report aside."""
    report = report_or_404(report_id)
    initial = {name: request.GET.get(name, "") for name in ("code", "path", "finding")}
    form = ExceptionForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        exception_grant(actor=current_actor(), report=report, **form.cleaned_data)
        address = reverse("verification:supervision_report", args=[report.pk])
        return done(request, gettext("已同意例外"), address)

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("同意例外"),
        submit=gettext("同意例外"),
        text=initial["finding"],
    )


@authority_page
@require_GET
def exceptions(request: HttpRequest) -> HttpResponseBase:
    """The exceptions that agencies asked for or that were granted."""
    may = {"may_decide": REVIEW_REPORTS.held_by(current_actor())}
    return EXCEPTIONS.answer(request, exceptions_waiting(state=""), table_context=may)


@only_with(REVIEW_REPORTS)
@require_http_methods(["GET", "POST"])
def exception_decided(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Grant or refuse an exception."""
    row = exception_or_404(exception_id)
    form = DecisionForm(posted(request))

    def save() -> HttpResponse:
        exception_decide(
            actor=current_actor(),
            exception=row,
            granted=form.cleaned_data["outcome"] == "grant",
            reason=form.cleaned_data["reason"],
        )
        return done(request, gettext("已处理"), reverse("verification:exceptions"))

    text = f"{row.finding}（{row.asked_reason}）"
    return form_dialog(request, form, save=save, title=gettext("处理例外申请"), text=text)


@only_with(REVIEW_REPORTS)
@require_http_methods(["GET", "POST"])
def exception_lifted(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Let a finding hold again."""
    row = exception_or_404(exception_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        exception_lift(actor=current_actor(), exception=row, reason=form.cleaned_data["reason"])
        return done(request, gettext("已取消例外"), reverse("verification:exceptions"))

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("取消例外"),
        submit=gettext("取消例外"),
        text=row.finding,
        danger=True,
    )
