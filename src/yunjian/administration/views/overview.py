"""概览, 角色, 服务状态: what is to be seen at a glance."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.access.permissions import permission_of, permissions
from yunjian.administration.policies import SEE_OVERVIEW, SEE_ROLES, SEE_SERVICE
from yunjian.administration.selectors.lists import holders_of_roles
from yunjian.administration.selectors.service_status import scheduled_jobs, service_state
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization, SignInAttempt
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.identity.models.security import Outcome
from yunjian.identity.policies import GRANTORS
from yunjian.identity.selectors import open_sessions
from yunjian.identity.tables import LABELS
from yunjian.kernel.clock import now
from yunjian.kernel.ids import lowest_id_at
from yunjian.web.guards import only_with

DAY = timedelta(days=1)
Card = tuple[str, int, str, bool]


@require_GET
@only_with(SEE_OVERVIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers that concern the administrator, and who does what."""
    actor = current_actor()
    held = [stated for stated in permissions() if stated.held_by(actor)]
    duties = [
        (
            LABELS[role],
            [one.title for one in permissions() if role in one.holders.get("operator", ())],
        )
        for role in GRANTORS["operator"]
    ]
    cards = [card for code, make in CARDS if permission_of(code) in held for card in make()]
    return render(request, "administration/overview.html", {"cards": cards, "duties": duties})


def _organizations() -> list[Card]:
    rows, url = Organization.objects.all(), reverse("administration:organizations")
    closed = rows.exclude(status="active").count()
    return [
        (_("单位"), rows.count(), url, False),
        (_("非正常状态单位"), closed, f"{url}?status=locked", bool(closed)),
    ]


def _accounts() -> list[Card]:
    rows, url = Account.objects.filter(is_active=True), reverse("administration:accounts")
    waiting = rows.filter(must_change_password=True).count()
    return [
        (_("启用账号"), rows.count(), f"{url}?state=active", False),
        (_("待首次登录"), waiting, f"{url}?state=waiting", False),
    ]


def _sessions() -> list[Card]:
    return [(_("在线"), open_sessions().count(), reverse("administration:sessions"), False)]


def _signins() -> list[Card]:
    latest = SignInAttempt.objects.filter(pk__gte=lowest_id_at(now() - DAY))
    url = reverse("administration:signins")
    failed = latest.exclude(outcome=Outcome.OPENED).count()
    locked = latest.filter(outcome=Outcome.LOCKED).count()
    return [
        (_("近 24 小时登录"), latest.filter(outcome=Outcome.OPENED).count(), url, False),
        (_("近 24 小时失败"), failed, url, bool(failed)),
        (_("近 24 小时锁定"), locked, f"{url}?outcome={Outcome.LOCKED}", bool(locked)),
    ]


def _events() -> list[Card]:
    latest = Event.objects.filter(pk__gte=lowest_id_at(now() - DAY))
    return [(_("近 24 小时操作"), latest.count(), reverse("administration:events"), False)]


def _jobs() -> list[Card]:
    failed = sum(job.failures for job in scheduled_jobs())
    return [(_("定时任务失败"), failed, reverse("administration:jobs"), bool(failed))]


CARDS = (
    ("identity.organizations", _organizations),
    ("administration.accounts", _accounts),
    ("administration.sessions", _sessions),
    ("administration.signins", _signins),
    ("administration.events", _events),
    ("administration.jobs", _jobs),
)


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
    return render(request, "administration/roles.html", {"kinds": kinds})


@require_GET
@only_with(SEE_SERVICE)
def service(request: HttpRequest) -> HttpResponse:
    """Database, jobs, disk, chains, versions."""
    return render(request, "administration/service.html", {"sections": service_state()})
