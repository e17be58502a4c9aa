"""Loads the demo city: all of it or nothing."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from yunjian.access.actor import acting_as
from yunjian.access.policy_sync import as_owner
from yunjian.demo.accounts import DemoAccount, demo_password, keep
from yunjian.demo.builder import LOADER, CityBuilder
from yunjian.demo.companies import build_agencies, build_contracts
from yunjian.demo.credit import build_credit
from yunjian.demo.history import History
from yunjian.demo.instruments import build_lives
from yunjian.demo.operator import build_operator
from yunjian.demo.places import build_authority, build_dischargers
from yunjian.demo.report_years import build_report_years
from yunjian.demo.reports import build_reports, have_files_read
from yunjian.evidence.services import log_extend, record
from yunjian.identity import events
from yunjian.identity.models import Account, Organization, WechatBinding
from yunjian.kernel.clock import now
from yunjian.kernel.clock import today as present_day
from yunjian.kernel.partitions import PARTITIONS_BACK, ensure_partitions
from yunjian.maintenance.models import Task, Visit
from yunjian.messaging.models import Notification
from yunjian.messaging.services import mark_read
from yunjian.wechat.simulator import openid_for

READ_AFTER = timedelta(days=2)


def is_loaded() -> bool:
    """Tell whether there is a city already (or any other organisation)."""
    return Organization.unscoped().exists()


def load(
    *,
    seed: int,
    scale: float,
    var_dir: Path,
    today: date | None = None,
    years: bool | None = None,
) -> None:
    """Build the city in one transaction: two months of life up to the present moment.

    The same seed, scale and day give the same city. `scale` multiplies companies and points.
    `years`: whether the first agency looks back on two years; a city that is made smaller does not.

    Raises:
        InvalidInput: YUNJIAN_DEMO_PASSWORD breaks the policy for passwords.
    """
    day = today or present_day()
    builder = CityBuilder(
        seed=seed,
        scale=scale,
        today=day,
        password=demo_password(),
        looks_back=scale >= 1 if years is None else years,
    )
    until = now() if day == present_day() else builder.moment(day, 15)
    # what is older lies in the rest
    ensure_partitions(day - PARTITIONS_BACK - timedelta(days=31), day + timedelta(days=62))
    # messages of the past are in the app; nobody's phone rings for them now
    with app.replace_connector(InMemoryConnector()), transaction.atomic(), acting_as(LOADER):
        build_authority(builder)
        build_dischargers(builder)
        build_lives(builder)
        build_agencies(builder)
        build_contracts(builder)
        take_stock()
        build_credit(builder)
        History(builder, until).live()
        if builder.looks_back:
            build_report_years(builder, builder.agencies[0])
        build_reports(builder)
        administrators = build_operator(builder)
        _read_old_messages(builder)
        known = _bind_wechat([*_worth_trying(builder), *_administrators(administrators)])
        while log_extend() is not None:
            pass
    keep(var_dir, builder.password, known)
    have_files_read()  # the worker that runs beside the pages does


def take_stock() -> None:
    """Tell the planner how large the tables have become: nobody else can, before the commit."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("ANALYZE")


def _read_old_messages(builder: CityBuilder) -> None:
    old = Notification.unscoped().filter(read_at=None, created_at__lt=now() - READ_AFTER)
    by_account: dict[UUID, list[UUID]] = {}
    for recipient, key in old.values_list("recipient_id", "id"):
        by_account.setdefault(recipient, []).append(key)
    for account in Account.objects.filter(pk__in=list(by_account)).select_related("organization"):
        mark_read(actor=builder.actor(account), ids=by_account[account.pk])


def _worth_trying(builder: CityBuilder) -> list[DemoAccount]:
    """Return one sign-in for each part, chosen so that there is something to do."""
    engineer = _busiest_engineer(builder)
    agency = next(
        agency for agency in builder.agencies if agency.organization.pk == engineer.organization_id
    )
    waiting = dict(
        Visit.unscoped()
        .filter(state="submitted")
        .values_list("discharger_id")
        .annotate(number=Count("pk"))
    )
    rules = builder.account(builder.authority, "sh03", builder.person_name(), "rule_administrator")
    discharger = max(builder.dischargers, key=lambda one: waiting.get(one.organization.pk, 0))
    supervisor = agency.supervisor.account
    assert supervisor is not None  # noqa: S101 - supervisors sign in
    return [
        _described("排污单位", discharger.owner, "/source/", "周厂长"),
        _described("运维机构", agency.manager, "/agency/", ""),
        _described("质量监督", supervisor, "/agency/reports/", ""),
        _described("运维人员", engineer, "/h5/", "张师傅"),
        _described("管理部门", builder.reviewers[0], "/supervision/", ""),
        _described("规则管理", rules, "/supervision/rules/", ""),
    ]


def _administrators(accounts: dict[str, Account]) -> list[DemoAccount]:
    return [
        _described("部门负责人", accounts["head"], "/accounts/", ""),
        _described("系统管理", accounts["system_administrator"], "/system/", ""),
        _described("安全管理", accounts["security_administrator"], "/system/accounts/", ""),
        _described("审计管理", accounts["audit_administrator"], "/system/events/", ""),
    ]


def _busiest_engineer(builder: CityBuilder) -> Account:
    first = {"organization": builder.agencies[0].organization} if builder.looks_back else {}
    counts = (
        Task.unscoped()
        .filter(state="open", due_on=builder.today, **first)
        .values("assignee__account_id")
        .annotate(number=Count("pk"))
        .order_by("-number", "assignee__account_id")
    )
    best = counts.first()
    if best is not None:
        return Account.objects.select_related("organization").get(pk=best["assignee__account_id"])
    account = builder.agencies[0].engineers[0].account
    assert account is not None  # noqa: S101 - engineers have accounts
    return account


def _described(role: str, account: Account, opens: str, wechat_user: str) -> DemoAccount:
    return DemoAccount(
        role=role,
        username=account.username,
        name=account.display_name,
        organization=account.organization.name,
        opens=opens,
        wechat_user=wechat_user,
    )


def _bind_wechat(known: list[DemoAccount]) -> list[DemoAccount]:
    """Bind two people of the simulator; the others are free to try the binding page."""
    for one in known:
        if one.wechat_user and settings.WECHAT_APP_ID:
            account = Account.objects.get(username=one.username)
            binding = WechatBinding.objects.create(
                app_id=settings.WECHAT_APP_ID,
                openid=openid_for(settings.WECHAT_APP_ID, one.wechat_user),
                account=account,
            )
            record(
                actor=LOADER,
                verb=events.WECHAT_BOUND,
                obj=binding,
                organization_id=account.organization_id,
                payload={"account": str(account.pk), "identities": 1},
            )
    return known
