"""Reads of the rule library."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from yunjian.library.domain import labels
from yunjian.library.domain.changes import Change, changes_between
from yunjian.library.domain.rule_changes import entries
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.selectors.published_packs import read
from yunjian.standards.rules import InvalidPack, Pack
from yunjian.standards.rules.limits import is_unconfirmed
from yunjian.standards.rules.model import LimitRow, ObligationRow, Row
from yunjian.standards.rules.packs import TABLES, versions, without_overlaps

CONFIRMED, PENDING, OPEN = "confirmed", "pending", "open"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A row of a pack as the pages show it."""

    pack: Pack
    table: str
    row: Row
    mark: dict[str, str] = field(default_factory=dict)
    changed: str = ""

    @property
    def title(self) -> str:
        """What the row is about."""
        return labels.title_of(self.row)

    @property
    def state(self) -> str:
        """Whether the row was compared with the print, waits for it, or has no value yet."""
        if is_unconfirmed(self.row):
            return OPEN
        return PENDING if self.row.confirmed_by is None else CONFIRMED

    @property
    def demands(self) -> list[str]:
        """All that the row demands."""
        return labels.demand_lines(self.row)

    @property
    def bands(self) -> list[tuple[str, str]]:
        """The limit by bands."""
        return labels.limit_lines(self.row) if isinstance(self.row, LimitRow) else []

    @property
    def out_of_control(self) -> str:
        """When the row puts a parameter out of control."""
        return labels.out_of_control_text(self.row) if isinstance(self.row, LimitRow) else ""

    @property
    def pairs(self) -> str:
        """How many pairs a comparison needs."""
        return labels.pairs_text(self.row) if isinstance(self.row, LimitRow) else ""

    @property
    def pass_counts(self) -> str:
        """How many of the pairs have to pass."""
        return labels.pass_counts_text(self.row) if isinstance(self.row, LimitRow) else ""

    @property
    def applies(self) -> str:
        """At which points an obligation applies."""
        if isinstance(self.row, ObligationRow):
            return labels.applicability(self.row)
        return str(labels.KINDS[self.pack.kind])

    @property
    def sheet(self) -> str:
        """The record sheets of an obligation."""
        return labels.sheets_text(self.row) if isinstance(self.row, ObligationRow) else ""

    @property
    def tags(self) -> list[tuple[str, str]]:
        """Where the values come from."""
        return labels.provenance_tags(self.row)

    @property
    def control_tag(self) -> tuple[str, str] | None:
        """Where the out-of-control value comes from."""
        if not isinstance(self.row, LimitRow) or self.row.out_of_control_provenance is None:
            return None
        part = self.row.out_of_control_provenance
        return part, "、".join(str(labels.PROVENANCE[one]) for one in part.split(" + "))

    @property
    def confirmed(self) -> str:
        """Who compared the row with the print, and when."""
        row = self.row
        return "" if row.confirmed_by is None else f"{row.confirmed_by} {row.confirmed_on}"

    @property
    def text(self) -> str:
        """All words of the row, for searching."""
        parts = [self.row.id, self.title, self.row.clause, self.applies, self.sheet]
        return " ".join([*parts, *self.demands, self.pack.standard]).casefold()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a pack has, and how far they are established."""

    rows: int
    confirmed: int
    pending: int
    open: int


@dataclass(frozen=True, slots=True)
class PackCard:
    """A pack of the library: what is in force, what will be, and what is being prepared."""

    newest: Pack
    current: Pack | None
    coming: tuple[Pack, ...]
    counts: Counts
    draft: RuleDraft | None
    stricter: str

    @property
    def shown(self) -> Pack:
        """The version in force, or the first that will be."""
        return self.current or (self.coming[0] if self.coming else self.newest)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of a pack: on which days it holds, and who published it why."""

    pack: Pack
    since: date
    until: date | None
    state: str
    counts: Counts
    published: PublishedPack | None


def counts_of(pack: Pack) -> Counts:
    """Count the rows of a pack."""
    states = [RuleLine(pack, table, row).state for table, row in rows_of(pack)]
    return Counts(len(states), *(states.count(state) for state in (CONFIRMED, PENDING, OPEN)))


def rows_of(pack: Pack) -> list[tuple[str, Row]]:
    """Return every row of a pack with its table."""
    return [(table, row) for table in TABLES for row in getattr(pack, table)]


def windows(known: Sequence[Pack], code: str) -> dict[str, Pack]:
    """Return the versions of a pack, each cut to the days before the next; without overlays."""
    own = [item for item in known if item.code == code]
    bases = {item.overlays for item in own if item.overlays}
    codes = {name.partition("@")[0] for name in bases}
    over = [
        item
        for item in known
        if item.name in bases or (item.code in codes and item.overlays is None)
    ]
    return {item.name: item for item in without_overlaps([*own, *over]) if item.code == code}


def pack_cards(on_date: date) -> list[PackCard]:
    """Return the library as it is on a day: standards first, then overlays."""
    known = versions()
    drafts = {draft.code: draft for draft in _open_drafts()}
    codes = dict.fromkeys(item.code for item in sorted(known, key=_library_order))
    return [_card(code, known, drafts.get(code), on_date) for code in codes]


def _library_order(item: Pack) -> tuple[bool, date, int]:
    return item.overlays is not None, item.since, item.version


def _card(code: str, known: Sequence[Pack], draft: RuleDraft | None, on_date: date) -> PackCard:
    held = windows(known, code)
    ordered = sorted(held.values(), key=lambda item: item.since)
    current = next((item for item in ordered if item.in_force(on_date)), None)
    newest = max((item for item in known if item.code == code), key=lambda item: item.version)
    stricter = {
        item.code
        for item in known
        if item.overlays and item.overlays.partition("@")[0] == code and item.in_force(on_date)
    }
    return PackCard(
        newest=newest,
        current=current,
        coming=tuple(item for item in ordered if item.since > on_date),
        counts=counts_of(current or newest),
        draft=draft,
        stricter="、".join(sorted(stricter)),
    )


