"""年度培训计划: prepared, checked, approved by whom and when; after that only a new edition."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit import events
from yunjian.credit.domain.times import in_year
from yunjian.credit.models import TrainingPlan, TrainingPlanItem, TrainingSession
from yunjian.credit.models.trainings import PlanState, TrainingForm
from yunjian.credit.policies import account_of_editor, may_approve_plan, may_keep_trainings
from yunjian.credit.selectors.years import keepers_of
from yunjian.credit.services.years import open_year
from yunjian.evidence.models import Event
from yunjian.evidence.services import record
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.changes import assign, differences, facts, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version, save_changes

EDITABLE = [PlanState.DRAFT, PlanState.RETURNED]
OPEN = [*EDITABLE, PlanState.SUBMITTED, PlanState.CHECKED]
ITEM_TEXTS = ("aim", "content", "department", "place", "teacher", "examination")
MOST_ITEM_HOURS = 999


@transaction.atomic
def plan_create(*, actor: Actor, year: int, **values: Any) -> TrainingPlan:
    """Begin the training plan of a year; `values` are title, summary and attachment.

    Raises:
        NotAllowed: the actor does not keep the trainings of an agency.
        InvalidState: the year is closed, or has an approved plan (then `plan_revise`).
        InvalidInput: values that cannot be right.
        Conflict: a plan of the year is being written already.
    """
    require(may_keep_trainings(actor))
    agency_id = actor.own_organization
    open_year(agency_id, year)
    _check_plan(actor, values)
    if _approved(agency_id, year) is not None:
        raise InvalidState(_("该年度已有批准的计划，请在其页面上编制新版"))
    return _new_plan(actor, year, values)


@transaction.atomic
def plan_change(
    *, actor: Actor, plan: TrainingPlan, version: int | None = None, **values: Any
) -> TrainingPlan:
    """Change title, summary or file of a plan that is being written.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was handed in, or the year is closed.
        InvalidInput: values that cannot be right.
        StaleVersion: somebody else changed it in between.
    """
    row = _editable(actor, plan)
    check_version(row, version)
    _check_plan(actor, values)
    changes = assign(row, values)
    if changes:
        save_changes(row, changes)
        record_change(
            actor=actor,
            verb=events.TRAINING_PLAN_CHANGED,
            row=row,
            changes=changes,
            payload=facts(row, "version"),
        )
    return row


@transaction.atomic
def item_save(
    *,
    actor: Actor,
    plan: TrainingPlan,
    item: TrainingPlanItem | None = None,
    people: Sequence[Person] = (),
    version: int | None = None,
    **values: Any,
) -> TrainingPlanItem:
    """Add an item to a plan that is being written, or change one.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: the plan was handed in, the item is gone, or the year is closed.
        InvalidInput: values that cannot be right, each at its field.
        StaleVersion: an item is changed, and somebody else changed the plan in between.
    """
    row = _editable(actor, plan)
    if item is not None:
        check_version(row, version)
        if not TrainingPlanItem.unscoped().filter(plan=row, pk=item.pk).exists():
            raise InvalidState(_("这个培训项目已被删除，请重新添加"))
    check_item(row, people, values)
    return _write_item(row, item, people, values, actor)


@transaction.atomic
def item_remove(*, actor: Actor, plan: TrainingPlan, item: TrainingPlanItem) -> None:
    """Take an item out of a plan that is being written.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: the plan was handed in, or the year is closed.
    """
    row = _editable(actor, plan)
    gone = TrainingPlanItem.unscoped().filter(plan=row, pk=item.pk).first()
    if gone is None:
        return
    changes = differences({f"items.{gone.pk}": _item_value(gone, [])}, {})
    gone.delete()
    row.version += 1
    row.save(update_fields=["version"])
    record_change(
        actor=actor,
        verb=events.TRAINING_PLAN_CHANGED,
        row=row,
        changes=changes,
        payload=facts(row, "version"),
    )


@transaction.atomic
def items_add(
    *, actor: Actor, plan: TrainingPlan, rows: Sequence[tuple[Sequence[Person], dict[str, Any]]]
) -> int:
    """Add several items (from a workbook) to a plan that is being written: all, or none.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: the plan was handed in, or the year is closed.
        InvalidInput: values that cannot be right.
    """
    row = _editable(actor, plan)
    for people, values in rows:
        check_item(row, people, values)
    for people, values in rows:
        _write_item(row, None, people, values, actor)
    return len(rows)


@transaction.atomic
def plan_submit(*, actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    """Hand a plan in to be checked.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it is not being written, or the year is closed.
        InvalidInput: it has neither items nor a file.
    """
    row = _editable(actor, plan)
    if row.attachment_id is None and not _items(row):
        raise InvalidInput(_("计划还没有内容：请添加培训项目，或上传计划文件"), code="empty")
    _move(row, PlanState.SUBMITTED, remarks="")
    _tell_keepers(actor, row, events.TRAINING_PLAN_SUBMITTED, "培训计划待审核")
    record(actor=actor, verb=events.TRAINING_PLAN_SUBMITTED, obj=row, payload=_facts(row))
    return row


@transaction.atomic
def plan_check(*, actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    """Check a plan that was handed in (审核); the preparer may not.

    Raises:
        NotAllowed: not the actor's agency, who keeps no trainings, or who prepared it.
        InvalidState: it is not waiting to be checked, or the year is closed.
    """
    row = _of_another(actor, plan, [PlanState.SUBMITTED], _("只有待审核的计划可以审核"))
    _move(row, PlanState.CHECKED, checked_by_id=actor.account_id, checked_at=now())
    _tell_keepers(actor, row, events.TRAINING_PLAN_CHECKED, "培训计划待批准")
    record(actor=actor, verb=events.TRAINING_PLAN_CHECKED, obj=row, payload=_facts(row))
    return row


@transaction.atomic
def plan_approve(*, actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    """Approve a checked plan (批准); an earlier edition is superseded.

    Raises:
        NotAllowed: not the actor's agency, who keeps no trainings, or who prepared it.
        InvalidState: it is not waiting for approval, or the year is closed.
    """
    row = _of_another(actor, plan, [PlanState.CHECKED], _("只有审核通过的计划可以批准"))
    earlier = _approved(row.organization_id, row.year)
    if earlier is not None:
        _move(earlier, PlanState.SUPERSEDED)
        _carry_sessions(earlier, row)
    _move(row, PlanState.APPROVED, approved_by_id=actor.account_id, approved_at=now())
    _tell_keepers(actor, row, events.TRAINING_PLAN_APPROVED, "培训计划已批准")
    _tell_people(row)
    payload = _facts(row) | {"supersedes": str(earlier.pk) if earlier else None}
    record(actor=actor, verb=events.TRAINING_PLAN_APPROVED, obj=row, payload=payload)
    return row


@transaction.atomic
def plan_return(*, actor: Actor, plan: TrainingPlan, remarks: str) -> TrainingPlan:
    """Send a plan back to its preparer with remarks.

    Raises:
        NotAllowed: not the actor's agency, who keeps no trainings, or who prepared it.
        InvalidState: it is neither handed in nor checked, or the year is closed.
        InvalidInput: no remarks.
    """
    message = _("只有待审核或待批准的计划可以退回")
    row = _of_another(actor, plan, [PlanState.SUBMITTED, PlanState.CHECKED], message)
    if not remarks.strip():
        raise InvalidInput(_("请填写退回意见"), code="required", field="remarks")
    _move(row, PlanState.RETURNED, remarks=remarks.strip(), checked_by_id=None, checked_at=None)
    notify(
        recipients=[row.prepared_by_id],
        kind=events.TRAINING_PLAN_RETURNED,
        title="培训计划被退回",
        body=f"{row.title}：{row.remarks}",
        link=_link(row),
        about=row,
    )
    payload = _facts(row) | {"remarks": row.remarks}
    record(actor=actor, verb=events.TRAINING_PLAN_RETURNED, obj=row, payload=payload)
    return row


@transaction.atomic
def plan_discard(*, actor: Actor, plan: TrainingPlan) -> None:
    """Throw a plan away that was never approved.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it was handed in, or the year is closed.
    """
    row = _editable(actor, plan)
    record(actor=actor, verb=events.TRAINING_PLAN_DISCARDED, obj=row, payload=_facts(row))
    row.delete()


@transaction.atomic
def plan_revise(*, actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    """Begin a new edition of an approved plan, with all its items; the old one holds meanwhile.

    Raises:
        NotAllowed: not the actor's agency, or who keeps no trainings.
        InvalidState: it is not the approved one, or the year is closed.
        Conflict: a new edition is being written already.
    """
    old = _own(actor, plan)
    if old.state != PlanState.APPROVED:
        raise InvalidState(_("只有已批准的计划可以编制新版"))
    values = {"title": old.title, "summary": old.summary, "attachment": old.attachment}
    new = _new_plan(actor, old.year, values)
    for item in _items(old):
        _copy_item(item, new, list(item.people.all()), item.planned_on)
    return new


@transaction.atomic
def plan_copy(*, actor: Actor, year: int) -> tuple[TrainingPlan, list[str]]:
    """Begin a year's plan with the approved one of the year before; return who was dropped.

    Days move by a year. People who have left by the new day are dropped, and named.

    Raises:
        NotAllowed: the actor does not keep the trainings of an agency.
        InvalidState: the year is closed or has a plan, or the year before has none approved.
        Conflict: a plan of the year is being written already.
    """
    require(may_keep_trainings(actor))
    agency_id = actor.own_organization
    open_year(agency_id, year)
    last = _approved(agency_id, year - 1)
    if last is None:
        message = _("%(year)s 年度没有已批准的计划可以沿用") % {"year": year - 1}
        raise InvalidState(message)
    if _approved(agency_id, year) is not None:
        raise InvalidState(_("该年度已有批准的计划，请在其页面上编制新版"))
    title = last.title.replace(str(year - 1), str(year))
    new = _new_plan(actor, year, {"title": title, "summary": last.summary, "attachment": None})
    dropped: dict[UUID, str] = {}
    for item in _items(last):
        day = in_year(item.planned_on, year)
        named = list(item.people.all())
        stay = [one for one in named if one.left_on is None or one.left_on > day]
        dropped |= {one.pk: one.name for one in named if one not in stay}
        _copy_item(item, new, stay, day)
    return new, sorted(dropped.values())


# --- what the services share


def check_item(plan: TrainingPlan, people: Sequence[Person], values: Mapping[str, Any]) -> None:
    """Refuse an item of a plan that cannot be right.

    Raises:
        InvalidInput: with every problem at its field.
    """
    problems = Problems()
    labels = {name: str(TrainingPlanItem._meta.get_field(name).verbose_name) for name in ITEM_TEXTS}  # type: ignore[union-attr]  # noqa: SLF001 - Django's documented API
    for name, label in labels.items():
        problems.filled(name, values.get(name), label)
    problems.one_of("form", values.get("form") or "", TrainingForm.values)
    positions = values.get("positions") or []
    known = all(one in Position.values for one in positions)
    problems.unless(known, "positions", _("请从列表中选择"), "unknown")
    message = _("请选择培训岗位或培训人员")
    problems.unless(bool(positions or people), "positions", message, "required")
    day, hours = values.get("planned_on"), values.get("hours")
    problems.filled("planned_on", day, _("计划日期"))
    if day is not None:
        message = _("计划日期应在 %(year)s 年度内") % {"year": plan.year}
        problems.unless(day.year == plan.year, "planned_on", message, "range")
        for person in people:
            problems.unless(
                person.organization_id == plan.organization_id, "people", _("请选择本机构的人员")
            )
            gone = person.left_on is not None and person.left_on <= day
            message = _("%(person)s已于 %(left_on)s 离职") % {
                "person": person.name,
                "left_on": person.left_on,
            }
            problems.unless(not gone, "people", message, "left")
    problems.filled("hours", hours, _("学时"))
    if hours is not None:
        good = 0 < hours <= MOST_ITEM_HOURS and hours == round(hours, 1)
        problems.unless(good, "hours", _("学时应大于 0、不超过 999，最多一位小数"), "range")
    if not problems.errors:
        problems.model_fields(TrainingPlanItem(plan=plan, **values), ["plan", "hours", "positions"])
    problems.refuse_if_any()


def _check_plan(actor: Actor, values: Mapping[str, Any]) -> None:
    problems = Problems()
    problems.filled("title", values.get("title"), _("计划名称"))
    attachment = values.get("attachment")
    owned = attachment is None or attachment.organization_id == actor.organization_id
    problems.unless(owned, "attachment", _("附件不属于本机构"))
    problems.refuse_if_any()


def _own(actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    """Return the plan as it stands, its year locked and open."""
    require(may_keep_trainings(actor, plan.organization_id))
    open_year(plan.organization_id, plan.year)
    return locked(plan)


def _editable(actor: Actor, plan: TrainingPlan) -> TrainingPlan:
    row = _own(actor, plan)
    if row.state not in EDITABLE:
        raise InvalidState(_("只有编制中或被退回的计划可以修改；已批准的计划请编制新版"))
    return row


def _of_another(
    actor: Actor, plan: TrainingPlan, states: Sequence[str], message: str
) -> TrainingPlan:
    row = _own(actor, plan)
    if row.state not in states:
        raise InvalidState(message)
    require(may_approve_plan(actor, row), _("编制人不能审核、批准或退回自己编制的计划"))
    wrote = Event.unscoped().filter(
        object_type=TrainingPlan._meta.label_lower,  # noqa: SLF001 - Django's documented API
        object_id=str(row.pk),
        actor_account_id=actor.account_id,
        verb__in=[events.TRAINING_PLAN_CREATED, events.TRAINING_PLAN_CHANGED],
    )
    message = _("您修改过这份计划，请由另一位负责人或管理员审核、批准或退回")
    require(not wrote.exists(), message)
    return row


def _approved(organization_id: UUID, year: int) -> TrainingPlan | None:
    return (
        TrainingPlan.unscoped()
        .select_for_update()
        .filter(organization_id=organization_id, year=year, state=PlanState.APPROVED)
        .first()
    )


def _new_plan(actor: Actor, year: int, values: Mapping[str, Any]) -> TrainingPlan:
    editions = TrainingPlan.unscoped().filter(organization_id=actor.own_organization, year=year)
    latest = editions.order_by("-edition").values_list("edition", flat=True).first() or 0
    row = TrainingPlan(
        organization_id=actor.own_organization,
        year=year,
        edition=latest + 1,
        prepared_by_id=account_of_editor(actor),
        **values,
    )
    with conflict_when("training_plan_one_open", _("该年度已有正在编制的计划"), "year"):
        row.save(force_insert=True)
    record(actor=actor, verb=events.TRAINING_PLAN_CREATED, obj=row, payload=_facts(row))
    return row


def _write_item(
    plan: TrainingPlan,
    item: TrainingPlanItem | None,
    people: Sequence[Person],
    values: Mapping[str, Any],
    actor: Actor,
) -> TrainingPlanItem:
    saved = item or TrainingPlanItem(plan=plan)
    before = _item_value(saved, _people_of(saved)) if item else None
    assign(saved, values)
    saved.save(force_insert=item is None)
    _set_people(saved, people)
    path = f"items.{saved.pk}"
    after = {path: _item_value(saved, people)}
    changes = differences({path: before} if before else {}, after)
    if changes:
        plan.version += 1
        plan.save(update_fields=["version"])
        record_change(
            actor=actor,
            verb=events.TRAINING_PLAN_CHANGED,
            row=plan,
            changes=changes,
            payload=facts(plan, "version"),
        )
    return saved


def _item_value(item: TrainingPlanItem, people: Sequence[Person]) -> list[str]:
    texts = [str(getattr(item, name)) for name in ITEM_TEXTS]
    keys = sorted(str(one.pk) for one in people)
    when = [item.planned_on.isoformat(), str(item.hours)]
    return [*texts, item.form, *when, ",".join(item.positions), ",".join(keys)]


def _copy_item(item: TrainingPlanItem, to: TrainingPlan, people: list[Person], day: Any) -> None:
    new = TrainingPlanItem(
        plan=to,
        form=item.form,
        positions=item.positions,
        planned_on=day,
        hours=item.hours,
        **{name: getattr(item, name) for name in ITEM_TEXTS},
    )
    new.save(force_insert=True)
    _set_people(new, people)


def _items(plan: TrainingPlan) -> list[TrainingPlanItem]:
    rows = TrainingPlanItem.unscoped().filter(plan=plan)
    return list(rows.prefetch_related(Prefetch("people", Person.unscoped())))


def _people_of(item: TrainingPlanItem) -> list[Person]:
    meant = TrainingPlanItem.people.through.objects.filter(trainingplanitem=item)
    return list(Person.unscoped().filter(pk__in=meant.values("person_id")))


def _set_people(item: TrainingPlanItem, people: Sequence[Person]) -> None:
    through: Any = TrainingPlanItem.people.through
    through.objects.filter(trainingplanitem=item).delete()
    keys = dict.fromkeys(one.pk for one in people)
    through.objects.bulk_create(through(trainingplanitem=item, person_id=key) for key in keys)


def _carry_sessions(earlier: TrainingPlan, later: TrainingPlan) -> None:
    """Let sessions of the earlier edition fulfil the item of the new one that says the same.

    Of items that recur, those of one day belong together; the rest in the order of their days.
    """
    olds, news = _items(earlier), _items(later)
    for said in (_said_and_when, _said):
        for old in sorted(olds, key=lambda item: item.planned_on):
            alike = [item for item in news if said(item) == said(old)]
            if not alike:
                continue
            new = min(alike, key=lambda item: item.planned_on)
            TrainingSession.unscoped().filter(plan_item=old).update(plan_item=new)
            olds.remove(old)
            news.remove(new)


def _said(item: TrainingPlanItem) -> tuple[object, ...]:
    return item.content, item.form


def _said_and_when(item: TrainingPlanItem) -> tuple[object, ...]:
    return item.content, item.form, item.planned_on


def _move(row: TrainingPlan, state: PlanState, **columns: Any) -> None:
    row.state = state
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save()


def _facts(row: TrainingPlan) -> dict[str, object]:
    return facts(row, "year", "edition", "title", "version") | {"items": len(_items(row))}


def _link(row: TrainingPlan) -> str:
    return f"/agency/trainings/plans/{row.pk}/"


def _tell_keepers(actor: Actor, row: TrainingPlan, kind: str, title: str) -> None:
    others = [key for key in keepers_of(row.organization_id) if key != actor.account_id]
    notify(
        recipients=others,
        kind=kind,
        title=title,
        body=f"{row.title}（{row.year} 年度，第 {row.edition} 版）",
        link=_link(row),
        about=row,
    )


def _tell_people(row: TrainingPlan) -> None:
    meant = TrainingPlanItem.people.through.objects.filter(trainingplanitem__plan=row)
    people = Person.unscoped().filter(
        pk__in=meant.values("person_id"), account__isnull=False, left_on=None
    )
    notify(
        recipients=list(people.order_by("pk").values_list("account_id", flat=True)),
        kind=events.TRAINING_PLAN_APPROVED,
        title="您被列入年度培训计划",
        body=f"{row.title}（{row.year} 年度）已批准，请查看您的培训安排。",
        link=_link(row),
        about=row,
    )
