"""后续事项: what the standards want after an instrument was replaced, moved or changed."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.identity.selectors import account_ids_of
from yunjian.instruments import events
from yunjian.instruments.domain.follow_up_rules import due_on, rules_after
from yunjian.instruments.models import FollowUp, InstrumentRevision
from yunjian.instruments.models.filing import ACCEPTED_AGAIN, Origin
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.services.filing_rows import check_length, own_files
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.messaging.services import notify
from yunjian.records.problems import Problems

ACCEPTANCE = "acceptance"


def follow_ups_open(revision: InstrumentRevision, *, is_first: bool) -> list[FollowUp]:
    """Open what an approved version (the first of its instrument or a later one) leads to.

    What it proves already (acceptance) is done.
    """
    instrument = revision.instrument
    occasion, since = _occasion(revision, is_first=is_first)
    if not occasion or since is None:
        return []
    rows = [
        FollowUp(
            instrument=instrument,
            revision=revision,
            code=rule.code,
            title=rule.title["zh"],
            standard=rule.standard,
            clause=rule.clause,
            provenance=rule.provenance,
            opened_on=since,
            due_on=due_on(rule, since),
        )
        for rule in rules_after(occasion, instrument.kind, instrument.point.kind)
    ]
    for row in rows:
        if row.code == ACCEPTANCE and revision.accepted_on and revision.accepted_on >= since:
            row.done_on = revision.accepted_on
            row.report_number = revision.acceptance_number
    FollowUp.unscoped().bulk_create(rows)
    open_rows = [row for row in rows if row.done_on is None]
    if open_rows:
        titles = "；".join(f"{row.title}（{row.due_on} 前）" for row in open_rows)
        notify(
            recipients=account_ids_of(instrument.organization_id),
            kind="instrument.follow_ups",
            title="仪器变动后续事项",
            body=f"{instrument.point.name} 的仪器 {revision} 需要完成：{titles}",
            link="/source/instruments/follow-ups/",
            about=instrument,
        )
    return rows


def _occasion(revision: InstrumentRevision, *, is_first: bool) -> tuple[str, date | None]:
    instrument = revision.instrument
    if is_first and instrument.origin != Origin.NEW:
        return instrument.origin, revision.installed_on
    if not is_first and revision.change_kind in ACCEPTED_AGAIN:
        return revision.change_kind, revision.changed_on
    return "", None


@transaction.atomic
def follow_up_complete(
    *,
    actor: Actor,
    follow_up: FollowUp,
    on: date,
    report_number: str = "",
    note: str = "",
    attachments: list[Attachment] | None = None,
) -> FollowUp:
    """Say that a follow-up was done, when, and with which report.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is done already.
        InvalidInput: the day cannot be right, or neither a report nor a file proves it.
    """
    rows = FollowUp.unscoped().select_related("instrument").select_for_update(of=("self",))
    row = rows.get(pk=follow_up.pk)
    require(may_file_instruments(actor, row.instrument.organization_id))
    if row.done_on is not None:
        raise InvalidState(_("该事项已完成"))
    problems = Problems()
    early = _("完成日期不能早于起算日期 %(begin)s") % {"begin": row.opened_on}
    problems.unless(on >= row.opened_on, "on", early, "order")
    problems.in_order("on", on, today(), _("完成日期不能晚于今天"))
    proved = bool(report_number.strip() or attachments)
    problems.unless(proved, "report_number", _("请填写报告编号或上传材料"), "required")
    problems.refuse_if_any()
    check_length(report_number, "report_number", _("报告编号"), 60)
    check_length(note, "note", _("说明"), 200)
    files = own_files(row.instrument, attachments)
    row.done_on = on
    row.report_number = report_number.strip()
    row.note = note.strip()
    row.done_by_id = actor.account_id
    row.save(update_fields=["done_on", "report_number", "note", "done_by"])
    row.attachments.set(files)
    record(
        actor=actor,
        verb=events.FOLLOW_UP_DONE,
        obj=row.instrument,
        organization_id=row.instrument.organization_id,
        payload={
            "follow_up": row.code,
            "title": row.title,
            "done_on": on.isoformat(),
            "report": row.report_number,
        },
    )
    return row
