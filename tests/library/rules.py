"""What tests of the rule library share: an administrator, and what he does."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from tests.support.world import PASSWORD, World
from yunjian.access.actor import Actor, acting_as
from yunjian.identity.models import Account, RoleGrant
from yunjian.kernel.clock import today
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.services import rules

GAS = "hj75-2017"
PATROL = "hj75.patrol"


def administrator(world: World) -> Account:
    """Return the city's rule administrator, made at the first time."""
    known = Account.objects.filter(username="rules").select_related("organization").first()
    if known is not None:
        return known
    account = Account(
        username="rules",
        display_name="赵规",
        organization=world.authority,
        password=make_password(PASSWORD),
    )
    account.save(force_insert=True)
    RoleGrant.objects.create(account=account, role="rule_administrator")
    return account


def tomorrow(days: int = 1) -> date:
    return today() + timedelta(days=days)


def actor_of(world: World) -> Actor:
    return world.actor(administrator(world))


def confirm(world: World, row: str = PATROL, code: str = GAS, **given: str) -> RuleDraft:
    actor = actor_of(world)
    with acting_as(actor):
        return rules.row_confirm(actor=actor, code=code, row_id=row, **given)


def correct(
    world: World, row: str, data: dict[str, Any], *, code: str = GAS, sure: bool = True
) -> RuleDraft:
    actor = actor_of(world)
    with acting_as(actor):
        return rules.row_correct(
            actor=actor, code=code, row_id=row, data=data, confirm=sure, remark="对照印刷本"
        )


def patrol(days: int) -> dict[str, Any]:
    return {
        "clause": "10.2",
        "activity": {"zh": "日常巡检", "en": "Routine inspection"},
        "interval": {"value": days, "unit": "day"},
        "sheets": {"full_extraction": "hj75-g1"},
        "provenance": "text",
    }


def publish(world: World, code: str = GAS, since: date | None = None) -> PublishedPack:
    actor = actor_of(world)
    with acting_as(actor):
        draft = RuleDraft.objects.get(code=code, published=None)
        return rules.draft_publish(
            actor=actor,
            code=code,
            effective_from=since or tomorrow(),
            note="与印刷本核对",
            revision=draft.revision,
        )
