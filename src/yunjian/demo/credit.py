"""What the agencies say of their work: documents, trainings, supervision of their people."""

from datetime import timedelta
from decimal import Decimal

from yunjian.agencies.models import Person
from yunjian.credit.models import Supervision, TrainingPlan
from yunjian.credit.services import documents, supervisions, training_sessions, trainings
from yunjian.credit.services.supervisions import SupervisionInput
from yunjian.credit.services.training_sessions import ParticipantInput
from yunjian.demo import pictures
from yunjian.demo.builder import HISTORY_DAYS, Agency, CityBuilder
from yunjian.demo.years import Years
from yunjian.kernel.ids import new_id
from yunjian.maintenance.selectors.plans import points_under_contract

RULES = (
    ("training", "人员培训管理制度", "新进人员先培训、后上岗；每年集中培训不少于两次。"),
    (
        "procedures",
        "现场巡检操作规程",
        "到站先看工况与报警，再看仪器读数，最后看记录。",
    ),
    ("responsibilities", "岗位责任制度", "谁签到谁负责，记录当场填写，不得代签。"),
    ("comparisons", "定期比对监测制度", "按标准规定的周期安排比对，数据不合格的当天通知排污单位。"),
    ("calibration", "校准维护记录制度", "校准前后读数都要记录，标准物质在有效期内使用。"),
)
SITE_RULES = "每周检查站房温湿度、供电和空调；分析仪周围一米内不堆放杂物。"
SPRING, AUTUMN = 4, 34  # days of the history


def build_credit(builder: CityBuilder) -> None:
    """Let every agency keep its rules, train its people and look after them.

    The first one may have done so for two years before; the others begin with the history.
    """
    year = builder.day(SPRING).year
    for number, agency in enumerate(builder.agencies):
        plan, looks_back = None, builder.looks_back and number == 0
        if looks_back:
            plan = Years(builder, agency, year).live()
        _documents(builder, agency)
        if looks_back:
            _site_documents(builder, agency)
        _trainings(builder, agency, plan)
        _supervision(builder, agency)


def _documents(builder: CityBuilder, agency: Agency) -> None:
    """Publish the rules of an agency; what sites and instruments need is partly missing."""
    with builder.acting(agency.manager, builder.moment(1, 9)) as actor:
        for number, (category, title, body) in enumerate(RULES):
            document = documents.document_create(
                actor=actor,
                category=category,
                title=title,
                read_by_positions=["engineer"],
                read_within=15,
            )
            # one runs out soon, so that a new version comes up
            ends = builder.today + timedelta(days=20) if number == len(RULES) - 1 else None
            draft = documents.version_write(
                actor=actor, document=document, body=body, expires_on=ends, change_note="首次发布"
            )
            version = documents.version_publish(
                actor=actor, draft=draft, effective_from=builder.day(1)
            )
            agency.published.append(version)
    readers = [engineer for engineer in agency.engineers if engineer.account is not None]
    for place, engineer in enumerate(readers[:-1]):  # the last one reads nothing
        assert engineer.account is not None  # noqa: S101 - chosen above
        moment = builder.moment(2 + place % 9, 18)
        with builder.acting(engineer.account, moment) as actor:
            for version in agency.published[: 5 - place % 3]:
                documents.version_acknowledge(
                    actor=actor,
                    version_id=version.pk,
                    acknowledgement_id=new_id(),
                    shown_digest=version.digest,
                )


def _site_documents(builder: CityBuilder, agency: Agency) -> None:
    """Say for every point what its upkeep demands, but for one that was forgotten."""
    with builder.acting(agency.manager, builder.moment(1, 10)) as actor:
        points = list(points_under_contract(actor))
        document = documents.document_create(
            actor=actor, category="requirements", title="站房维护技术要求", points=points[:-1]
        )
        draft = documents.version_write(
            actor=actor, document=document, body=SITE_RULES, change_note="首次发布"
        )
        documents.version_publish(actor=actor, draft=draft, effective_from=builder.day(1))


