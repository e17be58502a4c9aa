"""备案基本信息 and 我的机构."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.agencies import selectors
from yunjian.agencies.fields import FILING
from yunjian.agencies.forms import FilingForm
from yunjian.agencies.models import Equipment, Person, ServiceContract, Vehicle
from yunjian.agencies.policies import may_edit_filing
from yunjian.agencies.services import filing as services
from yunjian.agencies.views.register import bound_sections, facts_shown
from yunjian.certificates.selectors.authorities import certificates_of, registration_of
from yunjian.identity.models import Account
from yunjian.identity.selectors import organization_of
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.records.versions import StaleVersion
from yunjian.web.forms import add_domain_errors, others_changed
from yunjian.web.guards import agency_page
from yunjian.web.responses import done

STEPS = [_("填写备案"), _("主管部门审核"), _("完成备案")]


@require_GET
@agency_page
def filing(request: HttpRequest) -> HttpResponse:
    """The official filing, and the one being worked on."""
    actor = current_actor()
    keeps = may_edit_filing(actor)
    opened, official = selectors.open_filing(actor), selectors.filed(actor)
    shown = opened or official
    here = {"submitted": 1, "filed": len(STEPS)}.get(shown.state, 0) if shown else 0
    context = {
        "organization": organization_of(actor),
        "filing": shown,
        "opened": opened,
        "official": official,
        "steps": [
            (title, "done" if n < here else "current" if n == here else "")
            for n, title in enumerate(STEPS)
        ],
        "sections": facts_shown(FILING, shown) if shown else [],
        "may_edit": keeps and not (opened and opened.state == "submitted"),
        "may_submit": keeps and opened is not None and opened.state in {"draft", "returned"},
    }
    return render(request, "agencies/filing.html", context)


@require_http_methods(["GET", "POST"])
@agency_page
def filing_edit(request: HttpRequest) -> HttpResponse:
    """Edit the basics, section by section."""
    actor = current_actor()
    opened = selectors.open_filing(actor)
    current = opened or selectors.filed(actor)
    known = current or registration_of(actor)  # the first time, what was said on registration
    names = FILING.form_names
    initial = {name: getattr(known, name) for name in names if hasattr(known, name)}
    initial["version"] = opened.version if opened else 0
    form = FilingForm(request.POST or None, initial=initial)
    context: dict[str, object] = {"form": form, "sections": bound_sections(form)}
    if request.method == "POST" and form.is_valid():
        try:
            services.filing_save(actor=actor, version=form.seen_version, **form.values())
        except DomainError as error:
            add_domain_errors(form, error)
            if isinstance(error, StaleVersion) and opened is not None:
                context["others"] = others_changed(form, opened)
        else:
            return done(request, gettext("已保存备案基本信息"), "/agency/filing/")
    status = 422 if form.errors else 200
    return render(request, "agencies/filing_form.html", context, status=status)


@require_POST
@agency_page
def filing_submit(request: HttpRequest) -> HttpResponse:
    """Hand the filing in."""
    opened = selectors.open_filing(current_actor())
    if opened is None:
        messages.error(request, gettext("请先填写备案基本信息"))
        return redirect("agencies:filing")
    try:
        services.filing_submit(actor=current_actor(), filing=opened)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("agencies:filing")
    return done(request, gettext("已提交审核"), "/agency/filing/")


@require_GET
@agency_page
def organization(request: HttpRequest) -> HttpResponse:
    """Who we are in the system: organisation, accounts, numbers."""
    actor = current_actor()
    accounts = (
        Account.objects.filter(organization_id=actor.own_organization)
        .prefetch_related("role_grants")
        .order_by("username")
    )
    numbers = [
        (gettext("人员"), Person.objects.count(), "/agency/people/"),
        (gettext("设备"), Equipment.objects.count(), "/agency/equipment/"),
        (gettext("运维车辆"), Vehicle.objects.count(), "/agency/vehicles/"),
        (
            gettext("履行中的合同"),
            ServiceContract.objects.filter(period__contains=today()).count(),
            "/agency/contracts/?holds=current",
        ),
    ]
    context = {
        "organization": organization_of(actor),
        "filing": selectors.filed(actor),
        "accounts": accounts,
        "certificates": certificates_of(actor),
        "numbers": numbers,
    }
    return render(request, "agencies/organization.html", context)
