"""What tests of trainings and supervisions begin with."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import Supervision, TrainingPlan, TrainingSession
from yunjian.credit.services.supervisions import (
    SupervisionInput,
    supervision_draft,
    supervision_issue,
)
from yunjian.credit.services.training_sessions import session_schedule
from yunjian.credit.services.trainings import (
    item_save,
    plan_approve,
    plan_check,
    plan_create,
    plan_submit,
)
from yunjian.evidence.models import Attachment, Event
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, today
from yunjian.kernel.errors import DomainError
from yunjian.messaging.models import Notification


def events_of(verb: str) -> list[Event]:
    """Return the events of a kind."""
    with acting_as(system_actor("test")):
        return list(Event.objects.filter(verb=verb))


def fields_of(error: DomainError) -> list[str]:
    """Return the fields that a refusal names."""
    return [one.path for one in error.errors]


def payloads_of(verb: str) -> list[dict[str, Any]]:
    """Return what the events of a kind say, in the order in which they happened."""
    rows = sorted(events_of(verb), key=lambda row: row.pk)
    return [json.loads(row.body)["payload"] for row in rows]


def said_of(error: DomainError) -> list[tuple[str, str, str]]:
    """Return where a refusal says what: field, code and words."""
    return [(one.path, one.code, one.message) for one in error.errors]


def messages_of(kind: str) -> set[tuple[str, str, str, str]]:
    """Return who was told what of a kind, and where it leads: account, title, text, link."""
    with acting_as(system_actor("test")):
        rows = Notification.unscoped().filter(kind=kind)
        return set(rows.values_list("recipient__username", "title", "body", "link"))


def another_person(world: World, name: str, **values: Any) -> Person:
    """Return another engineer of the agency."""
    with acting_as(system_actor("test")):
        return Person.unscoped().create(
            **{"organization": world.agency, "name": name, "education": "college", "job": "x"}
            | {"position": "engineer", "state": "filed"}
            | values
        )


def second_manager(world: World) -> Account:
    """Return another manager of the agency, who may approve."""
    with acting_as(system_actor("test")):
        known = Account.objects.filter(username="manager-2").first()
        return known or account_with(world.agency, "manager-2", "manager")


def quality_supervisor(world: World) -> Account:
    """Return a quality supervisor of the agency."""
    with acting_as(system_actor("test")):
        known = Account.objects.filter(username="quality").first()
        return known or account_with(world.agency, "quality", "quality_supervisor")


def item_values(**values: Any) -> dict[str, Any]:
    """Return an item of a plan as typed."""
    return {
        "aim": "掌握新标准",
        "content": "HJ 75-2017 运行管理要求",
        "form": "lecture",
        "positions": ["engineer"],
        "department": "质量部",
        "place": "一号会议室",
        "teacher": "李老师",
        "planned_on": today().replace(month=1, day=15),
        "hours": Decimal("2.0"),
        "examination": "笔试",
    } | values


def draft_plan(world: World, **item: Any) -> TrainingPlan:
    """Return this year's plan with one item."""
    actor = world.actor(world.agency_manager)
    plan = plan_create(actor=actor, year=today().year, title="年度培训计划", summary="")
    item_save(actor=actor, plan=plan, people=[world.engineer_person], **item_values(**item))
    return plan


def approved_plan(world: World, **item: Any) -> TrainingPlan:
    """Return it approved by another manager."""
    second_manager(world)
    plan = draft_plan(world, **item)
    plan_submit(actor=world.actor(world.agency_manager), plan=plan)
    other = world.actor(second_manager(world))
    plan_check(actor=other, plan=plan)
    return plan_approve(actor=other, plan=plan)


def past(hour: int, *, days: int = 0) -> datetime:
    """Return an hour of a day that is over, in this year."""
    day = datetime.combine(today() - timedelta(days=2 + days), datetime.min.time(), SHANGHAI)
    return day + timedelta(hours=hour)


def session_values(**values: Any) -> dict[str, Any]:
    """Return a session as typed, some days ago from nine to eleven."""
    return {
        "plan_item": None,
        "unplanned_reason": "新设备投运",
        "kind": "training",
        "topic": "新设备操作",
        "content": "烟尘仪操作与校准",
        "starts_at": past(9),
        "ends_at": past(11),
        "hours": Decimal("2.0"),
        "place": "站房",
        "teacher": "王工",
    } | values


def scheduled(world: World, people: list[Person] | None = None, **values: Any) -> TrainingSession:
    """Return a session of the engineer."""
    return session_schedule(
        actor=world.actor(world.agency_manager),
        people=people or [world.engineer_person],
        **session_values(**values),
    )


def supervised(world: World, **values: Any) -> SupervisionInput:
    """Return what a supervisor saw of the engineer."""
    said: dict[str, Any] = {
        "supervised_on": today(),
        "purpose": "日常监督",
        "person": world.engineer_person,
        "place": "一号站房",
        "facts": "校准记录缺少签名",
        "opinion": "补签并培训",
        "severity": "general",
        "findings": [{"key": "calibration", "passed": False, "note": "未签名"}],
    } | values
    return SupervisionInput(**said)


def issued(world: World, **values: Any) -> Supervision:
    """Return an issued supervision."""
    actor = world.actor(quality_supervisor(world))
    row = supervision_draft(actor=actor, said=supervised(world, **values))
    return supervision_issue(actor=actor, supervision=row)


def signature(account: Account) -> Attachment:
    """Return the picture of a signature that an account uploaded."""
    with acting_as(system_actor("test")):
        return Attachment.unscoped().create(
            organization_id=account.organization_id,
            kind="image",
            purpose="signature",
            filename="signature.png",
            content_type="image/png",
            size=1,
            digest="sha-256:x",
            source_digest="sha-256:x",
            storage_key="x",
            uploaded_by=account,
        )
