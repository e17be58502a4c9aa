"""运维年度信息管理: the year with its tabs, for the agency and for authorities."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.models import Person
from yunjian.credit.forms.supervisions import SupervisionQuery
from yunjian.credit.forms.trainings import (
    CloseForm,
    PeopleQuery,
    PlanQuery,
    ReasonForm,
    SessionQuery,
    YearQuery,
)
from yunjian.credit.models import AnnualYear
from yunjian.credit.models.years import FIRST_YEAR, LAST_YEAR, YearState
from yunjian.credit.policies import may_keep_trainings, may_supervise
from yunjian.credit.selectors.supervisions import supervisions_found
from yunjian.credit.selectors.trainings import plans_found, sessions_found
from yunjian.credit.selectors.years import missing_of, person_years, year_of, years_visible
from yunjian.credit.services.years import year_close, year_reopen
from yunjian.credit.tables.trainings import (
    AgencyYearTable,
    PersonYearTable,
    SupervisionTable,
    TrainingPlanTable,
    TrainingSessionTable,
)
from yunjian.kernel.clock import today
from yunjian.kernel.languages import Text
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import agency_page, authority_page
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.responses import done

TITLE = _("运维年度信息管理")
TABS: list[tuple[str, Text]] = [
    ("plans", _("培训计划")),
    ("trainings", _("教育培训")),
    ("supervisions", _("监督记录")),
    ("people", _("人员汇总")),
]
_LIST: dict[str, Any] = {
    "title": TITLE,
    "template": "credit/years/tab.html",
    "parents": ((_("运维信用评价信息管理"), ""),),
}
PLANS = ListPage(name="credit.plans", table=TrainingPlanTable, **_LIST)
TRAININGS = ListPage(name="credit.trainings", table=TrainingSessionTable, **_LIST)
SUPERVISIONS = ListPage(name="credit.supervisions", table=SupervisionTable, **_LIST)
PEOPLE = ListPage(name="credit.people", table=PersonYearTable, order="", **_LIST)
AGENCY_YEARS = ListPage(name="credit.agency_years", title=TITLE, table=AgencyYearTable)


@require_GET
@agency_page
def years(_request: HttpRequest) -> HttpResponseBase:
    """Lead to the present year."""
    return redirect("credit:year_plans", today().year)


def _answer(
    request: HttpRequest, year: int, tab: str, organization_id: UUID, frame: dict[str, Any]
) -> HttpResponseBase:
    """Answer with a tab of an agency's year."""
    found: dict[str, Any] = {"year": year, "organization": organization_id}
    form: Any
    match tab:
        case "plans":
            form = PlanQuery(request.GET)
            return PLANS.answer(
                request, plans_found(**found, **cleaned_query(form)), form=form, **frame
            )
        case "trainings":
            form = SessionQuery(request.GET)
            rows = sessions_found(**found, **cleaned_query(form))
            return TRAININGS.answer(request, rows, form=form, **frame)
        case "supervisions":
            form = SupervisionQuery(request.GET)
            supervised = supervisions_found(**found, **cleaned_query(form))
            return SUPERVISIONS.answer(request, supervised, form=form, **frame)
    form = PeopleQuery(request.GET)
    people = person_years(organization_id, year, **cleaned_query(form))
    return PEOPLE.answer(request, people, form=form, **frame)


def back_to(tab: str, year: int) -> str:
    """Return where a page of a year leads back to: for authorities to the years of all agencies."""
    if current_actor().organization_kind == "agency":
        return reverse(f"credit:year_{tab}", args=[year])
    return reverse("credit:agency_years")


def _tabs(address: Callable[[str], str]) -> list[tuple[Text, str]]:
    return [(title, address(key)) for key, title in TABS]


@require_GET
@agency_page
def year_tab(request: HttpRequest, year: int, tab: str) -> HttpResponseBase:
    """A tab of the agency's own year."""
    _check_year(year)
    organization_id = current_actor().own_organization
    row = year_of(organization_id, year)
    closed = row is not None and row.state == YearState.CLOSED
    may_keep = may_keep_trainings(current_actor())

    def address(key: str) -> str:
        return reverse(f"credit:year_{key}", args=[year])

    frame = {
        "actions": [] if closed else _actions(year, tab),
        "year": year,
        "row": row,
        "tabs": _tabs(address),
        "earlier": reverse(f"credit:year_{tab}", args=[year - 1]) if year > FIRST_YEAR else "",
        "later": reverse(f"credit:year_{tab}", args=[year + 1]) if year < LAST_YEAR else "",
        "closed": closed,
        "may_close": may_keep and not closed and year <= today().year,
        "may_reopen": may_keep and closed,
    }
    return _answer(request, year, tab, organization_id, frame)


