"""What every register of the filing has in common: rows are added, changed and saved alike."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Equipment, Person, SparePart, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import agency_of_editor, may_edit_filing
from yunjian.evidence.services import record
from yunjian.kernel.languages import Text
from yunjian.records.changes import Changes, assign, facts, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version, save_changes

RegisterRow = Person | Equipment | Vehicle | SparePart
Row = TypeVar("Row", Person, Equipment, Vehicle, SparePart)


@dataclass(frozen=True, slots=True)
class RegisterService(Generic[Row]):
    """The writes of one register.

    `check` notes values that cannot be right, `require_editable` refuses rows that cannot change
    now. `taken` is the constraint that holds rows apart, its message and its field. `noted` are
    the columns that the event of a new row carries.
    """

    model: type[Row]
    created: str
    changed: str
    noted: tuple[str, ...]
    check: Callable[[Problems, Actor, Mapping[str, Any]], None]
    taken: tuple[str, Text, str] | None = None
    require_editable: Callable[[Row], None] | None = None

    @transaction.atomic
    def create(self, *, actor: Actor, **fields: Any) -> Row:
        """Add a row to the agency's filing, as a draft until it is reviewed.

        Raises:
            NotAllowed: the actor does not keep the filing.
            InvalidInput: a demanded value is missing, or values that cannot be right.
            Conflict: what holds rows apart (account, asset number, plate) is taken.
        """
        agency_id = agency_of_editor(actor)
        self._check(actor, fields)
        row = self.model(organization_id=agency_id, **fields)
        with conflict_when(*self.taken) if self.taken else nullcontext():
            row.save(force_insert=True)
        record(actor=actor, verb=self.created, obj=row, payload=facts(row, *self.noted, "version"))
        return row

    @transaction.atomic
    def update(self, *, actor: Actor, row: Row, version: int | None = None, **fields: Any) -> Row:
        """Change what is filed about a row; a filed one waits for review again.

        `version` is the one that the change was made in sight of; without one nobody is warned.

        Raises:
            NotAllowed: not the actor's agency, or no editor.
            InvalidState: it is being reviewed or was retired.
            InvalidInput: a demanded value is missing, or values that cannot be right.
            Conflict: what holds rows apart (account, asset number, plate) is taken.
            StaleVersion: somebody else changed it in between.
        """
        row = locked(row)
        require(may_edit_filing(actor, row.organization_id))
        if self.require_editable is not None:
            self.require_editable(row)
        check_version(row, version)
        self._check(actor, fields)
        changes = assign(row, fields)
        if not changes:
            return row
        if not isinstance(row, SparePart):  # a store is not reviewed
            changes |= assign(row, {"state": FilingState.DRAFT.value})
        with conflict_when(*self.taken) if self.taken else nullcontext():
            save_row(actor, self.changed, row, changes)
        return row

    def _check(self, actor: Actor, fields: Mapping[str, Any]) -> None:
        problems = Problems()
        self.check(problems, actor, fields)
        problems.refuse_if_any()


def save_row(
    actor: Actor, verb: str, row: RegisterRow, changes: Changes, **payload: object
) -> None:
    """Write the changed columns of a row and the event of it."""
    save_changes(row, changes)
    record_change(
        actor=actor, verb=verb, row=row, changes=changes, payload=facts(row, "version") | payload
    )
