"""上传报告 in the agency portal: list, page, and all that is done until a report is handed in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.certificates.selectors.keys import key_client
from yunjian.certificates.services.signing import signature_verify
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.errors import DomainError
from yunjian.kernel.numbers import version_sent
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.fields import REPORT
from yunjian.verification.forms import (
    CheckForm,
    ExceptionForm,
    MaterialForm,
    OriginalForm,
    PatternForm,
    ReasonForm,
    ReportFileForm,
    ReportForm,
    ReportQuery,
    SignForm,
)
from yunjian.verification.models import Report, ReportMaterial, ReportOriginal
from yunjian.verification.models.reports import ReportState
from yunjian.verification.policies import (
    CHECK_REPORTS,
    PREPARE_REPORTS,
    SET_PATTERN,
    SIGN_REPORTS,
    WITHDRAW_REPORTS,
    may_check,
    may_prepare,
    may_set_pattern,
    may_sign,
    may_withdraw,
)
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.forms import form_named, tests_offered
from yunjian.verification.selectors.reports import (
    has_written,
    part_or_404,
    pattern_of,
    report_or_404,
    reports,
    with_parts,
)
from yunjian.verification.selectors.standing import points_served
from yunjian.verification.services.drafts import (
    REVISED_FROM,
    WITHDRAWN_FROM,
    report_change,
    report_draft,
    report_file_set,
    report_revise,
    report_withdraw,
)
from yunjian.verification.services.exceptions import exception_ask
from yunjian.verification.services.form_moves import report_form_move
from yunjian.verification.services.parts import (
    material_add,
    material_remove,
    original_add,
    original_remove,
)
from yunjian.verification.services.patterns import pattern_set
from yunjian.verification.services.signing import (
    report_challenge,
    report_check,
    report_send_back,
    report_sign,
)
from yunjian.verification.tables import AgencyReportTable
from yunjian.verification.views.pages import corrections_page, corrections_shown, report_shown
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import agency_page, only_with
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.middleware import policy_with_service
from yunjian.web.responses import done
from yunjian.web.uploads import stored

BASE = "/agency/reports/"
CORRECTIONS = corrections_page(
    "verification.agency_corrections", BASE, ((_("任务管理"), ""),), _("上传报告")
)
REPORTS = ListPage(
    name="verification.agency_reports",
    title=_("上传报告"),
    table=AgencyReportTable,
    parents=((_("任务管理"), ""),),
    tabs=CORRECTIONS.tabs,
)


def _page_of(report: Report, tab: str = "") -> str:
    address = reverse("verification:agency_report", args=[report.pk])
    return f"{address}?tab={tab}" if tab else address


@agency_page
@require_GET
def report_list(request: HttpRequest) -> HttpResponseBase:
    """The reports of the agency."""
    form = ReportQuery(request.GET)
    new = Action(title=_("填报报告"), address=reverse("verification:report_new"))
    pattern = Action(
        title=_("编号规则"),
        address=reverse("verification:number_pattern"),
        icon="123",
        testid="number-pattern",
        is_first=False,
    )
    return REPORTS.answer(
        request,
        reports(**cleaned_query(form)),
        form=form,
        actions=[
            *([new] if may_prepare(current_actor()) else []),
            *([pattern] if may_set_pattern(current_actor()) else []),
        ],
        table_context={"base": BASE},
    )


@agency_page
@require_GET
def correction_list(request: HttpRequest) -> HttpResponseBase:
    """What failed reports of the agency lead to; the way out of one is a report that passes."""
    return corrections_shown(
        request,
        CORRECTIONS,
        base=BASE,
        exclude=("agency",),
        may_prepare=may_prepare(current_actor()),
    )


@only_with(SET_PATTERN)
@require_http_methods(["GET", "POST"])
def number_pattern(request: HttpRequest) -> HttpResponse:
    """Say how the agency numbers its reports."""
    held = pattern_of(current_actor().own_organization)
    initial = {"pattern": held.pattern, "version": held.version} if held else {}
    form = PatternForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        pattern = form.cleaned_data["pattern"]
        pattern_set(actor=current_actor(), pattern=pattern, version=form.seen_version)
        return done(request, gettext("已保存编号规则"), BASE)

    return form_dialog(
        request,
        form,
        save=save,
        row=held,
        title=gettext("报告编号规则"),
        text=gettext("不符合规则的编号只作提示，不影响提交。"),
    )


@agency_page
@require_GET
def report_page(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One report with its tabs and what may be done with it now."""
    return _shown(request, report_or_404(report_id))


