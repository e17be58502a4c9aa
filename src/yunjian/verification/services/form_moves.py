"""Moving a draft to the version of its form that is in force; nothing that was typed is lost."""

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import assign, facts, record_change
from yunjian.records.versions import check_version, save_changes
from yunjian.verification import events
from yunjian.verification.models import Report, ReportOriginal
from yunjian.verification.policies import may_prepare
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.forms import form_to_move_to
from yunjian.verification.services.computing import tests_recompute
from yunjian.verification.services.parts import MOST_ORIGINALS
from yunjian.verification.services.rows import locked_report, require_draft


@transaction.atomic
def report_form_move(*, actor: Actor, report: Report, version: int | None = None) -> Report:
    """Give a draft the version of its form that is in force now.

    Files of a kind that the new version does not ask for stay, behind the others.

    Raises:
        NotAllowed: the report is not of the actor's agency, or the actor writes none.
        InvalidState: it was checked or handed in, or keeps to the version in force already.
        StaleVersion: somebody else changed it in between.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    check_version(report, version)
    form = form_to_move_to(report)
    if form is None:
        raise InvalidState(_("该报告已采用现行的报告格式"))
    changes = assign(report, {"form": form.name, "standard": form.standard})
    save_changes(report, changes)
    _bind_in_order(report)
    tests_recompute(report)
    record_change(
        actor=actor,
        verb=events.REPORT_CHANGED,
        row=report,
        changes=changes,
        payload=facts(report, "number", "edition", "version"),
    )
    return report


def _bind_in_order(report: Report) -> None:
    """Give the original records the order of the report's form."""
    kinds = [key for key, _title, _required in original_kinds(report)]
    rows = list(ReportOriginal.unscoped().filter(report=report).order_by("position", "id"))
    place = {kind: number * MOST_ORIGINALS for number, kind in enumerate(kinds)}
    for row in rows:
        row.position = place.get(row.kind, len(kinds) * MOST_ORIGINALS)
        place[row.kind] = row.position + 1
    ReportOriginal.unscoped().bulk_update(rows, ["position"])
