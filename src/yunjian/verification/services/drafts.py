"""Writing a report: its draft, what belongs to it, and a new edition of what was returned."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Equipment, Person
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import Instrument
from yunjian.kernel.clock import business_day, in_calendar, now
from yunjian.kernel.errors import InvalidState
from yunjian.kernel.queue import enqueue
from yunjian.records.changes import Changes, assign, facts, record_change
from yunjian.records.problems import Problems, conflict_when
from yunjian.records.versions import check_version, save_changes
from yunjian.sources.models import MonitoringPoint
from yunjian.verification import events
from yunjian.verification.domain.numbers import issuer_key, number_key
from yunjian.verification.fields import REPORT
from yunjian.verification.models import (
    Report,
    ReportDevice,
    ReportInstrument,
    ReportPerson,
)
from yunjian.verification.models.reports import DataSource, ReportKind, ReportState
from yunjian.verification.policies import may_prepare, may_withdraw
from yunjian.verification.selectors.forms import form_kept
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.selectors.standing import (
    confirmed_on,
    device_snapshot,
    is_served_on,
    parameter_changes,
    revisions_on,
    snapshot,
    stood,
    valid_on,
)
from yunjian.verification.services.computing import tests_recompute
from yunjian.verification.services.rows import (
    locked_report,
    note,
    own_account,
    own_file,
    require_draft,
    require_state,
    tell_reviewers,
)

TAKEN = "report_number_once_per_issuer"
REVISED_FROM = [ReportState.RETURNED, ReportState.ACCEPTED]
WITHDRAWN_FROM = [
    ReportState.DRAFT,
    ReportState.CHECKED,
    ReportState.SUBMITTED,
    ReportState.RECEIVED,
    ReportState.RETURNED,
]
LISTS = ("instruments", "people", "devices")
DERIVED = ("number_key", "issuer", "issuer_key", "form", "standard")

READ_FILE = "verification.read_report_file"


@transaction.atomic
def report_draft(*, actor: Actor, point: MonitoringPoint, values: Mapping[str, Any]) -> Report:
    """Begin a report about a point; `values` are those of the fields, and the lists `instruments`,
    `people` and `devices`.

    Raises:
        NotAllowed: the actor writes no reports of an agency.
        InvalidInput: each value that cannot be right.
        Conflict: the issuing body has a report of that number.
    """
    require(may_prepare(actor))
    agency_id = actor.own_organization
    columns = _columns(values)
    columns.setdefault("issuer", actor.organization_name)
    columns["issuer"] = columns["issuer"].strip() or actor.organization_name
    report = Report(
        agency_id=agency_id,
        discharger_id=point.organization_id,
        district_id=point.district_id,
        point=point,
        prepared_by_id=own_account(actor),
        **columns,
    )
    _check(report, values, agency_id)
    _derive(report, _slots(values))
    with conflict_when(TAKEN, _taken(), "number"):
        report.save(force_insert=True)
    _write_lists(report, values)
    payload = facts(report, "number", "kind", "form") | {
        "edition": report.edition,
        "point": point.mn_code,
        "executed": [report.executed_from.isoformat(), report.executed_to.isoformat()],
    }
    note(actor, events.REPORT_DRAFTED, report, **payload)
    return report


@transaction.atomic
def report_change(
    *, actor: Actor, report: Report, values: Mapping[str, Any], version: int | None = None
) -> Report:
    """Change what a draft says; what is not named in `values` stays.

    `version` is the one that the change was made in sight of; without one nobody is warned.

    Raises:
        NotAllowed: the report is not of the actor's agency, or the actor writes none.
        InvalidState: it was checked or handed in.
        InvalidInput: each value that cannot be right.
        Conflict: the issuing body has a report of that number.
        StaleVersion: somebody else changed it in between.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    check_version(report, version)
    held = with_parts(report)
    before = {name: getattr(report, name) for name in DERIVED}
    changes = assign(report, _columns(values))
    if "issuer" in changes and not report.issuer.strip():
        report.issuer = actor.organization_name
    listed = {**_lists_of(held), **values}
    _check(report, listed, report.agency_id)
    _derive(report, _slots(listed))
    changes |= {
        name: (before[name], getattr(report, name))
        for name in before
        if before[name] != getattr(report, name)
    }
    moved = {"executed_from", "executed_to"} & set(changes)
    lists = {**(_lists_of(held) if moved else {}), **{n: values[n] for n in LISTS if n in values}}
    told = {name: change for name, change in changes.items() if not name.endswith("_key")}
    told |= _list_changes(held, lists)
    if not changes and not told:
        return report
    with conflict_when(TAKEN, _taken(), "number"):
        save_changes(report, changes)
    _write_lists(report, lists)
    if moved or "form" in changes:
        tests_recompute(report)
    record_change(
        actor=actor,
        verb=events.REPORT_CHANGED,
        row=report,
        changes=told or {"version": (report.version - 1, report.version)},
        payload=facts(report, "number", "edition", "version"),
    )
    return report


