"""账号与角色: the accounts of one's organisation; the dialogs serve 系统管理 as well."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.actor import current_actor
from yunjian.access.permissions import require
from yunjian.identity.forms import (
    AccountQuery,
    NewAccountForm,
    PersonForm,
    ReasonForm,
    ResetForm,
    ResetRequestForm,
    RolesForm,
)
from yunjian.identity.models import Account
from yunjian.identity.policies import (
    GRANTORS,
    GUARD_ACCOUNTS,
    MANAGE_OWN,
    may_end_sessions,
    may_guard,
    may_keep,
    roles_given_by,
    roles_of,
)
from yunjian.identity.selectors import (
    account_managed,
    accounts_managed,
    bindings_of,
    organization_of,
)
from yunjian.identity.services import accounts as services
from yunjian.identity.services import resets
from yunjian.identity.services.bindings import binding_end_of_account
from yunjian.identity.services.sessions import sessions_end
from yunjian.identity.tables import LABELS, BindingTable, OwnAccountTable
from yunjian.identity.views.guards import own_page
from yunjian.kernel.languages import Text
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.responses import done


def role_choices(kind: str) -> list[tuple[str, Text]]:
    """Return the roles of a kind of organisation with their names."""
    return [(str(role), LABELS[role]) for role in GRANTORS[kind]]


def marked(rows: list[Account]) -> list[Account]:
    """Say on each row what the actor may do with it, for the column of actions."""
    actor = current_actor()
    for row in rows:
        own = row.organization_id == actor.organization_id
        given = roles_given_by(actor, row.organization.kind, own=own)
        is_self = row.pk == actor.account_id
        row.may = {  # type: ignore[attr-defined]  # for the template of the row
            "keep": may_keep(actor, row),
            "guard": may_guard(actor, row),
            "roles": bool(given) and not is_self and roles_of(row) <= given,
            "sessions": may_end_sessions(actor, row),
        }
    return rows


ACCOUNTS = ListPage(
    name="identity.accounts",
    title=gettext_lazy("账号与角色"),
    table=OwnAccountTable,
    prepare=marked,
)

BINDINGS = ListPage(
    name="identity.bindings",
    title=gettext_lazy("微信绑定"),
    table=BindingTable,
    exportable=False,
)


@own_page("GET")
def accounts(request: HttpRequest) -> HttpResponseBase:
    """List the accounts of one's own organisation."""
    actor = current_actor()
    MANAGE_OWN.require(actor)
    form = AccountQuery(request.GET, roles=role_choices(actor.organization_kind))
    new = Action(title=_("新增账号"), address=reverse("identity:account_new"), testid="account-new")
    empty = _("没有符合条件的账号。点击右上角“新增账号”，初始密码只显示一次。")
    rows = accounts_managed(actor, **cleaned_query(form))
    return ACCOUNTS.answer(request, rows, form=form, actions=[new], empty=empty)


@own_page("GET", "POST")
def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account in one's own organisation."""
    actor = current_actor()
    MANAGE_OWN.require(actor)
    organization = organization_of(actor)
    given = roles_given_by(actor, organization.kind, own=True)
    choices = [pair for pair in role_choices(organization.kind) if pair[0] in given]
    form = NewAccountForm(posted(request), choices=choices)

    def save() -> HttpResponse:
        account, password = services.account_open(
            actor=actor, organization=organization, **form.cleaned_data
        )
        return handed_over(request, account, password)

    return form_dialog(request, form, title=_("新增账号"), save=save)


@own_page("GET", "POST")
def account_edit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Change name and telephone number."""
    actor, account = current_actor(), account_managed(current_actor(), account_id)
    initial = {"display_name": account.display_name, "phone": account.phone}
    form = PersonForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        services.account_update(actor=actor, account=account, **form.cleaned_data)
        return done(request, _("已保存"))

    return form_dialog(request, form, title=_("编辑账号 · %(name)s") % _named(account), save=save)


@own_page("GET", "POST")
def account_roles(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Choose the roles of an account."""
    actor, account = current_actor(), account_managed(current_actor(), account_id)
    kind = account.organization.kind
    own = account.organization_id == actor.organization_id
    given = roles_given_by(actor, kind, own=own)
    choices = [pair for pair in role_choices(kind) if pair[0] in given]
    held = roles_of(account)
    form = RolesForm(posted(request), choices=choices, initial={"roles": sorted(held)})

    def save() -> HttpResponse:
        retained = held - given  # what the actor may not take stays
        services.roles_set(
            actor=actor, account=account, roles=[*form.cleaned_data["roles"], *retained]
        )
        return done(request, _("角色已调整"))

    return form_dialog(request, form, title=_("调整角色 · %(name)s") % _named(account), save=save)


