"""Sub-accounts: who makes them, who gives which role, and what must never be lost."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.support.concurrency import at_once
from tests.support.world import PASSWORD, World, account_with, build_world
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.access.permissions import KINDS
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, District, Organization, RoleGrant
from yunjian.identity.models.accounts import Role
from yunjian.identity.policies import ADMINISTRATORS, GRANTORS, roles_given_by
from yunjian.identity.selectors import actor_for
from yunjian.identity.services import accounts as services
from yunjian.identity.services import resets
from yunjian.identity.services.sessions import sessions_end
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed

pytestmark = pytest.mark.reads_all_rows


def actor_named(username: str) -> Actor:
    return actor_for(Account.objects.select_related("organization").get(username=username))


def roles_now(account: Account) -> set[str]:
    return set(RoleGrant.objects.filter(account=account).values_list("role", flat=True))


# given who acts (kind, roles), which roles may be given in one's own organisation
GIVES = [
    ("discharger", {"owner"}, {"owner", "manager", "viewer"}),
    ("discharger", {"manager"}, {"viewer"}),
    ("discharger", {"viewer"}, set()),
    ("agency", {"owner"}, {"owner", "manager", "engineer", "quality_supervisor", "viewer"}),
    ("agency", {"manager"}, {"engineer", "quality_supervisor", "viewer"}),
    ("agency", {"engineer"}, set()),
    (
        "authority",
        {"manager"},
        {"reviewer", "inspector", "credit_officer", "rule_administrator", "viewer"},
    ),
    ("authority", {"reviewer", "rule_administrator"}, set()),
    ("operator", {"system_administrator"}, set()),
    ("operator", {"security_administrator"}, set(ADMINISTRATORS)),
    ("operator", {"audit_administrator"}, set()),
]


@pytest.mark.parametrize(("kind", "roles", "given"), GIVES)
def test_who_gives_which_role(kind: str, roles: set[str], given: set[str]) -> None:
    actor = Actor(None, "x", None, "x", kind, roles=frozenset(roles))
    assert roles_given_by(actor, kind, own=True) == given


def test_every_role_belongs_to_a_kind_and_every_kind_has_roles() -> None:
    assert set(GRANTORS) == set(KINDS)
    assert {role for roles in GRANTORS.values() for role in roles} == set(Role.values)


def test_an_owner_makes_an_account_and_hands_over_a_password(world: World) -> None:
    client = world.client(world.discharger_owner)
    answer = client.post(
        "/accounts/new/",
        {"username": "ehs-2", "display_name": "环保专员", "phone": "", "roles": ["manager"]},
    )
    page = answer.content.decode()
    password = page.split('data-testid="one-time-password">')[1].split("<")[0]
    account = Account.objects.get(username="ehs-2")
    assert account.organization == world.discharger
    assert (account.must_change_password, account.check_password(password)) == (True, True)
    assert roles_now(account) == {"manager"}
    assert password not in client.get("/accounts/").content.decode()
    event = Event.unscoped().get(verb="account.created")
    assert password not in event.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "factory2"}, "username"),  # taken, by another organisation
        ({"username": "a b"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": ""}, "username"),
        ({"display_name": " "}, "display_name"),
        ({"phone": "not-a-number"}, "phone"),
        ({"roles": ["reviewer"]}, "roles"),
        ({"roles": ["system_administrator"]}, "roles"),
    ],
)
def test_a_refused_account_says_what_is_wrong(
    world: World, changes: dict[str, object], field: str
) -> None:
    values = {"username": "ehs-2", "display_name": "环保专员", "phone": "", "roles": []}
    answer = world.client(world.discharger_owner).post("/accounts/new/", {**values, **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Account.objects.filter(organization=world.discharger).count() == 1


def test_a_manager_does_not_make_managers(world: World) -> None:
    with acting_as(world.actor(world.agency_manager)) as actor:
        for roles in (["manager"], ["owner"]):
            with pytest.raises(NotAllowed):
                services.account_open(
                    actor=actor,
                    organization=world.agency,
                    username="new-one",
                    display_name="新人",
                    roles=roles,
                )
        with pytest.raises(NotAllowed):
            services.account_open(
                actor=actor,
                organization=world.other_agency,
                username="new-one",
                display_name="新人",
            )
        with pytest.raises(InvalidInput):
            services.account_open(
                actor=actor,
                organization=world.agency,
                username="new-one",
                display_name="新人",
                roles=["reviewer"],
            )


def test_a_manager_does_not_touch_who_stands_above(world: World) -> None:
    owner = account_with(world.agency, "boss", "owner")
    manager = world.actor(world.agency_manager)
    for refused in (
        lambda: services.account_reset(actor=manager, account=owner),
        lambda: services.account_disable(actor=manager, account=owner, reason="x"),
        lambda: services.roles_set(actor=manager, account=owner, roles=["viewer"]),
        lambda: sessions_end(actor=manager, account=owner),
        lambda: services.account_unlock(actor=manager, account=owner),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert roles_now(owner) == {"owner"}


def test_roles_are_given_and_taken_with_an_event(world: World) -> None:
    manager = world.actor(world.agency_manager)
    services.roles_set(
        actor=manager, account=world.engineer, roles=["viewer", "quality_supervisor"]
    )
    assert roles_now(world.engineer) == {"viewer", "quality_supervisor"}
    services.roles_set(actor=manager, account=world.engineer, roles=["viewer"])
    events = Event.unscoped().filter(verb="account.roles_set").order_by("id")
    assert '"taken":["engineer"]' in events[0].body
    assert '"taken":["quality_supervisor"]' in events[1].body


def test_nobody_changes_their_own_roles(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.roles_set(
            actor=world.actor(world.discharger_owner),
            account=world.discharger_owner,
            roles=["owner", "manager"],
        )


def test_the_last_owner_stays(world: World, operator: Organization) -> None:
    second = account_with(world.discharger, "second", "owner")
    actor = actor_named("second")
    services.account_disable(actor=actor, account=world.discharger_owner, reason="离职")
    security = actor_named("sec")
    with pytest.raises(InvalidState):
        services.roles_set(actor=security, account=second, roles=["viewer"])
    with pytest.raises(InvalidState):
        services.account_disable(actor=actor_named("sys"), account=second, reason="离职")
    services.account_enable(actor=actor_named("sys"), account=world.discharger_owner)
    services.roles_set(actor=security, account=second, roles=["viewer"])


def test_a_disabled_account_is_out_at_once_and_comes_back(world: World) -> None:
    client = world.client(world.engineer)
    manager = world.client(world.agency_manager)
    path = f"/accounts/{world.engineer.pk}"
    assert manager.post(f"{path}/disable/", {"reason": ""}).status_code == 422
    assert manager.post(f"{path}/disable/", {"reason": "离职"}).status_code == 302
    assert client.get("/agency/").status_code == 302
    assert manager.post(f"{path}/enable/").status_code == 302
    world.engineer.refresh_from_db()
    assert world.engineer.is_active


def test_a_reset_opens_the_lock_and_ends_the_sessions(world: World) -> None:
    stale = world.client(world.engineer)
    guess = Client()
    for number in range(8):
        guess.post("/signin/", {"username": "engineer", "password": f"wrong-{number}"})
    locked = guess.post("/signin/", {"username": "engineer", "password": PASSWORD})
    assert locked.status_code == 429
    manager = world.client(world.agency_manager)
    page = manager.post(f"/accounts/{world.engineer.pk}/reset/", {}).content.decode()
    password = page.split('data-testid="one-time-password">')[1].split("<")[0]
    assert stale.get("/agency/").status_code == 302
    answer = guess.post("/signin/", {"username": "engineer", "password": password})
    assert answer.headers["location"] == "/signin/password/"
    assert Event.unscoped().filter(verb="account.reset").count() == 1


def test_unlocking_leaves_the_password(world: World) -> None:
    guess = Client()
    for number in range(8):
        guess.post("/signin/", {"username": "engineer", "password": f"wrong-{number}"})
    world.client(world.agency_manager).post(f"/accounts/{world.engineer.pk}/unlock/")
    answer = guess.post("/signin/", {"username": "engineer", "password": PASSWORD})
    assert answer.headers["location"] == "/agency/"


@pytest.mark.parametrize("page", ["", "roles/", "disable/", "reset/"])
def test_a_strangers_account_is_not_there(world: World, page: str) -> None:
    path = f"/accounts/{world.engineer.pk}/{page}"
    assert world.client(world.discharger_owner).get(path).status_code == 404
    assert world.client(world.other_agency_manager).get(path).status_code == 404
    assert world.client(world.agency_manager).get(path).status_code == 200


def test_who_manages_no_accounts_sees_no_page(world: World) -> None:
    assert world.client(world.engineer).get("/accounts/").status_code == 403
    assert world.client(world.reviewer).get("/accounts/new/").status_code == 403
    assert "/accounts/" not in world.client(world.engineer).get("/agency/").content.decode()


def test_the_three_administrators_are_three_people(world: World, operator: Organization) -> None:
    system, security = actor_named("sys"), actor_named("sec")
    newcomer, _password = services.account_open(
        actor=system, organization=operator, username="new-admin", display_name="新管理员"
    )
    with pytest.raises(InvalidInput):
        services.roles_set(
            actor=security,
            account=newcomer,
            roles=["system_administrator", "audit_administrator"],
        )
    with pytest.raises(NotAllowed):
        services.roles_set(actor=system, account=newcomer, roles=["audit_administrator"])
    services.roles_set(actor=security, account=newcomer, roles=["audit_administrator"])
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(account=newcomer, role="security_administrator")


def test_nobody_helps_themselves_back_in_or_closes_their_own_account(
    world: World, operator: Organization
) -> None:
    for name, change in (
        ("sec", lambda actor, account: services.account_reset(actor=actor, account=account)),
        (
            "sys",
            lambda actor, account: services.account_disable(
                actor=actor, account=account, reason="x"
            ),
        ),
    ):
        with pytest.raises(NotAllowed):
            change(actor_named(name), Account.objects.get(username=name))


def test_each_administrator_does_its_own_part_only(world: World, operator: Organization) -> None:
    system, security, audit = (actor_named(name) for name in ("sys", "sec", "aud"))
    engineer = world.engineer
    with pytest.raises(NotAllowed):
        services.account_open(
            actor=security, organization=world.agency, username="abc", display_name="甲"
        )
    with pytest.raises(NotAllowed):
        services.account_open(
            actor=system,
            organization=world.agency,
            username="abc",
            display_name="甲",
            roles=["engineer"],
        )
    with pytest.raises(NotAllowed):
        services.account_reset(actor=system, account=engineer)
    with pytest.raises(NotAllowed):
        services.account_disable(actor=security, account=engineer, reason="x")
    for act in (
        lambda: services.account_reset(actor=audit, account=engineer),
        lambda: services.account_disable(actor=audit, account=engineer, reason="x"),
        lambda: services.roles_set(actor=audit, account=engineer, roles=[]),
        lambda: sessions_end(actor=audit, account=engineer),
    ):
        with pytest.raises(NotAllowed):
            act()
    resets.reset_request(actor=security, account=engineer, reason="x")
    services.account_disable(actor=system, account=engineer, reason="x")


def test_operators_see_no_business(world: World, operator: Organization) -> None:
    from yunjian.maintenance.models import Plan, Task  # noqa: PLC0415 - one use
    from yunjian.sources.models import MonitoringPoint, PollutionSource  # noqa: PLC0415 - one use

    for name in ("sys", "sec", "aud"):
        with acting_as(actor_named(name)):
            for model in (Plan, Task, MonitoringPoint, PollutionSource):
                assert model.objects.count() == 0, (name, model)


def test_an_authority_of_a_district_sees_the_parks_within_it(world: World) -> None:
    park = District.objects.create(
        code="310190",
        name="试验园区",
        kind="park",
        within=world.district,
        longitude=world.district.longitude,
        latitude=world.district.latitude,
    )
    with acting_as(system_actor("test")):
        district_office = Organization.unscoped().create(
            kind="authority", name="试验区生态环境局", uscc="11310115MB1TEST006"
        )
        district_office.jurisdiction.add(world.district)
        committee = Organization.unscoped().create(
            kind="authority", name="试验园区管委会", uscc="11310115MB1TEST007"
        )
        committee.jurisdiction.add(park)
    district_actor = actor_for(account_with(district_office, "district", "reviewer"))
    park_actor = actor_for(account_with(committee, "park", "reviewer"))
    assert district_actor.districts == frozenset({"310115", "310190"})
    assert park_actor.districts == frozenset({"310190"})
    with acting_as(system_actor("test")):
        world.source.district = park
        world.source.save()
    from yunjian.sources.models import PollutionSource  # noqa: PLC0415 - one use

    for actor in (district_actor, park_actor):
        with acting_as(actor):
            assert PollutionSource.objects.count() == 1


def test_the_list_is_exported_and_costs_what_it_costs(
    world: World, django_assert_max_num_queries: object
) -> None:
    client = world.client(world.agency_manager)
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # a fixture
        page = client.get("/accounts/?q=eng&role=engineer&state=active").content.decode()
    assert "李建国" in page
    assert "吴强" not in page.split("yj-list")[1]
    answer = client.get("/accounts/?format=xlsx")
    assert answer.headers["Content-Type"].endswith("sheet")


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_close_one_another_at_the_same_moment_one_is_left() -> None:
    world = build_world()
    with acting_as(system_actor("test")):
        both = [account_with(world.agency, name, "owner") for name in ("first", "second")]
    owners = [world.actor(account) for account in both]
    other = {owners[0]: both[1], owners[1]: both[0]}

    came = at_once(
        owners,
        lambda actor: services.account_disable(actor=actor, account=other[actor], reason="离职"),
    )

    assert sorted(type(one).__name__ for one in came) == ["Account", "InvalidState"]
    assert Account.objects.filter(username__in=["first", "second"], is_active=True).count() == 1