@transaction.atomic
def report_file_set(
    *, actor: Actor, report: Report, attachment: Attachment, version: int | None = None
) -> Report:
    """Attach the report itself; another file takes the place of the one before.

    Raises:
        NotAllowed, InvalidState, StaleVersion: as in `report_change`.
        InvalidInput: at `file`; it is somebody else's, or no PDF.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_draft(report)
    check_version(report, version)
    own_file(actor, attachment, "file")
    problems = Problems()
    problems.unless(attachment.kind == "pdf", "file", _("报告文件应为 PDF"))
    problems.refuse_if_any()
    before = report.file.filename if report.file else ""
    report.file = attachment
    columns: Changes = {"file": (None, attachment.pk)}
    note_part(actor, report, "file_name", before=before, after=attachment.filename, columns=columns)
    enqueue(READ_FILE, report_id=str(report.pk), attachment_id=str(attachment.pk))
    return report


def note_part(
    actor: Actor,
    report: Report,
    path: str,
    *,
    before: object,
    after: object,
    columns: Changes | None = None,
) -> None:
    """Count the version of a report of which a part was changed, and append the event of it."""
    save_changes(report, columns or {})
    record_change(
        actor=actor,
        verb=events.REPORT_CHANGED,
        row=report,
        changes={path: (before, after)},
        payload=facts(report, "number", "edition", "version"),
    )


@transaction.atomic
def report_revise(*, actor: Actor, report: Report) -> Report:
    """Open a new edition of a report that was returned or accepted; it carries all over.

    The one before stays as it was handed in. Both the quality supervisor and the owner sign again.

    Raises:
        NotAllowed: the report is not of the actor's agency, or the actor writes none.
        InvalidState: it was neither returned nor accepted, or a newer edition exists.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    message = _("只有被退回或已接受的报告可以修订")
    require_state(report, *REVISED_FROM, message=message)
    if not report.latest:
        raise InvalidState(_("该报告已有更新的版次，请修订最新版次"))
    held = with_parts(report)
    report.latest = False
    report.save(update_fields=["latest"])
    newest = Report.unscoped().filter(series=report.series).aggregate(n=Max("edition"))["n"]
    same = {
        field.attname: getattr(report, field.attname)
        for field in Report._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if field.name in CARRIED
    }
    edition = Report(**same, edition=newest + 1, previous=report, prepared_by_id=own_account(actor))
    edition.save(force_insert=True)
    for name in CARRIED_PARTS:
        for row in getattr(held, name).all():
            row.pk = row._meta.pk.get_default()  # noqa: SLF001 - Django's documented API
            row.report = edition
            row._state.adding = True  # noqa: SLF001 - Django's documented API
            row.save(force_insert=True)
    note(actor, events.REPORT_REVISED, edition, previous=str(report.pk))
    return edition


CARRIED = {
    "agency", "discharger", "district", "point", "kind", "number", "number_key", "issuer",
    "issuer_key", "issued_on", "executed_from", "executed_to", "form", "standard", "data_source",
    "third_party", "third_party_report", "laboratory", "laboratory_cma", "laboratory_report",
    "file", "note", "series",
}  # fmt: skip
CARRIED_PARTS = ("instruments", "people", "devices", "materials", "tests", "originals")


