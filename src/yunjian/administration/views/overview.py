"""概览, 角色, 服务状态: what is to be seen at a glance."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import Actor, current_actor
from yunjian.access.permissions import Permission, permissions
from yunjian.administration.policies import (
    RUN_JOBS,
    SEE_ACCOUNTS,
    SEE_EVENTS,
    SEE_OVERVIEW,
    SEE_ROLES,
    SEE_SERVICE,
    SEE_SESSIONS,
    SEE_SIGNINS,
)
from yunjian.administration.selectors.lists import holders_of_roles
from yunjian.administration.selectors.service_status import scheduled_jobs, service_state
from yunjian.administration.views.lists import PARENTS
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization, SignInAttempt
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.identity.models.security import Outcome
from yunjian.identity.policies import GRANTORS, KEEP_ORGANIZATIONS
from yunjian.identity.selectors import open_sessions
from yunjian.identity.tables import LABELS
from yunjian.kernel.clock import now
from yunjian.kernel.ids import lowest_id_at
from yunjian.web.guards import only_with

DAY = timedelta(days=1)


@require_GET
@only_with(SEE_OVERVIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers that concern the administrator, and who does what."""
    duties = [
        (
            LABELS[role],
            [one.title for one in permissions() if role in one.holders.get("operator", ())],
        )
        for role in GRANTORS["operator"]
    ]
    context = {"title": _("系统概览"), "cards": _cards(current_actor()), "duties": duties}
    return render(request, "administration/overview.html", context)


def _cards(actor: Actor) -> list[tuple[str, int, str, bool]]:
    """Return label, number, address, and whether it is alarming, of what the actor may see."""
    units, people = Organization.objects.all(), Account.objects.filter(is_active=True)
    newest = {"pk__gte": lowest_id_at(now() - DAY)}
    signins = SignInAttempt.objects.filter(**newest)
    opened, locked = signins.filter(outcome=Outcome.OPENED), signins.filter(outcome=Outcome.LOCKED)
    # permission, label, rows, page, query, and whether any of them is alarming
    stated: list[tuple[Permission, str, QuerySet[Any], str, str, bool]] = [
        (KEEP_ORGANIZATIONS, _("单位"), units, "organizations", "", False),
        (KEEP_ORGANIZATIONS, _("非正常状态单位"), units.exclude(status="active"),
         "organizations", "?status=locked", True),
        (SEE_ACCOUNTS, _("启用账号"), people, "accounts", "?state=active", False),
        (SEE_ACCOUNTS, _("待首次登录"), people.filter(must_change_password=True),
         "accounts", "?state=waiting", False),
        (SEE_SESSIONS, _("在线"), open_sessions(), "sessions", "", False),
        (SEE_SIGNINS, _("近 24 小时登录"), opened, "signins", "", False),
        (SEE_SIGNINS, _("近 24 小时失败"), signins.exclude(outcome=Outcome.OPENED),
         "signins", "", True),
        (SEE_SIGNINS, _("近 24 小时锁定"), locked, "signins", f"?outcome={Outcome.LOCKED}", True),
        (SEE_EVENTS, _("近 24 小时操作"), Event.objects.filter(**newest), "events", "", False),
    ]  # fmt: skip
    counted = [
        (label, rows.count(), f"{reverse(f'administration:{page}')}{query}", alarming)
        for permission, label, rows, page, query, alarming in stated
        if permission.held_by(actor)
    ]
    if RUN_JOBS.held_by(actor):
        failed = sum(job.failures for job in scheduled_jobs())
        counted.append((_("定时任务失败"), failed, reverse("administration:jobs"), True))
    return [
        (label, number, url, alarming and number > 0) for label, number, url, alarming in counted
    ]


@require_GET
@only_with(SEE_ROLES)
def roles(request: HttpRequest) -> HttpResponse:
    """Which roles there are, who gives them, and how many hold them."""
    holders = holders_of_roles()
    kinds = [
        (
            kind.label,
            [
                {
                    "title": LABELS[role],
                    "given_by": [LABELS[one] for one in sorted(grantors)] or [_("安全管理员")],
                    "holders": holders.get((str(kind), str(role)), 0),
                }
                for role, grantors in GRANTORS[kind].items()
            ],
        )
        for kind in OrganizationKind
    ]
    context = {"title": _("角色"), "parents": PARENTS, "kinds": kinds}
    return render(request, "administration/roles.html", context)


@require_GET
@only_with(SEE_SERVICE)
def service(request: HttpRequest) -> HttpResponse:
    """Database, jobs, disk, chains, versions."""
    context = {"title": _("服务状态"), "parents": PARENTS, "sections": service_state()}
    return render(request, "administration/service.html", context)
