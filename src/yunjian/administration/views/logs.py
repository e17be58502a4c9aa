"""登录日志, 操作日志, 在线用户, 定时任务."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yunjian.access.actor import current_actor
from yunjian.administration import forms, services
from yunjian.administration.policies import RUN_JOBS, SEE_EVENTS, SEE_SESSIONS, SEE_SIGNINS
from yunjian.administration.selectors import lists
from yunjian.administration.selectors.service_status import scheduled_jobs
from yunjian.administration.tables import EventTable, JobTable, SessionTable, SignInTable
from yunjian.administration.views.lists import system_list
from yunjian.identity.services.sessions import session_end as end_session
from yunjian.web.guards import only_with
from yunjian.web.lists import cleaned_query
from yunjian.web.responses import done

SIGNINS = system_list("signins", _("登录日志"), SignInTable)
EVENTS = system_list("events", _("操作日志"), EventTable)
SESSIONS = system_list("sessions", _("在线用户"), SessionTable)
JOBS = system_list("jobs", _("定时任务"), JobTable, order="")


@never_cache
@require_GET
@only_with(SEE_SIGNINS)
def signins(request: HttpRequest) -> HttpResponseBase:
    """List every try to sign in."""
    form = forms.SignInQuery(request.GET)
    return SIGNINS.answer(request, lists.signin_attempts(**cleaned_query(form)), form=form)


@never_cache
@require_GET
@only_with(SEE_EVENTS)
def events(request: HttpRequest) -> HttpResponseBase:
    """List what happened, from the sealed chains; what business was about is not shown."""
    form = forms.EventQuery(request.GET)
    return EVENTS.answer(request, lists.events(**cleaned_query(form)), form=form)


@never_cache
@require_GET
@only_with(SEE_SESSIONS)
def sessions(request: HttpRequest) -> HttpResponseBase:
    """List who is signed in."""
    form = forms.SessionQuery(request.GET)
    return SESSIONS.answer(request, lists.sessions_online(**cleaned_query(form)), form=form)


@require_POST
@only_with(SEE_SESSIONS)
def session_end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End a session of somebody else."""
    row = end_session(actor=current_actor(), session_id=session_id)
    return done(request, gettext("已强制下线：%(name)s") % {"name": row.account.display_name})


@require_GET
@only_with(RUN_JOBS)
def jobs(request: HttpRequest) -> HttpResponseBase:
    """List the periodic tasks."""
    return JOBS.answer(request, scheduled_jobs())


@require_POST
@only_with(RUN_JOBS)
def job_run(request: HttpRequest, name: str) -> HttpResponse:
    """Have a periodic task run now."""
    services.job_run_now(actor=current_actor(), name=name)
    return done(request, gettext("已加入队列，稍后刷新查看结果"))
