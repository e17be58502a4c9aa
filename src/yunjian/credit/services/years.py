"""运维年度: the lock that every write of a year takes, closing a year and opening it again."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.credit import events
from yunjian.credit.models import AnnualYear
from yunjian.credit.models.years import FIRST_YEAR, LAST_YEAR, YearState
from yunjian.credit.policies import may_keep_trainings
from yunjian.credit.selectors.years import missing_of
from yunjian.evidence.services import record
from yunjian.identity.selectors import account_ids_of
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify


def open_year(organization_id: UUID, year: int) -> AnnualYear:
    """Return an agency's year, made when it is the first, locked until the commit.

    Raises:
        InvalidInput: at `year`; there is no such year here.
        InvalidState: the year is closed.
    """
    row = locked_year(organization_id, year)
    refuse_closed(row)
    return row


def refuse_closed(row: AnnualYear) -> None:
    """Refuse to write in a year that is closed.

    Raises:
        InvalidState: it is.
    """
    if row.state == YearState.CLOSED:
        raise InvalidState(
            _("%(year)s 年度已归档，不能再修改；如需修改请先重新开放") % {"year": row.year}
        )


def locked_year(organization_id: UUID, year: int) -> AnnualYear:
    """Return an agency's year whatever its state, locked until the commit.

    Raises:
        InvalidInput: at `year`; there is no such year here.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = _("年度应在 %(first)s 到 %(last)s 之间") % {
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        }
        raise InvalidInput(message, code="range", field="year")
    # of two that begin at once one waits for the other at the unique constraint
    AnnualYear.unscoped().bulk_create(
        [AnnualYear(organization_id=organization_id, year=year)], ignore_conflicts=True
    )
    return AnnualYear.unscoped().select_for_update().get(organization_id=organization_id, year=year)


@transaction.atomic
def year_close(*, actor: Actor, year: int, statement: str = "") -> AnnualYear:
    """Close a year: from then on nothing of it changes. What is missing is kept with it.

    Raises:
        NotAllowed: the actor does not keep the trainings of an agency.
        InvalidState: it is closed already.
        InvalidInput: the year has not begun; something is missing and `statement` is empty.
    """
    require(may_keep_trainings(actor))
    row = locked_year(actor.own_organization, year)
    if row.state == YearState.CLOSED:
        raise InvalidState(_("该年度已归档"))
    if year > today().year:
        raise InvalidInput(_("该年度尚未开始，不能归档"), code="future", field="year")
    missing = [one.text for one in missing_of(row.organization_id, year)]
    if missing and not statement.strip():
        message = _("还有 %(count)s 项未完成，请填写情况说明") % {"count": len(missing)}
        raise InvalidInput(message, code="required", field="statement")
    row.state = YearState.CLOSED
    row.closed_by_id = actor.account_id
    row.closed_at = now()
    row.missing = missing
    row.statement = statement.strip()
    row.save()
    _tell(
        actor, row, events.YEAR_CLOSED, "运维年度已归档", f"{year} 年度的人员培训与监督信息已归档。"
    )
    payload = {"year": year, "missing": len(missing), "statement": row.statement}
    record(actor=actor, verb=events.YEAR_CLOSED, obj=row, payload=payload)
    return row


@transaction.atomic
def year_reopen(*, actor: Actor, year: int, reason: str) -> AnnualYear:
    """Open a closed year again, and say why.

    Raises:
        NotAllowed: the actor does not keep the trainings of an agency.
        InvalidState: it is not closed.
        InvalidInput: no reason given.
    """
    require(may_keep_trainings(actor))
    row = locked_year(actor.own_organization, year)
    if row.state != YearState.CLOSED:
        raise InvalidState(_("只有已归档的年度可以重新开放"))
    if not reason.strip():
        raise InvalidInput(_("请填写重新开放的原因"), code="required", field="reason")
    row.state = YearState.OPEN
    row.reopen_reason = reason.strip()
    row.save()
    text = f"{year} 年度已重新开放：{row.reopen_reason}"
    _tell(actor, row, events.YEAR_REOPENED, "运维年度重新开放", text)
    payload = {"year": year, "reason": row.reopen_reason}
    record(actor=actor, verb=events.YEAR_REOPENED, obj=row, payload=payload)
    return row


def _tell(actor: Actor, row: AnnualYear, kind: str, title: str, body: str) -> None:
    notify(
        recipients=[key for key in account_ids_of(row.organization_id) if key != actor.account_id],
        kind=kind,
        title=title,
        body=body,
        link=f"/agency/years/{row.year}/people/",
        about=row,
    )
