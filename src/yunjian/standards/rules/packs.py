"""Reading rule packs: TOML files, each a version of a standard with its effective dates."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, PositiveInt, ValidationError, model_validator

from yunjian.standards.rules.model import (
    Effective,
    LimitRow,
    NonEmptyText,
    ObligationRow,
    Row,
    StrictModel,
    SubstitutionRow,
    Text,
    ValueRow,
)
from yunjian.standards.rules.problems import InvalidPack, InvalidValues, Path, Problem, Reason
from yunjian.standards.rules.validation import problem_of
from yunjian.standards.sources import Sources

R = TypeVar("R", bound=Row)
TABLES = ("obligations", "limits", "deadlines", "validity", "substitutions")


class UnknownRule(LookupError):
    """There is no pack or no row of this name."""


class NotInForce(ValueError):
    """A standard was not yet, or no longer, in force on a day."""

    def __init__(self, pack: "Pack", on_date: date) -> None:
        super().__init__(f"{pack.standard} 在 {on_date} 未实施（{pack.since} 起） / not in force")
        self.field, self.reason = "on_date", "not_in_force"
        self.message_zh = f"{on_date} 不在 {pack.standard} 的实施期内（{pack.since} 起实施）"
        self.message_en = f"{pack.standard} is not in force on {on_date} (it is since {pack.since})"


class Pack(StrictModel):
    """A version of a standard's rules, in force in `[since, until)`.

    An overlay (see `overlays`) bears its own code, and holds every row of the pack below it.
    """

    code: NonEmptyText
    version: PositiveInt
    standard: NonEmptyText
    title: Text
    kind: Literal["wastewater", "flue_gas"]
    effective: Effective
    obligations: tuple[ObligationRow, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    deadlines: tuple[ValueRow, ...] = ()
    validity: tuple[ValueRow, ...] = ()
    substitutions: tuple[SubstitutionRow, ...] = ()
    overlays: str | None = None
    authority: NonEmptyText | None = None
    source: dict[str, Any] = Field(default_factory=dict, repr=False)

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise InvalidValues(Reason.END_BEFORE_START, "effective")
        return self

    @property
    def name(self) -> str:
        """The name with its version: `hj75-2017@1`."""
        return f"{self.code}@{self.version}"

    @property
    def since(self) -> date:
        """The first day in force."""
        return self.effective[0]

    @property
    def until(self) -> date | None:
        """The day from which it is no longer in force."""
        return self.effective[1] if len(self.effective) > 1 else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row of every table."""
        return tuple(row for table in TABLES for row in getattr(self, table))

    def __hash__(self) -> int:
        """Return what is the same for equal packs."""
        return hash(self.name)

    def in_force(self, on_date: date) -> bool:
        """Tell whether the pack holds on a day."""
        return self.since <= on_date and (self.until is None or on_date < self.until)

    def limit(self, limit_id: str) -> LimitRow:
        """Return a limit.

        Raises:
            UnknownRule: there is none of this id.
        """
        return _named(self.limits, limit_id, self.name)

    def value(self, value_id: str) -> ValueRow:
        """Return a deadline or a rate.

        Raises:
            UnknownRule: there is none of this id.
        """
        return _named((*self.deadlines, *self.validity), value_id, self.name)


_sources: Sources[Pack] = Sources()
register_source, unregister_source = _sources.register, _sources.unregister


def packs() -> tuple[Pack, ...]:
    """Return the packs to reckon with, each for the days on which it holds.

    A later version of a code takes over on its first day, and an overlay takes the place of the
    pack that it lies over; so of one standard no two packs are in force on a day.

    Raises:
        InvalidPack: one of those that ship is wrong.
    """
    return _last_without_overlaps(versions()) if _sources else shipped()


def versions() -> tuple[Pack, ...]:
    """Return every version of every pack as it was shipped or published."""
    known = _sources.by_name() | {item.name: item for item in shipped()}
    return tuple(known[name] for name in sorted(known)) if _sources else shipped()


def without_overlaps(known: Sequence[Pack]) -> tuple[Pack, ...]:
    """Return packs cut to the days on which they hold beside one another, see `packs`."""
    by_code = [_cut(item, _followers(item, known)) for item in known]
    ends = {item.name: item.until for item in by_code}
    result = [
        _cut(item, [*_overlays_of(item, known), ends.get(item.overlays or "")]) for item in by_code
    ]
    return tuple(item for item in result if item.until is None or item.since < item.until)