def _actions(year: int, tab: str) -> list[Action]:
    actor = current_actor()
    keeps = may_keep_trainings(actor)
    if tab == "plans" and keeps:
        copy = reverse("credit:training_plan_copy", args=[year])
        new = reverse("credit:training_plan_new", args=[year])
        return [
            Action(
                title=gettext("沿用上年计划"),
                address=copy,
                icon="copy",
                testid="plan-copy",
                is_first=False,
            ),
            Action(title=gettext("编制计划"), address=new, testid="training-plan-new"),
        ]
    if tab == "trainings" and keeps:
        new = reverse("credit:training_new", args=[year])
        return [Action(title=gettext("安排培训"), address=new, testid="training-new")]
    if tab == "supervisions" and may_supervise(actor):
        new = reverse("credit:supervision_new", args=[year])
        return [Action(title=gettext("填写监督记录"), address=new, testid="supervision-new")]
    return []


@require_GET
@agency_page
def person_year(request: HttpRequest, year: int, person_id: UUID) -> HttpResponse:
    """What a person was to learn in a year, learnt, and has not; and its supervisions."""
    _check_year(year)
    person = get_visible_or_404(Person, person_id)
    return _person(request, person, year)


def _person(request: HttpRequest, person: Person, year: int) -> HttpResponse:
    summaries = person_years(person.organization_id, year)
    summary = next((one for one in summaries if one.person.pk == person.pk), None)
    if summary is None:
        raise Http404
    context = {
        "title": f"{person.name} · {year}",
        "parents": ((TITLE, back_to("people", year)),),
        "summary": summary,
        "year": year,
    }
    return render(request, "credit/years/person.html", context)


@require_http_methods(["GET", "POST"])
@agency_page
def year_closing(request: HttpRequest, year: int) -> HttpResponse:
    """Close a year; what is missing is named."""
    _check_year(year)
    form = CloseForm(posted(request))

    def save() -> HttpResponse:
        year_close(actor=current_actor(), year=year, **form.cleaned_data)
        return done(request, gettext("年度已归档"), reverse("credit:year_people", args=[year]))

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("归档 %(year)s 年度") % {"year": year},
        text=gettext("归档后，该年度的培训计划、教育培训和监督记录不能再修改。"),
        above="credit/parts/missing.html",
        missing=missing_of(current_actor().own_organization, year),
        submit=gettext("归档"),
        size="lg",
    )


@require_http_methods(["GET", "POST"])
@agency_page
def year_reopening(request: HttpRequest, year: int) -> HttpResponse:
    """Open a closed year again."""
    _check_year(year)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        year_reopen(actor=current_actor(), year=year, **form.cleaned_data)
        return done(request, gettext("年度已重新开放"), reverse("credit:year_plans", args=[year]))

    title = gettext("重新开放 %(year)s 年度") % {"year": year}
    return form_dialog(
        request, form, save=save, title=title, submit=gettext("重新开放"), danger=True
    )


# --- authorities


@require_GET
@authority_page
def agency_years(request: HttpRequest) -> HttpResponseBase:
    """The years of all agencies."""
    form = YearQuery(request.GET)
    return AGENCY_YEARS.answer(request, years_visible(**cleaned_query(form)), form=form)


@require_GET
@authority_page
def agency_year_tab(request: HttpRequest, year_id: UUID, tab: str) -> HttpResponseBase:
    """A tab of an agency's year: approved plans, done sessions, issued supervisions."""
    row = get_visible_or_404(AnnualYear, year_id, queryset=years_visible())

    def address(key: str) -> str:
        return reverse(f"credit:agency_year_{key}", args=[row.pk])

    name = f"{row.organization.name} · {row.year}"
    frame = {
        "title": name,
        "parents": ((TITLE, reverse("credit:agency_years")),),
        "year": row.year,
        "row": row,
        "tabs": _tabs(address),
        "closed": row.state == YearState.CLOSED,
    }
    return _answer(request, row.year, tab, row.organization_id, frame)


@require_GET
@authority_page
def agency_person_year(request: HttpRequest, year_id: UUID, person_id: UUID) -> HttpResponse:
    """A person of an agency's year."""
    row = get_visible_or_404(AnnualYear, year_id)
    person = get_visible_or_404(
        Person, person_id, queryset=Person.objects.filter(organization_id=row.organization_id)
    )
    return _person(request, person, row.year)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
