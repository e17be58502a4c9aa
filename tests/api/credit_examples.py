"""Examples of trainings and supervisions: a row of each with values of its own."""

from typing import Any

from tests.api import examples as city
from tests.api.examples import Example, at, key, moment
from tests.support.world import World, account_with
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    SupervisionStep,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.services.supervisions import content_digest
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account
from yunjian.kernel.clock import today

YEAR = 2026
PLAN, ITEM, SESSION, SUPERVISION = key(40), key(41), key(42), key(43)
PAD, PHOTO, NEW = key(44), key(45), key(46)


def manager(world: World) -> Account:
    """Return another manager of the agency, who checks; the agency's own one approves."""
    known = Account.objects.filter(username="manager-of-examples").first()
    return known or account_with(world.agency, "manager-of-examples", "manager")


def plan(world: World) -> None:
    """Write a plan with one item for the engineer."""
    Account.objects.filter(pk=world.agency_manager.pk).update(display_name="批经理")
    Account.objects.filter(pk=manager(world).pk).update(display_name="审经理")
    TrainingPlan.unscoped().create(
        id=PLAN,
        organization=world.agency,
        year=YEAR,
        edition=3,
        title="年度计划",
        summary="岗前与在岗",
        state="approved",
        prepared_by=world.engineer,
        checked_by=manager(world),
        checked_at=at(3),
        approved_by=world.agency_manager,
        approved_at=at(4),
        remarks="曾缺安全培训",
    )
    item = TrainingPlanItem.unscoped().create(
        id=ITEM,
        plan_id=PLAN,
        aim="掌握新标准",
        content="HJ 75 要点",
        form="lecture",
        positions=["engineer"],
        department="质量部",
        place="会议室",
        teacher="李老师",
        planned_on="2026-04-05",
        hours="2.5",
        examination="笔试",
    )
    item.people.add(world.engineer_person)


def session(world: World) -> None:
    """Write a session that is done, with the engineer in it."""
    plan(world)
    TrainingSession.unscoped().create(
        id=SESSION,
        organization=world.agency,
        year=YEAR,
        plan_item_id=ITEM,
        unplanned_reason="临时加开",
        kind="education",
        topic="新标准宣贯",
        content="逐条讲解",
        starts_at=at(10),
        ends_at=at(50),
        hours="0.5",
        place="二号会议室",
        teacher="王工",
        state="done",
        evaluator=world.engineer_person,
        evaluated_on="2026-03-09",
        evaluation="均已掌握",
        conclusion="effective",
        cancel_reason="",
        created_by=world.agency_manager,
    )
    TrainingParticipant.unscoped().create(
        session_id=SESSION,
        person=world.engineer_person,
        attendance="present",
        signed_in_at=at(9),
        result="fail",
        score="58.5",
        makeup_on="2026-03-08",
        makeup_result="pass",
        certificate_number="PX-7",
        certificate_issuer="协会",
        certificate_valid_until="2029-03-01",
    )


def picture(world: World, identifier: Any, purpose: str, uploaded_by: Account) -> None:
    """Store a picture of somebody of the agency."""
    city.attachment(world, identifier, world.agency.pk, purpose, city.now_at())
    Attachment.unscoped().filter(pk=identifier).update(uploaded_by=uploaded_by)


def long_session(world: World) -> None:
    """Write a session with as many hours as its item asks for."""
    session(world)
    TrainingSession.unscoped().filter(pk=SESSION).update(hours="3.5")


def supervision(state: str = "issued", *acts: str) -> Any:
    """Return what writes a supervision of the engineer in a state."""

    def write(world: World) -> None:
        Account.objects.filter(pk=world.agency_manager.pk).update(display_name="钱监督")
        picture(world, PHOTO, "sheet", world.agency_manager)
        picture(world, PAD, "signature", world.engineer)
        AnnualYear.unscoped().create(organization=world.agency, year=YEAR, last_number=7)
        row = Supervision.unscoped().create(
            id=SUPERVISION,
            organization=world.agency,
            year=YEAR,
            form_code="RYJD",
            number=7,
            supervised_on="2026-03-02",
            purpose="季度监督",
            template="RYJD@1",
            person=world.engineer_person,
            point=world.flue_gas_point,
            place="一号站房",
            facts="标签缺失",
            opinion="补贴标签",
            severity="major",
            head=Person.unscoped().create(
                organization=world.agency,
                name="孙主任",
                education="college",
                job="主任",
                position="technical_lead",
            ),
            findings=[{"key": "calibration", "passed": False, "note": "第三瓶"}],
            remote_checks=[{"parameter": "NOx", "not_applicable": "停用", "judgements": []}],
            points_lost=6,
            attachment_ids=[PHOTO],
            state=state,
            rectify_by="2026-03-12",
            supervisor=world.agency_manager,
            issued_at=at(5),
        )
        for number, act in enumerate(acts):
            SupervisionStep.unscoped().create(
                id=key(60 + number),
                supervision=row,
                act=act,
                text=f"{act} 的说明",
                due_on="2026-03-11",
                by=world.engineer,
                by_name="李工本人",
                at=at(6 + number),
                signature_id=PAD,
            )

    return write


