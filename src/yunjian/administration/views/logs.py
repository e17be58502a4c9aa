"""登录日志, 操作日志, 在线用户, 定时任务."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yunjian.access.actor import current_actor
from yunjian.administration import forms, services
from yunjian.administration.policies import RUN_JOBS, SEE_EVENTS, SEE_SESSIONS, SEE_SIGNINS
from yunjian.administration.selectors import lists
from yunjian.administration.selectors.service_status import scheduled_jobs
from yunjian.administration.tables import EventTable, SessionTable, SignInTable
from yunjian.administration.views.lists import filter_values, list_page
from yunjian.evidence.vocabulary import object_title, verb_title
from yunjian.identity.services import session_end as end_session
from yunjian.web.addresses import device_title
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.guards import only_with
from yunjian.web.responses import done


@never_cache
@require_GET
@only_with(SEE_SIGNINS)
def signins(request: HttpRequest) -> HttpResponseBase:
    """List every try to sign in."""
    form = forms.SignInQuery(request.GET)
    columns: list[Column] = [
        (_("时间"), "at"),
        (_("账号"), "username"),
        (_("姓名"), "account.display_name"),
        (_("单位"), "organization.name"),
        (_("登录方式"), "get_means_display"),
        (_("结果"), "get_outcome_display"),
        (_("说明"), "detail"),
        (_("地址"), "address"),
        (_("设备"), lambda row: device_title(row.agent)),
    ]
    return list_page(
        request,
        lists.signin_attempts(**filter_values(form)),
        title=_("登录日志"),
        form=form,
        table=SignInTable,
        columns=columns,
        empty=_("没有符合条件的登录记录。请调整查询条件。"),
    )


@never_cache
@require_GET
@only_with(SEE_EVENTS)
def events(request: HttpRequest) -> HttpResponseBase:
    """List what happened, from the sealed chains; what business was about is not shown."""
    form = forms.EventQuery(request.GET)
    columns: list[Column] = [
        (_("时间"), "at"),
        (_("单位"), "chain_name"),
        (_("人员"), "who"),
        (_("操作"), lambda row: str(verb_title(row.verb))),
        (_("对象"), lambda row: str(object_title(row.object_type))),
        (_("对象编号"), "object_id"),
        (_("链上序号"), "sequence"),
        (_("摘要"), "digest"),
    ]
    return list_page(
        request,
        lists.events(**filter_values(form)),
        title=_("操作日志"),
        form=form,
        table=EventTable,
        columns=columns,
        empty=_("没有符合条件的操作记录。请调整查询条件。"),
    )


@never_cache
@require_GET
@only_with(SEE_SESSIONS)
def sessions(request: HttpRequest) -> HttpResponseBase:
    """List who is signed in."""
    form = forms.SessionQuery(request.GET)
    columns: list[Column] = [
        (_("账号"), "account.username"),
        (_("姓名"), "account.display_name"),
        (_("单位"), "account.organization.name"),
        (_("登录方式"), "get_means_display"),
        (_("设备"), lambda row: device_title(row.agent)),
        (_("登录时间"), "opened_at"),
        (_("登录地址"), "address"),
        (_("最近使用"), "seen_at"),
        (_("使用地址"), "seen_from"),
    ]
    return list_page(
        request,
        lists.sessions_online(**filter_values(form)),
        title=_("在线用户"),
        form=form,
        table=SessionTable,
        columns=columns,
        empty=_("没有符合条件的在线用户。"),
    )


@require_POST
@only_with(SEE_SESSIONS)
def session_end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End a session of somebody else."""
    row = end_session(actor=current_actor(), session_id=session_id)
    return done(request, _("已强制下线：%(name)s") % {"name": row.account.display_name})


@require_GET
@only_with(RUN_JOBS)
def jobs(request: HttpRequest) -> HttpResponseBase:
    """List the periodic tasks."""
    rows = scheduled_jobs()
    if request.GET.get("format") == "xlsx":
        columns: list[Column] = [
            (_("任务"), "title"),
            (_("标识"), "name"),
            (_("执行计划（UTC）"), "cron"),
            (_("上次执行"), "last_run"),
            (_("状态"), "state"),
            (_("下次执行"), "next_run"),
            (_("近 3 天次数"), "runs"),
            (_("近 30 天失败"), "failures"),
        ]
        return stream_xlsx(_("定时任务.xlsx"), columns, rows)
    return render(request, "administration/jobs.html", {"jobs": rows})


@require_POST
@only_with(RUN_JOBS)
def job_run(request: HttpRequest, name: str) -> HttpResponse:
    """Have a periodic task run now."""
    services.job_run_now(actor=current_actor(), name=name)
    return done(request, _("已加入队列，稍后刷新查看结果"))
