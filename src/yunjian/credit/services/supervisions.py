"""人员监督: filled in and issued, confirmed or appealed, put right, closed.

What is issued is never edited. Who made it leads it on; only the supervised person answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.row_policies import bypass_rls
from yunjian.agencies.models import Person
from yunjian.credit import events
from yunjian.credit.domain.checklists import Checklist, checklist_on
from yunjian.credit.domain.remote_checks import (
    SIGNALS,
    Reading,
    judge,
    number,
    outcome_of,
    range_of,
)
from yunjian.credit.models import Supervision, SupervisionStep
from yunjian.credit.models.supervisions import Act, Severity, SupervisionState
from yunjian.credit.policies import (
    account_of_editor,
    may_answer_supervision,
    may_lead_supervision,
    may_supervise,
)
from yunjian.credit.selectors.years import keepers_of
from yunjian.credit.services.years import locked_year, open_year, refuse_closed
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.kernel.clock import now, today
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState
from yunjian.kernel.ids import check_client_id, new_id
from yunjian.messaging.services import notify
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version
from yunjian.sources.models import MonitoringPoint

SIGNATURE = "signature"
MOST_CHECKS = 40
TEXTS = ("purpose", "place", "facts", "opinion")
USED_OTHERWISE = _lazy("同一编号已提交过不同的内容")


@dataclass(frozen=True, slots=True)
class SupervisionInput:
    """What a supervisor saw, as typed.

    `findings` are {key, passed, note} by item of the checklist that was looked at;
    `remote_checks` are {parameter, signal, unit, analyser, logger, analyser_range,
    acquisition_range, logger_range}, or {parameter, not_applicable} with the reason.
    """

    supervised_on: date
    purpose: str
    person: Person
    place: str
    facts: str
    opinion: str
    severity: str
    point: MonitoringPoint | None = None
    head: Person | None = None
    findings: Sequence[Mapping[str, Any]] = ()
    remote_checks: Sequence[Mapping[str, Any]] = ()
    attachment_ids: Sequence[UUID] = field(default_factory=list)


@transaction.atomic
def supervision_draft(
    *,
    actor: Actor,
    said: SupervisionInput,
    supervision: Supervision | None = None,
    identifier: UUID | None = None,
    version: int | None = None,
) -> Supervision:
    """Write a supervision as a draft, or a draft anew.

    Raises:
        NotAllowed: the actor does not supervise, or another made the draft.
        InvalidState: it was issued, or the year is closed.
        InvalidInput: values that cannot be right, each at its field.
        StaleVersion: somebody else changed the draft in between.
    """
    require(may_supervise(actor))
    year = said.supervised_on.year
    open_year(actor.own_organization, year)
    row = supervision
    if row is None:
        row = Supervision(
            id=identifier or new_id(),
            organization_id=actor.own_organization,
            supervisor_id=account_of_editor(actor),
        )
    else:
        row = _led(actor, row, [SupervisionState.DRAFT], _("已下发的监督记录不能修改"))
        check_version(row, version)
    checklist, checks = _check(actor, said)
    row.year, row.form_code, row.template = year, checklist.code, checklist.name
    for name in (*TEXTS, "supervised_on", "person", "severity", "point", "head"):
        value = getattr(said, name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.findings = [dict(one) for one in said.findings]
    row.remote_checks = checks
    failed = [one["key"] for one in said.findings if not one["passed"]]
    row.points_lost = checklist.points_of(failed)
    row.attachment_ids = list(said.attachment_ids)
    row.version += 0 if supervision is None else 1
    row.save(force_insert=supervision is None)
    payload = {"severity": row.severity, "digest": content_digest(row)}
    record(actor=actor, verb=events.SUPERVISION_DRAFTED, obj=row, payload=payload)
    return row


@transaction.atomic
def supervision_discard(*, actor: Actor, supervision: Supervision) -> None:
    """Throw a draft away.

    Raises:
        NotAllowed: another made it.
        InvalidState: it was issued, or the year is closed.
    """
    row = _led(actor, supervision, [SupervisionState.DRAFT], _("已下发的监督记录不能删除"))
    record(actor=actor, verb=events.SUPERVISION_DISCARDED, obj=row, payload={})
    row.delete()


@transaction.atomic
def supervision_issue(
    *, actor: Actor, supervision: Supervision, signature: Attachment | None = None
) -> Supervision:
    """Issue a draft: it gets its running number, and the supervised person is told.

    Raises:
        NotAllowed: another made it.
        InvalidState: it was issued already, or the year is closed.
    """
    row = _led(actor, supervision, [SupervisionState.DRAFT], _("该监督记录已下发"))
    year = open_year(row.organization_id, row.year)
    year.last_number += 1
    year.save(update_fields=["last_number"])
    row.number = year.last_number
    row.signature = signature
    row.issued_at = now()
    row.state = SupervisionState.ISSUED
    row.digest = row.digest or content_digest(row)
    row.version += 1
    row.save()
    _step(actor, row, Act.ISSUE, signature=signature)
    _tell_person(row, events.SUPERVISION_ISSUED, "您有监督记录待确认", row.facts)
    _record(actor, events.SUPERVISION_ISSUED, row)
    return row


@transaction.atomic
def supervision_hand_in(
    *, actor: Actor, identifier: UUID, said: SupervisionInput, signature_id: UUID, body: bytes
) -> tuple[Supervision, bool]:
    """Write and issue a supervision that was filled in and signed on site; tell if it is new.

    The phone makes the id: the same id and bytes give the same answer, however often they come.

    Raises:
        NotAllowed: the actor does not supervise.
        Conflict: the id was used for other content.
        InvalidState: the year is closed.
        InvalidInput: values that cannot be right, each at its field; no signature.
    """
    require(may_supervise(actor))
    check_client_id(identifier, "id")
    # requests with one id wait for one another here; a closed year answers repeated ones, too
    year = locked_year(actor.own_organization, said.supervised_on.year)
    with bypass_rls("an id is used whoever used it"):
        made = Supervision.unscoped().filter(pk=identifier).first()
    sent = digest(body)
    if made is not None:
        if made.organization_id != actor.organization_id or made.digest != sent:
            raise Conflict(str(USED_OTHERWISE), code="different_content")
        return made, False
    refuse_closed(year)
    signature = signature_of(actor, signature_id)
    with conflict_when("credit_supervision_pkey", USED_OTHERWISE):  # in another year, or agency
        row = supervision_draft(actor=actor, said=said, identifier=identifier)
    row.digest = sent
    row.save(update_fields=["digest"])
    return supervision_issue(actor=actor, supervision=row, signature=signature), True


@transaction.atomic
def supervision_answer(
    *,
    actor: Actor,
    supervision: Supervision,
    agree: bool,
    text: str = "",
    signature_id: UUID | None,
    shown_digest: str,
    step_id: UUID | None = None,
) -> tuple[Supervision, bool]:
    """Confirm what was issued, with additions, or appeal against it with a reason; both signed.

    Raises:
        NotAllowed: the actor is not the supervised person.
        Conflict: what was shown is not what is stored, or the id was used for another answer.
        InvalidState: it does not wait for an answer, or the year is closed.
        InvalidInput: no signature; an appeal without a reason.
    """
    require(may_answer_supervision(actor, supervision), _("只有被监督人本人可以确认或申诉"))
    year = locked_year(supervision.organization_id, supervision.year)
    row = _fresh(supervision)
    act = Act.CONFIRM if agree else Act.APPEAL
    said = {"act": act, "text": text.strip(), "shown_digest": shown_digest}
    if _was_sent(row, step_id, **said, signature_id=signature_id):
        return row, False
    refuse_closed(year)
    if row.state != SupervisionState.ISSUED:
        raise InvalidState(_("该监督记录不在待确认状态"))
    if shown_digest != content_digest(row):
        raise Conflict(_("内容已有更新，请重新查看后再签字"), code="content_changed")
    if not agree and not text.strip():
        raise InvalidInput(_("请填写申诉理由"), code="required", field="text")
    signature = signature_of(actor, signature_id)
    _move(row, SupervisionState.CONFIRMED if agree else SupervisionState.APPEALED)
    verb = events.SUPERVISION_CONFIRMED if agree else events.SUPERVISION_APPEALED
    _step(actor, row, act, text=text, signature=signature, identifier=step_id, shown=shown_digest)
    title = "被监督人已确认" if agree else "被监督人提出申诉"
    _tell_leaders(actor, row, verb, title, text)
    _record(actor, verb, row, text=text.strip(), signature=signature.digest)
    return row, True


@transaction.atomic
def appeal_withdraw(*, actor: Actor, supervision: Supervision, text: str = "") -> Supervision:
    """Take an appeal back: the record waits for confirmation again.

    Raises:
        NotAllowed: the actor is not the supervised person.
        InvalidState: there is no open appeal, or the year is closed.
    """
    require(may_answer_supervision(actor, supervision), _("只有被监督人本人可以撤回申诉"))
    row = _in(supervision, [SupervisionState.APPEALED], _("没有待答复的申诉"))
    _move(row, SupervisionState.ISSUED)
    _step(actor, row, Act.WITHDRAW, text=text)
    _tell_leaders(actor, row, events.APPEAL_WITHDRAWN, "申诉已撤回", text)
    _record(actor, events.APPEAL_WITHDRAWN, row, text=text.strip())
    return row


@transaction.atomic
def appeal_answer(
    *, actor: Actor, supervision: Supervision, upheld: bool, text: str
) -> Supervision:
    """Answer an appeal: it is right (the record is closed), or the record stands (confirmed).

    Raises:
        NotAllowed: the actor does not lead this supervision.
        InvalidState: there is no open appeal, or the year is closed.
        InvalidInput: no answer given.
    """
    row = _led(actor, supervision, [SupervisionState.APPEALED], _("没有待答复的申诉"))
    _require_text(text, "text", _("请填写申诉答复"))
    _move(row, SupervisionState.CLOSED if upheld else SupervisionState.CONFIRMED)
    result = "申诉成立，记录关闭" if upheld else "维持原记录"
    _step(actor, row, Act.ANSWER, text=f"{result}：{text.strip()}")
    _tell_person(row, events.APPEAL_ANSWERED, "申诉已答复", f"{result}：{text.strip()}")
    _record(actor, events.APPEAL_ANSWERED, row, upheld=upheld, text=text.strip())
    return row


@transaction.atomic
def rectification_ask(
    *, actor: Actor, supervision: Supervision, text: str, due_on: date
) -> Supervision:
    """Ask the supervised person to put things right by a day; also after a report that does not do.

    Raises:
        NotAllowed: the actor does not lead this supervision.
        InvalidState: it is not confirmed or reported as put right, or the year is closed.
        InvalidInput: nothing asked, or a day that has passed.
    """
    states = [SupervisionState.CONFIRMED, SupervisionState.RECTIFIED]
    row = _led(actor, supervision, states, _("只有已确认或待复核的记录可以要求整改"))
    problems = Problems()
    problems.filled("text", text, _("整改要求"))
    problems.in_order("due_on", today(), due_on, _("整改期限不能早于今天"))
    problems.refuse_if_any()
    row.rectify_by = due_on
    _move(row, SupervisionState.RECTIFYING)
    _step(actor, row, Act.ASK, text=text, due_on=due_on)
    body = f"请于 {due_on} 前完成：{text.strip()}"
    _tell_person(row, events.RECTIFICATION_ASKED, "有整改要求", body)
    _record(actor, events.RECTIFICATION_ASKED, row, text=text.strip(), due_on=due_on.isoformat())
    return row


@transaction.atomic
def rectification_report(
    *,
    actor: Actor,
    supervision: Supervision,
    text: str,
    attachments: Sequence[Attachment] = (),
    step_id: UUID | None = None,
) -> tuple[Supervision, bool]:
    """Report that things were put right, with files; tell if it is new.

    The phone makes the id of the step: the same id and report get the same answer.

    Raises:
        NotAllowed: the actor is not the supervised person.
        Conflict: the id was used for another report.
        InvalidState: nothing is to be put right, or the year is closed.
        InvalidInput: nothing said, or a file of somebody else's.
    """
    require(may_answer_supervision(actor, supervision), _("只有被监督人本人可以报告整改"))
    locked_year(supervision.organization_id, supervision.year)
    keys = [one.pk for one in attachments]
    said = {"act": Act.REPORT, "text": text.strip(), "attachment_ids": keys}
    if _was_sent(supervision, step_id, **said):
        return _fresh(supervision), False
    row = _in(supervision, [SupervisionState.RECTIFYING], _("没有待完成的整改"))
    _require_text(text, "text", _("请填写整改情况"))
    if any(one.organization_id != row.organization_id for one in attachments):
        raise InvalidInput(_("附件不属于本机构"), code="foreign", field="attachment")
    _move(row, SupervisionState.RECTIFIED)
    _step(actor, row, Act.REPORT, text=text, attachment_ids=keys, identifier=step_id)
    _tell_leaders(actor, row, events.RECTIFICATION_REPORTED, "整改待复核", text)
    _record(
        actor,
        events.RECTIFICATION_REPORTED,
        row,
        text=text.strip(),
        files=[one.digest for one in attachments],
    )
    return row, True


@transaction.atomic
def supervision_close(*, actor: Actor, supervision: Supervision, text: str = "") -> Supervision:
    """Close a supervision that was confirmed or put right.

    Raises:
        NotAllowed: the actor does not lead this supervision.
        InvalidState: it is neither confirmed nor put right, or the year is closed.
    """
    states = [SupervisionState.CONFIRMED, SupervisionState.RECTIFIED]
    row = _led(actor, supervision, states, _("只有已确认或待复核的记录可以关闭"))
    _move(row, SupervisionState.CLOSED)
    _step(actor, row, Act.CLOSE, text=text)
    _tell_person(row, events.SUPERVISION_CLOSED, "监督记录已关闭", text)
    _record(actor, events.SUPERVISION_CLOSED, row, text=text.strip())
    return row


def content_digest(row: Supervision) -> str:
    """Return the digest of what the supervised person is shown."""
    content: dict[str, Any] = {
        name: str(getattr(row, name) or "")
        for name in (*TEXTS, "supervised_on", "person_id", "point_id", "severity", "template")
    }
    content["findings"] = row.findings
    content["remote_checks"] = row.remote_checks
    content["files"] = sorted(map(str, row.attachment_ids))
    return digest(canonical_json(content))


def signature_of(actor: Actor, signature_id: UUID | None) -> Attachment:
    """Return a handwritten signature that the actor uploaded.

    Raises:
        InvalidInput: at `signature_id`; there is none.
    """
    row = (
        Attachment.unscoped()
        .filter(
            pk__in=[signature_id] if signature_id else [],
            organization_id=actor.own_organization,
            purpose=SIGNATURE,
            uploaded_by_id=actor.account_id,
        )
        .first()
    )
    if row is None:
        raise InvalidInput(_("请先签名"), code="required", field="signature_id")
    return row


# --- checks


def _check(actor: Actor, said: SupervisionInput) -> tuple[Checklist, list[dict[str, Any]]]:
    """Refuse what cannot be right; return the checklist of the day and the judged checks."""
    problems = Problems()
    problems.in_order("supervised_on", said.supervised_on, today(), _("监督日期不能晚于今天"))
    for name in TEXTS:
        column: Any = Supervision._meta.get_field(name)  # noqa: SLF001 - Django's documented API
        problems.filled(name, getattr(said, name), str(column.verbose_name))
        message = _("最多 %(count)s 个字") % {"count": column.max_length}
        problems.unless(len(getattr(said, name)) <= column.max_length, name, message, "too_long")
    problems.one_of("severity", said.severity, Severity.values)
    for path, person in (("person", said.person), ("head", said.head)):
        if person is None:
            continue
        own = person.organization_id == actor.organization_id
        problems.unless(own, path, _("请选择本机构的人员"), "foreign")
        gone = person.left_on is not None and person.left_on <= said.supervised_on
        message = _("%(person)s已于 %(left_on)s 离职") % {
            "person": person.name,
            "left_on": person.left_on,
        }
        problems.unless(not gone, path, message, "left")
    oneself = said.person.account_id is not None and said.person.account_id == actor.account_id
    problems.unless(not oneself, "person", _("不能监督本人"), "oneself")
    keys = list(said.attachment_ids)
    here = Attachment.unscoped().filter(pk__in=keys, organization_id=actor.own_organization)
    message = _("照片还没有上传完，请稍后再试")
    problems.unless(here.count() == len(set(keys)), "attachment_ids", message, "missing")
    checklist = checklist_on(said.supervised_on)
    message = _("该日期没有生效的检查表")
    problems.unless(checklist is not None, "supervised_on", message, "no_template")
    if checklist is not None:
        _check_findings(problems, checklist, said.findings)
    checks = _judged(problems, said.remote_checks)
    problems.refuse_if_any()
    if checklist is None:  # refused above
        raise InvalidInput
    return checklist, checks


def _check_findings(
    problems: Problems, checklist: Checklist, findings: Sequence[Mapping[str, Any]]
) -> None:
    problems.unless(bool(findings), "findings", _("请至少检查一个项目"), "required")
    seen: set[str] = set()
    for position, one in enumerate(findings):
        path = f"findings.{position}"
        item = checklist.item(str(one.get("key")))
        problems.unless(item is not None, path, _("检查表中没有这个项目"), "unknown")
        problems.unless(one.get("key") not in seen, path, _("同一项目只能填写一次"), "taken")
        seen.add(str(one.get("key")))
        passed = one.get("passed")
        problems.unless(isinstance(passed, bool), path, _("请选择是否符合"), "required")
        noted = passed is not False or bool(str(one.get("note") or "").strip())
        message = _("不符合的项目请填写说明")
        problems.unless(noted, f"{path}.note", message, "required")


def _judged(problems: Problems, checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the remote checks as typed, each with its judgement."""
    message = _("最多 %(count)s 项") % {"count": MOST_CHECKS}
    problems.unless(len(checks) <= MOST_CHECKS, "remote_checks", message, "too_many")
    result = []
    for position, one in enumerate(checks):
        path = f"remote_checks.{position}"
        problems.filled(f"{path}.parameter", one.get("parameter"), _("参数"))
        kept: dict[str, Any] = {key: value for key, value in one.items() if key != "outcome"}
        if "not_applicable" in one and one["not_applicable"] is not None:
            message = _("选择不适用时请填写原因")
            reason = str(one["not_applicable"]).strip()
            problems.unless(bool(reason), f"{path}.not_applicable", message, "required")
            result.append(kept | {"outcome": "not_applicable", "judgements": []})
            continue
        reading = _reading(problems, path, one)
        if reading is None:
            continue
        judgements = judge(reading)
        result.append(
            kept
            | {
                "outcome": outcome_of(judgements),
                "judgements": [
                    {
                        "rule": each.rule.id,
                        "title": dict(each.rule.title),
                        "clause": each.rule.clause,
                        "provenance": each.rule.provenance,
                        "outcome": each.outcome,
                        "difference": None if each.difference is None else str(each.difference),
                        "limit": None if each.limit is None else str(each.limit),
                    }
                    for each in judgements
                ],
            }
        )
    return result


