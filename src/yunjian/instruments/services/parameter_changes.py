"""参数变更: key parameters were set to other values; before, after, reason, time and photo."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachments_share
from yunjian.identity.selectors import account_ids_of
from yunjian.instruments import events
from yunjian.instruments.fields import SETTINGS, fields_of, setting_labels
from yunjian.instruments.models import Instrument, InstrumentRevision, ParameterChange
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.policies import may_change_parameters
from yunjian.instruments.selectors.lifecycle import settings_now
from yunjian.instruments.services.filing_rows import MAX_FILES, official_of, require_in_use
from yunjian.instruments.services.filing_values import setting_number
from yunjian.kernel.clock import business_day, now
from yunjian.kernel.errors import InvalidInput
from yunjian.messaging.services import notify
from yunjian.records.changes import plain, record_change
from yunjian.records.fields import Field
from yunjian.records.problems import Problems

MAX_REASON = 200


@transaction.atomic
def parameter_change(
    *,
    actor: Actor,
    instrument: Instrument,
    values: Mapping[str, Any],
    reason: str,
    changed_at: datetime,
    attachments: list[Attachment],
) -> ParameterChange:
    """Record that key parameters were changed; `values` are the new ones by path.

    They hold at once, without a new version: the official version stays as it was reviewed. A
    draft that still held the old value takes the new one.

    Raises:
        NotAllowed: the actor neither files this discharger's instruments nor maintains this one.
        InvalidState: the instrument is not in use.
        InvalidInput: nothing changes, a value cannot be, no reason, no photo, or a time that
            cannot be right.
    """
    require(may_change_parameters(actor, instrument))
    with bypass_rls("an agency locks what it may not rewrite: the order of changes counts"):
        rows = Instrument.unscoped().select_related("point").select_for_update(of=("self",))
        instrument = rows.get(pk=instrument.pk)
    require_in_use(instrument)
    official = official_of(instrument)
    if official is None:
        raise InvalidInput(_("该仪器还没有备案"))
    official.instrument = instrument
    changes = _changes(official, values)
    change = ParameterChange(
        instrument=instrument,
        changes=changes,
        reason=reason.strip(),
        changed_at=changed_at,
        recorded_by_id=actor.account_id,
        organization_name=actor.organization_name,
        recorded_at=now(),
    )
    files = _checked_files(actor, change, attachments)
    change.save(force_insert=True)
    change.attachments.set(files)
    with bypass_rls("an agency sees no draft, but its change has to be in the next version"):
        _carry_into_draft(instrument, changes)
    if actor.organization_id != instrument.organization_id:
        attachments_share(
            ids=[file.pk for file in files],
            organization_id=instrument.organization_id,
            district_code=instrument.point.district_id,
        )
        labels = setting_labels()
        summary = "；".join(
            f"{labels[path]} {before or '（空）'} → {after or '（空）'}"
            for path, (before, after) in changes.items()
        )
        notify(
            recipients=account_ids_of(instrument.organization_id),
            kind=events.PARAMETERS_CHANGED,
            title="仪器参数变更",
            body=f"{actor.organization_name} 变更了 {instrument.point.name} 的仪器参数：{summary}",
            link=f"/source/instruments/{instrument.pk}/",
            about=instrument,
        )
    record_change(
        actor=actor,
        verb=events.PARAMETERS_CHANGED,
        row=instrument,
        organization_id=instrument.organization_id,
        changes={path: (before, after) for path, (before, after) in changes.items()},
        payload={
            "reason": reason.strip(),
            "changed_at": changed_at.isoformat(),
            "files": [str(file.pk) for file in files],
        },
    )
    return change


def _changes(official: InstrumentRevision, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what differs from the values that hold now, as text."""
    instrument = official.instrument
    fields = {
        field.path: field
        for field in fields_of(instrument.kind, instrument.point, official.parameter)
        if field.is_nested
    }
    held = settings_now(official)
    changes = {}
    for path, value in values.items():
        if path not in fields:
            raise InvalidInput(_("没有这一项"), code="unknown", field=path)
        after = _text(fields[path], value)
        before = str(held.get(path.removeprefix(SETTINGS), ""))
        if _differ(fields[path], before, after):
            changes[path] = [before, after]
    return changes


def _text(field: Field, value: Any) -> str:
    text = str(value if value is not None else "").strip()
    if field.kind != "number":
        return text
    number = setting_number(field, text)
    return "" if number is None else str(plain(number))


def _differ(field: Field, before: str, after: str) -> bool:
    if field.kind != "number" or not before or not after:
        return before != after
    return setting_number(field, before) != setting_number(field, after)


def _checked_files(
    actor: Actor, change: ParameterChange, attachments: list[Attachment]
) -> list[Attachment]:
    """Return the files of a change, of which nothing is wrong."""
    reason, changed_at = change.reason, change.changed_at
    problems = Problems()
    problems.unless(bool(change.changes), "changes", _("没有任何参数与现值不同"), "required")
    problems.unless(bool(reason), "reason", _("请填写变更原因"), "required")
    long = _("%(label)s不能超过 %(max_note)s 字") % {
        "label": _("变更原因"),
        "max_note": MAX_REASON,
    }
    problems.unless(len(reason) <= MAX_REASON, "reason", long, "too_long")
    problems.unless(changed_at <= now(), "changed_at", _("变更时间不能晚于现在"), "order")
    standing = business_day(changed_at) >= change.instrument.period.lower
    problems.unless(standing, "changed_at", _("变更时间不能早于仪器启用日期"), "order")
    ids = {file.pk for file in attachments}
    files = list(Attachment.unscoped().filter(pk__in=ids, organization_id=actor.own_organization))
    photos = [file for file in files if file.kind == "image"]
    problems.unless(bool(photos), "attachments", _("请上传变更前后的照片"), "required")
    few = len(files) == len(ids) and len(files) <= MAX_FILES
    message = _("附件不存在，或超过 %(max_files)s 个") % {"max_files": MAX_FILES}
    problems.unless(few, "attachments", message, "unknown")
    problems.refuse_if_any()
    return files


def _carry_into_draft(instrument: Instrument, changes: Mapping[str, list[str]]) -> None:
    drafts = InstrumentRevision.unscoped().filter(instrument=instrument, state=RevisionState.DRAFT)
    draft = drafts.select_for_update().first()
    if draft is None:
        return
    for path, (before, after) in changes.items():
        key = path.removeprefix(SETTINGS)
        if str(draft.settings.get(key, "")) == before:
            draft.settings = {**draft.settings, key: after}
    draft.save(update_fields=["settings"])
