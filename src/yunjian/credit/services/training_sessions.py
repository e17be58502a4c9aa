"""教育培训: scheduled, held with attendance and results, and done once its effect is evaluated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Person
from yunjian.credit import events
from yunjian.credit.domain.times import hours_between
from yunjian.credit.models import TrainingParticipant, TrainingPlanItem, TrainingSession
from yunjian.credit.models.trainings import (
    Attendance,
    Conclusion,
    PlanState,
    Result,
    SessionKind,
    SessionState,
)
from yunjian.credit.policies import account_of_editor, may_keep_trainings
from yunjian.credit.services.years import open_year
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.kernel.clock import SHANGHAI, business_day, now, today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.changes import assign, facts, record_change
from yunjian.records.problems import Problems, locked
from yunjian.records.versions import check_version, save_changes

HOURS_OF_A_DAY = 24

# nobody signs in for an afternoon at dawn
EARLIEST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class ParticipantInput:
    """What is entered about one participant."""

    person: Person
    attendance: str = Attendance.EXPECTED
    signed_in_at: datetime | None = None
    result: str = ""
    score: Decimal | None = None
    makeup_on: date | None = None
    makeup_result: str = ""
    certificate_number: str = ""
    certificate_issuer: str = ""
    certificate_valid_until: date | None = None
    certificate: Attachment | None = None


COLUMNS = [name for name in ParticipantInput.__slots__ if name != "person"]


@transaction.atomic
def session_schedule(*, actor: Actor, people: Sequence[Person], **values: Any) -> TrainingSession:
    """Schedule a session for people of the agency; they are told.

    `values` are the columns of the session from `plan_item` to `teacher`.

    Raises:
        NotAllowed: the actor does not keep the trainings of an agency.
        InvalidState: the year is closed.
        InvalidInput: values that cannot be right: hours beyond from and to, people who will have
            left, or who are in another session then.
    """
    require(may_keep_trainings(actor))
    agency_id = actor.own_organization
    if values.get("starts_at") is None:
        raise InvalidInput(_("请填写开始时间"), code="required", field="starts_at")
    year = business_day(values["starts_at"]).year
    open_year(agency_id, year)
    _check(agency_id, people, values)
    row = TrainingSession(
        organization_id=agency_id, year=year, created_by_id=account_of_editor(actor), **values
    )
    row.save(force_insert=True)
    TrainingParticipant.unscoped().bulk_create(
        TrainingParticipant(session=row, person=person) for person in people
    )
    _tell(row, people, events.TRAINING_SCHEDULED, "有教育培训安排")
    record(actor=actor, verb=events.TRAINING_SCHEDULED, obj=row, payload=_facts(row, people))
    return row


@transaction.atomic
def session_change(
    *,
    actor: Actor,
    session: TrainingSession,
    people: Sequence[Person],
    version: int | None = None,
    **values: Any,
) -> TrainingSession:
    """Change a session that was not held yet: what it is, and who is to come.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was held or cancelled, or the year is closed.
        InvalidInput: as in `session_schedule`; a day in another year.
        StaleVersion: somebody else changed it in between.
    """
    row = _own(actor, session, [SessionState.SCHEDULED], _("只有未开始的培训可以修改"))
    check_version(row, version)
    _check(row.organization_id, people, values, besides=row.pk)
    if business_day(values["starts_at"]).year != row.year:
        message = _("日期应在 %(year)s 年度内；跨年请取消后重新安排") % {"year": row.year}
        raise InvalidInput(message, code="range", field="starts_at")
    there = {part.person_id: part for part in _participants(row)}
    wanted = {person.pk: person for person in people}
    new = [person for key, person in wanted.items() if key not in there]
    gone = [part for key, part in there.items() if key not in wanted]
    changes = assign(row, values)
    if not changes and not new and not gone:
        return row
    before, after = sorted(map(str, there)), sorted(map(str, wanted))
    save_changes(row, changes)
    TrainingParticipant.unscoped().filter(pk__in=[part.pk for part in gone]).delete()
    TrainingParticipant.unscoped().bulk_create(
        TrainingParticipant(session=row, person=person) for person in new
    )
    moved = {"starts_at", "ends_at", "place"} & changes.keys()
    _tell(row, people if moved else new, events.TRAINING_CHANGED, "教育培训安排有变化")
    plainly = {name: (str(old), str(now_)) for name, (old, now_) in changes.items()}
    if before != after:
        plainly["people"] = (",".join(before), ",".join(after))
    record_change(
        actor=actor,
        verb=events.TRAINING_CHANGED,
        row=row,
        changes=plainly,
        payload=facts(row, "version"),
    )
    return row


@transaction.atomic
def session_hold(
    *,
    actor: Actor,
    session: TrainingSession,
    participants: Sequence[ParticipantInput],
    version: int | None = None,
) -> TrainingSession:
    """Enter who was there and what came of it; from then on its evaluation is awaited.

    It may be entered again, until the session is evaluated.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it is done or cancelled, or the year is closed.
        InvalidInput: the session is not over; a participant is missing or nobody's state is
            said; a result that does not fit, each at `participants.<number>.<field>`.
        StaleVersion: somebody else changed it in between.
    """
    states = [SessionState.SCHEDULED, SessionState.HELD]
    row = _own(actor, session, states, _("该培训已完成或已取消，不能再登记"))
    check_version(row, version)
    if row.ends_at > now():
        raise InvalidInput(_("培训尚未结束，不能登记签到与结果"), code="future", field="ends_at")
    there = {part.person_id: part for part in _participants(row)}
    _check_participants(row, there, participants)
    for one in participants:
        part = there[one.person.pk]
        for name in COLUMNS:
            setattr(part, name, getattr(one, name))
        part.save()
    row.state = SessionState.HELD
    row.version += 1
    row.save(update_fields=["state", "version"])
    counted = {
        state: sum(1 for one in participants if one.attendance == state)
        for state in Attendance.values
    }
    payload = facts(row, "version") | {"attendance": counted}
    record(actor=actor, verb=events.TRAINING_HELD, obj=row, payload=payload)
    _tell_results(row, participants)
    return row


@transaction.atomic
def session_file(
    *, actor: Actor, session: TrainingSession, attachments: Sequence[Attachment]
) -> TrainingSession:
    """Add photos and records to a session.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was cancelled, or the year is closed.
        InvalidInput: a file of somebody else's.
    """
    states = [SessionState.SCHEDULED, SessionState.HELD, SessionState.DONE]
    row = _own(actor, session, states, _("已取消的培训不能上传材料"))
    if any(one.organization_id != row.organization_id for one in attachments):
        raise InvalidInput(_("附件不属于本机构"), code="foreign", field="attachment")
    keys = [one.pk for one in attachments if one.pk not in row.attachment_ids]
    if not keys:
        return row
    row.attachment_ids = [*row.attachment_ids, *keys]
    row.version += 1
    row.save(update_fields=["attachment_ids", "version"])
    digests = [one.digest for one in attachments]
    payload = facts(row, "version") | {"files": digests}
    record(actor=actor, verb=events.TRAINING_FILED, obj=row, payload=payload)
    return row


@transaction.atomic
def session_evaluate(
    *,
    actor: Actor,
    session: TrainingSession,
    evaluator: Person,
    evaluated_on: date,
    evaluation: str,
    conclusion: str,
    version: int | None = None,
) -> TrainingSession:
    """Evaluate the effect of a session: only now it is done.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was not held, is done or cancelled, or the year is closed.
        InvalidInput: before the session or in the future; nothing said; an evaluator who is not
            of the agency, has left, or took part.
        StaleVersion: somebody else changed it in between.
    """
    message = _("请先登记签到与结果，再评价效果")
    row = _own(actor, session, [SessionState.HELD], message)
    check_version(row, version)
    problems = Problems()
    held_on = business_day(row.ends_at)
    problems.in_order("evaluated_on", held_on, evaluated_on, _("评价日期不能早于培训日期"))
    problems.in_order("evaluated_on", evaluated_on, today(), _("评价日期不能晚于今天"))
    problems.filled("evaluation", evaluation, _("效果评价"))
    problems.one_of("conclusion", conclusion, Conclusion.values)
    reason = _why_not(evaluator, row.organization_id, evaluated_on)
    problems.unless(not reason, "evaluator", reason, "unfit")
    parts = TrainingParticipant.unscoped().filter(session=row, person=evaluator)
    took_part = parts.filter(attendance=Attendance.PRESENT).exists()
    message = _("参加培训的人员不能评价这次培训的效果，请选择其他人员")
    problems.unless(not took_part, "evaluator", message, "participant")
    problems.refuse_if_any()
    row.state = SessionState.DONE
    row.evaluator = evaluator
    row.evaluated_on = evaluated_on
    row.evaluation = evaluation.strip()
    row.conclusion = conclusion
    row.version += 1
    row.save()
    payload = facts(row, "version", "evaluated_on", "conclusion")
    record(
        actor=actor,
        verb=events.TRAINING_EVALUATED,
        obj=row,
        payload=payload | {"evaluator": str(evaluator.pk)},
    )
    return row


@transaction.atomic
def session_cancel(*, actor: Actor, session: TrainingSession, reason: str) -> TrainingSession:
    """Cancel a session that was not held, and say why; who was to come is told.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was held or cancelled, or the year is closed.
        InvalidInput: no reason given.
    """
    row = _own(actor, session, [SessionState.SCHEDULED], _("只有未开始的培训可以取消"))
    if not reason.strip():
        raise InvalidInput(_("请填写取消原因"), code="required", field="reason")
    row.state = SessionState.CANCELLED
    row.cancel_reason = reason.strip()
    row.version += 1
    row.save(update_fields=["state", "cancel_reason", "version"])
    people = [part.person for part in _participants(row)]
    _tell(row, people, events.TRAINING_CANCELLED, "教育培训已取消")
    payload = facts(row, "version") | {"reason": row.cancel_reason}
    record(actor=actor, verb=events.TRAINING_CANCELLED, obj=row, payload=payload)
    return row


# --- checks


def _participants(row: TrainingSession) -> QuerySet[TrainingParticipant]:
    return TrainingParticipant.unscoped().filter(session=row).select_related("person")


def _own(
    actor: Actor, session: TrainingSession, states: Sequence[str], message: str
) -> TrainingSession:
    """Return the session as it stands, its year locked and open, in one of the states."""
    require(may_keep_trainings(actor, session.organization_id))
    open_year(session.organization_id, session.year)
    row = locked(session)
    if row.state not in states:
        raise InvalidState(message)
    return row


def _check(
    agency_id: UUID,
    people: Sequence[Person],
    values: Mapping[str, Any],
    besides: UUID | None = None,
) -> None:
    problems = Problems()
    for name in ("topic", "content", "place", "teacher"):
        column: Any = TrainingSession._meta.get_field(name)  # noqa: SLF001 - Django's documented API
        problems.filled(name, values.get(name), str(column.verbose_name))
    problems.one_of("kind", values.get("kind") or "", SessionKind.values)
    item: TrainingPlanItem | None = values.get("plan_item")
    planned = item is not None or bool((values.get("unplanned_reason") or "").strip())
    message = _("请选择计划项目，或填写计划外原因")
    problems.unless(planned, "unplanned_reason", message, "required")
    if item is not None:
        good = item.plan.organization_id == agency_id and item.plan.state == PlanState.APPROVED
        problems.unless(good, "plan_item", _("请选择本机构已批准计划中的项目"), "unknown")
    starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
    problems.filled("starts_at", starts_at, _("开始时间"))
    problems.filled("ends_at", ends_at, _("结束时间"))
    if starts_at is not None and ends_at is not None:
        _check_times(problems, starts_at, ends_at, values.get("hours"))
        _check_people(problems, agency_id, people, (starts_at, ends_at), besides)
    problems.unless(bool(people), "people", _("请选择参加人员"), "required")
    problems.refuse_if_any()


def _check_times(
    problems: Problems, starts_at: datetime, ends_at: datetime, hours: Decimal | None
) -> None:
    problems.unless(starts_at < ends_at, "ends_at", _("结束时间应晚于开始时间"), "order")
    same_day = business_day(starts_at) == business_day(ends_at)
    message = _("一次培训应在同一天内；多天的培训请分次登记")
    problems.unless(same_day, "ends_at", message, "range")
    problems.filled("hours", hours, _("学时"))
    if hours is None or starts_at >= ends_at:
        return
    good = 0 < hours <= HOURS_OF_A_DAY and hours == round(hours, 1)
    problems.unless(good, "hours", _("学时应大于 0、不超过 24，最多一位小数"), "range")
    most = hours_between(starts_at, ends_at)
    message = _("学时 %(hours)s 超过起止时间之间的 %(most)s 小时") % {
        "hours": hours,
        "most": f"{most:.1f}",
    }
    problems.unless(hours <= most, "hours", message, "range")


def _check_people(
    problems: Problems,
    agency_id: UUID,
    people: Sequence[Person],
    times: tuple[datetime, datetime],
    besides: UUID | None,
) -> None:
    day = business_day(times[0])
    for person in people:
        reason = _why_not(person, agency_id, day)
        problems.unless(not reason, "people", reason, "unfit")
    # people who are entered twice at once wait for one another at the lock of the year
    busy = (
        TrainingParticipant.unscoped()
        .filter(
            person__in=[person.pk for person in people],
            session__starts_at__lt=times[1],
            session__ends_at__gt=times[0],
        )
        .exclude(session__state=SessionState.CANCELLED)
        .exclude(session=besides)
        .exclude(attendance__in=[Attendance.ABSENT, Attendance.EXCUSED])
        .select_related("person", "session")
        .order_by("pk")
    )
    for part in busy:
        message = _("%(person)s此时已参加“%(topic)s”（%(from)s～%(to)s）") % {
            "person": part.person.name,
            "topic": part.session.topic,
            "from": f"{part.session.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "to": f"{part.session.ends_at.astimezone(SHANGHAI):%H:%M}",
        }
        problems.unless(False, "people", message, "busy")  # noqa: FBT003


def _why_not(person: Person, agency_id: UUID, on: date) -> str:
    """Return why a person cannot take part on a day ("" when nothing stands against it)."""
    if person.organization_id != agency_id:
        return _("请选择本机构的人员")
    words = {"person": person.name}
    if person.left_on is not None and person.left_on <= on:
        return _("%(person)s已于 %(left_on)s 离职") % {**words, "left_on": person.left_on}
    if person.joined_on is not None and person.joined_on > on:
        return _("%(person)s于 %(joined_on)s 才入职") % {**words, "joined_on": person.joined_on}
    return ""


def _check_participants(
    row: TrainingSession,
    there: Mapping[UUID, TrainingParticipant],
    participants: Sequence[ParticipantInput],
) -> None:
    problems = Problems()
    said = {one.person.pk for one in participants}
    names = [part.person.name for key, part in there.items() if key not in said]
    message = _("请登记全部参加人员，缺少：%(names)s") % {"names": "、".join(names)}
    problems.unless(not names, "participants", message, "missing")
    for number, one in enumerate(participants):
        _check_participant(problems, row, f"participants.{number}", one, there)
    present = any(one.attendance == Attendance.PRESENT for one in participants)
    problems.unless(present, "participants", _("没有人到场；请取消本次培训"), "nobody")
    problems.refuse_if_any()


def _check_participant(
    problems: Problems,
    row: TrainingSession,
    path: str,
    one: ParticipantInput,
    there: Mapping[UUID, TrainingParticipant],
) -> None:
    name = {"person": one.person.name}
    known = one.person.pk in there
    problems.unless(known, path, _("%(person)s不在参加人员中") % name, "unknown")
    said = one.attendance in {Attendance.PRESENT, Attendance.ABSENT, Attendance.EXCUSED}
    problems.unless(said, f"{path}.attendance", _("请选择%(person)s的到场情况") % name, "required")
    present = one.attendance == Attendance.PRESENT
    if present:
        message = _("请填写%(person)s的签到时间") % name
        problems.unless(one.signed_in_at is not None, f"{path}.signed_in_at", message, "required")
        message = _("请选择%(person)s的考核结果") % name
        problems.unless(one.result in Result.values, f"{path}.result", message, "required")
    else:
        empty = one.signed_in_at is None and not one.result and one.score is None
        message = _("%(person)s未到场，不能有签到时间、结果或成绩") % name
        problems.unless(empty, f"{path}.attendance", message, "absent")
    if one.signed_in_at is not None:
        same_day = business_day(one.signed_in_at) == business_day(row.starts_at)
        good = same_day and row.starts_at - EARLIEST <= one.signed_in_at <= row.ends_at
        message = _("%(person)s的签到时间应在培训当天、开始前两小时至结束之间") % name
        problems.unless(good, f"{path}.signed_in_at", message, "range")
    if one.score is not None:
        hundred = Decimal(100)
        good = 0 <= one.score <= hundred and one.score == round(one.score, 1)
        message = _("%(person)s的成绩应在 0 到 100 之间，最多一位小数") % name
        problems.unless(good, f"{path}.score", message, "range")
    _check_makeup(problems, row, path, one)
    _check_certificate(problems, row, path, one)


def _check_makeup(
    problems: Problems, row: TrainingSession, path: str, one: ParticipantInput
) -> None:
    name = {"person": one.person.name}
    made_up = one.makeup_on is not None or bool(one.makeup_result)
    if not made_up:
        return
    # who was not there, or failed, may be examined later
    good = one.result not in {Result.PASS, Result.NONE}
    message = _("%(person)s已合格或不考核，无需补考") % name
    problems.unless(good, f"{path}.makeup_on", message, "needless")
    both = one.makeup_on is not None and one.makeup_result in {Result.PASS, Result.FAIL}
    message = _("请同时填写%(person)s的补考日期和补考结果") % name
    problems.unless(both, f"{path}.makeup_on", message, "required")
    held_on = business_day(row.ends_at)
    message = _("%(person)s的补考日期应不早于培训日期、不晚于今天") % name
    good = one.makeup_on is None or held_on <= one.makeup_on <= today()
    problems.unless(good, f"{path}.makeup_on", message, "range")


def _check_certificate(
    problems: Problems, row: TrainingSession, path: str, one: ParticipantInput
) -> None:
    name = {"person": one.person.name}
    number, issuer = one.certificate_number.strip(), one.certificate_issuer.strip()
    rest = issuer or one.certificate_valid_until or one.certificate
    message = _("请同时填写%(person)s的证书编号和发证机关") % name
    good = bool(number and issuer) or not (number or rest)
    problems.unless(good, f"{path}.certificate_number", message, "required")
    for field, text in (("certificate_number", number), ("certificate_issuer", issuer)):
        column: Any = TrainingParticipant._meta.get_field(field)  # noqa: SLF001 - documented
        message = _("%(person)s：%(label)s最多 %(count)s 个字") % {
            **name,
            "label": column.verbose_name,
            "count": column.max_length,
        }
        problems.unless(len(text) <= column.max_length, f"{path}.{field}", message, "too_long")
    until = one.certificate_valid_until
    message = _("%(person)s的证书有效期不能早于培训日期") % name
    good = until is None or until >= business_day(row.starts_at)
    problems.unless(good, f"{path}.certificate_valid_until", message, "order")
    owned = one.certificate is None or one.certificate.organization_id == row.organization_id
    problems.unless(owned, f"{path}.certificate", _("附件不属于本机构"), "foreign")


# --- words


def _facts(row: TrainingSession, people: Sequence[Person]) -> dict[str, object]:
    return {
        "topic": row.topic,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "hours": str(row.hours),
        "plan_item": str(row.plan_item_id) if row.plan_item_id else None,
        "unplanned_reason": row.unplanned_reason,
        "people": sorted(str(person.pk) for person in people),
        "version": row.version,
    }


def _tell(row: TrainingSession, people: Sequence[Person], kind: str, title: str) -> None:
    when = f"{row.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    why = f"，原因：{row.cancel_reason}" if row.cancel_reason else ""
    notify(
        recipients=[person.account_id for person in people if person.account_id],
        kind=kind,
        title=title,
        body=f"{row.topic}：{when}，{row.place}，授课人 {row.teacher}{why}",
        link=f"/agency/trainings/{row.pk}/",
        about=row,
    )


def _tell_results(row: TrainingSession, participants: Sequence[ParticipantInput]) -> None:
    failed = [
        one.person.account_id
        for one in participants
        if one.result == Result.FAIL and not one.makeup_result and one.person.account_id
    ]
    notify(
        recipients=failed,
        kind=events.TRAINING_HELD,
        title="培训考核不合格，需补考",
        body=f"{row.topic}：您的考核结果为不合格，请联系管理员安排补考。",
        link=f"/agency/trainings/{row.pk}/",
        about=row,
    )
