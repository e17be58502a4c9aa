"""Sheets of an authority's own: copied, changed part by part, published for a day to come."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.services import record
from yunjian.kernel.clock import now
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput, NotAllowed
from yunjian.kernel.languages import localized
from yunjian.library import events
from yunjian.library.models import PublishedSheet, SheetDesign
from yunjian.library.policies import may_design
from yunjian.library.services.versions import (
    begin_draft,
    check_day,
    check_revision,
    dated,
    publish_version,
    require_open,
    save_draft,
    sealed_content,
)
from yunjian.records.versions import StaleVersion
from yunjian.standards import sheets
from yunjian.standards.sheets import Problem

MOST_CHANGES = 200
PublishedHandler = Callable[[PublishedSheet], int]
_published_handlers: list[PublishedHandler] = []


def on_sheet_published(handler: PublishedHandler) -> PublishedHandler:
    """Register what a room above does in the transaction of a publication; it returns how many of
    its rows took the new version."""
    _published_handlers.append(handler)
    return handler


@transaction.atomic
def design_begin(*, actor: Actor, base: str, code: str = "") -> SheetDesign:
    """Copy a sheet to change it: as its next version, or under a code of its own.

    Raises:
        NotAllowed: the actor writes no sheets.
        InvalidInput: at `code`; it is used already, or none.
        Conflict: the next version is being written already.
    """
    _require_designer(actor)
    source = deepcopy(sheets.definition(base).source)
    new_code = code.strip() or source["code"]
    known = [item for item in sheets.definitions().values() if item.code == new_code]
    if code.strip() and known:
        raise InvalidInput(_("这个编码已被使用"), code="taken", field="code")
    source["code"] = new_code
    source["version"] = max((item.version for item in known), default=0) + 1
    source.pop("effective", None)
    if problem := next(
        (one for one in sheets.check(source) if one.reason_code == "wrong_key"), None
    ):
        raise InvalidInput(localized(problem.message), code="wrong_key", field="code")
    design, made = begin_draft(
        SheetDesign,
        actor=actor,
        code=new_code,
        version=source["version"],
        content=source,
        base=base,
    )
    if not made:
        raise Conflict(_("这份记录单已有一份草稿，请在草稿上修改"), code="being_written")
    record(actor=actor, verb=events.SHEET_DESIGN_BEGUN, obj=design, payload={"base": base})
    return design


@transaction.atomic
def design_change(
    *,
    actor: Actor,
    design_id: UUID,
    revision: int,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    text: str,
) -> SheetDesign:
    """Change a draft; `text` says what was done. A draft may hold mistakes: publishing may not.

    Raises:
        StaleVersion: somebody else has changed it since it was shown.
        NotAllowed, InvalidState: the actor writes no sheets; it is published already.
    """
    design = _locked(actor, design_id)
    if revision != design.revision and design.changed_by_id != actor.account_id:
        raise StaleVersion(_("这份草稿已被他人修改，请刷新后继续"))
    definition = change(design.content)
    if definition == design.content:
        return design
    design.content = definition
    entry = {
        "revision": design.revision + 1,
        "at": now().isoformat(),
        "by": actor.name,
        "text": text,
    }
    before = [*design.changes]
    if before and (before[-1]["by"], before[-1]["text"]) == (actor.name, text):
        before.pop()  # somebody goes on with the same part
    design.changes = [*before, entry][-MOST_CHANGES:]
    save_draft(design, actor=actor)
    return design


@transaction.atomic
def design_drop(*, actor: Actor, design_id: UUID) -> None:
    """Give a draft up.

    Raises:
        NotAllowed, InvalidState: the actor writes no sheets; it is published already.
    """
    design = _locked(actor, design_id)
    record(actor=actor, verb=events.SHEET_DESIGN_DROPPED, obj=design, payload={"name": design.name})
    design.delete()


def design_problems(design: SheetDesign) -> list[Problem]:
    """Return what stands against publishing a draft: mistakes, and data that would be lost."""
    problems = sheets.check(design.content)
    if problems or not design.base:
        return problems
    base = sheets.definition(design.base)
    if base.code != design.code:
        return []
    return sheets.compatible(base, sheets.parsed(design.content))


@transaction.atomic
def design_publish(
    *, actor: Actor, design_id: UUID, revision: int, effective_from: date
) -> PublishedSheet:
    """Publish a draft for a day to come; tasks planned from that day on take the new version.

    Raises:
        StaleVersion: somebody else has changed it since it was shown.
        InvalidInput: each problem with its place; or at `effective_from`, a day that is not ahead
            or lies before that of the version before.
        NotAllowed, InvalidState: the actor writes no sheets; it is published already.
    """
    design = _locked(actor, design_id)
    check_revision(design, revision)
    definition = dated(design.content, design.version, effective_from)
    before = PublishedSheet.unscoped().filter(code=design.code).order_by("-version").first()
    check_day(effective_from, before, days_ahead=1)
    problems = design_problems(design) or sheets.check(definition)
    if problems:
        raise InvalidInput(
            _("记录单还有问题，不能发布"),
            errors=[
                FieldError(problem.place, problem.reason_code, localized(problem.message))
                for problem in problems
            ],
        )
    published = publish_version(
        PublishedSheet, definition, actor=actor, base=design.base, draft=design
    )
    record(
        actor=actor,
        verb=events.SHEET_PUBLISHED,
        obj=published,
        payload={
            "name": published.name,
            "base": design.base,
            "effective_from": effective_from.isoformat(),
            "definition": sealed_content(definition),
            "tasks": sum(handler(published) for handler in _published_handlers),
        },
    )
    return published


def _require_designer(actor: Actor) -> None:
    if not may_design(actor):
        raise NotAllowed(_("只有市级管理部门的规则管理员可以编制记录单"))


def _locked(actor: Actor, design_id: UUID) -> SheetDesign:
    _require_designer(actor)
    drafts = SheetDesign.objects.select_for_update()
    design: SheetDesign = get_visible_or_404(SheetDesign, design_id, queryset=drafts)
    return require_open(design)
