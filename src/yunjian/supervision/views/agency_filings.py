"""审核 → 机构备案: what agencies hand in, decided on with their people and equipment in view."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.models import AgencyFiling, Equipment, Person, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import may_decide_filing
from yunjian.agencies.services.filing import filing_decide
from yunjian.kernel.errors import DomainError
from yunjian.supervision.forms import AgencyFilingQuery, ReturnForm
from yunjian.supervision.selectors.workbench import agency_filings
from yunjian.supervision.tables import AgencyFilingTable
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import authority_page
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import done

QUEUE = ListPage(
    name="supervision.agency_filings",
    title=_("机构备案"),
    table=AgencyFilingTable,
    parents=((_("审核"), ""),),
)


@authority_page
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the filings that agencies handed in."""
    form = AgencyFilingQuery(request.GET)
    return QUEUE.answer(request, agency_filings(**cleaned_query(form)), form=form)


def _filing(filing_id: UUID) -> AgencyFiling:
    filing: AgencyFiling = get_visible_or_404(AgencyFiling, filing_id, queryset=agency_filings())
    return filing


@authority_page
@require_GET
def detail(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Show a filing with the people, equipment and vehicles of its agency."""
    return _page(request, _filing(filing_id), None)


def _page(request: HttpRequest, filing: AgencyFiling, error: DomainError | None) -> HttpResponse:
    own = {"organization_id": filing.organization_id}
    context = {
        "title": filing.organization.name,
        "parents": (*QUEUE.parents, (QUEUE.title, reverse("supervision:agency_filings"))),
        "filing": filing,
        "people": Person.objects.filter(**own),
        "equipment": Equipment.objects.filter(**own),
        "vehicles": Vehicle.objects.filter(**own),
        "may_decide": may_decide_filing(current_actor()) and filing.state == FilingState.SUBMITTED,
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "supervision/agency_filings/detail.html", context, status=status)


@authority_page
@require_POST
def approve(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Make the filing official."""
    filing = _filing(filing_id)
    note = request.POST.get("note", "").strip()
    try:
        filing_decide(actor=current_actor(), filing=filing, approve=True, note=note)
    except DomainError as error:
        return _page(request, filing, error)
    return done(request, gettext("已通过，机构备案已生效"), reverse("supervision:agency_filings"))


@authority_page
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Return the filing with a reason."""
    filing = _filing(filing_id)
    form = ReturnForm(posted(request))

    def save() -> HttpResponse:
        note = form.cleaned_data["reason"]
        filing_decide(actor=current_actor(), filing=filing, approve=False, note=note)
        return done(request, gettext("已退回"), reverse("supervision:agency_filings"))

    return form_dialog(
        request,
        form,
        save=save,
        title=f"{gettext('退回机构备案')} · {filing.organization.name}",
        submit=gettext("退回"),
        danger=True,
    )
