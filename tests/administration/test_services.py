"""What administrators change: organisations, parks, dictionaries, notices, jobs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.support.world import PASSWORD, World, account_with
from tests.web.markup import Markup
from yunjian.access.actor import acting_as, system_actor
from yunjian.administration import services
from yunjian.administration.selectors.service_status import scheduled_jobs
from yunjian.evidence.models import Event
from yunjian.identity.models import (
    Account,
    AccountSession,
    District,
    Organization,
    ResetRequest,
)
from yunjian.identity.services.sessions import sessions_forget
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, NotAllowed
from yunjian.messaging.models import Notice, Notification
from yunjian.records.dictionaries import dictionaries, enter_missing
from yunjian.records.models import DictionaryEntry

pytestmark = pytest.mark.reads_all_rows

USCC = "91310000775785552L"
ORGANIZATION = {"kind": "agency", "name": "新立环保有限公司", "uscc": USCC}


# --- organisations


def test_an_organisation_is_entered_with_its_first_account(
    world: World, system: Client, security: Client
) -> None:
    answer = system.post("/system/organizations/new/", ORGANIZATION)
    assert answer.status_code == 302, answer.content.decode()
    row = Organization.unscoped().get(uscc=USCC)
    page = system.post(
        f"/system/organizations/{row.pk}/accounts/new/",
        {"username": "first-one", "display_name": "负责人", "phone": "13800000000"},
    ).content.decode()
    password = page.split('data-testid="one-time-password">')[1].split("<")[0]
    account = Account.objects.get(username="first-one")
    assert not account.role_grants.exists()
    security.post(f"/accounts/{account.pk}/roles/", {"roles": ["owner"]})
    assert [grant.role for grant in account.role_grants.all()] == ["owner"]
    entered = Client().post("/signin/", {"username": "first-one", "password": password})
    assert entered.headers["location"] == "/signin/password/"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91310000775785552M"}, "uscc"),  # wrong check character
        ({"uscc": "short"}, "uscc"),
        ({"name": " "}, "name"),
        ({"kind": "nothing"}, "kind"),
        ({"kind": "discharger"}, "district"),  # needs one
        ({"jurisdiction": ["310115"]}, "jurisdiction"),  # an agency has none
        ({"district": "999999"}, "district"),
    ],
)
def test_a_refused_organisation_says_what_is_wrong(
    world: World, system: Client, changes: dict[str, Any], field: str
) -> None:
    answer = system.post("/system/organizations/new/", {**ORGANIZATION, **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Organization.unscoped().filter(name=ORGANIZATION["name"]).exists()


def test_a_code_is_entered_once(world: World, system: Client) -> None:
    system.post("/system/organizations/new/", ORGANIZATION)
    answer = system.post("/system/organizations/new/", {**ORGANIZATION, "name": "另一家"})
    assert "已登记" in answer.content.decode()


def test_a_banned_organisation_is_out_at_once_and_told_why(world: World, system: Client) -> None:
    inside = world.client(world.engineer)
    path = f"/system/organizations/{world.agency.pk}/status/"
    assert system.post(path, {"status": "banned", "reason": ""}).status_code == 422
    answer = system.post(path, {"status": "banned", "reason": "出具虚假报告"})
    assert answer.status_code == 302
    assert inside.get("/agency/").status_code == 302
    refused = Client().post("/signin/", {"username": "engineer", "password": PASSWORD})
    assert "出具虚假报告" in refused.content.decode()
    assert Event.unscoped().filter(verb="organization.status_set").count() == 1
    system.post(path, {"status": "active", "reason": "禁业期满"})
    entered = Client().post("/signin/", {"username": "engineer", "password": PASSWORD})
    assert entered.headers["location"] == "/agency/"


def test_cancelling_is_for_good_and_not_for_oneself(
    world: World, system: Client, operator: Organization
) -> None:
    path = f"/system/organizations/{world.agency.pk}/status/"
    system.post(path, {"status": "cancelled", "reason": "注销"})
    assert system.post(path, {"status": "active", "reason": "反悔"}).status_code == 409
    own = system.post(
        f"/system/organizations/{operator.pk}/status/", {"status": "locked", "reason": "x"}
    )
    assert own.status_code == 403


def test_a_park_becomes_a_jurisdiction(world: World, system: Client) -> None:
    values = {
        "code": "310190",
        "name": "试验化工区",
        "within": "310115",
        "longitude": "121.46",
        "latitude": "30.82",
    }
    assert system.post("/system/districts/new/", values).status_code == 302
    assert system.post("/system/districts/new/", values).status_code == 422
    assert system.post("/system/districts/new/", {**values, "code": "31x"}).status_code == 422
    park = District.objects.get(pk="310190")
    assert (park.kind, park.within) == ("park", world.district)
    system.post(
        f"/system/organizations/{world.authority.pk}/",
        {"name": world.authority.name, "jurisdiction": ["310190"]},
    )
    assert world.actor(world.reviewer).districts == frozenset({"310190"})


# --- dictionaries


def test_values_ship_with_the_program_and_are_entered_once(world: World) -> None:
    assert enter_missing() == 0
    education = next(one for one in dictionaries() if one.code == "agencies.education")
    assert [code for code, _title in education.choices()] == [
        "secondary",
        "college",
        "bachelor",
        "master",
    ]


def test_a_new_value_is_offered_and_one_out_of_use_only_to_who_has_it(
    world: World, system: Client
) -> None:
    values = {"code": "doctor", "label": "博士", "label_en": "Doctor", "order": 50, "is_active": 1}
    url = "/system/dictionaries/new/?dictionary=agencies.education"
    assert system.post(url, values).status_code == 302
    bachelor = DictionaryEntry.objects.get(code="bachelor")
    edit = f"/system/dictionaries/{bachelor.pk}/"
    system.post(edit, {"label": "大学本科", "label_en": "", "order": 30})
    manager = world.client(world.agency_manager)
    new = manager.get("/agency/people/new/").content.decode()
    assert "博士" in new
    assert "大学本科" not in new
    held = manager.get(f"/agency/people/{world.engineer_person.pk}/edit/").content.decode()
    assert "大学本科" in held
    assert "大学本科" in manager.get("/agency/people/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "Bad Code"}, "code"),
        ({"code": "college"}, "code"),
        ({"label": " "}, "label"),
        ({"order": "-1"}, "order"),
    ],
)
def test_a_refused_value_says_what_is_wrong(
    world: World, system: Client, changes: dict[str, str], field: str
) -> None:
    values = {"code": "doctor", "label": "博士", "order": "50"}
    url = "/system/dictionaries/new/?dictionary=agencies.education"
    answer = system.post(url, {**values, **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    unknown = system.post("/system/dictionaries/new/?dictionary=nothing", values)
    assert (unknown.status_code, "没有这个字典" in unknown.content.decode()) == (422, True)


# --- notices


def draft(client: Client, **changes: Any) -> Any:
    values = {"title": "系统升级通知", "body": "周六 22 时升级。", "audience": ["agency"]}
    return client.post("/system/notices/new/", {**values, **changes})


def test_a_notice_reaches_whom_it_is_for(world: World, system: Client) -> None:
    agency, factory = world.client(world.agency_manager), world.client(world.discharger_owner)
    assert draft(system).status_code == 302
    row = Notice.unscoped().get()
    assert "系统升级通知" not in agency.get("/agency/").content.decode()
    assert system.post(f"/system/notices/{row.pk}/publish/").status_code == 302
    assert "系统升级通知" in agency.get("/agency/").content.decode()
    assert "周六 22 时升级" in agency.get(f"/notices/{row.pk}/").content.decode()
    assert "系统升级通知" in agency.get("/notices/").content.decode()
    assert "系统升级通知" not in factory.get("/source/sources/").content.decode()
    assert factory.get(f"/notices/{row.pk}/").status_code == 404
    reported = Notification.unscoped().filter(kind="notice.published")
    assert set(reported.values_list("recipient__organization__kind", flat=True)) == {"agency"}
    assert reported.count() == Account.objects.filter(organization__kind="agency").count()
    system.post(f"/system/notices/{row.pk}/withdraw/")
    assert "系统升级通知" not in agency.get("/agency/").content.decode()
    assert agency.get(f"/notices/{row.pk}/").status_code == 404


def test_a_notice_leaves_the_home_page_on_its_day(world: World, system: Client) -> None:
    draft(system, shown_until=str(today()))
    row = Notice.unscoped().get()
    system.post(f"/system/notices/{row.pk}/publish/")
    agency = world.client(world.agency_manager)
    assert "系统升级通知" in agency.get("/agency/").content.decode()
    Notice.unscoped().update(shown_until=today() - timedelta(days=1))
    assert "系统升级通知" not in agency.get("/agency/").content.decode()
    assert "系统升级通知" in agency.get("/notices/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"body": " "}, "body"),
        ({"audience": []}, "audience"),
        ({"audience": ["everybody"]}, "audience"),
        ({"shown_until": str(today() - timedelta(days=1))}, "shown_until"),
    ],
)
def test_a_refused_notice_says_what_is_wrong(
    world: World, system: Client, changes: dict[str, Any], field: str
) -> None:
    answer = draft(system, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_published_notice_is_not_edited(world: World, system: Client) -> None:
    draft(system)
    row = Notice.unscoped().get()
    system.post(f"/system/notices/{row.pk}/publish/")
    values = {"title": "改了", "body": "改了", "audience": ["agency"]}
    assert system.post(f"/system/notices/{row.pk}/", values).status_code == 409
    assert system.post(f"/system/notices/{row.pk}/publish/").status_code == 409


def test_an_authority_keeps_its_own_notices_only(world: World, system: Client) -> None:
    draft(system)
    row = Notice.unscoped().get()
    head = world.client(account_with(world.authority, "head", "manager"))
    assert "系统升级通知" not in head.get("/system/notices/").content.decode()
    assert head.post(f"/system/notices/{row.pk}/publish/").status_code == 404
    draft(head, title="本局通知")
    assert "本局通知" in head.get("/system/notices/").content.decode()
    assert "本局通知" in system.get("/system/notices/").content.decode()


# --- jobs and sessions


def test_a_job_is_run_now_and_leaves_an_event(world: World, system: Client) -> None:
    name = "access.delete_expired_counters"
    assert system.post(f"/system/jobs/{name}/run/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name])
        assert cursor.fetchone()[0] == 1
    job = next(job for job in scheduled_jobs() if job.name == name)
    assert job.state == "todo"
    assert job.next_run > now()
    assert Event.unscoped().get(verb="job.asked").object_id == name
    assert system.post("/system/jobs/nothing/run/").status_code == 404


def test_every_periodic_task_has_a_name_that_people_read(world: World) -> None:
    assert [job.name for job in scheduled_jobs() if job.title == job.name] == []


def test_runs_are_counted_and_forgotten_in_time(world: World) -> None:
    name = "access.delete_expired_counters"
    with connection.cursor() as cursor:
        for status, days in (("succeeded", 1), ("succeeded", 4), ("failed", 4), ("failed", 31)):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
                " VALUES ('kernel', %s, %s::procrastinate_job_status) RETURNING id",
                [name, status],
            )
            key = cursor.fetchone()[0]
            cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [key])
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'started', %s)",
                [key, now() - timedelta(days=days)],
            )
    job = next(job for job in scheduled_jobs() if job.name == name)
    assert (job.runs, job.failures) == (4, 2)
    assert services.jobs_forget() == 2
    job = next(job for job in scheduled_jobs() if job.name == name)
    assert (job.runs, job.failures) == (2, 1)
    assert job.last_run is not None
    assert now() - job.last_run < timedelta(days=1, hours=1)


def test_sessions_that_ran_out_are_closed_and_old_ones_forgotten(world: World) -> None:
    world.client(world.engineer)
    world.client(world.agency_manager)
    AccountSession.objects.filter(account=world.engineer).update(
        idle_until=now() - timedelta(hours=1)
    )
    assert sessions_forget() == 1
    row = AccountSession.objects.get(account=world.engineer)
    assert (row.ended_why, row.ended_at) == ("idle", row.idle_until)
    AccountSession.objects.filter(pk=row.pk).update(ended_at=now() - timedelta(days=401))
    sessions_forget()
    assert not AccountSession.objects.filter(pk=row.pk).exists()
    assert AccountSession.objects.count() == 1


def test_the_system_itself_may_do_all_this(world: World) -> None:
    with acting_as(system_actor("test")) as actor:
        row = services.notice_save(actor=actor, title="演示", body="演示", audience=["authority"])
        assert services.notice_publish(actor=actor, notice=row) == 1


def test_a_new_installation_gets_its_three_administrators_once(world: World) -> None:
    usernames = {
        "system_administrator": "system-admin",
        "security_administrator": "security-admin",
        "audit_administrator": "audit-admin",
    }
    with acting_as(system_actor("test")) as actor:
        made = services.operator_create(
            actor=actor, name="运营中心", uscc=USCC, usernames=usernames
        )
        with pytest.raises(Conflict):
            services.operator_create(actor=actor, name="又一家", uscc=USCC, usernames=usernames)
    assert [one.username for one in made] == list(usernames.values())
    first = Client().post("/signin/", {"username": made[0].username, "password": made[0].password})
    assert first.headers["location"] == "/signin/password/"
    with pytest.raises(NotAllowed):
        services.operator_create(
            actor=world.actor(world.reviewer), name="x", uscc=USCC, usernames=usernames
        )


def test_who_is_reset_is_told(world: World, security: Client, system: Client) -> None:
    values = {"forget_authenticator": "on", "reason": "手机丢失"}
    security.post(f"/accounts/{world.engineer.pk}/reset/", values)
    assert not Notification.unscoped().filter(kind="account.reset").exists()
    system.post(f"/system/resets/{ResetRequest.objects.get().pk}/confirm/")
    reported = Notification.unscoped().get(kind="account.reset")
    assert reported.recipient == world.engineer


def test_what_can_be_done_with_a_notice_follows_from_its_state(
    world: World, system: Client
) -> None:
    def buttons() -> dict[str, str]:
        page = Markup(system.get("/system/notices/").content.decode())
        return {
            each.text: each.get("hx-get").removeprefix(f"/system/notices/{row.pk}/")
            for each in page.all("button")
            if str(row.pk) in each.get("hx-get")
        }

    draft(system)
    row = Notice.unscoped().get()
    assert buttons() == {"编辑": "", "发布": "publish/"}
    system.post(f"/system/notices/{row.pk}/publish/")
    assert buttons() == {"撤回": "withdraw/"}
    system.post(f"/system/notices/{row.pk}/withdraw/")
    assert buttons() == {}
