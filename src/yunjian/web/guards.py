"""Who gets into a portal: one guard for all, on permissions that stand in the table of all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import Permission, permission

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]

SOURCE_PORTAL = permission(
    "portal.source",
    _("进入污染源系统，查看污染源、备案和运维记录"),
    within=_("本单位"),
    discharger=("owner", "manager", "viewer"),
)
AGENCY_PORTAL = permission(
    "portal.agency",
    _("进入社会化服务系统，查看机构备案、合同、计划、任务和运维记录"),
    within=_("本机构"),
    agency=("owner", "manager", "engineer", "quality_supervisor", "viewer"),
)
SUPERVISION_PORTAL = permission(
    "portal.supervision",
    _("进入监管平台，查看备案、机构、台账、规则库、记录单和证据链"),
    within=_("本辖区；机构备案不分辖区"),
    authority=(
        "owner", "manager", "reviewer", "inspector", "credit_officer", "rule_administrator",
        "viewer",
    ),
)  # fmt: skip


def holds_any(actor: Actor, *held: Permission) -> bool:
    """Tell whether the actor holds one of the permissions."""
    return any(one.held_by(actor) for one in held)


def only_with(*held: Permission) -> Callable[[View[Rest]], View[Rest]]:
    """Return a decorator that lets only people in who hold one of the permissions.

    Who is not signed in is asked to; who belongs elsewhere gets 403.
    """

    def guard(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if not holds_any(actor, *held):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


source_page = only_with(SOURCE_PORTAL)
agency_page = only_with(AGENCY_PORTAL)
authority_page = only_with(SUPERVISION_PORTAL)
# the pages of 企业排口, which dischargers and authorities share
source_or_authority_page = only_with(SOURCE_PORTAL, SUPERVISION_PORTAL)
