"""Resets by the operator's administrators: one asks, another confirms, the third is told."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.support.concurrency import at_once
from tests.support.world import World, account_with
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization, ResetRequest, SecondFactor
from yunjian.identity.selectors import actor_for
from yunjian.identity.services import resets as services
from yunjian.identity.services.accounts import account_reset
from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from yunjian.kernel.ids import new_id
from yunjian.messaging.models import Notification

pytestmark = [pytest.mark.reads_all_rows, pytest.mark.usefixtures("operator")]
PAGE = "/system/resets/"


def named(username: str) -> Account:
    return Account.objects.select_related("organization").get(username=username)


def actor(username: str) -> Actor:
    return actor_for(named(username))


def requested(account: Account, *, forget: bool = False) -> ResetRequest:
    return services.reset_request(
        actor=actor("sec"), account=account, reason="手机丢失", forget_authenticator=forget
    )


def told(kind: str) -> set[str]:
    rows = Notification.unscoped().filter(kind=kind).values_list("recipient__username", flat=True)
    return set(rows)


def verbs() -> list[str]:
    rows = Event.unscoped().filter(verb__startswith="reset.").order_by("id")
    return list(rows.values_list("verb", flat=True))


def test_one_asks_another_confirms_and_the_third_is_told(world: World) -> None:
    security, system = world.client(named("sec")), world.client(named("sys"))
    path = f"/accounts/{world.reviewer.pk}/reset/"
    assert "须由系统管理员确认后才会重置" in security.get(path).content.decode()
    assert "请填写原因" in security.post(path, {"reason": ""}).content.decode()
    asked = security.post(path, {"reason": "手机丢失", "forget_authenticator": "on"})
    assert asked.headers["location"] == PAGE
    world.reviewer.refresh_from_db()
    assert world.reviewer.check_password(world.password)  # nothing has happened yet
    assert told("reset.requested") == {"sys", "aud"}
    row = ResetRequest.objects.get()
    page = system.get(PAGE).content.decode()
    assert "手机丢失" in page
    assert f"{PAGE}{row.pk}/confirm/" in page
    assert f"{PAGE}{row.pk}/confirm/" not in security.get(PAGE).content.decode()
    assert "手机丢失" in world.client(named("aud")).get(PAGE).content.decode()
    shown = system.post(f"{PAGE}{row.pk}/confirm/").content.decode()
    password = shown.split('data-testid="one-time-password">')[1].split("<")[0]
    account = named("bureau")
    assert (account.check_password(password), account.must_change_password) == (True, True)
    assert not SecondFactor.objects.filter(account=account).exists()
    assert told("reset.confirmed") == {"sec", "aud"}
    assert told("account.reset") == {"bureau"}
    assert verbs() == ["reset.requested", "reset.confirmed"]
    answer = Client().post("/signin/", {"username": "bureau", "password": password})
    assert answer.headers["location"] == "/signin/password/"


def test_nobody_of_the_operator_resets_alone(world: World) -> None:
    for name in ("sys", "sec", "aud"):
        with pytest.raises(NotAllowed):
            account_reset(actor=actor(name), account=world.engineer)


def test_a_manager_helps_its_own_people_at_once(world: World) -> None:
    assert account_reset(actor=world.actor(world.agency_manager), account=world.engineer)


def test_who_asks_does_not_confirm_and_who_is_concerned_neither(
    world: World, operator: Organization
) -> None:
    second = account_with(operator, "sys2", "system_administrator")
    row = requested(second)
    for name in ("sec", "aud", "sys2"):
        with pytest.raises(NotAllowed):
            services.reset_confirm(actor=actor(name), request_id=row.pk)
    with pytest.raises(NotAllowed):
        services.reset_request(actor=actor("sys"), account=world.engineer, reason="x")
    with pytest.raises(NotAllowed):
        services.reset_request(actor=actor("sec"), account=named("sec"), reason="x")
    services.reset_confirm(actor=actor("sys"), request_id=row.pk)


def test_the_second_factor_stays_unless_its_reset_was_asked_for(world: World) -> None:
    row = requested(world.reviewer)
    services.reset_confirm(actor=actor("sys"), request_id=row.pk)
    assert SecondFactor.objects.filter(account=world.reviewer).exists()


def test_a_reset_is_refused_with_a_reason(world: World) -> None:
    row, system = requested(world.engineer), world.client(named("sys"))
    path = f"{PAGE}{row.pk}/refuse/"
    assert system.post(path, {"reason": " "}).status_code == 422
    assert system.post(path, {"reason": "身份未核实"}).status_code == 302
    assert told("reset.refused") == {"sec", "aud"}
    assert "身份未核实" in world.client(named("sec")).get(PAGE).content.decode()
    late = system.post(f"{PAGE}{row.pk}/confirm/")
    assert (late.status_code, "未予重置" in late.content.decode()) == (409, True)
    assert verbs() == ["reset.requested", "reset.refused"]
    assert requested(world.engineer).state == "requested"  # another one may be asked for


def test_a_request_is_withdrawn_by_who_made_it(world: World, operator: Organization) -> None:
    account_with(operator, "sec2", "security_administrator")
    row = requested(world.engineer)
    with pytest.raises(NotAllowed):
        services.reset_withdraw(actor=actor("sec2"), request_id=row.pk)
    assert world.client(named("sec")).post(f"{PAGE}{row.pk}/withdraw/").status_code == 302
    assert told("reset.withdrawn") == {"sys", "aud"}
    with pytest.raises(InvalidState):
        services.reset_confirm(actor=actor("sys"), request_id=row.pk)
    with pytest.raises(InvalidState):
        services.reset_withdraw(actor=actor("sec"), request_id=row.pk)


def test_a_request_expires_after_a_day(world: World) -> None:
    row, start = requested(world.engineer), now()
    early = start + timedelta(hours=23, minutes=59)
    with clock.at(early), acting_as(system_actor("test")) as system:
        assert services.resets_expire(actor=system) == 0
    with clock.at(start + timedelta(hours=24, minutes=1)):
        with pytest.raises(InvalidState):
            services.reset_confirm(actor=actor("sys"), request_id=row.pk)
        with acting_as(system_actor("test")) as system:
            assert services.resets_expire(actor=system) == 1
    row.refresh_from_db()
    assert (row.state, told("reset.expired")) == ("expired", {"sec"})


def test_who_asks_anew_does_not_wait_for_the_job(world: World) -> None:
    row, start = requested(world.engineer), now()
    with pytest.raises(Conflict):
        requested(world.engineer)
    with clock.at(start + timedelta(hours=25)):
        requested(world.engineer)
    row.refresh_from_db()
    assert row.state == "expired"


def test_what_is_missing_is_named(world: World) -> None:
    with pytest.raises(NotFound):
        services.reset_confirm(actor=actor("sys"), request_id=new_id())
    with pytest.raises(InvalidInput):
        services.reset_request(actor=actor("sec"), account=world.engineer, reason="  ")
    with pytest.raises(InvalidInput):
        services.reset_refuse(actor=actor("sys"), request_id=new_id(), reason="")
    assert world.client(named("sys")).get(f"{PAGE}{new_id()}/confirm/").status_code == 404


def test_nobody_else_sees_them(world: World) -> None:
    requested(world.engineer)
    for account in (world.agency_manager, world.reviewer, world.discharger_owner):
        assert world.client(account).get(PAGE).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_the_same_moment_one_hands_a_password_over(
    world: World,
) -> None:
    with acting_as(system_actor("test")):
        account_with(Organization.unscoped().get(kind="operator"), "sys2", "system_administrator")
    row = requested(world.engineer)
    both = [actor("sys"), actor("sys2")]
    came = at_once(both, lambda one: services.reset_confirm(actor=one, request_id=row.pk))
    assert sorted(type(one).__name__ for one in came) == ["InvalidState", "tuple"]