def _reading(problems: Problems, path: str, one: Mapping[str, Any]) -> Reading | None:
    values = {name: number(str(one.get(name) or "")) for name in ("analyser", "logger")}
    for name, value in values.items():
        problems.unless(value is not None, f"{path}.{name}", _("请填写数字"), "number")
    names = ("analyser_range", "acquisition_range", "logger_range")
    ranges = {name: range_of(str(one.get(name) or "")) for name in names}
    for name, span in ranges.items():
        message = _("量程应写作 0～100，下限小于上限")
        problems.unless(span is not None, f"{path}.{name}", message, "range")
    signal = str(one.get("signal") or "")
    problems.one_of(f"{path}.signal", signal, SIGNALS)
    if signal not in SIGNALS or None in values.values() or None in ranges.values():
        return None
    given: dict[str, Any] = {**values, **ranges}
    parameter, unit = str(one.get("parameter") or ""), str(one.get("unit") or "")
    return Reading(parameter=parameter, signal=signal, unit=unit, **given)


def _require_text(text: str, path: str, message: str) -> None:
    if not text.strip():
        raise InvalidInput(message, code="required", field=path)


def _fresh(supervision: Supervision) -> Supervision:
    row = locked(supervision)
    row.person = supervision.person
    return row


def _was_sent(row: Supervision, step_id: UUID | None, **said: object) -> bool:
    """Tell whether a step was sent before, with the very same content.

    Raises:
        Conflict: the id was used for something else.
    """
    if step_id is None:
        return False
    with bypass_rls("an id is used whoever used it"):
        made = SupervisionStep.unscoped().filter(pk=step_id).first()
    if made is None:
        return False
    kept = {name: getattr(made, name) for name in said}
    if made.supervision_id != row.pk or kept != said:
        raise Conflict(str(USED_OTHERWISE), code="different_content")
    return True