def row_of(world: World, **values: Any) -> dict[str, Any]:
    """Return a supervision as a list shows it."""
    return {
        "id": str(SUPERVISION),
        "full_number": f"RYJD-{YEAR}-0007",
        "supervised_on": "2026-03-02",
        "person_name": world.engineer_person.name,
        "supervisor_name": "钱监督",
        "place": "一号站房",
        "severity": "major",
        "state": "issued",
        "rectify_by": "2026-03-12",
    } | values


def whole(world: World) -> dict[str, Any]:
    """Return a supervision as its page shows it."""
    row = Supervision.unscoped().filter(pk=SUPERVISION).first()
    return row_of(world) | {
        "purpose": "季度监督",
        "head_name": "孙主任",
        "point_name": "锅炉 CEMS",
        "facts": "标签缺失",
        "opinion": "补贴标签",
        "points_lost": 6,
        "findings": [
            {
                "title": {
                    "zh": "按规程完成校准，标准物质在有效期内",
                    "en": "Calibrates as prescribed, with reference material in date",
                },
                "clause": "HJ 75-2017 11.2",
                "provenance": "recalled",
                "passed": False,
                "note": "第三瓶",
            }
        ],
        "remote_checks": [{"parameter": "NOx", "not_applicable": "停用", "judgements": []}],
        "attachments": [city.Anything()],
        "steps": [
            {
                "act": "issue",
                "text": "issue 的说明",
                "due_on": "2026-03-11",
                "by_name": "李工本人",
                "at": moment(6),
                "signature_url": f"/files/{PAD}",
            }
        ],
        "shown_digest": content_digest(row) if row else city.Made("sha256:[0-9a-f]{64}"),
        "is_mine": True,
        "may_answer": True,
    }


def receipt(state: str, identifier: Any = SUPERVISION, number: int = 7) -> Any:
    """Return what answers a step."""
    year = YEAR if identifier == SUPERVISION else today().year
    return lambda _world: {
        "id": str(identifier),
        "full_number": f"RYJD-{year}-{number:04d}",
        "state": state,
    }


def plan_row(world: World) -> dict[str, Any]:
    """Return the plan as a list shows it."""
    return {
        "id": str(PLAN),
        "year": YEAR,
        "edition": 3,
        "title": "年度计划",
        "state": "approved",
        "prepared_by": "李工",
        "checked_by": "审经理",
        "approved_by": "批经理",
        "approved_at": moment(4),
    }


def session_row(_world: World) -> dict[str, Any]:
    """Return the session as a list shows it."""
    return {
        "id": str(SESSION),
        "year": YEAR,
        "kind": "education",
        "topic": "新标准宣贯",
        "starts_at": moment(10),
        "ends_at": moment(50),
        "hours": 0.5,
        "place": "二号会议室",
        "teacher": "王工",
        "state": "done",
        "conclusion": "effective",
    }


def digest_shown(world: World) -> str:
    """Return the digest of what the engineer is shown."""
    return content_digest(Supervision.unscoped().get(pk=SUPERVISION))


