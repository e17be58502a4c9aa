"""Rows beside those of the city: in every state, and of the days around every limit of days.

Where a list has one row of a kind, nobody sees that a filter is lost, an order is turned round or
a limit is off by a day.
"""

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.isolation.city import City
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate, Equipment, Person, ServiceContract, Vehicle
from yunjian.credit.models import Document, DocumentVersion, Supervision, TrainingPlan
from yunjian.credit.models import TrainingSession as Session
from yunjian.identity.models import Account, RoleGrant
from yunjian.identity.models.accounts import Role
from yunjian.instruments.models import FollowUp
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Plan, Task, Visit
from yunjian.messaging.models import Notice
from yunjian.sources.models import EmissionLimit, PollutionSource
from yunjian.verification.models import Report, ReportCorrection

FILING = ("draft", "submitted", "returned", "filed", "withdrawn")


def add_variety(city: City) -> None:
    """Write them into the database."""
    with acting_as(system_actor("test")), transaction.atomic():
        for add in (_registers, _contracts, _documents, _years, _work, _reports, _others):
            add(city)


def _again(row: Any, **changes: Any) -> Any:
    """Write a row once more, with other values; it is older than the row, which has its parts."""
    other = copy.copy(row)
    other._state = models.base.ModelState()
    milliseconds = type(row)._base_manager.count()
    other.pk = UUID(int=row.pk.int - (milliseconds << 80))  # ids begin with their moment
    for name, value in changes.items():
        setattr(other, name, value)
    other.save(force_insert=True)
    return other


def _day(days: int) -> date:
    return today() + timedelta(days=days)


def _around(limit: int) -> Iterator[date]:
    """Return the days before, on and after a limit of days."""
    return (_day(limit + one) for one in (-1, 0, 1))


def _registers(city: City) -> None:
    person = Person.unscoped().get(pk=city.engineer_person.pk)
    for position, state in zip(
        ("technical_lead", "quality_lead", "quality_supervisor", "engineer", "engineer"),
        FILING,
        strict=True,
    ):
        _again(person, name=f"人员{state}", account=None, position=position, state=state)
    for day in _around(0):
        _again(person, name=f"离职{day:%d}", account=None, left_on=day)
        _again(person, name=f"入职{day:%d}", account=None, joined_on=day)
    device = Equipment.unscoped().get(pk=city.equipment.pk)
    for state in FILING:
        _again(device, name=f"设备{state}", asset_number=f"ZC-{state}", state=state)
    _again(device, name="无需检定", asset_number="ZC-none", needs_calibration=False)
    for day in (*_around(0), *_around(30)):
        held = _again(device, name=f"检定至{day:%m%d}", asset_number=f"ZC-{day:%m%d}")
        Certificate.objects.create(
            organization=city.agency,
            equipment=held,
            category="检定证书",
            number=f"JD-{day:%m%d}",
            issuer="计量院",
            valid_from=_day(-300),
            valid_until=day,
        )
        leased = {"ownership": "leased", "lease_until": day, "plate": f"沪A{day:%m%d}9"}
        _again(Vehicle.unscoped().get(pk=city.vehicle.pk), **leased)


def _contracts(city: City) -> None:
    contract = ServiceContract.unscoped().get(pk=city.contract.pk)
    days = ((-9, 0), (-9, 1), (-9, -1), (0, 9), (1, 9), (-1, 9))
    for amount, (first, last) in enumerate(days, start=11):
        period = DateRange(_day(first), _day(last))
        _again(contract, number=f"HT{first}至{last}", period=period, amount=amount)


def _documents(city: City) -> None:
    document = Document.unscoped().get(pk=city.key("credit.document"))
    version = DocumentVersion.unscoped().get(pk=city.key("credit.documentversion"))

    def another(title: str, category: str, **changes: Any) -> None:
        made = _again(document, title=title, category=category)
        made.readers.add(city.engineer_person)
        given = {"document": made, "title": title, **changes}
        since, until = given.get("effective_from"), given.get("expires_on")
        if since:
            given["period"] = DateRange(since, until and until + timedelta(days=1))
        _again(version, **given)

    for day in _around(0):
        another(f"自{day:%d}日", "instructions", effective_from=day)
        another(f"至{day:%d}日", "requirements", effective_from=_day(-9), expires_on=day)
    nothing = {"effective_from": None, "period": None, "published_at": None}
    another("草稿", "emergency", state="draft", **nothing)
    another("已撤回", "disclosure", state="withdrawn", effective_from=_day(-9))
    _again(document, title="没有版本", category="other")