def _trainings(builder: CityBuilder, agency: Agency, plan: TrainingPlan | None) -> None:
    """Plan a year, or more of it; hold one training and evaluate it, one waits for that."""
    year = builder.day(SPRING).year
    with builder.acting(agency.deputy, builder.moment(2, 9)) as actor:
        if plan is None:
            title = f"{year} 年度人员培训计划"
            plan = trainings.plan_create(
                actor=actor, year=year, title=title, summary="岗前、在岗和安全培训"
            )
        else:
            plan = trainings.plan_revise(actor=actor, plan=plan)
        items = [
            trainings.item_save(
                actor=actor,
                plan=plan,
                aim=aim,
                content=content,
                form="lecture",
                positions=["engineer"],
                department="技术部",
                place="公司会议室",
                teacher="技术负责人",
                planned_on=builder.day(day),
                hours=Decimal(3),
                examination="笔试",
            )
            for day, content, aim in (
                (SPRING, "烟气 CEMS 校准与比对", "掌握校准步骤和判定要求"),
                (AUTUMN, "水质在线仪器维护", "掌握试剂更换和标样核查"),
            )
        ]
        trainings.plan_submit(actor=actor, plan=plan)
    with builder.acting(agency.manager, builder.moment(2, 15)) as actor:
        trainings.plan_check(actor=actor, plan=plan)
        trainings.plan_approve(actor=actor, plan=plan)
    for item in items:
        item.refresh_from_db()  # its plan is approved now
    people = agency.engineers[:4]
    for day, item in zip((SPRING, AUTUMN), items, strict=True):
        with builder.acting(agency.manager, builder.moment(day, 8)) as actor:
            session = training_sessions.session_schedule(
                actor=actor,
                people=people,
                plan_item=item,
                kind="training",
                topic=item.content,
                content="讲解、演示与考核",
                starts_at=builder.moment(day, 14),
                ends_at=builder.moment(day, 17),
                hours=Decimal(3),
                place="公司会议室",
                teacher="技术负责人",
            )
        with builder.acting(agency.manager, builder.moment(day, 18)) as actor:
            training_sessions.session_hold(
                actor=actor,
                session=session,
                participants=[_came(builder, person, day, n) for n, person in enumerate(people)],
            )
            if day == SPRING:  # the later one waits for its evaluation
                training_sessions.session_evaluate(
                    actor=actor,
                    session=session,
                    evaluator=agency.supervisor,
                    evaluated_on=builder.day(day),
                    evaluation="考核平均 86 分，现场提问回答正确",
                    conclusion="effective",
                )


def _came(builder: CityBuilder, person: Person, day: int, number: int) -> ParticipantInput:
    absent = number == 3  # noqa: PLR2004 - one of four
    return ParticipantInput(
        person=person,
        attendance="excused" if absent else "present",
        signed_in_at=None if absent else builder.moment(day, 13.9),
        result="" if absent else "pass",
        score=None if absent else Decimal(builder.rng.randint(72, 98)),
    )


def _supervision(builder: CityBuilder, agency: Agency) -> None:
    """Let the quality supervisor see two engineers at work: one is asked to put something right."""
    account = agency.supervisor.account
    assert account is not None  # noqa: S101 - supervisors sign in
    for number, engineer in enumerate(agency.engineers[:2]):
        day = HISTORY_DAYS - 12 + number
        good = number == 0
        with builder.acting(account, builder.moment(day, 16)) as actor:
            drawn = pictures.signature(account.display_name)
            signature = builder.picture(actor, "signature", drawn, "signature.png")
            row = supervisions.supervision_draft(
                actor=actor,
                said=SupervisionInput(
                    supervised_on=builder.day(day),
                    purpose="季度例行监督",
                    person=engineer,
                    place="站房",
                    facts="查看巡检、校准过程和记录" if good else "标准气体标签缺失",
                    opinion="符合要求" if good else "应补贴标签并核对有效期",
                    severity="general" if good else "major",
                    head=agency.supervisor,
                    findings=[
                        {"key": "truthful_records", "passed": True, "note": ""},
                        {"key": "calibration", "passed": good, "note": "" if good else "标签缺失"},
                    ],
                ),
            )
            row = supervisions.supervision_issue(actor=actor, supervision=row, signature=signature)
        if not good:
            _answer(builder, engineer, row, day)
            with builder.acting(account, builder.moment(day, 20)) as actor:
                supervisions.rectification_ask(
                    actor=actor, supervision=row, text="三天内补贴标签", due_on=builder.day(day + 3)
                )


def _answer(builder: CityBuilder, engineer: Person, row: Supervision, day: int) -> None:
    """Let the supervised engineer confirm what was seen."""
    assert engineer.account is not None  # noqa: S101 - engineers sign in
    with builder.acting(engineer.account, builder.moment(day, 18)) as actor:
        drawn = pictures.signature(engineer.account.display_name)
        signature = builder.picture(actor, "signature", drawn, "signature.png")
        supervisions.supervision_answer(
            actor=actor,
            supervision=row,
            agree=True,
            signature_id=signature.pk,
            shown_digest=supervisions.content_digest(row),
        )
