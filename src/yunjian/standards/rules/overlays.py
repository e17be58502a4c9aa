"""A city's own rules over a standard: only ever stricter."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from yunjian.standards.rules.limits import sorted_bands
from yunjian.standards.rules.model import Band, Interval, LimitRow, ObligationRow, Row, ValueRow
from yunjian.standards.rules.obligations import PERIODS
from yunjian.standards.rules.packs import TABLES, Pack, UnknownRule, pack, parsed, read_toml
from yunjian.standards.rules.problems import InvalidPack, Problem, Reason

# what an overlay may say anew about a row that it does not add
_SAYS = {"id", "clause", "provenance", "confirmed_by", "confirmed_on", "effective"}
_VALUES = {
    "obligations": {"interval", "count"},
    "limits": {
        *("limit", "out_of_control", "absolute_limit", "absolute_out_of_control"),
        *("criteria", "pairs_min", "pass_counts"),
    },
    "deadlines": {"value"},
    "validity": {"value"},
    "substitutions": set[str](),
}
_HEAD = {"code", "version", "standard", "title", "kind", "effective", "authority", "overlays"}
_HOURS_OF = {"hour": 1, "day": 24}
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_pack(text: str, file: str, among: Iterable[Pack]) -> Pack:
    """Return the pack, or the overlay with the rows of its base, that a TOML text holds.

    Raises:
        InvalidPack: it is no TOML, a row is not as it should be, the base of an overlay is
            unknown, or one of its rows is looser than the base's.
    """
    data = read_toml(text, file)
    return overlaid(data, file, among) if "overlays" in data else parsed(data, file)


def overlaid(data: dict[str, Any], file: str, among: Iterable[Pack]) -> Pack:
    """Return an overlay with every row of the pack that it lies over.

    Raises:
        InvalidPack: see `read_pack`.
    """
    try:
        base = pack(str(data["overlays"]), among)
    except UnknownRule as error:
        raise _invalid(file, "overlays", Reason.UNKNOWN_BASE, pack=error) from error
    if unknown := set(data) - _HEAD - set(TABLES):
        raise _invalid(file, min(unknown), Reason.UNKNOWN_KEY)
    if missing := {"code", "version", "effective", "authority"} - set(data):
        raise _invalid(file, min(missing), Reason.MISSING)
    merged = {**base.source, **data}
    for table in TABLES:
        merged[table] = _merged(table, base, data, file)
    result = parsed(merged, file)
    _check_head(base, result, file)
    _check_stricter(base, result, file)
    return result


def with_overlays(shipped: Sequence[Pack], overlays: Sequence[Pack]) -> tuple[Pack, ...]:
    """Return the packs with each overlay in the place of the pack that it lies over."""
    covered = {item.overlays for item in overlays}
    return (*(item for item in shipped if item.name not in covered), *overlays)


def _check_head(base: Pack, result: Pack, file: str) -> None:
    if result.code == base.code:
        raise _invalid(file, "code", Reason.CODE_OF_BASE)
    if result.kind != base.kind:
        raise _invalid(file, "kind", Reason.OTHER_KIND, kind=base.kind)
    if result.since < base.since:
        raise _invalid(file, "effective", Reason.BEFORE_BASE, since=base.since)
    # during the time after its end the base would be missing
    if result.until is not None and result.until != base.until:
        raise _invalid(file, "effective", Reason.END_OF_BASE)


def _merged(table: str, base: Pack, data: dict[str, Any], file: str) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {row["id"]: row for row in base.source.get(table, [])}
    given = data.get(table, [])
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise _invalid(file, table, Reason.NOT_TABLES)
    own: set[str] = set()
    for row in given:
        name = str(row.get("id"))
        if name in own:
            raise _invalid(file, name, Reason.DUPLICATE_ID)
        own.add(name)
        rows[name] = _merged_row(table, rows.get(name), row, data, file)
    return list(rows.values())


def _merged_row(
    table: str, old: dict[str, Any] | None, new: dict[str, Any], data: dict[str, Any], file: str
) -> dict[str, Any]:
    name = str(new.get("id"))
    authority = {"authority": data["authority"]}
    if old is None and table == "obligations":
        return {**new, **authority}
    if old is None:
        raise _invalid(file, name, Reason.ROW_NOT_IN_BASE)
    if missing := {"clause", "provenance"} - set(new):
        raise InvalidPack(file, name, Problem(Reason.MISSING, (min(missing),)))
    # what was never established has no unit and no statistic to keep to
    units = {"unit", "statistic"} - set(old) if old.get("unconfirmed") else set()
    if unknown := set(new) - _SAYS - _VALUES[table] - units:
        raise InvalidPack(file, name, Problem(Reason.FIXED_KEY, (min(unknown),)))
    frequency = {"interval", "count"}
    dropped = {
        "confirmed_by",
        "confirmed_on",
        "unconfirmed",
        *(frequency if frequency & set(new) else ()),
    }
    retained = {key: value for key, value in old.items() if key not in dropped}
    if old.get("unconfirmed") and not set(new) & _VALUES[table]:
        retained["unconfirmed"] = True
    return {**retained, **new, **authority}


def _check_stricter(base: Pack, result: Pack, file: str) -> None:
    old = {row.id: row for row in base.rows}
    for row in result.rows:
        before = old.get(row.id)
        looser = None if before is None or before == row else _looser(before, row)
        if looser is not None:
            reason, parameters = looser
            raise _invalid(file, row.id, reason, pack=base.name, **parameters)


def _invalid(file: str, row: str, reason: Reason, **parameters: object) -> InvalidPack:
    given = {name: str(value) for name, value in parameters.items()}
    return InvalidPack(file, row, Problem(reason, parameters=given))


Looser = tuple[Reason, dict[str, str]]


def _key(key: str | None) -> Looser | None:
    return None if key is None else (Reason.LOOSER, {"key": key})


def _looser(old: Row, new: Row) -> Looser | None:
    if new.effective != old.effective and new.effective is not None:
        return Reason.LOOSER_DATES, {}
    if isinstance(old, ObligationRow) and isinstance(new, ObligationRow):
        return _key(_looser_obligation(old, new))
    if isinstance(old, LimitRow) and isinstance(new, LimitRow):
        return _key(_looser_limit(old, new)) or _looser_criteria(old, new)
    if isinstance(old, ValueRow) and isinstance(new, ValueRow):
        return _key(_looser_value(old, new))
    return None


def _looser_value(old: ValueRow, new: ValueRow) -> str | None:
    at_least = old.unit in {"%", "/d"}  # a rate is to be reached, a deadline to be kept
    return "value" if _weaker(old.value, new.value, at_least=at_least) else None


def _looser_obligation(old: ObligationRow, new: ObligationRow) -> str | None:
    if old.unconfirmed:
        return None
    if old.count is not None and new.count is not None and old.count.period == new.count.period:
        return "count" if new.count.times < old.count.times else None
    if old.count is not None:  # so often in a calendar period is not said by an interval
        return "count"
    if old.interval is None or _longest(new) > _shortest(old.interval):
        return None if old.interval == new.interval else "interval"
    return None


def _longest(row: ObligationRow) -> int:
    """The most hours that may pass: a count lets nearly two periods lie between two times."""
    if row.count is not None:
        return 2 * _longest_hours(PERIODS[row.count.period])
    return _longest_hours(row.interval) if row.interval is not None else 0


def _longest_hours(interval: Interval) -> int:
    if interval.unit == "month":
        return max(_months(interval.value)) * 24 + 24  # and a leap day
    return interval.value * _HOURS_OF[interval.unit]


def _shortest(interval: Interval) -> int:
    if interval.unit == "month":
        return min(_months(interval.value)) * 24
    return interval.value * _HOURS_OF[interval.unit]


def _months(count: int) -> list[int]:
    return [sum(_MONTH_DAYS[(start + i) % 12] for i in range(count)) for start in range(12)]


def _looser_limit(old: LimitRow, new: LimitRow) -> str | None:
    at_least = old.bound == "min"
    for key in ("limit", "absolute_limit"):
        if _weaker(getattr(old, key), getattr(new, key), at_least=at_least):
            return key
    for key in ("out_of_control", "absolute_out_of_control"):
        if _weaker(getattr(old, key), getattr(new, key), at_least=False):
            return key
    if (new.pairs_min or 0) < (old.pairs_min or 0):
        return "pairs_min"
    for item in old.pass_counts:
        if _required(new, item.from_) < item.required:
            return "pass_counts"
    return None


def _required(row: LimitRow, count: int) -> int:
    return max((item.required for item in row.pass_counts if item.from_ <= count), default=0)


def _looser_criteria(old: LimitRow, new: LimitRow) -> Looser | None:
    if old.unconfirmed:
        return None
    if set(old.criteria) != set(new.criteria):
        return Reason.LOOSER_UNITS, {}
    for unit, bands in old.criteria.items():
        before, after = sorted_bands(bands), sorted_bands(new.criteria[unit])
        if [_bounds(band) for band in before] != [_bounds(band) for band in after]:
            return Reason.LOOSER_BANDS, {"unit": unit}
        for low, high in zip(before, after, strict=True):
            if not low.unconfirmed and _looser_band(low, high, at_least=old.bound == "min"):
                return Reason.LOOSER_CRITERIA, {"unit": unit}
    return None


def _bounds(band: Band) -> tuple[Decimal | None, ...]:
    return band.from_, band.above, band.to, band.below


def _looser_band(old: Band, new: Band, *, at_least: bool) -> bool:
    if (old.statistic, old.unit) != (new.statistic, new.unit):
        return True
    if new.emission_limit_below not in {None, old.emission_limit_below}:
        return True
    return _weaker(old.limit, new.limit, at_least=at_least)


def _weaker(old: Decimal | None, new: Decimal | None, *, at_least: bool) -> bool:
    if old is None or new is None:
        return new is None and old is not None
    return new < old if at_least else new > old