def _years(city: City) -> None:
    plan = TrainingPlan.unscoped().get(pk=city.key("credit.trainingplan"))
    superseded = {"edition": 2, "state": "superseded", "title": "被替代的计划"}
    _again(plan, **superseded)
    _again(plan, edition=3, state="returned", title="退回的计划", return_reason="缺少考核方式")
    session = Session.unscoped().get(pk=city.key("credit.trainingsession"))
    for state in ("scheduled", "held", "cancelled"):
        _again(
            session,
            topic=f"培训{state}",
            kind="training" if session.kind == "education" else "education",
            state=state,
            conclusion="",
            cancel_reason="讲师有事" if state == "cancelled" else "",
        )
    issued = Supervision.unscoped().get(pk=city.key("credit.supervision"))
    for number, state in enumerate(
        ("draft", "confirmed", "appealed", "rectifying", "rectified", "closed"), start=2
    ):
        _again(
            issued,
            number=None if state == "draft" else number,
            issued_at=None if state == "draft" else issued.issued_at,
            state=state,
            severity="principle" if number % 2 else "major",
            rectify_by=_day(-1) if state in {"rectifying", "rectified"} else None,
            facts=f"事实{state}",
        )
    for number, day in enumerate(_around(0), start=11):
        late = {"state": "rectifying", "rectify_by": day, "facts": f"限{day:%d}日"}
        _again(issued, number=number, **late)


def _work(city: City) -> None:
    plan = Plan.objects.get(pk=city.plan.pk)
    for state in ("draft", "ended"):
        _again(plan, name=f"计划{state}", state=state)
    task = Task.objects.get(pk=city.key("maintenance.task"))
    for state in ("open", "started", "done", "cancelled"):
        for day in _around(0):
            another = _again(plan, name=f"任务{state}")
            _again(task, plan=another, state=state, due_on=day, cancel_reason="停产")
    visit = Visit.objects.get(pk=city.key("maintenance.visit"))
    for verdict in ("attention", "calibrate", "out_of_control", "fail", "unknown"):
        confirmed = {"state": "confirmed", "verdict": verdict}
        _again(visit, task=_again(task, plan=_again(plan, name=verdict)), **confirmed)


def _reports(city: City) -> None:
    report = Report.unscoped().get(pk=city.key("verification.report"))
    kinds = ("comparison", "water_sample", "system_calibration", "acceptance", "verification")
    states = ("draft", "checked", "received", "returned", "accepted", "withdrawn", "superseded")
    for number, state in enumerate(states):
        made = _again(
            report,
            series=new_id(),
            number=f"报告{number}",
            number_key=f"V-{number}",
            kind=kinds[number % len(kinds)],
            state=state,
            checked_by=None if state == "draft" else report.checked_by,
            signed_by=None if state in {"draft", "checked"} else report.signed_by,
            submitted_at=None if state in {"draft", "checked"} else report.submitted_at,
            decided_at=now() if state in {"returned", "accepted"} else None,
            received_at=now() if state == "received" else None,
        )
        correction = ReportCorrection.unscoped().get(report=report)
        if state == "accepted":
            _again(correction, report=made, title="到期", due_on=_day(-1))


def _others(city: City) -> None:
    for number, status in enumerate(("locked", "banned", "cancelled")):
        uscc = f"91310115MA1VAR{number:03}"
        _again(city.agency, name=f"机构{status}", uscc=uscc, status=status)
    disabled = _again(city.engineer, username="stopped", display_name="停用者", is_active=False)
    RoleGrant.objects.create(account=disabled, role=Role.ENGINEER)
    waiting = _again(city.reviewer, username="waiting", display_name="待设密码")
    Account.objects.filter(pk=waiting.pk).update(must_change_password=True)
    notice = Notice.unscoped().get(pk=city.key("messaging.notice"))
    for day in _around(0):
        shown = {"state": "published", "published_at": now(), "shown_until": day}
        _again(notice, title=f"示至{day:%d}日", **shown)
    _again(notice, title="撤回的通知", state="withdrawn", published_at=now(), withdrawn_at=now())
    limit = EmissionLimit.objects.get(pk=city.key("sources.emissionlimit"))
    for day in _around(0):
        _again(limit, parameter=f"始{day:%d}", period=DateRange(day, None))
        _again(limit, parameter=f"止{day:%d}", period=DateRange(_day(-9), day))
    source = PollutionSource.objects.get(pk=city.source.pk)
    for level in ("simplified", "registered"):
        _again(source, code=f"V{level}", name=f"源{level}", management_level=level, medical=True)
    _again(source, code="Vclosed", name="关闭的源", closed_on=_day(-1), close_reason="搬迁")
    follow_up = FollowUp.objects.get(pk=city.key("instruments.followup"))
    for day in _around(0):
        _again(follow_up, code=f"late{day:%d}", due_on=day, opened_on=_day(-9))
    _again(follow_up, code="done", opened_on=_day(-9), done_on=_day(-2))
