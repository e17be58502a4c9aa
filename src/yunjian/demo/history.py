"""Two months of work: every plan, visit and signature at its moment, in the order of time."""

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from yunjian.access.actor import Actor, acting_as
from yunjian.demo import pictures
from yunjian.demo.builder import LOADER, Agency, CityBuilder, Discharger
from yunjian.demo.catalogue import OBJECTIONS
from yunjian.demo.sheet_values import Filler
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, at, business_day
from yunjian.kernel.digests import digest
from yunjian.kernel.ids import new_id
from yunjian.maintenance.domain.schedules import Interval
from yunjian.maintenance.domain.submissions import Decision, Position, SignIn
from yunjian.maintenance.models import Plan, Task, Visit
from yunjian.maintenance.selectors.plans import ItemInput
from yunjian.maintenance.selectors.visits import instruments_at, sheet_context
from yunjian.maintenance.services.confirmations import confirmation_sign
from yunjian.maintenance.services.plans import (
    PlanInput,
    plan_activate,
    plan_create,
    plan_propose,
    task_cancel,
    tasks_extend,
)
from yunjian.maintenance.services.visits import visit_sign_in, visit_submit
from yunjian.standards import sheets

WEEK = 7
LONG_HISTORY_EVERY = 5  # one discharger in so many has the whole two months
SHORT_HISTORY_DAYS = (9, 16)
LEFT_OUT = "每日数据查看由运维平台远程完成；自动核查、自动校准由仪器按设定自动执行并上传结果"
RECENT_DAYS = 6

Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Stay:
    """When an engineer came, left, and found a network to hand in."""

    visit_id: UUID
    task: Task
    began: datetime
    leaving: datetime
    sent: datetime


