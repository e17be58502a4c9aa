"""The two years before the history, of the agencies: what went well, late, wrong, and to its end.

Last year is whole: a plan that was sent back, trainings that were good, late, cancelled and never
evaluated, an appeal that was right and one that was not, a rectification that came late, the year
closed. This year's plan begins with it. Documents were written anew, taken back, and ran out.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from yunjian.agencies.models import Person
from yunjian.agencies.services.people import person_create, person_leave
from yunjian.credit.models import Supervision, TrainingPlan, TrainingPlanItem, TrainingSession
from yunjian.credit.services import documents, supervisions, training_sessions, trainings
from yunjian.credit.services.supervisions import SupervisionInput
from yunjian.credit.services.training_sessions import ParticipantInput
from yunjian.credit.services.years import year_close, year_reopen
from yunjian.demo import pictures
from yunjian.demo.builder import Agency, CityBuilder
from yunjian.identity.models import Account
from yunjian.kernel.ids import new_id

MOST_PARTICIPANTS = 4
TOPICS = {
    "gas": ("掌握校准步骤和判定要求", "烟气 CEMS 日常校准与漂移判定", 3),
    "waste": ("防止二次污染", "在线仪器废液收集与危废管理", 2),
    "water": ("掌握试剂更换和标样核查", "水质自动分析仪试剂与标样管理", 3),
    "safety": ("守住现场安全底线", "登高与有限空间作业安全", 2),
}


class Years:
    """Two years of one agency, in the order of time; `year` is the later one."""

    def __init__(self, builder: CityBuilder, agency: Agency, year: int) -> None:
        self._builder = builder
        self._agency = agency
        self._year = year
        self._rng = random.Random(agency.organization.uscc)  # noqa: S311 - repeatable on purpose
        self._supervisor = _signs_in(agency.supervisor)

    def live(self) -> TrainingPlan:
        """Live last year and the beginning of this one; return this year's approved plan."""
        leaver = self._leaver()
        self._documents()
        last = self._year - 1
        plan = self._last_years_plan(last, leaver)
        items = {item.content: item for item in TrainingPlanItem.unscoped().filter(plan=plan)}
        unfinished = self._last_years_trainings(last, items, leaver)
        self._last_years_supervision(last)
        with self._acting(self._agency.manager, date(last, 12, 20)) as actor:
            person_leave(actor=actor, person=leaver, left_on=date(last, 12, 31))
        self._closes(last, unfinished)
        return self._this_years_plan()

    # --- who, when

    def _acting(self, account: Account, day: date, hour: float = 9) -> Any:
        return self._builder.acting(account, self._builder.moment(day, hour))

    def _leaver(self) -> Person:
        """Enter an engineer who will have left by the end of last year."""
        with self._acting(self._agency.manager, date(self._year - 2, 12, 1)) as actor:
            return person_create(
                actor=actor,
                name=self._builder.person_name(),
                education="college",
                job="运维工程师",
                position="engineer",
                phone=self._builder.phone(),
                joined_on=date(self._year - 2, 3, 1),
            )

    # --- documents

    def _documents(self) -> None:
        """Write a procedure twice and let it run out; take a version back before it holds."""
        begin = self._builder.begin
        manager = self._agency.manager
        with self._acting(manager, begin - timedelta(days=640)) as actor:
            standard = documents.document_create(
                actor=actor, category="procedures", title="标准物质管理规程", read_within=30,
                read_by_positions=["quality_supervisor"],
            )  # fmt: skip
        for ago, body, note in (
            (640, "标准物质专人保管，使用前核对证书和有效期。", "首次发布"),
            (
                300,
                "标准物质双人核对证书和有效期，过期当天下架。",
                "上年一瓶过期标气未下架，补充核对要求",
            ),
        ):
            day = begin - timedelta(days=ago)
            with self._acting(manager, day) as actor:
                draft = documents.version_write(
                    actor=actor, document=standard, body=body, change_note=note,
                    # the later one ran out and nobody renewed it
                    expires_on=begin + timedelta(days=20) if ago == 300 else None,  # noqa: PLR2004
                )  # fmt: skip
                documents.version_publish(actor=actor, draft=draft, effective_from=day)
        day = begin - timedelta(days=400)
        with self._acting(manager, day) as actor:
            disclosure = documents.document_create(
                actor=actor, category="disclosure", title="运行信息公开办法"
            )
            draft = documents.version_write(
                actor=actor,
                document=disclosure,
                body="每月公开设施运行率。",
                change_note="首次发布",
            )
            version = documents.version_publish(
                actor=actor, draft=draft, effective_from=day + timedelta(days=20)
            )
        with self._acting(manager, day + timedelta(days=3)) as actor:
            reason = "公开频次与合同约定的每周不一致，改正后重新发布"
            documents.version_withdraw(actor=actor, row=version, reason=reason)

    # --- plans

    def _item(
        self, actor: Any, plan: TrainingPlan, topic: str, day: date, people: Sequence[Person] = ()
    ) -> None:
        aim, content, hours = TOPICS[topic]
        trainings.item_save(
            actor=actor,
            plan=plan,
            people=people,
            aim=aim,
            content=content,
            form="lecture",
            positions=[] if people else ["engineer"],
            department="技术部",
            place="公司会议室",
            teacher="技术负责人",
            planned_on=day,
            hours=Decimal(hours),
            examination="笔试",
        )

    def _last_years_plan(self, year: int, leaver: Person) -> TrainingPlan:
        agency = self._agency
        with self._acting(agency.deputy, date(year, 1, 10)) as actor:
            plan = trainings.plan_create(
                actor=actor,
                year=year,
                title=f"{year} 年度人员培训计划",
                summary="岗前、在岗和安全培训",
            )
            self._item(actor, plan, "gas", date(year, 3, 15))
            named = [*self._agency.engineers[:2], leaver]
            self._item(actor, plan, "waste", date(year, 6, 20), named)
            self._item(actor, plan, "water", date(year, 10, 18))
            trainings.plan_submit(actor=actor, plan=plan)
        with self._acting(agency.manager, date(year, 1, 12)) as actor:
            remarks = "全年没有安排安全培训，请补充登高和有限空间作业"
            trainings.plan_return(actor=actor, plan=plan, remarks=remarks)
        with self._acting(agency.deputy, date(year, 1, 15)) as actor:
            self._item(actor, plan, "safety", date(year, 9, 12))
            trainings.plan_submit(actor=actor, plan=plan)
        self._approves(plan, date(year, 1, 20))
        return plan

    def _approves(self, plan: TrainingPlan, day: date) -> None:
        with self._acting(self._agency.manager, day, 15) as actor:
            trainings.plan_check(actor=actor, plan=plan)
            trainings.plan_approve(actor=actor, plan=plan)

    def _this_years_plan(self) -> TrainingPlan:
        """Copy last year's plan, and hold its first training in time."""
        day = date(self._year, 1, 18)
        with self._acting(self._agency.deputy, day) as actor:
            plan, _left = trainings.plan_copy(actor=actor, year=self._year)
            trainings.plan_submit(actor=actor, plan=plan)
        self._approves(plan, date(self._year, 1, 22))
        item = TrainingPlanItem.unscoped().get(plan=plan, content=TOPICS["gas"][1])
        held_on = date(self._year, 3, 15)
        if held_on < self._builder.begin:
            session = self._schedules(item, held_on, self._agency.engineers[:MOST_PARTICIPANTS])
            self._holds(session, held_on, [])
            self._evaluates(session, held_on, "考核平均 88 分，随后一次比对全部一次通过")
        return plan

    # --- sessions

    def _schedules(
        self, item: TrainingPlanItem, day: date, people: Sequence[Person]
    ) -> TrainingSession:
        item.refresh_from_db()  # its plan is approved by now
        with self._acting(self._agency.manager, day - timedelta(days=10)) as actor:
            return training_sessions.session_schedule(
                actor=actor,
                people=people,
                plan_item=item,
                kind="training",
                topic=item.content,
                content="讲解、演示与考核",
                starts_at=self._builder.moment(day, 14),
                ends_at=self._builder.moment(day, 14 + float(item.hours)),
                hours=item.hours,
                place=item.place,
                teacher=item.teacher,
            )

    def _holds(
        self,
        session: TrainingSession,
        day: date,
        failed: Sequence[Person],
        made_up: date | None = None,
    ) -> None:
        """Enter results; who failed is examined again on a later day."""
        parts = [one.person for one in session.participants.select_related("person").order_by("id")]
        for moment in [day, *([made_up] if made_up else [])]:
            again = moment == made_up
            with self._acting(self._agency.manager, moment, 18) as actor:
                inputs = []
                for person in parts:
                    fails = person in failed
                    inputs.append(
                        ParticipantInput(
                            person=person,
                            attendance="present",
                            signed_in_at=self._builder.moment(day, 13.8),
                            result="fail" if fails else "pass",
                            score=Decimal(48 if fails else self._rng.randint(76, 97)),
                            makeup_on=made_up if fails and again else None,
                            makeup_result="pass" if fails and again else "",
                        )
                    )
                training_sessions.session_hold(actor=actor, session=session, participants=inputs)

    def _evaluates(
        self, session: TrainingSession, day: date, text: str, conclusion: str = "effective"
    ) -> None:
        with self._acting(self._agency.manager, day, 19) as actor:
            training_sessions.session_evaluate(
                actor=actor,
                session=session,
                evaluator=self._agency.supervisor,
                evaluated_on=day,
                evaluation=text,
                conclusion=conclusion,
            )

    def _last_years_trainings(
        self, year: int, items: dict[str, TrainingPlanItem], leaver: Person
    ) -> TrainingSession:
        """Hold one in time, one late; cancel one; return the one that nobody evaluated."""
        gas, waste, water, safety = (
            items[TOPICS[key][1]] for key in ("gas", "waste", "water", "safety")
        )
        day = date(year, 3, 15)
        people = [*self._agency.engineers[:3], leaver]
        session = self._schedules(gas, day, people)
        self._holds(session, day, people[:1], made_up=date(year, 4, 2))
        self._evaluates(session, date(year, 4, 6), "补考后全部合格，现场校准抽查 3 次均符合规程")
        late = date(year, 7, 28)  # planned for June
        session = self._schedules(waste, late, [*self._agency.engineers[:2], leaver])
        self._holds(session, late, [])
        text = "比计划晚 38 天；暂存间标签仍有遗漏，三个月后复查"
        self._evaluates(session, late + timedelta(days=7), text, "partly")
        session = self._schedules(
            safety, date(year, 9, 12), self._agency.engineers[:MOST_PARTICIPANTS]
        )
        with self._acting(self._agency.manager, date(year, 9, 11)) as actor:
            reason = "授课人因病不能到场，未能另行安排"
            training_sessions.session_cancel(actor=actor, session=session, reason=reason)
        day = date(year, 10, 18)
        session = self._schedules(water, day, [*self._agency.engineers[:3], leaver])
        self._holds(session, day, [])
        return session

    # --- supervision

    def _last_years_supervision(self, year: int) -> None:
        """Appeals: one was right, one was not and its rectification came late."""
        engineers = self._agency.engineers[:MOST_PARTICIPANTS]
        row = self._issues(
            date(year, 5, 12),
            engineers[0],
            {"key": "calibration", "passed": False, "note": "零点校准未记录"},
            severity="major",
            facts="当日校准记录表零点一栏空白",
            opinion="补做校准并记录",
        )
        appeal = "分析仪当日自动校零，结果已随自动核查上传，见仪器日志"
        self._answers(row, engineers[0], date(year, 5, 13), appeal)
        with self._acting(self._supervisor, date(year, 5, 15)) as actor:
            text = "调阅仪器日志，当日自动校零记录完整"
            supervisions.appeal_answer(actor=actor, supervision=row, upheld=True, text=text)
        row = self._issues(
            date(year, 8, 6),
            engineers[-1],
            {"key": "truthful_records", "passed": False, "note": "由同事代签"},
            severity="principle",
            facts="巡检记录签名与本人留样不一致",
            opinion="本人重新到场巡检，当面签名",
        )
        self._answers(row, engineers[-1], date(year, 8, 7), "当天手受伤，口述由同事代签")
        with self._acting(self._supervisor, date(year, 8, 9)) as actor:
            text = "代签不论原因均不允许，应改派人员"
            supervisions.appeal_answer(actor=actor, supervision=row, upheld=False, text=text)
            supervisions.rectification_ask(
                actor=actor,
                supervision=row,
                text="重新巡检并学习记录要求",
                due_on=date(year, 8, 20),
            )
        with self._acting(_signs_in(engineers[-1]), date(year, 8, 27)) as actor:
            photo = self._builder.picture(actor, "sheet", pictures.panel(5), "recheck.jpg")
            supervisions.rectification_report(
                actor=actor,
                supervision=row,
                text="8 月 26 日重新巡检；因测点停产检修晚于期限",
                attachments=[photo],
            )
        with self._acting(self._supervisor, date(year, 8, 28)) as actor:
            supervisions.supervision_close(actor=actor, supervision=row, text="已复核，逾期 7 天")

    def _issues(
        self, day: date, engineer: Person, finding: dict[str, Any], **seen: Any
    ) -> Supervision:
        said = SupervisionInput(
            supervised_on=day,
            purpose="半年度监督",
            person=engineer,
            place="站房",
            head=self._agency.supervisor,
            findings=[finding, {"key": "site_order", "passed": True, "note": ""}],
            **seen,
        )
        with self._acting(self._supervisor, day, 16) as actor:
            row = supervisions.supervision_draft(actor=actor, said=said)
            signature = self._signature(actor, self._supervisor)
            return supervisions.supervision_issue(actor=actor, supervision=row, signature=signature)

    def _answers(self, row: Supervision, engineer: Person, day: date, appeal: str) -> None:
        account = _signs_in(engineer)
        with self._acting(account, day) as actor:
            supervisions.supervision_answer(
                actor=actor,
                supervision=row,
                agree=False,
                text=appeal,
                signature_id=self._signature(actor, account).pk,
                shown_digest=supervisions.content_digest(row),
                step_id=new_id(),
            )

    def _signature(self, actor: Any, account: Account) -> Any:
        drawn = pictures.signature(account.display_name)
        return self._builder.picture(actor, "signature", drawn, "signature.png")

    # --- the year

    def _closes(self, year: int, unfinished: TrainingSession) -> None:
        """Close last year with what is missing; open it again to put one thing right."""
        manager = self._agency.manager
        statement = "安全培训未能另行安排，列入下一年度；其余已说明"
        with self._acting(manager, date(year + 1, 1, 8)) as actor:
            year_close(actor=actor, year=year, statement=statement)
        with self._acting(manager, date(year + 1, 1, 12)) as actor:
            year_reopen(actor=actor, year=year, reason="补登 10 月培训的效果评价")
        self._evaluates(unfinished, date(year + 1, 1, 12), "抽查 5 份标样核查记录，全部符合要求")
        with self._acting(manager, date(year + 1, 1, 13)) as actor:
            year_close(actor=actor, year=year, statement=statement)


def _signs_in(person: Person) -> Account:
    account = person.account
    assert account is not None  # noqa: S101 - engineers and supervisors sign in
    return account
