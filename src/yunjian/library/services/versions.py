"""The one way from a draft to a version in force: begun, changed, published or discarded.

Each kind of definition says who may do it, checks its own content and states its own events
(`rules.py`, `sheets.py`, `report_forms.py`); that there is one draft for each code, that nobody
publishes what they have not seen, and that versions follow one another holds for all of them here.
"""

from datetime import date, timedelta
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.kernel.clock import now, today
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.library.domain.content import plain
from yunjian.library.models import DefinitionDraft, PublishedVersion
from yunjian.records.versions import StaleVersion
from yunjian.standards.rules import Pack

Draft = TypeVar("Draft", bound=DefinitionDraft)
Version = TypeVar("Version", bound=PublishedVersion)


def begin_draft(
    model: type[Draft], *, actor: Actor, code: str, **columns: Any
) -> tuple[Draft, bool]:
    """Return the locked open draft of a code, made with these columns when there is none."""
    defaults = {
        "organization_id": actor.own_organization,
        "created_by_id": actor.account_id,
        "changed_by_id": actor.account_id,
        **columns,
    }
    return model.objects.select_for_update().get_or_create(
        code=code, published=None, defaults=defaults
    )


def require_open(draft: Draft | None) -> Draft:
    """Return the draft if it is one that can still be changed.

    Raises:
        InvalidState: there is none, or it was published.
    """
    if draft is None or draft.published_id is not None:
        raise InvalidState(_("没有草稿，可能已经发布或删除，不能再修改"))
    return draft


def save_draft(draft: DefinitionDraft, *, actor: Actor) -> None:
    """Write what was changed in a draft, as its next revision."""
    draft.revision += 1
    draft.changed_by_id = actor.account_id or draft.changed_by_id
    draft.changed_at = now()
    draft.save()


def check_revision(draft: DefinitionDraft, shown: int) -> None:
    """Refuse to go on with a draft that is no longer what was shown.

    Raises:
        StaleVersion: somebody has changed it since.
    """
    if draft.revision != shown:
        raise StaleVersion(_("草稿刚被修改过（可能被他人修改），请刷新，看过新的内容后再继续"))


def check_day(since: date, before: Pack | PublishedVersion | None, *, days_ahead: int) -> None:
    """Refuse a first day that is too early, or not within the time of the version before.

    Raises:
        InvalidInput: at `effective_from`.
    """
    if since < today() + timedelta(days=days_ahead):
        message = _("施行日期必须晚于今天") if days_ahead else _("施行日期不能早于今天")
        raise InvalidInput(message, code="past", field="effective_from")
    if before is None:
        return
    if since <= before.since:
        parameters = {"name": before.name, "since": before.since}
        message = _("施行日期必须晚于上一版本 %(name)s 的施行日期 %(since)s") % parameters
        raise InvalidInput(message, code="order", field="effective_from")
    if before.until is not None and since >= before.until:
        message = _("施行日期必须早于废止日期 %(until)s") % {"until": before.until}
        raise InvalidInput(message, code="order", field="effective_from")


def dated(content: dict[str, Any], version: int, since: date) -> dict[str, Any]:
    """Return the content as this version, in force from a day on; the days it ends stay."""
    ends = [str(day) for day in content.get("effective", [])[1:]]
    return {**content, "version": version, "effective": [since.isoformat(), *ends]}


def publish_version(
    model: type[Version],
    content: dict[str, Any],
    *,
    actor: Actor,
    base: str,
    draft: DefinitionDraft | None = None,
    **columns: Any,
) -> Version:
    """Write a dated content as a version, which ends the draft that it was."""
    row: Version = model.objects.create(
        organization_id=actor.own_organization,
        code=content["code"],
        version=content["version"],
        effective_from=date.fromisoformat(content["effective"][0]),
        base=base,
        content=content,
        published_by_id=actor.account_id,
        **columns,
    )
    if draft is not None:
        draft.published = row
        draft.save()
    return row


def sealed_content(content: dict[str, Any]) -> str:
    """Return the digest by which the chain of events knows a content."""
    return digest(canonical_json(plain(content)))
