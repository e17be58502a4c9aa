"""系统管理: every page for who may open it and for nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.reading import sheet
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, AccountSession, Organization, SignInAttempt
from yunjian.kernel.clock import now, today
from yunjian.web.menu import SYSTEM

pytestmark = pytest.mark.reads_all_rows

# page: who of the operator's administrators opens it, and whether an authority's head does
PAGES = {
    "/system/": ({"sys", "sec", "aud"}, False),
    "/system/organizations/": ({"sys"}, False),
    "/system/organizations/new/": ({"sys"}, False),
    "/system/districts/": ({"sys"}, False),
    "/system/districts/new/": ({"sys"}, False),
    "/system/accounts/": ({"sys", "sec"}, False),
    "/system/roles/": ({"sys", "sec", "aud"}, True),
    "/system/dictionaries/": ({"sys"}, True),
    "/system/dictionaries/new/": ({"sys"}, True),
    "/system/notices/": ({"sys"}, True),
    "/system/notices/new/": ({"sys"}, True),
    "/system/signins/": ({"sec", "aud"}, False),
    "/system/events/": ({"aud"}, False),
    "/system/sessions/": ({"sec"}, False),
    "/system/jobs/": ({"sys"}, False),
    "/system/service/": ({"sys"}, False),
}
LISTS = [
    "organizations",
    "districts",
    "accounts",
    "dictionaries",
    "notices",
    "signins",
    "events",
    "sessions",
    "jobs",
]
# at most, whatever there is in the list: session, account, actor; unread; the page's own
QUERIES = {
    "organizations": 8,
    "accounts": 9,
    "dictionaries": 6,
    "notices": 6,
    "signins": 6,
    "events": 6,
    "sessions": 6,
    "districts": 5,
}
WHO = {
    "organizations": "sys",
    "districts": "sys",
    "accounts": "sec",
    "dictionaries": "sys",
    "notices": "sys",
    "signins": "aud",
    "events": "aud",
    "sessions": "sec",
    "jobs": "sys",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_its_administrators_only(
    world: World, operator: Organization, page: str
) -> None:
    admins, heads = PAGES[page]
    for name in ("sys", "sec", "aud"):
        client = world.client(Account.objects.get(username=name))
        assert client.get(page).status_code == (200 if name in admins else 403), name
    head = world.client(account_with(world.authority, "head", "manager"))
    assert head.get(page).status_code == (200 if heads else 403)
    for account in (world.reviewer, world.agency_manager, world.discharger_owner):
        assert world.client(account).get(page).status_code == 403
    assert Client().get(page).status_code == 302


def test_operators_land_in_their_own_portal_and_see_no_business(
    world: World, operator: Organization
) -> None:
    for name in ("sys", "sec", "aud"):
        account = Account.objects.get(username=name)
        client = world.client(account)
        assert client.get("/").headers["location"] == "/system/"
        page = client.get("/system/").content.decode()
        assert "/supervision/" not in page
        for open_page in SYSTEM.paths_for(world.actor(account)):
            assert client.get(open_page).status_code == 200, open_page
        for path in ("/supervision/", "/supervision/visits/", "/agency/", "/source/sources/"):
            assert client.get(path).status_code == 403, path


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_exported(world: World, operator: Organization, name: str) -> None:
    client = world.client(Account.objects.get(username=WHO[name]))
    answer = client.get(f"/system/{name}/?format=xlsx")
    assert answer.headers["Content-Type"].endswith("sheet")
    content: Any = getattr(answer, "streaming_content")  # noqa: B009 - not in the stubs
    assert len(b"".join(content)) > 1000


@pytest.mark.parametrize("name", QUERIES)
def test_a_list_costs_the_same_however_long_it_is(
    world: World, operator: Organization, name: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        account_with(world.agency, f"more-{number}", "engineer", "viewer")
    client = world.client(Account.objects.get(username=WHO[name]))
    with django_assert_max_num_queries(QUERIES[name]):
        assert client.get(f"/system/{name}/").status_code == 200


@pytest.mark.parametrize("name", ["organizations", "accounts", "signins", "events", "sessions"])
def test_a_query_that_makes_no_sense_asks_for_nothing(
    world: World, operator: Organization, name: str
) -> None:
    client = world.client(Account.objects.get(username=WHO[name]))
    nonsense = "kind=%00&since=yesterday&address=x&district=zz&verb=nope&outcome=nope&after=~"
    assert client.get(f"/system/{name}/?{nonsense}").status_code == 200


def test_the_login_log_tells_who_tried_and_why_it_failed(world: World, audit: Client) -> None:
    Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/126.0").post(
        "/signin/", {"username": "agency", "password": "wrong-one"}
    )
    Client().post("/signin/", {"username": "nobody", "password": "wrong-one"})
    page = audit.get("/system/signins/?outcome=wrong").content.decode()
    assert "Chrome · Windows" in page
    assert "吴强" in page
    assert "nobody" in page
    assert "wrong-one" not in page
    only = audit.get("/system/signins/?q=nobody").content.decode()
    assert "吴强" not in only.split("yj-list")[1]
    old = SignInAttempt.objects.get(username="nobody")
    assert old.account is None
    later = today() + timedelta(days=1)
    assert "没有符合条件的数据" in audit.get(f"/system/signins/?since={later}").content.decode()


def test_the_operation_log_is_searched(world: World, audit: Client) -> None:
    world.client(world.agency_manager).post(
        f"/accounts/{world.engineer.pk}/disable/", {"reason": "家庭原因"}
    )
    page = audit.get("/system/events/?verb=account.disabled").content.decode()
    assert "停用账号" in page
    assert "清源试验环保技术有限公司" in page
    assert "家庭原因" not in page  # what it was about is not the auditor's business
    for query, result in (
        ("organization=清源", True),
        ("organization=浦江", False),
        ("person=吴强", True),
        ("person=李", False),
        ("kind=identity.account", True),
        (f"until={today() - timedelta(days=1)}", False),
        (f"since={today()}", True),
    ):
        rows = audit.get(f"/system/events/?{query}").content.decode().split("yj-list")[1]
        assert ("停用账号" in rows) is result, query


def test_the_auditor_changes_nothing(world: World, audit: Client) -> None:
    world.client(world.engineer)
    session = AccountSession.objects.filter(account=world.engineer).get()
    before = Event.unscoped().count()
    for path in (
        f"/accounts/{world.engineer.pk}/disable/",
        f"/accounts/{world.engineer.pk}/reset/",
        f"/system/sessions/{session.pk}/end/",
        "/system/jobs/access.delete_expired_counters/run/",
        f"/system/organizations/{world.agency.pk}/status/",
    ):
        answer = audit.post(path, {"reason": "x", "status": "banned"})
        assert answer.status_code in {403, 404}, path
    assert Event.unscoped().count() == before


def test_forced_sign_out_from_the_list_of_sessions(world: World, security: Client) -> None:
    victim = world.client(world.engineer)
    page = security.get("/system/sessions/?q=engineer").content.decode()
    assert "李建国" in page
    session = AccountSession.objects.get(account=world.engineer)
    assert security.post(f"/system/sessions/{session.pk}/end/").status_code == 302
    assert victim.get("/agency/").status_code == 302
    security.get("/system/")  # shows what was done
    assert "李建国" not in security.get("/system/sessions/").content.decode()
    again = security.post(f"/system/sessions/{session.pk}/end/")
    assert again.status_code == 404


def test_who_is_idle_is_not_online(world: World, security: Client) -> None:
    world.client(world.engineer)
    AccountSession.objects.filter(account=world.engineer).update(
        idle_until=now() - timedelta(seconds=1)
    )
    assert "李建国" not in security.get("/system/sessions/").content.decode()


def test_accounts_of_all_organisations_are_found(world: World, security: Client) -> None:
    page = security.get("/system/accounts/?q=清源&kind=agency&state=active").content.decode()
    assert "engineer" in page
    assert "factory" not in page.split("yj-list")[1]


def test_roles_say_who_gives_them_and_lead_to_what_they_may(world: World, system: Client) -> None:
    page = system.get("/system/roles/").content.decode()
    for word in ("运维机构", "质量监督员", "审计管理员", "可由谁授予"):
        assert word in page
    assert "/supervision/permissions/" in page
    assert "管理本单位账号" in system.get("/supervision/permissions/").content.decode()


def test_the_state_of_the_service_is_told(world: World, system: Client) -> None:
    page = system.get("/system/service/").content.decode()
    for word in ("PostgreSQL", "连接数", "最近心跳", "可用空间", "尚未校验", "Django"):
        assert word in page


def test_empty_lists_say_what_to_do(world: World, system: Client) -> None:
    assert "点击右上角“起草公告”" in system.get("/system/notices/").content.decode()
    with acting_as(system_actor("test")):
        assert (
            "请放宽条件，或点“重置”查看全部"
            in system.get("/system/organizations/?q=zzz").content.decode()
        )


def test_only_an_authority_has_an_area(
    world: World, operator: Organization, system: Client
) -> None:
    park = Organization.unscoped().create(
        kind="authority", name="临港管委会", uscc="11310115MB1TEST008"
    )
    park.jurisdiction.add(world.district)

    rows = sheet(system.get("/system/organizations/?format=xlsx"))

    assert {row["名称"]: row["管辖范围"] for row in rows} == {
        world.authority.name: "全市",
        "临港管委会": "浦东新区",
        **dict.fromkeys(
            [
                world.agency.name,
                world.other_agency.name,
                world.discharger.name,
                world.other_discharger.name,
                operator.name,
            ],
            "",
        ),
    }
