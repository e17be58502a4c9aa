"""Writes of the rule library: a draft of the next version, row by row, and its publication."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import FieldError, InvalidInput, InvalidState
from yunjian.library import events
from yunjian.library.domain import labels
from yunjian.library.domain.content import plain
from yunjian.library.domain.rule_problems import as_invalid_input, located_sentence
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.policies import require_change
from yunjian.library.selectors.published_packs import read
from yunjian.library.selectors.rules import marks_of, newest_or_none, newest_version, row_of
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
from yunjian.standards.rules import InvalidPack, Pack
from yunjian.standards.rules.overlays import overlaid
from yunjian.standards.rules.packs import TABLES, read_toml, versions, without_overlaps

LONGEST_UPLOAD = 512 * 1024
RESERVED = frozenset({"what-if", "overlays", "rows"})


@transaction.atomic
def row_confirm(
    *, actor: Actor, code: str, row_id: str, page: str = "", remark: str = ""
) -> RuleDraft:
    """Note in the draft of the next version that a row was compared with the printed standard.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: nobody has established a value that could be compared.
    """
    require_change(actor)
    draft = _draft_for(actor, code)
    pack = _checked(draft.content, draft.code)
    row = row_of(pack, row_id)[1]
    if row.unconfirmed:
        raise InvalidState(_("这一条还没有数值，不能核对；请先更正，填入数值"))
    _row_data(draft.content, row_id).update(_confirmation(actor))
    _checked(draft.content, draft.code)
    _set_mark(actor, draft, row_id, _mark(actor, "confirmed", page, remark))
    payload = {
        "pack": draft.base,
        "row": row_id,
        "value": [row.clause, *labels.demand_lines(row)],
        "page": page,
        "remark": remark,
    }
    record(actor=actor, verb=events.RULES_CONFIRMED, obj=draft, payload=payload)
    return draft


@transaction.atomic
def row_correct(
    *,
    actor: Actor,
    code: str,
    row_id: str,
    data: dict[str, Any],
    confirm: bool,
    page: str = "",
    remark: str = "",
) -> RuleDraft:
    """Put other values of a row into the draft of the next version.

    With `confirm` they were taken from the printed standard; without, the row has to be compared
    again.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidInput: the loader does not accept the row; the path says which value.
        InvalidState: nothing was changed.
    """
    require_change(actor)
    draft = _draft_for(actor, code)
    before = row_of(_checked(draft.content, draft.code), row_id)[1]
    stored = _row_data(draft.content, row_id)
    stored.clear()
    stored |= {**plain(data), "id": row_id}
    after = row_of(_checked(draft.content, draft.code), row_id)[1]
    same = after == before.model_copy(update={"confirmed_by": None, "confirmed_on": None})
    if same and not confirm:
        raise InvalidState(_("没有改动"))
    if confirm:
        stored.update(_confirmation(actor))
    _checked(draft.content, draft.code)
    _set_mark(
        actor, draft, row_id, _mark(actor, "confirmed" if same else "corrected", page, remark)
    )
    payload = {
        "pack": draft.base,
        "row": row_id,
        "before": [before.clause, *labels.demand_lines(before)],
        "after": [after.clause, *labels.demand_lines(after)],
        "confirmed": confirm,
        "page": page,
        "remark": remark,
    }
    verb = events.RULES_CONFIRMED if same else events.RULES_CORRECTED
    record(actor=actor, verb=verb, obj=draft, payload=payload)
    return draft


@transaction.atomic
def row_restore(*, actor: Actor, code: str, row_id: str) -> RuleDraft:
    """Take a row of the draft back to what it is in the version that the draft is based on.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: the draft does not change the row.
    """
    require_change(actor)
    draft = _locked(code)
    if row_id not in draft.marks:
        raise InvalidState(_("草稿没有改动这一条"))
    base = next(item for item in versions() if item.name == draft.base)
    stored = _row_data(draft.content, row_id)
    stored.clear()
    stored |= plain(_row_data(base.source, row_id))
    _checked(draft.content, draft.code)
    del draft.marks[row_id]
    save_draft(draft, actor=actor)
    payload = {"pack": draft.base, "row": row_id}
    record(actor=actor, verb=events.RULES_RESTORED, obj=draft, payload=payload)
    return draft


@transaction.atomic
def draft_discard(*, actor: Actor, code: str) -> None:
    """Forget a draft; what was published stays.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: there is no draft.
    """
    require_change(actor)
    draft = _locked(code)
    payload = {"pack": draft.base or draft.code, "rows": sorted(draft.marks)}
    subject = ("library.ruledraft", draft.pk)
    draft.delete()
    record(actor=actor, verb=events.RULES_DISCARDED, obj=subject, payload=payload)


@transaction.atomic
def draft_publish(
    *, actor: Actor, code: str, effective_from: date, note: str, revision: int
) -> PublishedPack:
    """Publish a draft as the next version, in force from a day on; nothing is altered by it.

    An overlay over the version before is carried over to the new one, if it is stricter than
    that as well. `revision` is that of the draft as it was shown.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: there is no draft.
        StaleVersion: somebody has changed it since it was shown.
        InvalidInput: the day is past or not after the beginning of the version before, the draft
            changes nothing, or an overlay would be looser than the new version.
    """
    require_change(actor)
    draft = _locked(code)
    check_revision(draft, revision)
    known = versions()
    before = newest_or_none(code, known)
    if before is not None and draft.base and before.name != draft.base:
        raise InvalidState(_("依据的版本已不是最新版本，请删除草稿后重新核对"), code="outdated")
    if not draft.overlays and not draft.marks:
        raise InvalidInput(_("草稿没有改动，不能发布"))
    check_day(effective_from, before, days_ahead=0)
    content = dated(draft.content, 1 if before is None else before.version + 1, effective_from)
    pack = _checked(content, code, known)
    marks = {**(marks_of(before) if before is not None else {}), **draft.marks}
    row = publish_version(
        PublishedPack,
        content,
        actor=actor,
        base=draft.base,
        draft=draft,
        overlays=draft.overlays,
        marks=marks,
        note=note,
    )
    carried = _carry(actor, before, pack, known) if not draft.overlays else []
    payload = {
        "pack": row.name,
        "based_on": row.base,
        "overlays": row.overlays,
        "effective_from": effective_from.isoformat(),
        "note": note,
        "rows": sorted(draft.marks),
        "carried": carried,
        "content": sealed_content(content),
    }
    record(actor=actor, verb=events.RULES_PUBLISHED, obj=row, payload=payload)
    return row


@transaction.atomic
def overlay_upload(*, actor: Actor, text: str, filename: str) -> RuleDraft:
    """Make a city's stricter rules the draft of an overlay, in the place of an earlier draft.

    Its version is the next one, and its day is given when it is published.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidInput: the loader does not accept it; the message names the row.
    """
    require_change(actor)
    if len(text.encode()) > LONGEST_UPLOAD:
        raise InvalidInput(_("文件太大，最多 512 KB"), field="file")
    known = versions()
    content = _overlay_content(text, filename, known)
    base = str(content["overlays"])
    code = str(content["code"])
    _check_overlay_code(code, base, known)
    newest = newest_or_none(code, known)
    own = {row["id"] for table in TABLES for row in content.get(table, [])}
    draft, _made = begin_draft(RuleDraft, actor=actor, code=code, content=content)
    draft.overlays = base
    draft.base = newest.name if newest is not None else ""
    draft.content = content
    draft.marks = {name: _mark(actor, "overlay", "", "") for name in sorted(own)}
    save_draft(draft, actor=actor)
    payload = {"code": code, "overlays": base, "rows": sorted(own), "filename": filename}
    record(actor=actor, verb=events.RULES_UPLOADED, obj=draft, payload=payload)
    return draft


def _overlay_content(text: str, filename: str, known: Sequence[Pack]) -> dict[str, Any]:
    try:
        content: dict[str, Any] = {
            "version": 1,
            "effective": [today().isoformat()],
            **plain(read_toml(text, filename)),
        }
        overlaid({**content, "overlays": content.get("overlays", "")}, filename, known)
    except InvalidPack as error:
        message, code = located_sentence(error), error.problem.reason
        raise InvalidInput(message, errors=[FieldError("file", code, message)]) from error
    return content


def _check_overlay_code(code: str, base: str, known: Sequence[Pack]) -> None:
    base_code = base.partition("@")[0]
    newest = newest_version(base_code)
    if code in RESERVED or any(item.code == code and item.overlays is None for item in known):
        raise InvalidInput(_("代码 %(code)s 已被占用") % {"code": code}, field="file")
    if base != newest.name:
        parameters = {"base": base, "newest": newest.name}
        raise InvalidInput(
            _("overlays 应为最新版本 %(newest)s，而不是 %(base)s") % parameters, field="file"
        )
    others = {
        item.code
        for item in known
        if item.overlays and item.overlays.partition("@")[0] == base_code and item.code != code
    }
    if others:
        raise InvalidInput(
            _("%(base)s 已有地方加严规则 %(other)s，请上传它的新版本")
            % {"base": base, "other": min(others)},
            field="file",
        )


def _draft_for(actor: Actor, code: str) -> RuleDraft:
    """Return the locked draft of a pack, made from its newest version when there is none."""
    # first wait for whoever is publishing it, so that the newest version is what comes of it
    draft = _open_draft(code)
    newest = newest_version(code)
    if newest.overlays is not None:
        raise InvalidState(_("地方加严规则请上传新的文件"))
    if draft is None:
        draft, _made = begin_draft(
            RuleDraft, actor=actor, code=code, base=newest.name, content=plain(newest.source)
        )
    return draft


def _open_draft(code: str) -> RuleDraft | None:
    drafts = RuleDraft.objects.select_for_update()
    draft: RuleDraft | None = drafts.filter(code=code, published=None).first()
    return draft


def _locked(code: str) -> RuleDraft:
    return require_open(_open_draft(code))


def _row_data(content: dict[str, Any], row_id: str) -> dict[str, Any]:
    return next(
        row for table in TABLES for row in content.get(table, []) if row.get("id") == row_id
    )


def _confirmation(actor: Actor) -> dict[str, str]:
    return {"confirmed_by": actor.name, "confirmed_on": today().isoformat()}


def _mark(actor: Actor, kind: str, page: str, remark: str) -> dict[str, str]:
    on = today().isoformat()
    return {"kind": kind, "by": actor.name, "on": on, "page": page, "remark": remark}


def _set_mark(actor: Actor, draft: RuleDraft, row_id: str, mark: dict[str, str]) -> None:
    # a value that was corrected stays so when somebody compares it afterwards
    corrected = draft.marks.get(row_id, {}).get("kind") == "corrected"
    draft.marks[row_id] = {**mark, "kind": "corrected"} if corrected else mark
    save_draft(draft, actor=actor)


def _checked(content: dict[str, Any], code: str, known: Sequence[Pack] | None = None) -> Pack:
    try:
        return read(content, code, list(versions() if known is None else known))
    except InvalidPack as error:
        raise as_invalid_input(error) from error


def _carry(actor: Actor, before: Pack | None, pack: Pack, known: Sequence[Pack]) -> list[str]:
    """Publish the overlays over the version before anew over its successor."""
    if before is None:
        return []
    held = [
        item
        for item in without_overlaps(known)
        if item.overlays == before.name and (item.until is None or item.until > pack.since)
    ]
    carried: list[str] = []
    latest = [item for item in known if item.overlays == before.name]
    number = max((item.version for item in latest), default=0)
    for item in sorted(held, key=lambda one: one.version):
        source = PublishedPack.objects.get(code=item.code, version=item.version)
        number += 1
        content = dated(source.content, number, max(pack.since, item.since))
        content["overlays"] = pack.name
        try:
            read(content, source.name, [*known, pack])
        except InvalidPack as error:
            parameters = {"overlay": source.name, "problem": located_sentence(error)}
            raise InvalidInput(
                _("地方加严规则 %(overlay)s 与新版本不符：%(problem)s") % parameters,
                code=error.problem.reason,
            ) from error
        note = _("随 %(name)s 沿用") % {"name": pack.name}
        row = publish_version(
            PublishedPack,
            content,
            actor=actor,
            base=source.name,
            overlays=pack.name,
            marks=source.marks,
            note=note,
        )
        carried.append(row.name)
    return carried