class History:
    """A queue of what happens when; what happens puts more into it, but nothing after `until`."""

    def __init__(self, builder: CityBuilder, until: datetime) -> None:
        self._stage = builder
        self._until = until
        self._queue: list[tuple[datetime, int, Act]] = []
        self._numbers = count()
        self._slots: dict[tuple[UUID, date], int] = {}
        self._panels = [pictures.panel(number) for number in range(1, pictures.PANELS + 1)]

    def later(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment, unless that lies after the present."""
        if moment <= self._until:
            heapq.heappush(self._queue, (moment, next(self._numbers), act))

    def live(self) -> None:
        """Let everything happen in the order of time."""
        self._plan_everything()
        while self._queue:
            _moment, _number, act = heapq.heappop(self._queue)
            act()
        with at(self._until), acting_as(LOADER):
            tasks_extend(actor=LOADER)

    def _plan_everything(self) -> None:
        builder = self._stage
        for index, discharger in enumerate(builder.dischargers):
            agency = builder.agencies[index % len(builder.agencies)]
            shortest, longest = SHORT_HISTORY_DAYS
            recently = builder.today - timedelta(days=builder.rng.randint(shortest, longest))
            day = builder.begin if index % LONG_HISTORY_EVERY == 0 else recently
            moment = builder.moment(day, 7.5 + index % 60 / 100)
            turn = index // len(builder.agencies)
            self.later(moment, partial(self.plan, agency, discharger, moment, turn))

    def plan(self, agency: Agency, discharger: Discharger, moment: datetime, turn: int) -> None:
        """Plan the work at a discharger and put its visits into the queue."""
        builder = self._stage
        first = business_day(moment)
        people = [agency.engineers[(turn + step) % len(agency.engineers)] for step in (0, 1)]
        with builder.acting(agency.manager, moment) as actor:
            proposals = plan_propose(actor=actor, points=discharger.points, on_date=first)
            plan = plan_create(
                actor=actor,
                plan=PlanInput(
                    name=f"{discharger.organization.name[2:-4]}日常运维计划",
                    starts_on=first,
                    ends_on=builder.today + timedelta(days=120),
                    items=_items(proposals),
                    people=people,
                    equipment=agency.equipment[:2],
                    vehicles=agency.vehicles[:1],
                    left_out_reason=LEFT_OUT,
                ),
            )
            plan_activate(actor=actor, plan=plan)
        self._expect_visits(agency, discharger, plan)

    def _expect_visits(self, agency: Agency, discharger: Discharger, plan: Plan) -> None:
        tasks = (
            Task.unscoped()
            .filter(plan=plan, due_on__lte=self._stage.today)
            .select_related(
                "assignee__account", "point__outlet__source", "organization", "discharger"
            )
            .order_by("due_on", "point__mn_code")
        )
        for task in tasks:
            if task.sheets:
                self._expect_visit(agency, discharger, task)
            else:
                self._expect_cancelling(agency, task)

    def _expect_visit(self, agency: Agency, discharger: Discharger, task: Task) -> None:
        builder, dice = self._stage, self._stage.rng.random()
        age = (builder.today - task.due_on).days
        # a third of today's work is done early; a little of the last days was left undone
        if (age == 0 and dice > 0.34) or (0 < age <= RECENT_DAYS and dice < 0.05):  # noqa: PLR2004
            return
        if age > RECENT_DAYS and dice < 0.012:  # noqa: PLR2004
            self._expect_cancelling(agency, task)
            return
        late = age > 1 and dice > 0.94  # noqa: PLR2004
        moment = self._free_moment(task, late=late)
        self.later(moment, lambda: self.visit(discharger, task, moment))

    def _expect_cancelling(self, agency: Agency, task: Task) -> None:
        moment = self._stage.moment(task.due_on, 7.8)
        self.later(moment, lambda: self.cancel(agency, task, moment))

    def _free_moment(self, task: Task, *, late: bool) -> datetime:
        """Return when the engineer gets there: one visit after the other."""
        day = task.due_on + timedelta(days=1 if late else 0)
        slot = self._slots.get((task.assignee_id, day), 0)
        self._slots[task.assignee_id, day] = slot + 1
        hour = 8.3 + (slot * 1.5) % 9 + self._stage.rng.uniform(0, 0.4)
        return self._stage.moment(day, hour)

    def visit(self, discharger: Discharger, task: Task, moment: datetime) -> None:
        """Sign in on site; the submission and what follows come later."""
        builder, rng = self._stage, self._stage.rng
        engineer: Account = task.assignee.account  # type: ignore[assignment]
        far = 0.012 if rng.random() < 0.02 else 0.0007  # noqa: PLR2004
        longitude, latitude = builder.near(task.point.longitude, task.point.latitude, far)
        with builder.acting(engineer, moment) as actor:
            photo = self._photo(actor, "sign_in")
            request = SignIn(
                task_id=task.pk,
                at=moment,
                position=Position(
                    longitude=float(longitude),
                    latitude=float(latitude),
                    accuracy=round(rng.uniform(6, 48), 1),
                ),
                photo_id=photo,
            )
            visit_id = new_id()
            body_digest = digest(request.model_dump_json().encode())
            visit_sign_in(actor=actor, visit_id=visit_id, sign_in=request, digest=body_digest)
        leaving = moment + timedelta(minutes=rng.randint(32, 80))
        # now and then the phone finds no network until the next morning
        offline = rng.random() < 0.03  # noqa: PLR2004
        sent = (
            builder.moment(business_day(leaving) + timedelta(days=1), 7.9) if offline else leaving
        )
        stay = _Stay(visit_id, task, moment, leaving, sent)
        self.later(sent, lambda: self.submit(discharger, stay))

    def submit(self, discharger: Discharger, stay: _Stay) -> None:
        """Hand the sheets in."""
        builder, rng, task = self._stage, self._stage.rng, stay.task
        engineer: Account = task.assignee.account  # type: ignore[assignment]
        with builder.acting(engineer, stay.sent) as actor:
            context = sheet_context(task, instruments_at([task.point_id]).get(task.point_id, []))
            mood = rng.choices(("usual", "calibrate", "out_of_control"), weights=(86, 8, 6))[0]
            filler = Filler(rng, context, stay.began.astimezone(SHANGHAI), mood)
            pictured = rng.random() < 0.3  # noqa: PLR2004
            body = {
                "task_id": str(task.pk),
                "signed_out_at": stay.leaving.isoformat(),
                "participants": [],
                "sheets": [_sheet(name, filler, stay) for name in task.sheets],
                "attachment_ids": [str(self._photo(actor, "other"))] if pictured else [],
                "note": "",
            }
            content = json.dumps(body, ensure_ascii=False).encode()
            visit_submit(actor=actor, visit_id=stay.visit_id, body=content, digest=digest(content))
        self._expect_decision(discharger, stay.visit_id, stay.sent)

    def _expect_decision(self, discharger: Discharger, visit_id: UUID, sent: datetime) -> None:
        builder, dice = self._stage, self._stage.rng.random()
        sent_on = business_day(sent)
        if builder.today - sent_on <= timedelta(days=1) and dice < 0.45:  # noqa: PLR2004
            return  # still waiting for a signature
        signed = min(
            sent + timedelta(minutes=builder.rng.randint(15, 200)), builder.moment(sent_on, 23.4)
        )
        if dice > 0.91:  # noqa: PLR2004
            signed = builder.moment(sent_on + timedelta(days=1), builder.rng.uniform(8.5, 11))
        objects = 0.5 < dice < 0.53  # noqa: PLR2004
        self.later(signed, lambda: self.decide(discharger, visit_id, signed, objects=objects))

    def decide(
        self, discharger: Discharger, visit_id: UUID, moment: datetime, *, objects: bool
    ) -> None:
        """Confirm, or object."""
        owner = discharger.owner
        with self._stage.acting(owner, moment) as actor:
            drawn = pictures.signature(owner.display_name)
            signature = self._stage.picture(actor, "signature", drawn, "signature.png")
            shown = Visit.unscoped().values_list("content_digest", flat=True).get(pk=visit_id)
            confirmation_sign(
                actor=actor,
                visit_id=visit_id,
                confirmation_id=new_id(),
                decision=Decision(
                    decision="object" if objects else "confirm",
                    reason=self._stage.rng.choice(OBJECTIONS) if objects else "",
                    signature_id=signature.pk,
                    shown_digest=shown,
                ),
            )

    def cancel(self, agency: Agency, task: Task, moment: datetime) -> None:
        """Cancel a task that cannot take place."""
        with self._stage.acting(agency.manager, moment) as actor:
            task_cancel(actor=actor, task=task, reason="排污单位停产检修，现场无法进入")

    def _photo(self, actor: Actor, purpose: str) -> UUID:
        content = self._stage.rng.choice(self._panels)
        return self._stage.picture(actor, purpose, content, "photo.jpg").pk


def _items(proposals: list[ItemInput]) -> list[ItemInput]:
    """Return what is done on site: what falls due at least a week apart."""
    return [
        one
        for one in proposals
        if Interval(one.interval_value, one.interval_unit).days >= WEEK
        and not one.activity.startswith("自动")
    ]


def _sheet(name: str, filler: Filler, stay: _Stay) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "definition": name,
        "answers": filler.fill(sheets.definition(name).source),
        "started_at": (stay.began + timedelta(minutes=4)).isoformat(),
        "finished_at": (stay.leaving - timedelta(minutes=2)).isoformat(),
    }