def _followers(item: Pack, known: Iterable[Pack]) -> list[date]:
    return [one.since for one in known if one.code == item.code and one.version > item.version]


def _overlays_of(item: Pack, known: Iterable[Pack]) -> list[date]:
    return [one.since for one in known if one.overlays == item.name]


def _cut(item: Pack, ends: Iterable[date | None]) -> Pack:
    end = min((end for end in ends if end is not None), default=None)
    if end is None or (item.until is not None and item.until <= end):
        return item
    return item.model_copy(update={"effective": (item.since, end)})


# the sources hand out the same packs again and again
_last_without_overlaps = lru_cache(maxsize=1)(without_overlaps)


@cache
def shipped() -> tuple[Pack, ...]:
    """Return every pack that ships with the product.

    Raises:
        InvalidPack: one of them is wrong.
    """
    folder = files("yunjian.standards.rules").joinpath("data")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(
        parsed(read_toml(entry.read_text(encoding="utf-8"), entry.name), entry.name)
        for entry in entries
        if entry.name.endswith(".toml")
    )


def pack(name: str, among: Iterable[Pack] | None = None) -> Pack:
    """Return a pack by `code@version`, or the newest version by `code` alone.

    Raises:
        UnknownRule: there is none.
    """
    if among is None:
        # one that ships wins over every other of its name: no need to ask for those
        among = shipped() if any(item.name == name for item in shipped()) else versions()
    result = [item for item in among if name in {item.name, item.code}]
    if not result:
        raise UnknownRule(name)
    return max(result, key=lambda item: item.version)


def pack_on(code: str, on_date: date, among: Iterable[Pack] | None = None) -> Pack:
    """Return the newest version of a pack that is in force on a day.

    Raises:
        UnknownRule: there is no such pack.
        NotInForce: no version of it is in force on that day.
    """
    known = list(versions() if among is None else among)
    wanted = pack(code, known)
    candidates = [item for item in known if item.code == wanted.code]
    if "@" in code:
        candidates = [wanted]
    current = [item for item in candidates if item.in_force(on_date)]
    if not current:
        raise NotInForce(wanted, on_date)
    return max(current, key=lambda item: item.version)


def read_toml(text: str, file: str) -> dict[str, Any]:
    """Return the data of a TOML text, its fractions as decimals.

    Raises:
        InvalidPack: it is no TOML; the row is the line.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError as error:
        raise InvalidPack(file, "end", Problem(Reason.TOO_DEEP)) from error
    except tomllib.TOMLDecodeError as error:
        # before Python 3.14 the line is told nowhere else
        line = re.search(r"line \d+", str(error))
        problem = Problem(Reason.NOT_TOML, parameters={"detail": str(error)})
        raise InvalidPack(file, line[0] if line else "end", problem) from error


def parsed(data: dict[str, Any], file: str = "") -> Pack:
    """Return the pack that the data describe.

    Raises:
        InvalidPack: a key is unknown or missing, or a value is none that is allowed.
    """
    file = file or str(data.get("code"))
    try:
        result = Pack.model_validate({**data, "source": data})
    except ValidationError as error:
        place, problem = problem_of(error.errors(include_url=False)[0])
        row, path = _row_and_path(data, place)
        raise InvalidPack(file, row, replace(problem, path=path)) from error
    _check_ids(result, file)
    return result


def _row_and_path(data: dict[str, Any], place: Path) -> tuple[str, Path]:
    table, *rest = place
    if table in TABLES and rest and isinstance(rest[0], int):
        row = data[str(table)][rest[0]]
        name = row.get("id") if isinstance(row, dict) else None
        return str(name or f"{table}[{rest[0]}]"), place[2:]
    return str(table), place[1:]


def _check_ids(result: Pack, file: str) -> None:
    seen: set[str] = set()
    for row in result.rows:
        if row.id in seen:
            raise InvalidPack(file, row.id, Problem(Reason.DUPLICATE_ID))
        seen.add(row.id)


def _named(rows: Iterable[R], row_id: str, pack_name: str) -> R:
    for row in rows:
        if row.id == row_id:
            return row
    raise UnknownRule(f"{pack_name}: {row_id}")
