"""Messages exist with what they tell, reach WeChat, and belong to their recipient."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.models import WechatBinding
from yunjian.kernel import clock
from yunjian.kernel.clock import SHANGHAI, now
from yunjian.kernel.ids import new_id
from yunjian.messaging.jobs import DeliveryIncomplete, NotYetKnown, deliver, report
from yunjian.messaging.models import Delivery, Notification
from yunjian.messaging.selectors import (
    PAGE,
    notifications_of,
    unread_count,
)
from yunjian.messaging.services import (
    MAX_ATTEMPTS,
    Undelivered,
    deliver_notifications,
    delivery_report,
    mark_read,
    notify,
)
from yunjian.wechat import subscribers
from yunjian.wechat.models import Suppression
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread
from yunjian.wechat.simulator.faults import Fault

pytestmark = pytest.mark.reads_all_rows

DONE = Undelivered([], {})
TEMPLATE_SEND = "/cgi-bin/message/template/send"
BIZSEND = "/cgi-bin/message/subscribe/bizsend"


def state_of(row: Notification) -> str:
    """Return what became of a message on its only way."""
    state: str = Delivery.objects.get(notification=row).state
    return state


@pytest.fixture
def wechat(settings: Settings, world: World) -> Iterator[Simulation]:
    state = SimulatorState(f"wx{new_id().hex[-14:]}", "simulated-secret")
    with run_in_thread(state) as running:
        settings.WECHAT_API_BASE = running.base
        settings.WECHAT_APP_ID = state.app_id
        settings.WECHAT_APP_SECRET = state.app_secret
        settings.WECHAT_TEMPLATE_IDS = {"default": "T1"}
        settings.PUBLIC_BASE_URL = "https://yunjian.example"
        WechatBinding.objects.create(
            app_id=state.app_id,
            openid=state.users["周厂长"].openid,
            account=world.discharger_owner,
        )
        yield running


def tell(*accounts: object, title: str = "运维记录待确认") -> list[Notification]:
    with transaction.atomic():
        ids = notify(
            recipients=accounts,  # type: ignore[arg-type]
            kind="visit.to_confirm",
            title=title,
            body="清源试验环保技术有限公司已完成废水总排口的现场运维，请当日签字确认。",
            link="/h5/#/visits/1",
        )
    return list(Notification.unscoped().filter(pk__in=ids).order_by("pk"))


def delivered(ids: list[UUID]) -> Undelivered:
    """Deliver as the job does: on behalf of the system."""
    with acting_as(system_actor("test")):
        return deliver_notifications(ids)


def test_a_message_and_its_job_come_together(world: World) -> None:
    (row,) = tell(world.discharger_owner)
    job = ProcrastinateJob.objects.get(task_name="messaging.deliver")
    assert job.args == {"notification_ids": [str(row.pk)]}


def test_a_message_of_a_failed_change_does_not_exist(world: World) -> None:
    with transaction.atomic():
        tell(world.discharger_owner)
        transaction.set_rollback(True)
    assert not Notification.unscoped().exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nobody_is_told() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        notify(recipients=[new_id()], kind="x", title="x", body="x")


def test_it_reaches_the_bound_wechat_identity_once(world: World, wechat: Simulation) -> None:
    (row,) = tell(world.discharger_owner)
    assert delivered([row.pk]) == DONE
    assert delivered([row.pk]) == DONE
    (sent,) = wechat.state.messages
    account = world.discharger_owner.pk
    assert sent.url == f"https://yunjian.example/h5/?account={account}#/visits/1"
    assert sent.data["thing1"]["value"] == "运维记录待确认"
    assert len(sent.data["thing2"]["value"]) == 20
    delivery = Delivery.objects.get(notification=row)
    assert (delivery.state, delivery.reference) == ("sent", str(sent.msgid))


def test_one_who_is_not_bound_or_does_not_follow_has_it_in_the_app_only(
    world: World, wechat: Simulation
) -> None:
    wechat.state.add_user("周厂长", follows=False)
    rows = [*tell(world.discharger_owner), *tell(world.engineer)]
    assert delivered([row.pk for row in rows]) == DONE
    assert state_of(rows[0]) == "declined"
    assert state_of(rows[1]) == "unreachable"


def test_while_wechat_is_away_the_job_is_tried_again_and_then_succeeds(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    (row,) = tell(world.discharger_owner)
    settings.WECHAT_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(DeliveryIncomplete):
        deliver(notification_ids=[str(row.pk)])
    assert state_of(row) == "waiting"
    settings.WECHAT_API_BASE = wechat.base
    deliver(notification_ids=[str(row.pk)])
    delivery = Delivery.objects.get(notification=row)
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 2, "")


def test_a_refusal_that_will_stay_is_not_tried_again(world: World, wechat: Simulation) -> None:
    wechat.state.templates = frozenset({"another"})
    (row,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(row.pk)])
    delivery = Delivery.objects.get(notification=row)
    assert delivery.state == "failed"
    assert delivery.error.startswith("40037")


def test_a_message_that_does_not_fit_its_template_is_left_with_its_reason(
    world: World, wechat: Simulation
) -> None:
    wechat.state.faults.add(Fault(TEMPLATE_SEND, errcode=47003))
    (row,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(row.pk)])
    deliver(notification_ids=[str(row.pk)])
    assert wechat.state.calls[TEMPLATE_SEND] == 1
    with acting_as(system_actor("test")):
        failed = Delivery.objects.select_related("notification").get(state="failed")
    assert (failed.notification, failed.error[:5]) == (row, "47003")


def test_every_identity_of_an_account_is_written_to_once(world: World, wechat: Simulation) -> None:
    second = wechat.state.users["陈经理"].openid
    WechatBinding.objects.create(
        app_id=wechat.state.app_id, openid=second, account=world.discharger_owner
    )
    wechat.state.faults.add(Fault(TEMPLATE_SEND, errcode=-1))
    (row,) = tell(world.discharger_owner)
    assert delivered([row.pk]) == Undelivered([row.pk], {})
    assert [sent.name for sent in wechat.state.messages] == ["陈经理"]
    assert delivered([row.pk]) == DONE
    assert [sent.name for sent in wechat.state.messages] == ["陈经理", "周厂长"]
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1), ("sent", 2)}


def test_when_the_quota_is_used_up_messages_wait_for_the_next_day_unless_read(
    world: World, wechat: Simulation
) -> None:
    at = datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI)
    wechat.state.faults.add(Fault(TEMPLATE_SEND, errcode=45009))
    with clock.at(at):
        rows = [*tell(world.discharger_owner), *tell(world.discharger_owner)]
        deliver(notification_ids=[str(row.pk) for row in rows])
    assert wechat.state.calls[TEMPLATE_SEND] == 1  # the second one was not even tried
    assert {state_of(row) for row in rows} == {"waiting"}
    job = ProcrastinateJob.objects.get(task_name="messaging.deliver", scheduled_at__isnull=False)
    midnight = datetime(2026, 11, 26, 0, 0, tzinfo=SHANGHAI)
    assert job.scheduled_at == midnight
    assert sorted(job.args["notification_ids"]) == sorted(str(row.pk) for row in rows)
    mark_read(actor=world.actor(world.discharger_owner), ids=[rows[0].pk])
    with clock.at(midnight + timedelta(minutes=1)):
        deliver(**job.args)
    assert [state_of(row) for row in rows] == ["read", "sent"]


def test_who_did_not_subscribe_is_asked_of_wechat_once_and_again_after_a_change_of_mind(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    settings.WECHAT_SUBSCRIPTION_IDS = {"visit.to_confirm": "S1"}
    rows = [*tell(world.discharger_owner), *tell(world.discharger_owner)]
    deliver(notification_ids=[str(row.pk) for row in rows])
    assert [state_of(row) for row in rows] == ["declined", "declined"]
    assert wechat.state.calls[BIZSEND] == 1
    assert notifications_of(world.actor(world.discharger_owner)).rows != []
    wechat.state.subscribe("周厂长", "S1", accept=True)
    Suppression.objects.all().delete()  # as the event of the pop-up does
    (third,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(third.pk)])
    assert state_of(third) == "sent"
    assert wechat.state.messages[0].kind == "subscription"


def test_who_did_not_subscribe_is_asked_again_after_a_week(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    settings.WECHAT_SUBSCRIPTION_IDS = {"visit.to_confirm": "S1"}
    (first,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(first.pk)])
    wechat.state.subscribe("周厂长", "S1", accept=True)
    with clock.at(now() + timedelta(days=8)):
        (second,) = tell(world.discharger_owner)
        deliver(notification_ids=[str(second.pk)])
    assert state_of(second) == "sent"


def test_too_many_messages_to_one_person_are_in_the_app_only(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "messages": (3, 86_400)}
    with clock.at(datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI)):
        rows = [tell(world.discharger_owner, title=f"消息 {n}")[0] for n in range(5)]
        deliver(notification_ids=[str(row.pk) for row in rows])
    assert len(wechat.state.messages) == 3
    assert [state_of(row) for row in rows].count("limited") == 2
    assert unread_count(world.actor(world.discharger_owner)) == 5


def test_after_the_last_attempt_it_is_a_failure(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    settings.WECHAT_API_BASE = "http://127.0.0.1:9"
    (row,) = tell(world.discharger_owner)
    for _ in range(MAX_ATTEMPTS - 1):
        assert delivered([row.pk]).soon == [row.pk]
    assert delivered([row.pk]) == DONE
    assert state_of(row) == "failed"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "delivered"),
        ("failed:user block", "declined"),
        ("failed: system failed", "failed"),
    ],
)
def test_wechats_own_report_is_noted(
    world: World, wechat: Simulation, status: str, state: str
) -> None:
    (row,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(row.pk)])
    msgid = wechat.state.messages[0].msgid
    subscribers.dispatch("templatesendjobfinish", {"MsgID": str(msgid), "Status": status})
    job = ProcrastinateJob.objects.get(task_name="messaging.report")
    report(**job.args)
    assert state_of(row) == state


def test_the_report_of_a_subscription_message_is_noted(world: World, wechat: Simulation) -> None:
    (row,) = tell(world.discharger_owner)
    deliver(notification_ids=[str(row.pk)])
    msgid = str(wechat.state.messages[0].msgid)
    entry = {"MsgID": msgid, "ErrorCode": "0", "ErrorStatus": "success"}
    subscribers.dispatch("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": entry}})
    report(**ProcrastinateJob.objects.get(task_name="messaging.report").args)
    assert state_of(row) == "delivered"


def test_a_report_that_comes_too_early_is_tried_again(world: World) -> None:
    with pytest.raises(NotYetKnown):
        report(channel="wechat", reference="1", state="delivered", error="")


def test_a_report_changes_nothing_about_other_messages(world: World, wechat: Simulation) -> None:
    rows = [*tell(world.discharger_owner), *tell(world.discharger_owner)]
    deliver(notification_ids=[str(row.pk) for row in rows])
    first = Delivery.objects.get(notification=rows[0])
    with acting_as(system_actor("test")):
        assert delivery_report(channel="wechat", reference=first.reference, state="delivered")
    assert [state_of(row) for row in rows] == ["delivered", "sent"]


def test_only_the_recipient_sees_and_reads_a_message(world: World) -> None:
    (row,) = tell(world.discharger_owner)
    owner, other = world.actor(world.discharger_owner), world.actor(world.engineer)
    assert [result.pk for result in notifications_of(owner).rows] == [row.pk]
    assert notifications_of(other).rows == []
    assert mark_read(actor=other, ids=[row.pk]) == 0
    assert unread_count(owner) == 1
    assert mark_read(actor=owner, ids=[row.pk]) == 1
    assert unread_count(owner) == 0


def test_pages_follow_each_other_without_gap(world: World) -> None:
    for number in range(PAGE + 3):
        tell(world.discharger_owner, title=f"消息 {number}")
    owner = world.actor(world.discharger_owner)
    first = notifications_of(owner)
    second = notifications_of(owner, first.next)
    titles = [row.title for row in [*first.rows, *second.rows]]
    assert titles == [f"消息 {number}" for number in reversed(range(PAGE + 3))]
    assert second.next is None