EXAMPLES: dict[str, Example] = {
    "training_plans": Example(
        lambda _world: f"training-plans?year={YEAR}",
        lambda world: {"items": [plan_row(world)], "next": None},
        who="engineer",
        before=plan,
    ),
    "training_plan": Example(
        lambda _world: f"training-plans/{PLAN}",
        lambda world: (
            plan_row(world)
            | {
                "summary": "岗前与在岗",
                "remarks": "曾缺安全培训",
                "items": [
                    {
                        "id": str(ITEM),
                        "aim": "掌握新标准",
                        "content": "HJ 75 要点",
                        "form": "lecture",
                        "positions": ["engineer"],
                        "people": [world.engineer_person.name],
                        "department": "质量部",
                        "place": "会议室",
                        "teacher": "李老师",
                        "planned_on": "2026-04-05",
                        "hours": 2.5,
                        "examination": "笔试",
                    }
                ],
            }
        ),
        who="engineer",
        before=plan,
    ),
    "trainings": Example(
        lambda _world: f"trainings?year={YEAR}",
        lambda world: {"items": [session_row(world)], "next": None},
        who="engineer",
        before=session,
    ),
    "training": Example(
        lambda _world: f"trainings/{SESSION}",
        lambda world: (
            session_row(world)
            | {
                "content": "逐条讲解",
                "unplanned_reason": "临时加开",
                "cancel_reason": "",
                "evaluated_on": "2026-03-09",
                "evaluation": "均已掌握",
                "participants": [
                    {
                        "person": world.engineer_person.name,
                        "attendance": "present",
                        "signed_in_at": moment(9),
                        "result": "fail",
                        "score": 58.5,
                        "makeup_on": "2026-03-08",
                        "makeup_result": "pass",
                        "certificate_number": "PX-7",
                        "certificate_issuer": "协会",
                        "certificate_valid_until": "2029-03-01",
                    }
                ],
            }
        ),
        who="engineer",
        before=session,
    ),
    "training_people": Example(
        lambda _world: f"training-people?year={YEAR}",
        lambda world: {
            "year": YEAR,
            "items": [
                {
                    "person_id": str(world.engineer_person.pk),
                    "name": world.engineer_person.name,
                    "planned_count": 1,
                    "planned_hours": 2.5,
                    "done_count": 1,
                    "done_hours": 3.5,
                    "missing_count": 0,
                    "missing_hours": 0.0,
                    "supervision_count": 0,
                }
            ],
        },
        who="engineer",
        before=long_session,
    ),
    "supervisions": Example(
        lambda _world: "supervisions?bucket=mine",
        lambda world: {"items": [row_of(world)], "next": None},
        who="engineer",
        before=supervision(),
    ),
    "supervision": Example(
        lambda _world: f"supervisions/{SUPERVISION}",
        whole,
        who="engineer",
        before=supervision("issued", "issue"),
    ),
    "supervision_package": Example(
        lambda _world: "supervision-package",
        lambda world: {
            "people": [{"id": str(world.engineer_person.pk), "name": world.engineer_person.name}],
            "points": city.Anything(),
            "template": "RYJD@1",
            "items": city.Anything(),
        },
        who="agency_manager",
    ),
    "hand_in_supervision": Example(
        lambda _world: f"supervisions/{NEW}",
        receipt("issued", NEW, 1),
        who="agency_manager",
        body=lambda world: {
            "supervised_on": today().isoformat(),
            "purpose": "日常监督",
            "person_id": str(world.engineer_person.pk),
            "place": "二号站房",
            "facts": "记录齐全",
            "opinion": "无",
            "severity": "general",
            "findings": [{"key": "safety", "passed": True}],
            "signature_id": str(PAD),
        },
        status=201,
        before=lambda world: picture(world, PAD, "signature", world.agency_manager),
    ),
    "answer_supervision": Example(
        lambda _world: f"supervisions/{SUPERVISION}/answer/{NEW}",
        receipt("appealed"),
        who="engineer",
        body=lambda world: {
            "decision": "appeal",
            "text": "标签在背面",
            "signature_id": str(PAD),
            "shown_digest": digest_shown(world),
        },
        status=201,
        before=supervision(),
    ),
    "withdraw_appeal": Example(
        lambda _world: f"supervisions/{SUPERVISION}/withdraw",
        receipt("issued"),
        who="engineer",
        body=lambda _world: {"text": "看错了"},
        before=supervision("appealed"),
    ),
    "report_rectification": Example(
        lambda _world: f"supervisions/{SUPERVISION}/report/{NEW}",
        receipt("rectified"),
        who="engineer",
        body=lambda _world: {"text": "已补贴", "attachment_ids": [str(PHOTO)]},
        status=201,
        before=supervision("rectifying"),
    ),
}
