"""仪器备案: drafted and handed in by the discharger, decided by the authority.

draft → submitted → official → superseded (by a newer version); submitted → draft (withdrawn) or
returned. A returned version stays as it was; what is corrected is a new draft.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.identity.selectors import accounts_of
from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.sources import events
from yunjian.sources.filing_fields import SETTINGS, FilingField, Value, fields_of
from yunjian.sources.models import Instrument, InstrumentRevision, MonitoringPoint
from yunjian.sources.models.filing import OPEN_STATES, InstrumentKind, RevisionState
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_file_instruments, may_review_instruments, require
from yunjian.sources.selectors.people import reviewers_of
from yunjian.sources.services.checks import Problems, conflict_when, locked, plain

Values = Mapping[str, Any]
SAMPLER_SLOT = "sampler"
MAX_FILES = 6
MAX_NOTE = 400


@transaction.atomic
def revision_draft(
    *,
    actor: Actor,
    point: MonitoringPoint,
    kind: str,
    values: Values,
    instrument: Instrument | None = None,
) -> InstrumentRevision:
    """Begin a filing: of a new instrument, or (with `instrument`) a new version of its data.

    `values` go by the paths of `filing_fields`; a draft may be incomplete, but what is there has
    to be possible. A new version starts from the one before it, so it needs only what differs;
    that of a filed instrument also says `change_reason`.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the instrument was retired, or a version is already open.
        InvalidInput: values that cannot be right.
    """
    require(may_file_instruments(actor, point.organization_id))
    _check_kind(kind, point)
    if instrument is None:
        instrument = Instrument(point=point, organization_id=point.organization_id, kind=kind)
        revision = InstrumentRevision(instrument=instrument, number=1)
    else:
        instrument = locked(instrument)
        _check_open_to_change(instrument, point, kind)
        revision, values = _next_version(instrument, values)
    revision.created_by_id = actor.account_id
    _write(revision, point, values)
    if instrument._state.adding:  # noqa: SLF001 - Django's documented API
        instrument.save(force_insert=True)
    with conflict_when("revision_one_open", _("该仪器已有正在办理的备案，请先完成或撤回")):
        revision.save(force_insert=True)
    _attach(revision, values)
    _note(actor, events.REVISION_DRAFTED, revision)
    return revision


@transaction.atomic
def revision_change(
    *, actor: Actor, revision: InstrumentRevision, values: Values
) -> InstrumentRevision:
    """Edit a draft. Of a returned version (which stays as it was) begin a corrected draft.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the version was handed in and is frozen.
        InvalidInput: values that cannot be right.
    """
    instrument, revision = _locked(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    if revision.state == RevisionState.RETURNED:
        return revision_draft(
            actor=actor,
            point=instrument.point,
            kind=instrument.kind,
            values=values,
            instrument=instrument,
        )
    _require_state(revision, RevisionState.DRAFT, _("只有草稿可以修改；已提交的备案请先撤回"))
    before = values_of(revision)
    _write(revision, instrument.point, values)
    instrument.save(update_fields=["slot"])
    revision.save()
    _attach(revision, values)
    after = values_of(revision)
    changed = {
        path: [plain(before[path]), plain(value)]
        for path, value in after.items()
        if before[path] != value
    }
    _note(actor, events.REVISION_CHANGED, revision, changed=changed)
    return revision


@transaction.atomic
def revision_discard(*, actor: Actor, revision: InstrumentRevision) -> None:
    """Throw a draft away; an instrument that never was filed goes with it.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not a draft.
    """
    instrument, revision = _locked(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    _require_state(revision, RevisionState.DRAFT, _("只有草稿可以删除"))
    _note(actor, events.REVISION_DISCARDED, revision)
    revision.delete()
    if not InstrumentRevision.unscoped().filter(instrument=instrument).exists():
        instrument.delete()


@transaction.atomic
def revision_submit(*, actor: Actor, revision: InstrumentRevision) -> InstrumentRevision:
    """Hand a draft in: from now on it is frozen, and the reviewers of the district are told.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not a draft.
        InvalidInput: every field that is missing or cannot be right.
    """
    instrument, revision = _locked(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    _require_state(revision, RevisionState.DRAFT, _("只有草稿可以提交；被退回的备案请先修改"))
    _check_complete(revision, instrument)
    revision.state = RevisionState.SUBMITTED
    revision.submitted_at = now()
    revision.save(update_fields=["state", "submitted_at"])
    point = instrument.point
    notify(
        recipients=reviewers_of(point.district_id),
        kind="instrument_filing.submitted",
        title="仪器备案待审核",
        body=f"{actor.organization_name} 提交了 {point.name} 的仪器备案：{revision}。",
        link=f"/supervision/filings/{revision.pk}/",
        about=revision,
    )
    _note(actor, events.REVISION_SUBMITTED, revision, values=_event_values(revision))
    return revision


@transaction.atomic
def revision_withdraw(*, actor: Actor, revision: InstrumentRevision) -> InstrumentRevision:
    """Take back what was handed in, as long as nobody decided on it; it is a draft again.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not under review.
    """
    instrument, revision = _locked(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    _require_state(revision, RevisionState.SUBMITTED, _("只有待审核的备案可以撤回"))
    revision.state = RevisionState.DRAFT
    revision.submitted_at = None
    revision.save(update_fields=["state", "submitted_at"])
    _note(actor, events.REVISION_WITHDRAWN, revision)
    return revision


@transaction.atomic
def revision_approve(
    *, actor: Actor, revision: InstrumentRevision, note: str = ""
) -> InstrumentRevision:
    """Make the version the official one.

    A new instrument holds its slot from the day it was installed; a new version of a filed one
    holds from today, and the version before it until today.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review.
        Conflict: another instrument held the slot at that time.
    """
    instrument, revision = _locked(revision)
    require(may_review_instruments(actor, instrument.point.district_id))
    _require_state(revision, RevisionState.SUBMITTED, _("该备案不在审核中"))
    _check_length(note, "note", _("审核意见"))
    begin = _supersede(instrument, today())
    if instrument.period is None:
        begin = _occupy_slot(instrument, revision)
    _decide(actor, revision, RevisionState.OFFICIAL, note)
    revision.effective = DateRange(begin, None)
    revision.save(update_fields=["state", "decided_at", "decided_by", "decision_note", "effective"])
    _tell_discharger(revision, "仪器备案已通过", f"已通过审核。{note}")
    _note(
        actor,
        events.REVISION_APPROVED,
        revision,
        note=note,
        effective_from=begin.isoformat(),
        values=_event_values(revision),
    )
    return revision


@transaction.atomic
def revision_return(
    *, actor: Actor, revision: InstrumentRevision, reason: str
) -> InstrumentRevision:
    """Send the version back, saying why.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review.
        InvalidInput: no reason.
    """
    instrument, revision = _locked(revision)
    require(may_review_instruments(actor, instrument.point.district_id))
    _require_state(revision, RevisionState.SUBMITTED, _("该备案不在审核中"))
    if not reason.strip():
        raise InvalidInput(_("请填写退回的原因"), code="required", field="reason")
    _check_length(reason.strip(), "reason", _("退回原因"))
    _decide(actor, revision, RevisionState.RETURNED, reason.strip())
    revision.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
    _tell_discharger(revision, "仪器备案被退回", f"被退回：{reason.strip()}")
    _note(actor, events.REVISION_RETURNED, revision, reason=reason.strip())
    return revision


@transaction.atomic
def instrument_retire(*, actor: Actor, instrument: Instrument, on: date, reason: str) -> Instrument:
    """Take a filed instrument out of use: `on` is the first day on which it no longer stands.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not in use, or a version of it is being reviewed.
        InvalidInput: the day or the reason cannot be right.
    """
    instrument = locked(instrument)
    require(may_file_instruments(actor, instrument.organization_id))
    if instrument.period is None or instrument.period.upper is not None:
        raise InvalidState(_("只有在用的仪器可以停用"))
    if InstrumentRevision.unscoped().filter(instrument=instrument, state__in=OPEN_STATES).exists():
        raise InvalidState(_("该仪器有正在办理的备案，请先撤回并删除草稿，或等待审核完成"))
    _check_retirement(instrument, on, reason)
    instrument.period = DateRange(instrument.period.lower, on)
    instrument.save(update_fields=["period"])
    official = _official(instrument)
    if official is not None and official.effective is not None:
        official.effective = DateRange(official.effective.lower, max(on, official.effective.lower))
        official.save(update_fields=["effective"])
    point = instrument.point
    notify(
        recipients=reviewers_of(point.district_id),
        kind="instrument.retired",
        title="仪器停用",
        body=f"{actor.organization_name} 自 {on} 起停用 {point.name} 的仪器 {official}：{reason}",
        link=f"/supervision/filings/{official.pk}/" if official else "/supervision/filings/",
        about=instrument,
    )
    record(
        actor=actor,
        verb=events.INSTRUMENT_RETIRED,
        obj=instrument,
        organization_id=instrument.organization_id,
        payload={"on": on.isoformat(), "reason": reason.strip(), "slot": instrument.slot},
    )
    return instrument


def values_of(revision: InstrumentRevision) -> dict[str, Value]:
    """Return what a version says, by path: what an editor starts from."""
    instrument = revision.instrument
    fields = fields_of(instrument.kind, instrument.point)
    return {field.path: field.read(revision) for field in fields} | {
        "change_reason": revision.change_reason
    }


# --- what may be written -----------------------------------------------------------------------


def _check_kind(kind: str, point: MonitoringPoint) -> None:
    if kind not in InstrumentKind.values:
        raise InvalidInput(_("请选择仪器类别"), code="unknown", field="kind")
    if kind == InstrumentKind.SAMPLER and point.kind != Medium.WASTEWATER:
        raise InvalidInput(_("自动采样器只用于废水测点"), code="wrong_medium", field="kind")


def _check_open_to_change(instrument: Instrument, point: MonitoringPoint, kind: str) -> None:
    if instrument.point_id != point.pk or instrument.kind != kind:
        raise InvalidInput(_("该仪器不属于这个测点或类别"), code="unknown", field="instrument")
    if instrument.period is not None and instrument.period.upper is not None:
        raise InvalidState(_("该仪器已停用，不能再变更"))
    if InstrumentRevision.unscoped().filter(instrument=instrument, state__in=OPEN_STATES).exists():
        raise Conflict(_("该仪器已有正在办理的备案，请先完成或撤回"), code="taken")


def _next_version(instrument: Instrument, values: Values) -> tuple[InstrumentRevision, Values]:
    """Return a new version, and the values it starts with: those before it and those given."""
    last = InstrumentRevision.unscoped().filter(instrument=instrument).latest("number")
    last.instrument = instrument
    carried = values_of(last)
    if last.state != RevisionState.RETURNED:
        carried.pop("change_reason")
    files = list(last.attachments.through.objects.filter(instrumentrevision=last))
    start = {**carried, "attachments": [file.attachment_id for file in files], **_flat(values)}
    return InstrumentRevision(instrument=instrument, number=last.number + 1), start


def _write(revision: InstrumentRevision, point: MonitoringPoint, values: Values) -> None:
    """Set the values on the draft and on the slot of its instrument, refusing impossible ones."""
    instrument = revision.instrument
    given = _flat(values)
    known = {field.path: field for field in fields_of(instrument.kind, point)}
    problems = Problems()
    for path in sorted(given.keys() - known.keys() - {"change_reason", "attachments"}):
        problems.unless(False, path, _("没有这一项"), "unknown")  # noqa: FBT003
    for path in given.keys() & known.keys():
        _set(revision, known[path], given[path], problems)
    if "change_reason" in given:
        revision.change_reason = given["change_reason"] or ""
    problems.model_fields(revision, exclude=["instrument", "created_by", "decided_by"])
    _check_possible(revision, point, problems)
    problems.refuse_if_any()
    if instrument.period is None:
        sampler = instrument.kind == InstrumentKind.SAMPLER
        instrument.slot = SAMPLER_SLOT if sampler else revision.parameter
    elif instrument.kind == InstrumentKind.ANALYZER and revision.parameter != instrument.slot:
        message = _("已备案仪器的监测因子（%(slot)s）不能变更；请停用后新增备案") % {
            "slot": instrument.slot
        }
        raise InvalidInput(message, code="fixed", field="parameter")


def _flat(values: Values) -> dict[str, Any]:
    """Return the values by path; the settings may also come as one mapping."""
    flat = {path: value for path, value in values.items() if path != "settings"}
    settings = values.get("settings") or {}
    return flat | {SETTINGS + key: value for key, value in settings.items()}


def _set(revision: InstrumentRevision, field: FilingField, value: Any, problems: Problems) -> None:
    if isinstance(value, str):
        value = value.strip()
    if field.kind == "number" and value not in (None, ""):
        value = _number(field, value, problems)
    if field.kind == "date" and isinstance(value, str):
        value = _day(field, value, problems)
    if field.is_setting:
        _set_setting(revision, field, value)
    elif field.kind in {"number", "date"}:
        setattr(revision, field.path, None if value in (None, "") else value)
    else:
        setattr(revision, field.path, value or "")


def _set_setting(revision: InstrumentRevision, field: FilingField, value: Any) -> None:
    key = field.path.removeprefix(SETTINGS)
    kept = {name: held for name, held in revision.settings.items() if name != key}
    if value not in (None, ""):
        # numbers are kept as text: JSON would turn them into floats
        kept[key] = format(value, "f") if isinstance(value, Decimal) else str(value)
    revision.settings = kept


def _number(field: FilingField, value: Any, problems: Problems) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        problems.unless(False, field.path, _("%(label)s应为数字") % {"label": field.label})  # noqa: FBT003
        return None
    problems.unless(number.is_finite(), field.path, _("%(label)s应为数字") % {"label": field.label})
    if not number.is_finite():
        return None
    if field.minimum is not None:
        message = _("%(label)s不能小于 %(minimum)s") % {
            "label": field.label,
            "minimum": field.minimum,
        }
        problems.unless(number >= field.minimum, field.path, message)
    fits = round(number, field.digits) == number
    what = (
        _("整数") if field.digits == 0 else _("最多 %(digits)s 位小数") % {"digits": field.digits}
    )
    problems.unless(
        fits, field.path, _("%(label)s应为%(what)s") % {"label": field.label, "what": what}
    )
    return number


def _day(field: FilingField, value: str, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        problems.unless(False, field.path, _("%(label)s应形如 2026-01-31") % {"label": field.label})  # noqa: FBT003
        return None


def _check_possible(
    revision: InstrumentRevision, point: MonitoringPoint, problems: Problems
) -> None:
    """Note what cannot be, complete or not."""
    known = not revision.parameter or revision.parameter in point.parameters
    problems.unless(known, "parameter", _("该测点没有这个监测因子"), "unknown")
    lower, upper = revision.range_lower, revision.range_upper
    problems.unless(
        lower is None or upper is None or lower < upper,
        "range_upper",
        _("量程上限应大于下限"),
        "order",
    )
    limit = revision.detection_limit
    problems.unless(
        limit is None or upper is None or limit < upper,
        "detection_limit",
        _("检出限应小于量程上限"),
    )
    problems.phone("contact_phone", revision.contact_phone)
    for path, label in (
        ("manufactured_on", _("出厂日期")),
        ("installed_on", _("安装日期")),
        ("accepted_on", _("验收日期")),
        ("networked_on", _("联网日期")),
    ):
        problems.not_after(
            path, getattr(revision, path), today(), _("%(label)s不能晚于今天") % {"label": label}
        )
    if revision.installed_on is not None:
        problems.not_after(
            "manufactured_on",
            revision.manufactured_on,
            revision.installed_on,
            _("出厂日期不能晚于安装日期"),
        )
        accepted = revision.accepted_on
        problems.unless(
            accepted is None or accepted >= revision.installed_on,
            "accepted_on",
            _("验收日期不能早于安装日期"),
            "order",
        )


def _check_complete(revision: InstrumentRevision, instrument: Instrument) -> None:
    """Refuse to freeze what lacks something or cannot be."""
    problems = Problems()
    for field in fields_of(instrument.kind, instrument.point):
        if field.required:
            missing = field.read(revision) in (None, "")
            asked = _("请选择") if field.kind == "choice" else _("请填写")
            problems.unless(not missing, field.path, f"{asked}{field.label}", "required")
    if instrument.period is not None:
        given = bool(revision.change_reason.strip())
        problems.unless(given, "change_reason", _("请填写变更原因"), "required")
    if revision.accepted_on and not revision.acceptance_number:
        problems.unless(False, "acceptance_number", _("请填写验收文号"), "required")  # noqa: FBT003
    if revision.acceptance_number and not revision.accepted_on:
        problems.unless(False, "accepted_on", _("请填写验收日期"), "required")  # noqa: FBT003
    _check_possible(revision, instrument.point, problems)
    problems.refuse_if_any()


def _check_retirement(instrument: Instrument, on: date, reason: str) -> None:
    problems = Problems()
    begin = instrument.period.lower
    problems.unless(
        on > begin, "on", _("停用日期应晚于启用日期 %(begin)s") % {"begin": begin}, "order"
    )
    problems.not_after("on", on, today(), _("停用日期不能晚于今天"))
    problems.unless(bool(reason.strip()), "reason", _("请填写停用原因"), "required")
    problems.unless(
        len(reason) <= MAX_NOTE,
        "reason",
        _("停用原因不能超过 %(max_note)s 字") % {"max_note": MAX_NOTE},
    )
    problems.refuse_if_any()


# --- how it moves ------------------------------------------------------------------------------


def _locked(revision: InstrumentRevision) -> tuple[Instrument, InstrumentRevision]:
    """Lock the instrument first, always: two people acting on one instrument take turns."""
    instrument = (
        Instrument.unscoped()
        .select_related("point__outlet__source")
        .select_for_update(of=("self",))
        .get(pk=revision.instrument_id)
    )
    fresh = InstrumentRevision.unscoped().select_for_update().filter(pk=revision.pk).first()
    if fresh is None:
        raise InvalidState(_("该备案草稿已被删除"))
    fresh.instrument = instrument
    return instrument, fresh


def _require_state(revision: InstrumentRevision, state: str, message: str) -> None:
    if revision.state != state:
        raise InvalidState(message)


def _official(instrument: Instrument) -> InstrumentRevision | None:
    return (
        InstrumentRevision.unscoped()
        .filter(instrument=instrument, state=RevisionState.OFFICIAL)
        .first()
    )


def _supersede(instrument: Instrument, day: date) -> date:
    """End the official version (when there is one) and return the day the next one begins."""
    official = _official(instrument)
    if official is None:
        return day
    # versions entered before this system kept effective days hold since the instrument stands
    held = official.effective or instrument.period
    begin: date = held.lower
    official.state = RevisionState.SUPERSEDED
    official.effective = DateRange(begin, max(day, begin))
    official.save(update_fields=["state", "effective"])
    return max(day, begin)


def _occupy_slot(instrument: Instrument, revision: InstrumentRevision) -> date:
    """Let the instrument hold its slot from the day it was installed; return that day."""
    begin = revision.installed_on
    if begin is None:
        raise InvalidInput(_("请填写安装日期"), code="required", field="installed_on")
    what = revision.parameter or _("自动采样器")
    instrument.period = DateRange(begin, None)
    message = _(
        "该监测点同一时段已有同类仪器（%(what)s），自 %(begin)s 起不能再备案一台；"
        "请先停用原仪器，或核对安装日期"
    ) % {"what": what, "begin": begin}
    with conflict_when("instrument_one_per_slot_at_a_time", message):
        instrument.save(update_fields=["period"])
    return begin


def _check_length(text: str, path: str, label: str) -> None:
    if len(text) > MAX_NOTE:
        raise InvalidInput(
            _("%(label)s不能超过 %(max_note)s 字") % {"label": label, "max_note": MAX_NOTE},
            code="too_long",
            field=path,
        )


def _decide(actor: Actor, revision: InstrumentRevision, state: str, note: str) -> None:
    revision.state = state
    revision.decided_at = now()
    revision.decided_by_id = actor.account_id
    revision.decision_note = note


def _tell_discharger(revision: InstrumentRevision, title: str, outcome: str) -> None:
    point = revision.instrument.point
    source = point.outlet.source_id
    tab = "samplers" if revision.instrument.kind == InstrumentKind.SAMPLER else "analyzers"
    notify(
        recipients=accounts_of(point.organization_id),
        kind=f"instrument_filing.{revision.state}",
        title=title,
        body=f"{point.name} 的仪器备案（{revision}）{outcome}",
        link=f"/source/sources/{source}/outlets/?point={point.pk}&tab={tab}",
        about=revision,
    )


def _attach(revision: InstrumentRevision, values: Values) -> None:
    """Set the files of a draft when the values name them (attachments of the own organisation)."""
    if "attachments" not in values:
        return
    ids = [getattr(file, "pk", file) for file in values["attachments"]]
    own = Attachment.unscoped().filter(
        pk__in=ids, organization_id=revision.instrument.organization_id
    )
    files = list(own)
    if len(files) != len(set(ids)) or len(files) > MAX_FILES:
        message = _("附件不存在，或超过 %(max_files)s 个") % {"max_files": MAX_FILES}
        raise InvalidInput(errors=[FieldError("attachments", "unknown", message)])
    revision.attachments.set(files)


def _event_values(revision: InstrumentRevision) -> dict[str, object]:
    return {path: plain(value) for path, value in values_of(revision).items() if value is not None}


def _note(actor: Actor, verb: str, revision: InstrumentRevision, **payload: object) -> None:
    instrument = revision.instrument
    record(
        actor=actor,
        verb=verb,
        obj=revision,
        organization_id=instrument.organization_id,
        payload={
            "instrument": str(instrument.pk),
            "point": str(instrument.point_id),
            "number": revision.number,
            **payload,
        },
    )