def _shown(request: HttpRequest, report: Report, error: DomainError | None = None) -> HttpResponse:
    actor = current_actor()
    draft, checked = report.state == ReportState.DRAFT, report.state == ReportState.CHECKED
    form = form_named(report.form)
    slots = [row.instrument.slot for row in with_parts(report).instruments.all()]
    may_edit = draft and may_prepare(actor, report)
    signs = checked and may_sign(actor, report)
    keys = key_client() if signs else None
    response = report_shown(
        request,
        report,
        error=error,
        parents=(*REPORTS.parents, (REPORTS.title, BASE)),
        base=BASE,
        may_edit=may_edit,
        may_check=draft and may_check(actor, report) and not has_written(actor.account_id, report),
        may_send_back=checked and may_prepare(actor, report),
        may_sign=signs,
        keys=keys,
        may_revise=report.latest and report.state in REVISED_FROM and may_prepare(actor, report),
        may_withdraw=report.state in WITHDRAWN_FROM and may_withdraw(actor, report),
        may_ask=(draft or checked) and may_prepare(actor, report),
        offered=tests_offered(form, slots) if form and may_edit else [],
    )
    if keys is not None and keys.service:  # the dialog of signing asks the key
        response["Content-Security-Policy"] = policy_with_service(keys.service)
    return response


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def report_new(request: HttpRequest) -> HttpResponseBase:
    """Choose the point (`?point=`), then write what the report says."""
    actor = current_actor()
    points = points_served(actor)
    point_id = request.GET.get("point", "")
    if not point_id:
        context = {"title": gettext("填报报告：选择测点"), "points": points}
        return render(request, "verification/choose_point.html", context)
    point = get_visible_or_404(MonitoringPoint, point_id, queryset=points)
    form = ReportForm(
        posted(request),
        point=point,
        agency_id=actor.organization_id,
        initial={"issuer": actor.organization_name},
    )

    def save() -> HttpResponse:
        report = report_draft(actor=current_actor(), point=point, values=form.values())
        return done(
            request, gettext("已保存草稿，请继续填写比对数据、上传报告和原始记录"), _page_of(report)
        )

    title = gettext("填报报告 · %(point)s") % {"point": point.name}
    return _report_dialog(request, form, save=save, title=title)


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def report_edit(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Change what a draft says."""
    report = report_or_404(report_id)
    held = with_parts(report)
    initial = {name: getattr(held, name) for name in REPORT.form_names} | {
        "version": held.version,
        "executed_from": held.executed_from.astimezone(SHANGHAI),
        "executed_to": held.executed_to.astimezone(SHANGHAI),
        "instruments": [row.instrument_id for row in held.instruments.all()],
        "people": [row.person_id for row in held.people.all()],
        "devices": [row.equipment_id for row in held.devices.all()],
    }
    form = ReportForm(
        posted(request), point=held.point, agency_id=held.agency_id, fixed=True, initial=initial
    )

    def save() -> HttpResponse:
        report_change(
            actor=current_actor(), report=report, values=form.values(), version=form.seen_version
        )
        return done(request, gettext("已保存报告"), _page_of(report))

    title = gettext("编辑报告 · %(report)s") % {"report": report}
    return _report_dialog(request, form, row=report, save=save, title=title)


def _report_dialog(
    request: HttpRequest, form: ReportForm, *, save: Callable[[], HttpResponse], **context: Any
) -> HttpResponse:
    sections = [(title, [form[name] for name in names]) for title, names in form.sections]
    return form_dialog(request, form, save=save, sections=sections, size="lg", **context)


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def report_file(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Upload the report itself."""
    report = report_or_404(report_id)
    form = ReportFileForm(
        posted(request), request.FILES or None, initial={"version": report.version}
    )

    def save() -> HttpResponse:
        actor = current_actor()
        file = stored(actor, form.cleaned_data["file"], purpose="report", field="file")
        report_file_set(actor=actor, report=report, attachment=file, version=form.seen_version)
        return done(request, gettext("已上传报告"), _page_of(report))

    return form_dialog(request, form, save=save, row=report, title=gettext("上传报告"))


@only_with(PREPARE_REPORTS)
@require_POST
def report_form_moved(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Move a draft to the version of its form that is in force."""
    report = report_or_404(report_id)
    version = version_sent(request.POST.get("version", ""))
    try:
        report_form_move(actor=current_actor(), report=report, version=version)
    except DomainError as error:
        return _shown(request, report, error)
    return done(request, gettext("已改用现行的报告格式，请核对报告内容"), _page_of(report))


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def material_new(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Add a standard material."""
    report = report_or_404(report_id)
    form = MaterialForm(posted(request))

    def save() -> HttpResponse:
        material_add(actor=current_actor(), report=report, **form.cleaned_data)
        return done(request, gettext("已登记标准物质"), _page_of(report, "instruments"))

    return form_dialog(request, form, save=save, title=gettext("登记标准物质"))


@only_with(PREPARE_REPORTS)
@require_POST
def material_drop(request: HttpRequest, report_id: UUID, material_id: UUID) -> HttpResponse:
    """Remove a standard material."""
    report = report_or_404(report_id)
    material = part_or_404(ReportMaterial, report, material_id)
    try:
        material_remove(actor=current_actor(), report=report, material=material)
    except DomainError as error:
        return _shown(request, report, error)
    return done(request, gettext("已删除标准物质"), _page_of(report, "instruments"))


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def original_new(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Upload a file of the original records."""
    report = report_or_404(report_id)
    form = OriginalForm(
        posted(request),
        request.FILES or None,
        kinds=original_kinds(report),
        initial={"kind": request.GET.get("kind", "")},
    )

    def save() -> HttpResponse:
        actor = current_actor()
        file = stored(actor, form.cleaned_data["file"], purpose="original", field="file")
        kind = form.cleaned_data["kind"]
        original_add(actor=actor, report=report, kind=kind, attachment=file)
        return done(request, gettext("已上传原始记录"), _page_of(report, "originals"))

    return form_dialog(request, form, save=save, title=gettext("上传原始记录"))


@only_with(PREPARE_REPORTS)
@require_POST
def original_drop(request: HttpRequest, report_id: UUID, original_id: UUID) -> HttpResponse:
    """Take a file out of the draft."""
    report = report_or_404(report_id)
    original = part_or_404(ReportOriginal, report, original_id)
    try:
        original_remove(actor=current_actor(), report=report, original=original)
    except DomainError as error:
        return _shown(request, report, error)
    return done(request, gettext("已移除原始记录"), _page_of(report, "originals"))


@only_with(CHECK_REPORTS)
@require_http_methods(["GET", "POST"])
def report_checked(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Check a draft."""
    report = report_or_404(report_id)
    form = CheckForm(posted(request), initial={"version": report.version})

    def save() -> HttpResponse:
        report_check(
            actor=current_actor(),
            report=report,
            note_text=form.cleaned_data["note_text"],
            version=form.seen_version,
        )
        return done(request, gettext("已校核，等待负责人签字"), _page_of(report, "signing"))

    return form_dialog(
        request,
        form,
        save=save,
        row=report,
        title=gettext("校核报告"),
        text=gettext("校核后报告冻结，由负责人签字提交。"),
        submit=gettext("校核通过"),
    )


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def report_sent_back(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Send a checked report back to be changed."""
    report = report_or_404(report_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        report_send_back(actor=current_actor(), report=report, reason=form.cleaned_data["reason"])
        return done(request, gettext("已退回修改"), _page_of(report))

    return form_dialog(
        request, form, save=save, title=gettext("退回修改"), submit=gettext("退回"), danger=True
    )


@only_with(SIGN_REPORTS)
@require_http_methods(["GET", "POST"])
def report_signed(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Sign a checked report and hand it in."""
    report = report_or_404(report_id)
    digest = digest_of(with_parts(report))
    form = SignForm(posted(request), request.FILES or None, initial={"shown_digest": digest})

    def save() -> HttpResponse:
        actor, values = current_actor(), form.cleaned_data
        shown, upload = values["shown_digest"], values["signature"]
        certified = (
            signature_verify(request=request, actor=actor, digest=shown, **form.certified)
            if form.certified
            else None
        )
        file = stored(actor, upload, purpose="signature", field="signature") if upload else None
        report_sign(
            actor=actor, report=report, signature=file, shown_digest=shown, certified=certified
        )
        return done(request, gettext("已签字提交"), _page_of(report, "signing"))

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("签字提交 · %(report)s") % {"report": report},
        text=gettext("签字与内容摘要 %(digest)s 绑定，提交后不可修改。") % {"digest": digest},
        sections=[("", [form["signature"]])],
        below="verification/parts/certificate_signing.html",
        keys=key_client(),
        challenge_url=reverse("verification:report_sign_challenge", args=[report.pk]),
        submit=gettext("签字并提交"),
    )


@never_cache
@only_with(SIGN_REPORTS)
@require_POST
def report_sign_challenge(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Hand out the text that the key is to sign for what was shown (JSON)."""
    report = report_or_404(report_id)
    try:
        challenge = report_challenge(
            request=request,
            actor=current_actor(),
            report=report,
            shown_digest=request.POST.get("shown_digest", ""),
        )
    except DomainError as error:
        return JsonResponse({"reason": error.code, "message": error.message}, status=error.status)
    return JsonResponse({"id": str(challenge.pk), "text": challenge.text})


@only_with(PREPARE_REPORTS)
@require_POST
def report_revised(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Open a new edition."""
    report = report_or_404(report_id)
    try:
        edition = report_revise(actor=current_actor(), report=report)
    except DomainError as error:
        return _shown(request, report, error)
    return done(request, gettext("已建立新版次，修改后重新校核、签字"), _page_of(edition))


@only_with(WITHDRAW_REPORTS)
@require_http_methods(["GET", "POST"])
def report_withdrawn(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Take a report back."""
    report = report_or_404(report_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        report_withdraw(actor=current_actor(), report=report, reason=form.cleaned_data["reason"])
        return done(request, gettext("已撤回报告"), _page_of(report))

    return form_dialog(
        request, form, save=save, title=gettext("撤回报告"), submit=gettext("撤回"), danger=True
    )


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def exception_asked(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Ask the authority not to let a finding hold the report up."""
    report = report_or_404(report_id)
    initial = {name: request.GET.get(name, "") for name in ("code", "path", "finding")}
    form = ExceptionForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        exception_ask(actor=current_actor(), report=report, **form.cleaned_data)
        return done(request, gettext("已申请例外，由生态环境部门处理"), _page_of(report, "signing"))

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("申请例外"),
        submit=gettext("申请例外"),
        text=initial["finding"],
    )
