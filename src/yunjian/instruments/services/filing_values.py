"""What may be written into a filing: each value on its own, all of them together, completeness."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.row_policies import bypass_rls
from yunjian.instruments.fields import (
    CHANGE,
    CHANGE_FIELDS,
    MULTI_COMPONENT,
    SETTINGS,
    Value,
    fields_of,
    parameter_rule,
)
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import ACCEPTED_AGAIN, ChangeKind, InstrumentKind, Origin
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.workdays import workdays_after
from yunjian.records.changes import event_value
from yunjian.records.fields import Field
from yunjian.records.history import label_of
from yunjian.records.problems import Problems

Values = Mapping[str, Any]
SAMPLER_SLOT = "sampler"
RANGE = re.compile(r"(-?\d+(?:\.\d{1,4})?)\s*[～~—–-]\s*(-?\d+(?:\.\d{1,4})?)")
MAX_RANGES = 6
LARGEST = Decimal(10**8)  # what the columns hold
ORDERED_DAYS = ("manufactured_on", "installed_on", "changed_on", "accepted_on", "networked_on")
SERIAL_TAKEN = gettext_lazy(
    "该厂家的这个出厂编号已有在用备案，同一台仪器不能备案两次；请核对铭牌，或先停用、迁移原仪器"
)


def serial_key(maker: str, serial_number: str) -> str:
    """Return who made a thing and its factory number, in one spelling; "" when unknown."""
    if not serial_number.strip():
        return ""
    return f"{maker.strip()}|{serial_number.strip()}".lower()


def values_of(revision: InstrumentRevision) -> dict[str, Value]:
    """Return what a version says, by path: what an editor starts from."""
    instrument = revision.instrument
    fields = fields_of(instrument.kind, instrument.point, revision.parameter)
    return {field.path: field.read(revision) for field in fields} | {
        path: getattr(revision, path) for path in CHANGE
    }


def event_values(revision: InstrumentRevision) -> dict[str, object]:
    """Return what a version says, as an event carries it."""
    return {
        path: event_value(revision, path, value)
        for path, value in values_of(revision).items()
        if value is not None
    }


def flat(values: Values) -> dict[str, Any]:
    """Return the values by path; the settings may also come as one mapping."""
    known = {path: value for path, value in values.items() if path != "settings"}
    keys = values.get("settings") or {}
    return known | {SETTINGS + key: value for key, value in keys.items()}


def fixed_parameter(instrument: Instrument) -> str:
    """Return the parameter that may not change: of what is on file, and of what follows it."""
    if instrument.kind == InstrumentKind.SAMPLER:
        return ""
    if instrument.period is not None or instrument.predecessor_id is not None:
        return instrument.slot
    return ""


def write(revision: InstrumentRevision, values: Values) -> None:
    """Set the values on the draft and on the slot of its instrument.

    Raises:
        InvalidInput: every value that cannot be, at its path.
    """
    instrument = revision.instrument
    given = flat(values)
    parameter = str(given.get("parameter", revision.parameter) or "").strip()
    fields = fields_of(instrument.kind, instrument.point, parameter)
    known = {field.path: field for field in (*fields, *CHANGE_FIELDS)}
    problems = Problems()
    for path in sorted(given.keys() - known.keys() - {"attachments"}):
        problems.unless(False, path, _("没有这一项"), "unknown")  # noqa: FBT003
    for path in sorted(given.keys() & known.keys()):
        _set(revision, known[path], given[path], problems)
    # what was set under another parameter is forgotten
    revision.settings = {
        key: held for key, held in revision.settings.items() if SETTINGS + key in known
    }
    kinds = {"", *ChangeKind.values}
    problems.unless(revision.change_kind in kinds, "change_kind", _("请选择变更类别"), "unknown")
    problems.model_fields(
        revision, exclude=["instrument", "created_by", "decided_by", "imported_by"]
    )
    _check_possible(revision, problems)
    problems.refuse_if_any()
    _set_slot(revision)
    revision.file_by = _last_day_to_file(revision)


def _set_slot(revision: InstrumentRevision) -> None:
    instrument = revision.instrument
    fixed = fixed_parameter(instrument)
    if fixed and revision.parameter != fixed:
        message = _("已备案仪器的监测因子（%(slot)s）不能变更；请停用后新增备案") % {"slot": fixed}
        raise InvalidInput(message, code="fixed", field="parameter")
    if instrument.period is None:
        sampler = instrument.kind == InstrumentKind.SAMPLER
        instrument.slot = SAMPLER_SLOT if sampler else revision.parameter


def _last_day_to_file(revision: InstrumentRevision) -> date | None:
    """Return the last day for a filing that follows a renewed acceptance."""
    again = revision.change_kind in ACCEPTED_AGAIN or revision.instrument.origin != Origin.NEW
    if not again or revision.accepted_on is None:
        return None
    since = revision.changed_on or revision.installed_on
    if since is not None and revision.accepted_on < since:
        return None
    return workdays_after(revision.accepted_on, settings.FILING_AFTER_ACCEPTANCE_WORKDAYS)


def _set(revision: InstrumentRevision, field: Field, value: Any, problems: Problems) -> None:
    if isinstance(value, str):
        value = value.strip()
    if field.kind == "number" and value not in (None, ""):
        value = _number(field, value, problems)
    if field.kind == "date" and isinstance(value, str):
        value = _day(field, value, problems)
    if field.kind == "ranges":
        value = _ranges(field, value, problems)
    if field.is_nested:
        _set_setting(revision, field, value)
    elif field.kind in {"number", "date"}:
        setattr(revision, field.path, None if value in (None, "") else value)
    else:
        setattr(revision, field.path, value or "")
    if field.path == "components":
        known = not value or value in field.choices
        problems.unless(known, field.path, _("没有这个选项"), "unknown")


def _set_setting(revision: InstrumentRevision, field: Field, value: Any) -> None:
    key = field.path.removeprefix(SETTINGS)
    settings = {name: held for name, held in revision.settings.items() if name != key}
    if value not in (None, ""):
        # numbers are kept as text: JSON would turn them into floats
        settings[key] = format(value, "f") if isinstance(value, Decimal) else str(value)
    revision.settings = settings


def setting_number(field: Field, value: Any) -> Decimal | None:
    """Return a key parameter as a number.

    Raises:
        InvalidInput: at its path; it is none, or outside of its bounds.
    """
    problems = Problems()
    number = _number(field, value, problems) if value not in (None, "") else None
    problems.refuse_if_any()
    return number


def _number(field: Field, value: Any, problems: Problems) -> Decimal | None:
    bounds = {"label": field.label, "minimum": field.minimum, "maximum": field.maximum}
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        problems.unless(False, field.path, _("%(label)s应为数字") % bounds)  # noqa: FBT003
        return None
    if field.minimum is not None:
        good = number >= field.minimum
        problems.unless(good, field.path, _("%(label)s不能小于 %(minimum)s") % bounds)
    if field.maximum is not None:
        good = number <= field.maximum
        problems.unless(good, field.path, _("%(label)s不能大于 %(maximum)s") % bounds)
    what = (
        _("整数") if field.digits == 0 else _("最多 %(digits)s 位小数") % {"digits": field.digits}
    )
    fits = abs(number) < LARGEST and round(number, field.digits) == number
    problems.unless(
        fits, field.path, _("%(label)s应为%(what)s") % {"label": field.label, "what": what}
    )
    return number if fits else None


def _ranges(field: Field, value: Any, problems: Problems) -> list[list[str]]:
    """Return further ranges: from a list of pairs, or as typed "0～500；0～1000"."""
    if isinstance(value, list):
        parts = ["～".join(str(bound) for bound in pair) for pair in value]
    else:
        parts = [part.strip() for part in re.split(r"[；;，,\n]", str(value or "")) if part.strip()]
    results = []
    for part in parts:
        match = RANGE.fullmatch(part)
        if match is None:
            message = _("“%(part)s”不是量程；请写作 0～500，多个量程用分号隔开")
            problems.unless(False, field.path, message % {"part": part})  # noqa: FBT003
            continue
        lower, upper = match.groups()
        good = Decimal(lower) < Decimal(upper)
        message = _("%(part)s：量程上限应大于下限") % {"part": part}
        problems.unless(good, field.path, message, "order")
        results.append([lower, upper])
    many = _("其他量程最多 %(most)s 个") % {"most": MAX_RANGES}
    problems.unless(len(results) <= MAX_RANGES, field.path, many)
    return results


def _day(field: Field, value: str, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        problems.unless(False, field.path, _("%(label)s应形如 2026-01-31") % {"label": field.label})  # noqa: FBT003
        return None


def _check_possible(revision: InstrumentRevision, problems: Problems) -> None:
    """Note what cannot be, complete or not."""
    instrument = revision.instrument
    known = not revision.parameter or revision.parameter in instrument.point.parameters
    problems.unless(known, "parameter", _("该测点没有这个监测因子"), "unknown")
    _check_measuring(revision, problems)
    problems.phone("contact_phone", revision.contact_phone)
    _check_days(revision, problems)
    before = instrument.predecessor
    if before is not None and before.period is not None and revision.installed_on is not None:
        begin = before.period.lower
        good = revision.installed_on > begin
        message = _("安装日期应晚于原仪器的启用日期 %(begin)s") % {"begin": begin}
        problems.unless(good, "installed_on", message, "order")


def _check_measuring(revision: InstrumentRevision, problems: Problems) -> None:
    instrument = revision.instrument
    if instrument.kind == InstrumentKind.ANALYZER and revision.unit:
        units = parameter_rule(instrument.point.kind, revision.parameter).units
        message = _("%(parameter)s 的量程单位应为：%(units)s") % {
            "parameter": revision.parameter or _("该测点"),
            "units": "、".join(units),
        }
        problems.unless(revision.unit in units, "unit", message, "unit")
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


def _check_days(revision: InstrumentRevision, problems: Problems) -> None:
    """Note days in the future, and days that come before what has to precede them.

    A version that follows a change of a core part or of the position is accepted after the
    change, whenever the instrument was networked.
    """
    label = InstrumentRevision._meta.label_lower  # noqa: SLF001 - Django's documented API
    labels = {path: label_of(label, path) for path in ORDERED_DAYS}
    days = {path: getattr(revision, path) for path in ORDERED_DAYS}
    for path, day in days.items():
        late = _("%(label)s不能晚于今天") % {"label": labels[path]}
        problems.in_order(path, day, today(), late)
    again = revision.change_kind in ACCEPTED_AGAIN
    pairs = [
        ("manufactured_on", "installed_on"),
        ("installed_on", "changed_on"),
        ("installed_on", "accepted_on"),
        ("installed_on", "networked_on"),
        ("changed_on", "accepted_on") if again else ("accepted_on", "networked_on"),
    ]
    for first, second in pairs:
        path = first if first == "manufactured_on" else second
        message = (
            _("%(first)s不能晚于%(second)s") if path == first else _("%(second)s不能早于%(first)s")
        ) % {"first": labels[first], "second": labels[second]}
        problems.in_order(path, days[first], days[second], message)


def check_complete(revision: InstrumentRevision) -> None:
    """Refuse to freeze what lacks something or cannot be.

    Raises:
        InvalidInput: every field that is missing or cannot be right.
    """
    problems = Problems()
    instrument = revision.instrument
    for field in fields_of(instrument.kind, instrument.point, revision.parameter):
        if field.required:
            missing = field.read(revision) in (None, "")
            prompt = _("请选择") if field.kind == "choice" else _("请填写")
            problems.unless(not missing, field.path, f"{prompt}{field.label}", "required")
    _check_change_complete(revision, problems)
    if revision.accepted_on and not revision.acceptance_number:
        problems.unless(False, "acceptance_number", _("请填写验收文号"), "required")  # noqa: FBT003
    if revision.acceptance_number and not revision.accepted_on:
        problems.unless(False, "accepted_on", _("请填写验收日期"), "required")  # noqa: FBT003
    _check_possible(revision, problems)
    _check_serial(revision, problems)
    problems.refuse_if_any()


def _check_change_complete(revision: InstrumentRevision, problems: Problems) -> None:
    instrument = revision.instrument
    follows = instrument.period is not None or instrument.predecessor_id is not None
    given = not follows or bool(revision.change_reason.strip())
    problems.unless(given, "change_reason", _("请填写变更原因"), "required")
    moved = instrument.origin == Origin.RELOCATION
    changed = revision.change_kind in ACCEPTED_AGAIN
    if changed:
        given = revision.changed_on is not None
        problems.unless(given, "changed_on", _("请填写变更日期"), "required")
    if changed or moved:
        message = _("核心部件或安装位置变动后应重新验收；请填写验收日期和文号")
        since = revision.changed_on if changed else revision.installed_on
        accepted = revision.accepted_on is not None and (
            since is None or revision.accepted_on >= since
        )
        problems.unless(accepted, "accepted_on", message, "required")


def _check_serial(revision: InstrumentRevision, problems: Problems) -> None:
    """Note that the same thing is on file elsewhere during the days of this filing."""
    instrument = revision.instrument
    key = serial_key(revision.maker, revision.serial_number)
    begin = instrument.period.lower if instrument.period is not None else revision.installed_on
    if not key or begin is None:
        return
    same = (
        Instrument.unscoped()
        .filter(serial_key=key, period__overlap=DateRange(begin, None))
        .exclude(pk__in=[instrument.pk, instrument.predecessor_id or instrument.pk])
    )
    if revision.components == MULTI_COMPONENT:
        same = same.exclude(point_id=instrument.point_id)
    else:
        same = same.exclude(point_id=instrument.point_id, multi_component=True)
    with bypass_rls("a thing is on file once, whoever has it; only that is told"):
        taken = same.exists()
    problems.unless(not taken, "serial_number", str(SERIAL_TAKEN), "taken")