@transaction.atomic
def report_withdraw(*, actor: Actor, report: Report, reason: str) -> Report:
    """Take a report back before it is accepted; its number is free again.

    What was handed in stays readable. When it was the correction of an accepted edition, that one
    is the latest again.

    Raises:
        NotAllowed: the actor does not run the report's agency.
        InvalidState: it was accepted, superseded or withdrawn.
        InvalidInput: no reason given.
        Conflict: the number of the accepted edition was given to another report meanwhile.
    """
    report = locked_report(report)
    require(may_withdraw(actor, report))
    message = _("报告已被接受或已撤回，不能撤回；需要更正时请修订")
    require_state(report, *WITHDRAWN_FROM, message=message)
    problems = Problems()
    problems.filled("reason", reason, _("撤回原因"))
    problems.unless(len(reason) <= LONGEST_REASON, "reason", _("撤回原因不能超过 200 字"))
    problems.refuse_if_any()
    was_seen = report.submitted_at is not None
    before = report.previous
    report.state = ReportState.WITHDRAWN
    report.withdraw_reason = reason.strip()
    accepted = before is not None and before.state == ReportState.ACCEPTED
    report.latest = not accepted
    report.save(update_fields=["state", "withdraw_reason", "latest"])
    if accepted and before is not None:
        before.latest = True
        with conflict_when(TAKEN, _taken(), "number"):
            before.save(update_fields=["latest"])
    if was_seen:
        body = f"{actor.organization_name} 撤回了报告 {report.number}：{report.withdraw_reason}"
        tell_reviewers(report, events.REPORT_WITHDRAWN, "比对与校验报告已撤回", body)
    note(actor, events.REPORT_WITHDRAWN, report, reason=report.withdraw_reason)
    return report


LONGEST_REASON = 200


def _taken() -> str:
    return _("该出具单位已有相同编号的报告；如需更正请修订原报告")


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    known = set(REPORT.fields)
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name in known
    }


def _lists_of(held: Report) -> dict[str, list[Any]]:
    return {
        "instruments": [row.instrument for row in held.instruments.all()],
        "people": [row.person for row in held.people.all()],
        "devices": [row.equipment for row in held.devices.all()],
    }


def _list_changes(held: Report, lists: Mapping[str, Sequence[Any]]) -> Changes:
    """Return the lists that change, as the history shows them (people as a personal value)."""
    before = {name: _named(name, rows) for name, rows in _lists_of(held).items()}
    after = {name: _named(name, rows) for name, rows in lists.items()}
    return {name: (before[name], text) for name, text in after.items() if text != before.get(name)}


def _named(name: str, rows: Sequence[Any]) -> str:
    match name:
        case "instruments":
            return "、".join(sorted(row.slot for row in rows))
        case "people":
            return "、".join(sorted(row.name for row in rows))
    return "、".join(sorted(row.asset_number for row in rows))


def _slots(values: Mapping[str, Any]) -> list[str]:
    return [one.slot for one in values.get("instruments", ())]


def _derive(report: Report, slots: Sequence[str]) -> None:
    """Set what follows from what was typed."""
    report.number_key = number_key(report.number)
    report.issuer_key = issuer_key(report.issuer)
    day = business_day(report.executed_from)
    parameters = slots or report.point.parameters
    form = form_kept(report.form, report.kind, report.point.kind, day, parameters)
    report.form = form.name if form else ""
    report.standard = form.standard if form else ""


def _check(report: Report, values: Mapping[str, Any], agency_id: UUID) -> None:
    problems = Problems()
    problems.one_of("kind", report.kind, ReportKind.values)
    problems.filled("number", report.number, _("报告编号"))
    key = number_key(report.number)
    problems.unless(len(key) <= LONGEST_NUMBER, "number", _("报告编号不能超过 60 字"), "too_long")
    problems.unless(bool(key) or not report.number, "number", _("报告编号没有可识别的字符"))
    # a sign such as ㍿ is several letters once it is compared
    long = len(issuer_key(report.issuer)) > LONGEST_ISSUER
    problems.unless(not long, "issuer", _("出具单位不能超过 80 字"), "too_long")
    problems.one_of("data_source", report.data_source, DataSource.values)
    _check_times(problems, report)
    problems.model_fields(report, exclude=UNCHECKED)
    for name, model, owner in (
        ("people", Person, "organization_id"),
        ("devices", Equipment, "organization_id"),
    ):
        good = all(
            isinstance(row, model) and getattr(row, owner) == agency_id
            for row in values.get(name, ())
        )
        problems.unless(good, name, _("请选择本机构的人员和设备"), "unknown")
    if not any(error.path.startswith("executed") for error in problems.errors):
        day = business_day(report.executed_from)
        served = is_served_on(agency_id, report.point, day)
        message = _("实施当日（%(day)s）该测点不在本机构的合同期内") % {"day": day}
        problems.unless(served, "executed_from", message, "no_contract")
        _check_instruments(problems, report, values.get("instruments", ()), day)
    problems.refuse_if_any()