def version_lines(code: str, on_date: date) -> list[VersionLine]:
    """Return the versions of a pack, the newest first.

    Raises:
        Http404: there is no such pack.
    """
    known = versions()
    own = _versions_of(code, known)
    held = windows(known, code)
    rows = PublishedPack.objects.filter(code=code).select_related("published_by", "organization")
    published = {row.name: row for row in rows}
    return [_version_line(item, held, published.get(item.name), on_date) for item in own]


def _version_line(
    item: Pack, held: dict[str, Pack], row: PublishedPack | None, on_date: date
) -> VersionLine:
    window = held.get(item.name)
    if window is None:
        state = "replaced"
    elif window.in_force(on_date):
        state = "current"
    else:
        state = "coming" if window.since > on_date else "ended"
    until = item.until if window is None else window.until
    return VersionLine(item, item.since, until, state, counts_of(item), row)


def _versions_of(code: str, known: Iterable[Pack]) -> list[Pack]:
    own = [item for item in known if item.code == code]
    if not own:
        raise Http404(_("没有这个规则包"))
    return sorted(own, key=lambda item: -item.version)


def pack_shown(code: str, version: int | None, on_date: date) -> Pack:
    """Return a version of a pack, by default the one in force or the first to come.

    Raises:
        Http404: there is none.
    """
    known = versions()
    own = _versions_of(code, known)
    if version is None:
        held = sorted(windows(known, code).values(), key=lambda item: item.since)
        lasting = (item.version for item in held if item.until is None or item.until > on_date)
        version = next(lasting, own[0].version)
    for item in own:
        if item.version == version:
            return item
    raise Http404(_("没有这个版本"))


def newest_version(code: str) -> Pack:
    """Return the newest version of a pack, whether it holds already or not.

    Raises:
        Http404: there is no such pack.
    """
    return _versions_of(code, versions())[0]


def newest_or_none(code: str, known: Iterable[Pack] | None = None) -> Pack | None:
    """Return the newest version of a pack; a first draft has none."""
    own = [item for item in (versions() if known is None else known) if item.code == code]
    return max(own, key=lambda item: item.version, default=None)


def overlay_drafts() -> list[RuleDraft]:
    """Return the drafts of overlays."""
    return list(_open_drafts().exclude(overlays="").order_by("code"))


def marks_of(pack: Pack) -> dict[str, Any]:
    """Return who compared or corrected which row last, as it was published."""
    row = PublishedPack.objects.filter(code=pack.code, version=pack.version).first()
    return {} if row is None else row.marks


def lines_of(pack: Pack, draft: RuleDraft | None = None) -> list[RuleLine]:
    """Return the rows of a pack; those that a draft changes are marked."""
    marks = marks_of(pack)
    touched = {} if draft is None else draft.marks
    return [
        RuleLine(
            pack, table, row, marks.get(row.id, {}), str(touched.get(row.id, {}).get("kind", ""))
        )
        for table, row in rows_of(pack)
    ]


def lines_in_force(on_date: date) -> list[RuleLine]:
    """Return the rows of every pack in force on a day, overlays in the place of their base."""
    known = sorted(without_overlaps(versions()), key=_library_order)
    held = [item for item in known if item.in_force(on_date)]
    return [RuleLine(pack, table, row) for pack in held for table, row in rows_of(pack)]


def filtered_lines(
    lines: Iterable[RuleLine],
    *,
    text: str = "",
    kind: str = "",
    table: str = "",
    provenance: str = "",
    state: str = "",
) -> list[RuleLine]:
    """Return the rows that a query finds."""
    wanted = text.casefold().split()
    return [
        line
        for line in lines
        if all(word in line.text for word in wanted)
        and (not kind or line.pack.kind == kind)
        and (not table or line.table == table)
        and (not provenance or provenance in line.row.provenance.split(" + "))
        and (not state or line.state == state)
    ]


def draft_of(code: str) -> RuleDraft | None:
    """Return the draft of the next version of a pack."""
    return _open_drafts().filter(code=code).select_related("created_by").first()


def _open_drafts() -> QuerySet[RuleDraft]:
    drafts: QuerySet[RuleDraft] = RuleDraft.objects.filter(published=None)
    return drafts


def draft_changes(draft: RuleDraft) -> list[Change]:
    """Return what a draft changes of the version that it is based on.

    Raises:
        InvalidPack: the draft cannot become a pack.
        Http404: there is no such version any more.
    """
    known = versions()
    after = read(draft.content, draft.code, list(known))
    base = next((item for item in known if item.name == (draft.base or draft.overlays)), None)
    if base is None:
        raise Http404(_("没有这个版本"))
    return changes_between(entries(base), entries(after), draft.marks)


def row_of(pack: Pack, row_id: str) -> tuple[str, Row]:
    """Return a row of a pack with its table.

    Raises:
        Http404: there is none.
    """
    for table, row in rows_of(pack):
        if row.id == row_id:
            return table, row
    raise Http404(_("没有这一条"))


def editable(code: str) -> Pack:
    """Return what a rule administrator changes: the draft as it stands, or the newest version.

    Raises:
        Http404: there is no such pack.
    """
    newest, draft = newest_version(code), draft_of(code)
    if draft is not None:
        with suppress(InvalidPack):
            return read(draft.content, draft.code, list(versions()))
    return newest
