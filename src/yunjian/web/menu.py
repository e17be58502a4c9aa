"""The menus of the portals, as data: two levels, plain paths, and who may open them."""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission_of


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page of a menu. `permission` names what it takes to open it; empty: the portal alone."""

    title: str | Promise
    path: str
    icon: str = ""
    children: tuple["MenuItem", ...] = ()
    permission: str = ""
    # where else one is when one came from here: pages that two portals share, or tabs of this one
    also: tuple[str, ...] = ()

    def is_open_to(self, actor: Actor) -> bool:
        """Tell whether the actor may open the page."""
        return not self.permission or permission_of(self.permission).held_by(actor)


def _group(title: str | Promise, icon: str, *pages: MenuItem) -> MenuItem:
    return MenuItem(title, "", icon, pages)


@dataclass(frozen=True, slots=True)
class Portal:
    """What an organisation of one kind works in."""

    name: str | Promise
    home: str
    items: tuple[MenuItem, ...]
    notices_at: str = ""  # where notices stand, when `home` leads on

    @property
    def pages(self) -> list[MenuItem]:
        """Return the items that lead to a page: those of groups, and those that stand alone."""
        return [page for item in self.items for page in (item.children or (item,))]

    def paths_for(self, actor: Actor) -> frozenset[str]:
        """Return the paths of the pages that the actor may open."""
        return frozenset(page.path for page in self.pages if page.is_open_to(actor))

    def items_with(self, paths: frozenset[str]) -> list[MenuItem]:
        """Return the menu with these pages alone; groups without one are left out."""
        shown = []
        for item in self.items:
            children = tuple(page for page in item.children if page.path in paths)
            if children or item.path in paths:
                shown.append(replace(item, children=children))
        return shown

    def current(self, path: str) -> str:
        """Return the menu path of the open page: of the longest address that it begins with."""
        begins = [(one, page.path) for page in self.pages for one in (page.path, *page.also) if one]
        found = [(len(begin), at) for begin, at in begins if path.startswith(begin)]
        return max(found, default=(0, ""))[1]


YEAR_PAGES = ("/agency/trainings/", "/agency/supervisions/")  # of a year, in both portals
SOURCE = Portal(
    _("上海市污染源综合管理信息系统"),
    "/source/",
    (
        _group(
            _("公共配置"),
            "gear",
            MenuItem(_("污染源基本信息"), "/source/sources/"),
            MenuItem(_("仪器备案"), "/source/instruments/"),
        ),
        _group(
            _("运维管理"),
            "clipboard-check",
            MenuItem(_("运维确认"), "/source/visits/"),
            MenuItem(_("比对与校验报告"), "/source/reports/"),
        ),
        MenuItem(_("账号与角色"), "/accounts/", "person-badge", permission="identity.accounts"),
        MenuItem(_("消息"), "/messages/", "bell"),
    ),
    notices_at="/source/sources/",
)

AGENCY = Portal(
    _("上海市环境监测社会化服务监管系统"),
    "/agency/",
    (
        MenuItem(_("首页"), "/agency/", "house"),
        _group(
            _("备案管理"),
            "folder2-open",
            MenuItem(_("备案基本信息"), "/agency/filing/"),
            MenuItem(_("人员"), "/agency/people/"),
            MenuItem(_("设备"), "/agency/equipment/"),
            MenuItem(_("运维车辆"), "/agency/vehicles/"),
            MenuItem(_("运维备品备件"), "/agency/parts/"),
            MenuItem(_("服务合同"), "/agency/contracts/"),
        ),
        _group(
            _("任务管理"),
            "calendar2-check",
            MenuItem(_("运维任务管理"), "/agency/tasks/", also=("/agency/plans/",)),
            MenuItem(_("现场运维"), "/agency/visits/"),
            MenuItem(_("上传报告"), "/agency/reports/"),
        ),
        _group(
            _("运维信用评价信息管理"),
            "award",
            MenuItem(_("运维日常信息管理"), "/agency/documents/", also=("/agency/readings/",)),
            MenuItem(_("运维年度信息管理"), "/agency/years/", also=YEAR_PAGES),
        ),
        _group(
            _("我的机构"),
            "building",
            MenuItem(_("机构信息"), "/agency/organization/"),
            MenuItem(_("账号与角色"), "/accounts/", permission="identity.accounts"),
        ),
        MenuItem(_("消息"), "/messages/", "bell"),
    ),
)

ADMINISTRATION = _group(
    _("系统管理"),
    "sliders",
    MenuItem(_("机构"), "/system/organizations/", permission="identity.organizations"),
    MenuItem(_("辖区"), "/system/districts/", permission="identity.organizations"),
    MenuItem(_("账号"), "/system/accounts/", permission="administration.accounts"),
    MenuItem(_("密码重置"), "/system/resets/", permission="identity.resets"),
    MenuItem(_("角色"), "/system/roles/", permission="administration.roles"),
    MenuItem(_("数据字典"), "/system/dictionaries/", permission="administration.dictionaries"),
    MenuItem(_("通知公告"), "/system/notices/", permission="administration.notices"),
    MenuItem(_("登录日志"), "/system/signins/", permission="administration.signins"),
    MenuItem(_("操作日志"), "/system/events/", permission="administration.events"),
    MenuItem(_("在线用户"), "/system/sessions/", permission="administration.sessions"),
    MenuItem(_("定时任务"), "/system/jobs/", permission="administration.jobs"),
    MenuItem(_("服务状态"), "/system/service/", permission="administration.service"),
)

SUPERVISION = Portal(
    _("云间 · 污染源自动监控运维监管平台"),
    "/supervision/",
    (
        MenuItem(_("工作台"), "/supervision/", "speedometer2"),
        _group(
            _("审核"),
            "check2-square",
            MenuItem(_("仪器备案"), "/supervision/filings/"),
            MenuItem(_("机构备案"), "/supervision/agency-filings/"),
            MenuItem(_("比对与校验报告"), "/supervision/reports/"),
        ),
        _group(
            _("机构"),
            "people",
            MenuItem(_("运维机构"), "/supervision/agencies/"),
            MenuItem(_("运维文件"), "/supervision/documents/"),
            MenuItem(_("运维年度信息"), "/supervision/years/", also=YEAR_PAGES),
        ),
        MenuItem(_("排污单位"), "/supervision/sources/", "buildings", also=("/source/",)),
        MenuItem(_("运维台账"), "/supervision/visits/", "journal-text"),
        MenuItem(_("规则库"), "/supervision/rules/", "book"),
        MenuItem(_("记录单"), "/supervision/sheets/", "ui-checks"),
        MenuItem(_("报告格式"), "/supervision/report-forms/", "file-earmark-check"),
        MenuItem(_("证据链"), "/supervision/evidence/", "link-45deg"),
        MenuItem(
            _("权限矩阵"),
            "/supervision/permissions/",
            "grid-3x3",
            permission="supervision.see_permissions",
        ),
        MenuItem(_("账号与角色"), "/accounts/", "person-badge", permission="identity.accounts"),
        ADMINISTRATION,
        MenuItem(_("消息"), "/messages/", "bell"),
    ),
)

# the operator's people: no business, only the house
SYSTEM = Portal(
    _("云间 · 系统管理"),
    "/system/",
    (
        MenuItem(_("概览"), "/system/", "speedometer2"),
        ADMINISTRATION,
        MenuItem(_("消息"), "/messages/", "bell"),
    ),
)

PORTALS = {
    "discharger": SOURCE,
    "agency": AGENCY,
    "authority": SUPERVISION,
    "operator": SYSTEM,
}


def menu_html(actor: Actor, path: str) -> SafeString:
    """Return the menu of an actor's portal in the language of the request.

    The page that `path` belongs to is marked.

    Raises:
        KeyError: organisations of the actor's kind have no portal.
    """
    portal = PORTALS[actor.organization_kind]
    return _menu_html(
        actor.organization_kind, portal.paths_for(actor), portal.current(path), get_language()
    )


# whoever may open the same pages sees the same menu
@lru_cache(maxsize=2048)
def _menu_html(kind: str, paths: frozenset[str], current: str, _language: str) -> SafeString:
    items = PORTALS[kind].items_with(paths)
    return render_to_string("web/parts/menu.html", {"items": items, "current": current})
