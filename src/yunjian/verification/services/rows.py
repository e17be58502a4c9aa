"""What every service of reports does with its rows: lock, note, tell."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.identity.models import Account
from yunjian.identity.selectors import account_ids_of
from yunjian.instruments.selectors.filings import reviewers_of
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.problems import locked
from yunjian.verification.models import Report
from yunjian.verification.models.reports import ReportState


def locked_report(report: Report) -> Report:
    """Return the report as it stands now, locked until the commit.

    Raises:
        NotAllowed: the actor may read it at most.
    """
    return locked(report)


def require_state(report: Report, *states: str, message: str) -> None:
    """Refuse unless the report is in one of the states.

    Raises:
        InvalidState: it is not.
    """
    if report.state not in states:
        raise InvalidState(message)


def require_draft(report: Report) -> None:
    """Refuse unless the report may be written.

    Raises:
        InvalidState: it is frozen.
    """
    message = _("报告已校核或提交，不能修改；被退回的报告请先修订")
    require_state(report, ReportState.DRAFT, message=message)


def own_account(actor: Actor) -> UUID:
    """Return the account that acts: a person writes reports, never the system.

    Raises:
        NotAllowed: nobody signed in acts.
    """
    require(actor.account_id is not None)
    return cast("UUID", actor.account_id)


def own_file(actor: Actor, attachment: Attachment, field: str) -> Attachment:
    """Return the file if it is of the actor's organisation.

    Raises:
        InvalidInput: at `field`; it is somebody else's.
    """
    if attachment.organization_id != actor.organization_id:
        raise InvalidInput(_("附件不属于本机构"), code="unknown", field=field)
    return attachment


def note(actor: Actor, verb: str, report: Report, **payload: object) -> None:
    """Append what happened to a report to the chain of its agency."""
    record(
        actor=actor,
        verb=verb,
        obj=report,
        organization_id=report.agency_id,
        payload={"number": report.number, "edition": report.edition, **payload},
    )


def note_to_both(actor: Actor, verb: str, report: Report, **payload: object) -> None:
    """Append it to the chains of the agency and of the discharger, in the order of their keys."""
    for party in sorted([report.agency_id, report.discharger_id]):
        record(
            actor=actor,
            verb=verb,
            obj=report,
            organization_id=party,
            payload={"number": report.number, "edition": report.edition, **payload},
        )


def agency_link(report: Report) -> str:
    """Return where the agency reads a report."""
    return f"/agency/reports/{report.pk}/"


def supervision_link(report: Report) -> str:
    """Return where authorities read a report."""
    return f"/supervision/reports/{report.pk}/"


def source_link(report: Report) -> str:
    """Return where the discharger reads a report."""
    return f"/source/reports/{report.pk}/"


def tell(
    recipients: Iterable[Account | UUID],
    report: Report,
    *,
    kind: str,
    title: str,
    body: str,
    link: str,
) -> None:
    """Write the same message to accounts, each once."""
    ids = {one.pk if isinstance(one, Account) else one for one in recipients}
    notify(recipients=sorted(ids), kind=kind, title=title, body=body, link=link, about=report)


def tell_agency(report: Report, kind: str, title: str, body: str, *more: UUID | None) -> None:
    """Tell who prepared the report and who signed or checked it, as far as they are."""
    people = (report.prepared_by_id, report.checked_by_id, report.signed_by_id, *more)
    recipients = [one for one in people if one]
    tell(recipients, report, kind=kind, title=title, body=body, link=agency_link(report))


def tell_reviewers(report: Report, kind: str, title: str, body: str) -> None:
    """Tell the reviewers of the district."""
    recipients = reviewers_of(report.district_id)
    tell(recipients, report, kind=kind, title=title, body=body, link=supervision_link(report))


def tell_discharger(report: Report, kind: str, title: str, body: str) -> None:
    """Tell the people of the discharger."""
    recipients = account_ids_of(report.discharger_id)
    tell(recipients, report, kind=kind, title=title, body=body, link=source_link(report))


def holders_in(organization_id: UUID, *roles: str) -> list[Account]:
    """Return the active accounts of an organisation with one of the roles."""
    rows = Account.objects.filter(
        organization_id=organization_id, is_active=True, role_grants__role__in=roles
    )
    return list(rows.distinct())
