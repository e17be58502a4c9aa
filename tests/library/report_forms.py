"""What tests of report forms share: what an administrator does with a draft."""

from datetime import date
from typing import Any

from tests.library.rules import actor_of, tomorrow
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.library.models import (
    PublishedReportForm,
    ReportFormDraft,
    ReportFormWithdrawal,
)
from yunjian.library.services import report_forms

BASE = "hj75-verification@1"
CODE = "hj75-verification"


def begin(world: World, base: str = BASE) -> ReportFormDraft:
    actor = actor_of(world)
    with acting_as(actor):
        return report_forms.form_begin(actor=actor, base=base)


def fresh(draft: ReportFormDraft) -> ReportFormDraft:
    return ReportFormDraft.unscoped().get(pk=draft.pk)


def original(key: str, title: str = "防雷检测记录", *, required: bool = True) -> dict[str, Any]:
    return {
        "key": key,
        "title": {"zh": title, "en": "Record"},
        "required": required,
        "provenance": "practice",
    }


def save_line(
    world: World,
    draft: ReportFormDraft,
    part: Any,
    values: dict[str, Any],
    *,
    key: str = "",
    revision: int | None = None,
) -> ReportFormDraft:
    actor = actor_of(world)
    seen = fresh(draft).revision if revision is None else revision
    with acting_as(actor):
        return report_forms.form_line_save(
            actor=actor, draft_id=draft.pk, revision=seen, part=part, values=values, key=key
        )


def publish(
    world: World, draft: ReportFormDraft, since: date | None = None, revision: int | None = None
) -> PublishedReportForm:
    actor = actor_of(world)
    seen = fresh(draft).revision if revision is None else revision
    with acting_as(actor):
        return report_forms.form_publish(
            actor=actor, draft_id=draft.pk, revision=seen, effective_from=since or tomorrow()
        )


def published(
    world: World, since: date | None = None, key: str = "lightning", base: str = BASE
) -> PublishedReportForm:
    """Publish a version that asks for one more original record."""
    draft = begin(world, base)
    save_line(world, draft, "originals", original(key))
    return publish(world, draft, since)


def withdraw(
    world: World, form: PublishedReportForm, ends_on: date, reason: str = "误发"
) -> ReportFormWithdrawal:
    actor = actor_of(world)
    with acting_as(actor):
        return report_forms.form_withdraw(actor=actor, form=form, ends_on=ends_on, reason=reason)


def move_line(world: World, draft: ReportFormDraft, part: Any, key: str, by: int) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        report_forms.form_line_move(
            actor=actor,
            draft_id=draft.pk,
            revision=fresh(draft).revision,
            part=part,
            key=key,
            by=by,
        )


def remove_line(world: World, draft: ReportFormDraft, part: Any, key: str) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        report_forms.form_line_remove(
            actor=actor, draft_id=draft.pk, revision=fresh(draft).revision, part=part, key=key
        )
