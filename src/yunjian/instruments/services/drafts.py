"""仪器备案, as its discharger writes it: drafts of new instruments, of versions, of successors.

A draft may be incomplete, but what is there has to be possible. Two people may have one draft
open: who saves second is told what the first one changed (`EditedMeanwhile`), and loses nothing.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.instruments import events
from yunjian.instruments.fields import CHANGE, SETTINGS, Value
from yunjian.instruments.models import FilingImport, Instrument, InstrumentRevision
from yunjian.instruments.models.filing import OPEN_STATES, InstrumentKind, Origin, RevisionState
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors.histories import DraftEdit, edits_since
from yunjian.instruments.selectors.lifecycle import settings_now
from yunjian.instruments.services.filing_rows import (
    locked_revision,
    note_revision,
    note_revision_change,
    own_files,
    require_in_use,
    require_state,
)
from yunjian.instruments.services.filing_values import Values, flat, values_of, write
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState
from yunjian.kernel.keyed_digests import is_keyed_digest
from yunjian.records.changes import differences
from yunjian.records.problems import conflict_when, locked
from yunjian.records.versions import StaleVersion
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import Medium

# of the old instrument these do not hold elsewhere, nor for the one that takes its place
OF_THE_PLACE = {"installed_on", "accepted_on", "acceptance_number", "networked_on", *CHANGE}
OF_THE_THING = {
    *OF_THE_PLACE,
    "serial_number",
    "manufactured_on",
    "certificate_number",
    "certificate_valid_until",
    "type_approval_number",
    "note",
}


class EditedMeanwhile(StaleVersion):
    """Somebody else saved the draft since it was opened; `edits` are what they changed."""

    def __init__(self, revision: InstrumentRevision, edits: list[DraftEdit]) -> None:
        who = "、".join(dict.fromkeys(edit.who for edit in edits))
        super().__init__(
            _("%(who)s 在您填写期间修改了这份草稿；请核对下列差异后再保存") % {"who": who}
        )
        self.revision = revision
        self.edits = edits

    def changed(self) -> dict[str, "TheirChange"]:
        """Return by path what the value was when the draft was opened, what it is now, by whom."""
        results: dict[str, TheirChange] = {}
        for edit in self.edits:
            for path, (before, after) in edit.changed.items():
                first = results[path].before if path in results else before
                # of what is personal the chain keeps a digest; the draft itself has the value
                now = getattr(self.revision, path) if is_keyed_digest(after) else after
                results[path] = TheirChange(first, now, edit.who)
        return results


@dataclass(frozen=True, slots=True)
class TheirChange:
    """A value that somebody else changed meanwhile."""

    before: Any
    after: Any
    who: str


@transaction.atomic
def revision_draft(
    *,
    actor: Actor,
    point: MonitoringPoint,
    kind: str,
    values: Values,
    instrument: Instrument | None = None,
    batch: FilingImport | None = None,
) -> InstrumentRevision:
    """Begin a filing: of a new instrument, or (with `instrument`) a new version of its data.

    `values` go by the paths of `filing_fields`; a draft may be incomplete, but what is there has
    to be possible. A new version starts from the one before it, so it needs only what differs;
    that of a filed instrument also says `change_reason`. `batch` is the import it comes from.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the instrument was retired, or a version is already open.
        InvalidInput: values that cannot be right.
    """
    require(may_file_instruments(actor, point.organization_id))
    _check_kind(kind, point)
    if instrument is None:
        instrument = Instrument(point=point, organization_id=point.organization_id, kind=kind)
        revision = InstrumentRevision(instrument=instrument, number=1, imported_by=batch)
    else:
        instrument = locked(instrument)
        instrument.point = point if instrument.point_id == point.pk else instrument.point
        _check_open_to_change(instrument, point, kind)
        revision, values = _next_version(instrument, values)
    return _begin(actor, revision, values)


@transaction.atomic
def instrument_replace(
    *, actor: Actor, instrument: Instrument, values: Values
) -> InstrumentRevision:
    """更换: begin the filing of what takes an instrument's place; slot and MN code stay.

    The old one stands until the new filing is approved; then it ends on the day on which the new
    one was installed.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the instrument is not in use.
        InvalidInput: values that cannot be right.
    """
    return _follow(actor, instrument, instrument.point, Origin.REPLACEMENT, values)


@transaction.atomic
def instrument_relocate(
    *, actor: Actor, instrument: Instrument, point: MonitoringPoint, values: Values
) -> InstrumentRevision:
    """迁移: begin the filing of an instrument at another point of the same discharger.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the instrument is not in use.
        InvalidInput: the point is not another one of the kind, or values cannot be right.
    """
    fits = point.pk != instrument.point_id and point.organization_id == instrument.organization_id
    if not fits or point.kind != instrument.point.kind:
        raise InvalidInput(_("请选择本单位同类型的另一个测点"), code="unknown", field="point")
    return _follow(actor, instrument, point, Origin.RELOCATION, values)


def _follow(
    actor: Actor, instrument: Instrument, point: MonitoringPoint, origin: str, values: Values
) -> InstrumentRevision:
    require(may_file_instruments(actor, point.organization_id))
    before = locked(instrument)
    require_in_use(before)
    official = (
        InstrumentRevision.unscoped()
        .select_related("instrument__point")
        .get(instrument=before, state=RevisionState.OFFICIAL)
    )
    official.settings = settings_now(official)
    following = Instrument(
        point=point,
        organization_id=point.organization_id,
        kind=before.kind,
        slot=before.slot,
        origin=origin,
        predecessor=before,
    )
    revision = InstrumentRevision(instrument=following, number=1)
    return _begin(actor, revision, {**values_carried(official, origin), **flat(values)})


def values_carried(official: InstrumentRevision, origin: str) -> dict[str, Value]:
    """Return what of the official version holds for what follows its instrument, by path."""
    moved = origin == Origin.RELOCATION
    gone = OF_THE_PLACE if moved else OF_THE_THING
    return {
        path: value
        for path, value in values_of(official).items()
        if path not in gone and (moved or not path.startswith(SETTINGS))
    }


def _begin(actor: Actor, revision: InstrumentRevision, values: Values) -> InstrumentRevision:
    instrument = revision.instrument
    revision.created_by_id = actor.account_id
    write(revision, values)
    if instrument._state.adding:  # noqa: SLF001 - Django's documented API
        instrument.save(force_insert=True)
    with conflict_when("revision_one_open", _("该仪器已有正在办理的备案，请先完成或撤回")):
        revision.save(force_insert=True)
    _attach(revision, values)
    origin = {} if instrument.origin == Origin.NEW else {"origin": instrument.origin}
    note_revision(actor, events.REVISION_DRAFTED, revision, **origin)
    return revision


@transaction.atomic
def revision_change(
    *,
    actor: Actor,
    revision: InstrumentRevision,
    values: Values,
    edition: int | None = None,
) -> InstrumentRevision:
    """Edit a draft. Of a returned version (which stays as it was) begin a corrected draft.

    `edition` is that of the draft when it was opened; without one nobody is warned.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: the version was handed in and is frozen.
        EditedMeanwhile: somebody else saved it after it was opened.
        InvalidInput: values that cannot be right.
    """
    instrument, revision = locked_revision(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    if revision.state == RevisionState.RETURNED:
        return revision_draft(
            actor=actor,
            point=instrument.point,
            kind=instrument.kind,
            values=values,
            instrument=instrument,
        )
    require_state(revision, RevisionState.DRAFT, _("只有草稿可以修改；已提交的备案请先撤回"))
    if edition is not None and edition != revision.edition:
        raise EditedMeanwhile(revision, edits_since(revision, edition))
    before = values_of(revision) | {"attachments": _file_names(revision)}
    write(revision, values)
    instrument.save(update_fields=["slot"])
    revision.edition += 1
    revision.save()
    _attach(revision, values)
    after = values_of(revision) | {"attachments": _file_names(revision)}
    note_revision_change(actor, revision, differences(before, after))
    return revision


@transaction.atomic
def revision_discard(*, actor: Actor, revision: InstrumentRevision) -> None:
    """Throw a draft away; an instrument that never was filed goes with it.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not a draft.
    """
    instrument, revision = locked_revision(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    require_state(revision, RevisionState.DRAFT, _("只有草稿可以删除"))
    note_revision(actor, events.REVISION_DISCARDED, revision)
    revision.delete()
    if not InstrumentRevision.unscoped().filter(instrument=instrument).exists():
        instrument.delete()


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
    last.settings = settings_now(last)
    carried = values_of(last)
    if last.state != RevisionState.RETURNED:
        carried = {path: value for path, value in carried.items() if path not in CHANGE}
    files = last.attachments.through.objects.filter(instrumentrevision=last)
    ids = files.values_list("attachment_id", flat=True)
    start = {**carried, "attachments": list(ids), **flat(values)}
    return InstrumentRevision(instrument=instrument, number=last.number + 1), start


def _attach(revision: InstrumentRevision, values: Values) -> None:
    """Set the files of a draft when the values name them."""
    if "attachments" in values:
        revision.attachments.set(own_files(revision.instrument, values["attachments"]))


def _file_names(revision: InstrumentRevision) -> str:
    through = revision.attachments.through.objects.filter(instrumentrevision=revision)
    names = through.order_by("attachment_id").values_list("attachment__filename", flat=True)
    return "、".join(names)