def _in(supervision: Supervision, states: Sequence[str], message: str) -> Supervision:
    """Return the row as it stands, its year locked and open, in one of the states."""
    open_year(supervision.organization_id, supervision.year)
    row = _fresh(supervision)
    if row.state not in states:
        raise InvalidState(message)
    return row


def _led(
    actor: Actor, supervision: Supervision, states: Sequence[str], message: str
) -> Supervision:
    require(may_lead_supervision(actor, supervision), _("只有监督人、负责人或管理员可以办理"))
    return _in(supervision, states, message)


# --- writing


def _move(row: Supervision, state: SupervisionState) -> None:
    row.state = state
    row.version += 1
    row.save()


def _step(
    actor: Actor,
    row: Supervision,
    act: Act,
    *,
    text: str = "",
    due_on: date | None = None,
    signature: Attachment | None = None,
    attachment_ids: Sequence[UUID] = (),
    identifier: UUID | None = None,
    shown: str = "",
) -> None:
    if identifier is not None:
        check_client_id(identifier, "id")
    SupervisionStep(
        id=identifier or new_id(),
        supervision=row,
        act=act,
        text=text.strip(),
        due_on=due_on,
        by_id=account_of_editor(actor),
        by_name=actor.name,
        at=now(),
        signature=signature,
        attachment_ids=list(attachment_ids),
        shown_digest=shown,
    ).save(force_insert=True)


def _record(actor: Actor, verb: str, row: Supervision, **payload: Any) -> None:
    said = {"number": row.full_number, "state": row.state, "digest": content_digest(row)}
    record(actor=actor, verb=verb, obj=row, payload=said | payload)


def _tell_person(row: Supervision, kind: str, title: str, body: str) -> None:
    if row.person.account_id:
        _tell([row.person.account_id], row, kind, title, body)


def _tell_leaders(actor: Actor, row: Supervision, kind: str, title: str, body: str) -> None:
    told = dict.fromkeys([row.supervisor_id, *keepers_of(row.organization_id)])
    _tell([key for key in told if key != actor.account_id], row, kind, title, body)


def _tell(to: Sequence[UUID], row: Supervision, kind: str, title: str, body: str) -> None:
    words = "：".join(part for part in (row.full_number, body.strip()) if part)
    notify(
        recipients=to,
        kind=kind,
        title=title,
        body=words[:300],
        link=f"/h5/#/supervisions/{row.pk}",
        about=row,
    )
