"""Messages exist with what they tell, reach WeChat, and belong to their recipient."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.world import World
from yunjian.identity.models import WechatBinding
from yunjian.kernel.ids import new_id
from yunjian.messaging.jobs import DeliveryIncomplete, deliver
from yunjian.messaging.models import Delivery, Notification
from yunjian.messaging.selectors import PAGE, notifications_of, unread_count
from yunjian.messaging.services import deliver_notifications, mark_read, notify
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread


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
    assert deliver_notifications([row.pk]) == []
    assert deliver_notifications([row.pk]) == []
    (sent,) = wechat.state.messages
    assert sent.url == "https://yunjian.example/h5/#/visits/1"
    assert sent.data["thing1"]["value"] == "运维记录待确认"
    assert len(sent.data["thing2"]["value"]) == 20
    delivery = Delivery.objects.get(notification=row)
    assert (delivery.state, delivery.reference) == ("sent", str(sent.msgid))


def test_one_who_is_not_bound_or_does_not_follow_is_noted_as_unreachable(
    world: World, wechat: Simulation
) -> None:
    wechat.state.add_user("周厂长", follows=False)
    rows = tell(world.discharger_owner, world.engineer)
    assert deliver_notifications([row.pk for row in rows]) == []
    states = Delivery.objects.values_list("state", flat=True)
    assert list(states) == ["unreachable", "unreachable"]


def test_while_wechat_is_away_the_job_is_tried_again_and_then_succeeds(
    world: World, wechat: Simulation, settings: Settings
) -> None:
    (row,) = tell(world.discharger_owner)
    settings.WECHAT_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(DeliveryIncomplete):
        deliver(notification_ids=[str(row.pk)])
    assert Delivery.objects.get(notification=row).state == "failed"
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


def test_only_the_recipient_sees_and_reads_a_message(world: World) -> None:
    (row,) = tell(world.discharger_owner)
    owner, other = world.actor(world.discharger_owner), world.actor(world.engineer)
    assert [found.pk for found in notifications_of(owner).rows] == [row.pk]
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