LONGEST_NUMBER, LONGEST_ISSUER = 60, 80
UNCHECKED = [
    "series", "previous", "agency", "discharger", "district", "point", "prepared_by", "file",
    "checked_by", "signed_by", "signature", "received_by", "decided_by", "number_key",
    "issuer_key", "executed_from", "executed_to", "kind", "data_source", "number",
]  # fmt: skip


def _check_times(problems: Problems, report: Report) -> None:
    begin: datetime | None = report.executed_from
    end: datetime | None = report.executed_to
    problems.filled("executed_from", begin, _("实施开始时间"))
    problems.filled("executed_to", end, _("实施结束时间"))
    moments = {"executed_from": begin, "executed_to": end}
    far = [path for path, moment in moments.items() if moment and not in_calendar(moment)]
    for path in far:
        problems.unless(False, path, _("日期应在 1900 年至 2200 年之间"), "out_of_calendar")  # noqa: FBT003
    if begin is None or end is None or far:
        return
    problems.unless(begin < end, "executed_to", _("实施结束时间应晚于开始时间"), "order")
    problems.unless(end <= now(), "executed_to", _("实施结束时间不能晚于现在"), "future")
    issued: date | None = report.issued_on
    late = issued is None or issued >= business_day(end)
    problems.unless(late, "issued_on", _("签发日期不能早于实施结束日期"), "order")


def _check_instruments(
    problems: Problems, report: Report, instruments: Sequence[Instrument], day: date
) -> None:
    """Refuse what did not stand at the point on the day: replaced, or not yet installed."""
    for one in instruments:
        here = one.point_id == report.point_id
        problems.unless(here, "instruments", _("请选择该测点的仪器"), "unknown")
        message = _("%(slot)s 的这台仪器在实施当日（%(day)s）不在用：尚未安装，或已更换、停用") % {
            "slot": one.slot,
            "day": day,
        }
        problems.unless(stood(one, day), "instruments", message, "not_standing")


def proofs_renew(report: Report) -> None:
    """Name the certificates and confirmations that hold by what is filed now, before a draft is
    frozen: they may have been filed after people and devices were chosen."""
    held = with_parts(report)
    _write_lists(report, {name: _lists_of(held)[name] for name in ("people", "devices")})


def _write_lists(report: Report, lists: Mapping[str, Any]) -> None:
    """Write instruments with their parameters, people and devices with their certificates."""
    day = business_day(report.executed_from)
    if "instruments" in lists:
        chosen = list(lists["instruments"])
        revisions, changes = revisions_on(chosen, day), parameter_changes(chosen)
        ReportInstrument.unscoped().filter(report=report).delete()
        ReportInstrument.unscoped().bulk_create(
            ReportInstrument(
                report=report,
                instrument=one,
                revision=revisions[one.pk],
                snapshot=snapshot(revisions[one.pk], changes.get(one.pk, []), report.executed_from),
            )
            for one in chosen
            if one.pk in revisions
        )
    if "people" in lists:
        ReportPerson.unscoped().filter(report=report).delete()
        ReportPerson.unscoped().bulk_create(
            ReportPerson(
                report=report,
                person=one,
                certificate=(held := valid_on(one, day)),
                confirmation=None if held else confirmed_on(one, day),
            )
            for one in lists["people"]
        )
    if "devices" in lists:
        ReportDevice.unscoped().filter(report=report).delete()
        ReportDevice.unscoped().bulk_create(
            ReportDevice(
                report=report,
                equipment=one,
                certificate=(proof := valid_on(one, day)),
                snapshot=device_snapshot(one, proof),
            )
            for one in lists["devices"]
        )