@own_page("GET", "POST")
def account_disable(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Close an account, with a reason."""
    actor, account = current_actor(), account_managed(current_actor(), account_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        services.account_disable(actor=actor, account=account, **form.cleaned_data)
        return done(request, _("账号已停用，其登录已结束"))

    return form_dialog(
        request,
        form,
        title=_("停用账号 · %(name)s") % _named(account),
        save=save,
        submit=_("停用"),
        danger=True,
        text=_("停用后立即退出所有设备，不能再登录；历史记录不受影响，可随时重新启用。"),
    )


@own_page("GET", "POST")
def account_reset(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Give an account a password to hand over."""
    actor, account = current_actor(), account_managed(current_actor(), account_id)
    if GUARD_ACCOUNTS.held_by(actor):
        return _reset_request(request, account)
    form = ResetForm(posted(request))

    def save() -> HttpResponse:
        password = services.account_reset(actor=actor, account=account, **form.cleaned_data)
        return handed_over(request, account, password)

    return form_dialog(
        request,
        form,
        title=_("重置密码 · %(name)s") % _named(account),
        save=save,
        submit=_("重置"),
        text=_(
            "将生成一次性密码，原密码失效，所有设备上的登录结束，微信绑定解除，锁定解除。请先核实对方身份。"
        ),
    )


def _reset_request(request: HttpRequest, account: Account) -> HttpResponse:
    """Ask another administrator to confirm the reset."""
    form = ResetRequestForm(posted(request))

    def save() -> HttpResponse:
        resets.reset_request(actor=current_actor(), account=account, **form.cleaned_data)
        return done(request, _("已提交，待系统管理员确认"), reverse("administration:resets"))

    return form_dialog(
        request,
        form,
        title=_("申请重置密码 · %(name)s") % _named(account),
        save=save,
        submit=_("提交申请"),
        text=_("须由系统管理员确认后才会重置，审计管理员会收到消息；一天内无人确认则过期。"),
    )


@own_page("POST")
def account_enable(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Open an account again."""
    actor = current_actor()
    services.account_enable(actor=actor, account=account_managed(actor, account_id))
    return done(request, _("账号已启用"))


@own_page("POST")
def account_unlock(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Open the lock of too many wrong passwords."""
    actor = current_actor()
    services.account_unlock(actor=actor, account=account_managed(actor, account_id))
    return done(request, _("登录锁定已解除"))


@own_page("POST")
def account_sessions_end(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """End every session of an account, and its bindings to WeChat."""
    actor = current_actor()
    ended = sessions_end(actor=actor, account=account_managed(actor, account_id))
    message = _("已强制下线 %(sessions)s 处登录，解除 %(bindings)s 个微信绑定")
    return done(request, message % {"sessions": ended.sessions, "bindings": ended.bindings})


@own_page("GET")
def account_bindings(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """List the bindings of an account to WeChat."""
    account = account_managed(current_actor(), account_id)
    require(may_end_sessions(current_actor(), account))
    title = _("微信绑定 · %(name)s") % _named(account)
    return BINDINGS.answer(request, bindings_of(account.pk), title=title)


@own_page("GET", "POST")
def account_binding_end(request: HttpRequest, account_id: UUID, binding_id: UUID) -> HttpResponse:
    """End a binding of somebody else, with a reason."""
    actor, account = current_actor(), account_managed(current_actor(), account_id)
    require(may_end_sessions(actor, account))
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        binding_end_of_account(
            actor=actor, account=account, binding_id=str(binding_id), **form.cleaned_data
        )
        return done(request, _("微信绑定已解除，对方会收到消息"))

    return form_dialog(
        request,
        form,
        title=_("解除微信绑定 · %(name)s") % _named(account),
        save=save,
        submit=_("解除绑定"),
        danger=True,
        text=_("解除后该微信立即退出，须重新输入账号和密码才能绑定。"),
    )


def handed_over(request: HttpRequest, account: Account, password: str) -> HttpResponse:
    """Show a one-time password, once."""
    back = request.headers.get("HX-Current-URL") or reverse("identity:accounts")
    context = {"account": account, "password": password, "back": back}
    return render(request, "identity/account_password.html", context)


def _named(account: Account) -> dict[str, str]:
    return {"name": account.display_name}
