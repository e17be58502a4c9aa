"""Who gets a message of each kind, exactly: among people of many organisations and roles."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import orjson
import pytest
from PIL import Image

from tests.support.filing_values import analyzer_values
from tests.support.phone import Phone
from tests.support.world import World, account_with
from yunjian.access.actor import Actor, acting_as
from yunjian.agencies.models import Person
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.identity.models import Organization
from yunjian.identity.models.accounts import Role
from yunjian.identity.services.accounts import account_reset
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.services import (
    instrument_resume,
    instrument_retire,
    instrument_stop,
    parameter_change,
    revision_approve,
    revision_draft,
    revision_return,
    revision_submit,
)
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Plan
from yunjian.maintenance.services.plans import plan_activate, task_reassign
from yunjian.messaging.models import Notification

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture(autouse=True)
def _bystanders(world: World) -> None:
    """People beside those of the world: of the same and of other organisations, also inactive."""
    account_with(world.discharger, "factory-viewer", Role.VIEWER)
    account_with(world.discharger, "factory-gone", Role.OWNER)
    account_with(world.agency, "engineer-two", Role.ENGINEER)
    account_with(world.authority, "inspector", Role.INSPECTOR)
    account_with(world.authority, "reviewer-gone", Role.REVIEWER)
    for name, district in (("here", world.district), ("there", world.other_district)):
        bureau = Organization.unscoped().create(
            kind="authority", name=f"区局 {name}", uscc=f"11310000MB1TEST{name[:3].upper()}"
        )
        bureau.jurisdiction.set([district])
        account_with(bureau, f"reviewer-{name}", Role.REVIEWER)
    gone = [world.discharger, world.authority]
    for organization in gone:
        organization.accounts.filter(username__endswith="-gone").update(is_active=False)


def recipients_of(kind: str) -> list[str]:
    rows = Notification.unscoped().filter(kind=kind)
    return sorted(rows.values_list("recipient__username", flat=True))


def _draft(world: World) -> tuple[Actor, InstrumentRevision]:
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        values = analyzer_values("NH3-N")
        point = world.wastewater_point
        return actor, revision_draft(actor=actor, point=point, kind="analyzer", values=values)


def _submitted(world: World) -> InstrumentRevision:
    actor, revision = _draft(world)
    with acting_as(actor):
        return revision_submit(actor=actor, revision=revision)


def _approved(world: World) -> None:
    revision, reviewer = _submitted(world), world.actor(world.reviewer)
    with acting_as(reviewer):
        revision_approve(actor=reviewer, revision=revision)


def _returned(world: World) -> None:
    revision, reviewer = _submitted(world), world.actor(world.reviewer)
    with acting_as(reviewer):
        revision_return(actor=reviewer, revision=revision, reason="铭牌不清")


def _standing(world: World) -> tuple[Actor, Instrument]:
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        row: Instrument = Instrument.objects.get(point=world.wastewater_point, slot="CODCr")
    return actor, row


def _stopped(world: World) -> None:
    actor, instrument = _standing(world)
    yesterday = today() - timedelta(days=1)
    with acting_as(actor):
        instrument_stop(actor=actor, instrument=instrument, on=yesterday, reason="检修")


def _resumed(world: World) -> None:
    _stopped(world)
    actor, instrument = _standing(world)
    with acting_as(actor):
        instrument_resume(actor=actor, instrument=instrument, on=today(), reason="修好")


def _retired(world: World) -> None:
    actor, instrument = _standing(world)
    with acting_as(actor):
        instrument_retire(actor=actor, instrument=instrument, on=today(), reason="拆除")


def _photo(actor: Actor) -> Attachment:
    content = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    row, _new = attachment_store(
        id=new_id(),
        actor=actor,
        content=content.getvalue(),
        filename="屏幕.png",
        purpose="filing",
        district_code="310115",
    )
    return row


def _parameters(world: World) -> None:
    _owner, instrument = _standing(world)
    actor = world.actor(world.engineer)
    with acting_as(actor):
        parameter_change(
            actor=actor,
            instrument=instrument,
            values={"settings.slope": "1.1"},
            reason="校准",
            changed_at=now(),
            attachments=[_photo(actor)],
        )


def _activated(world: World) -> None:
    Plan.unscoped().filter(pk=world.plan.pk).update(state="draft")
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        plan_activate(actor=actor, plan=world.plan)


def _reassigned(world: World) -> None:
    second = account_with(world.agency, "engineer-three", Role.ENGINEER)
    colleague = Person.unscoped().create(
        organization=world.agency,
        name="同事",
        account=second,
        education="bachelor",
        job="运维工程师",
        position="engineer",
        state="filed",
    )
    actor, task = world.actor(world.agency_manager), world.task(world.flue_gas_point)
    with acting_as(actor):
        task_reassign(actor=actor, tasks=[task], assignee=colleague)


def _reset(world: World) -> None:
    actor = world.actor(world.discharger_owner)
    viewer = world.discharger.accounts.get(username="factory-viewer")
    with acting_as(actor):
        account_reset(actor=actor, account=viewer)


def _visited(world: World) -> Any:
    phone, task = Phone(world.engineer), world.task(world.flue_gas_point)
    visit_id, _answer = phone.sign_in(task)
    answer = phone.put(f"visits/{visit_id}", phone.submission(task))
    assert answer.status_code in {200, 201}, answer.content.decode()
    return visit_id


def _decided(world: World, decision: str) -> None:
    visit_id, owner = _visited(world), Phone(world.discharger_owner)
    shown = owner.get(f"visits/{visit_id}").json()["shown_digest"]
    body = {
        "decision": decision,
        "reason": "" if decision == "confirm" else "没有到场",
        "signature_id": str(owner.upload("signature")),
        "shown_digest": shown,
    }
    path = f"visits/{visit_id}/confirmation/{new_id()}"
    answer = owner.put(path, orjson.dumps(body))
    assert answer.status_code == 201, answer.content.decode()


FACTORY = ["factory", "factory-viewer"]
REVIEWERS = ["bureau", "reviewer-here"]
KINDS: dict[str, tuple[Callable[[World], Any], list[str]]] = {
    "instrument_filing.submitted": (_submitted, REVIEWERS),
    "instrument_filing.official": (_approved, FACTORY),
    "instrument_filing.returned": (_returned, FACTORY),
    "instrument.stopped": (_stopped, REVIEWERS),
    "instrument.resumed": (_resumed, REVIEWERS),
    "instrument.retired": (_retired, REVIEWERS),
    "instrument.parameters_changed": (_parameters, FACTORY),
    "plan.activated": (_activated, ["engineer"]),
    "task.assigned": (_reassigned, ["engineer-three"]),
    "account.reset": (_reset, ["factory-viewer"]),
    "visit.to_confirm": (_visited, FACTORY),
    "visit.confirmed": (lambda world: _decided(world, "confirm"), ["engineer"]),
    "visit.objected": (lambda world: _decided(world, "object"), ["engineer"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_those_are_told(world: World, kind: str) -> None:
    act, expected = KINDS[kind]
    act(world)
    assert recipients_of(kind) == expected
