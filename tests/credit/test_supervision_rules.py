"""Where the rules of supervisions begin and end, in which words, and who is told what."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.credit.trainings import (
    another_person,
    issued,
    messages_of,
    payloads_of,
    quality_supervisor,
    said_of,
    scheduled,
    signature,
    supervised,
)
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.models import Supervision, SupervisionStep, TrainingSession
from yunjian.credit.models.supervisions import SupervisionState
from yunjian.credit.selectors.supervisions import supervisions_found, supervisions_in
from yunjian.credit.services.supervisions import (
    MOST_CHECKS,
    appeal_answer,
    appeal_withdraw,
    content_digest,
    rectification_ask,
    rectification_report,
    supervision_answer,
    supervision_close,
    supervision_discard,
    supervision_draft,
    supervision_issue,
)
from yunjian.credit.services.training_reminders import years_remind
from yunjian.credit.services.years import year_close, year_reopen
from yunjian.kernel.clock import SHANGHAI, at, today
from yunjian.kernel.errors import DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows
DAY = timedelta(days=1)
CHECK = {
    "parameter": "SO2",
    "signal": "analogue",
    "unit": "mg/m³",
    "analyser": "35.2",
    "logger": "35.3",
    "analyser_range": "0～100",
    "acquisition_range": "0～100",
    "logger_range": "0～100",
}


def leader(world: World) -> Any:
    return world.actor(quality_supervisor(world))


def in_state(row: Supervision, state: str) -> Supervision:
    """Return a supervision as if it had come so far."""
    Supervision.unscoped().filter(pk=row.pk).update(state=state, rectify_by=today())
    return Supervision.unscoped().select_related("person").get(pk=row.pk)


def answer(world: World, row: Supervision, *, agree: bool = True, text: str = "") -> Supervision:
    """Let the engineer answer."""
    return supervision_answer(
        actor=world.actor(world.engineer),
        supervision=row,
        agree=agree,
        text=text,
        signature_id=signature(world.engineer).pk,
        shown_digest=content_digest(row),
    )[0]


def test_each_step_tells_those_concerned_in_its_own_words(world: World) -> None:
    with acting_as(system_actor("test")):
        account_with(world.agency, "owner-1", "owner")
        account_with(world.agency, "quality-2", "quality_supervisor")
        account_with(world.other_agency, "owner-2", "owner")
    row = issued(world)
    engineer = world.actor(world.engineer)
    number = f"RYJD-{today().year}-0001"
    link = f"/h5/#/supervisions/{row.pk}"
    leaders = ("agency", "owner-1", "quality")

    def to(names: tuple[str, ...], title: str, body: str) -> set[tuple[str, str, str, str]]:
        return {(name, title, f"{number}{body}", link) for name in names}

    due = today() + DAY
    answer(world, row, agree=False, text=" 签名在背面 ")
    appeal_withdraw(actor=engineer, supervision=row, text=" 看错了 ")
    answer(world, row, agree=True)
    rectification_ask(actor=leader(world), supervision=row, text=" 补签 ", due_on=due)
    file = signature(world.engineer)
    rectification_report(actor=engineer, supervision=row, text=" 已补签 ", attachments=[file])
    # an owner closes it; a manager who acts is not told of what he did himself
    supervision_close(actor=world.actor(world.agency_manager), supervision=row, text=" 通过 ")

    assert messages_of("supervision.issued") == to(
        ("engineer",), "您有监督记录待确认", "：校准记录缺少签名"
    )
    assert messages_of("supervision.appealed") == to(leaders, "被监督人提出申诉", "：签名在背面")
    assert messages_of("supervision.appeal_withdrawn") == to(leaders, "申诉已撤回", "：看错了")
    assert messages_of("supervision.confirmed") == to(leaders, "被监督人已确认", "")
    assert messages_of("supervision.rectification_asked") == to(
        ("engineer",), "有整改要求", f"：请于 {due} 前完成：补签"
    )
    assert messages_of("supervision.rectification_reported") == to(
        leaders, "整改待复核", "：已补签"
    )
    assert messages_of("supervision.closed") == to(("engineer",), "监督记录已关闭", "：通过")

    said = {"number": number, "digest": content_digest(row)}
    signed = {"signature": "sha-256:x"}
    for verb, payload in (
        ("issued", {"state": "issued"}),
        ("appealed", {"state": "appealed", "text": "签名在背面"} | signed),
        ("appeal_withdrawn", {"state": "issued", "text": "看错了"}),
        ("confirmed", {"state": "confirmed", "text": ""} | signed),
        (
            "rectification_asked",
            {"state": "rectifying", "text": "补签", "due_on": due.isoformat()},
        ),
        (
            "rectification_reported",
            {"state": "rectified", "text": "已补签", "files": [file.digest]},
        ),
        ("closed", {"state": "closed", "text": "通过"}),
    ):
        assert payloads_of(f"supervision.{verb}") == [said | payload], verb
    drafted = {"severity": "general", "digest": content_digest(row)}
    assert payloads_of("supervision.drafted") == [drafted]

    steps = SupervisionStep.unscoped().filter(supervision=row).order_by("pk")
    assert [
        (step.act, step.text, step.due_on, step.by_name, step.attachment_ids, step.shown_digest)
        for step in steps
    ] == [
        ("issue", "", None, "quality", [], ""),
        ("appeal", "签名在背面", None, "李建国", [], content_digest(row)),
        ("withdraw", "看错了", None, "李建国", [], ""),
        ("confirm", "", None, "李建国", [], content_digest(row)),
        ("ask", "补签", due, "quality", [], ""),
        ("report", "已补签", None, "李建国", [file.pk], ""),
        ("close", "通过", None, "吴强", [], ""),
    ]
    row.refresh_from_db()
    assert row.version == 8
    assert row.rectify_by == due


@pytest.mark.parametrize(
    ("result", "state", "words"),
    [
        ("yes", "closed", "申诉成立，记录关闭：属实"),
        ("no", "confirmed", "维持原记录：属实"),
    ],
)
def test_an_answered_appeal_says_what_came_of_it(
    world: World, result: str, state: str, words: str
) -> None:
    upheld = result == "yes"
    row = issued(world)
    answer(world, row, agree=False, text="不属实")
    appeal_answer(actor=leader(world), supervision=row, upheld=upheld, text=" 属实 ")
    number = f"RYJD-{today().year}-0001"
    assert messages_of("supervision.appeal_answered") == {
        ("engineer", "申诉已答复", f"{number}：{words}", f"/h5/#/supervisions/{row.pk}")
    }
    [payload] = payloads_of("supervision.appeal_answered")
    assert payload == {
        "number": number,
        "state": state,
        "digest": content_digest(row),
        "upheld": upheld,
        "text": "属实",
    }
    assert SupervisionStep.unscoped().get(supervision=row, act="answer").text == words


def test_a_message_is_cut_where_it_would_be_too_long(world: World) -> None:
    row = issued(world, facts="长" * 800)
    [(_who, _title, body, _link)] = messages_of("supervision.issued")
    assert body == f"{row.full_number}：{'长' * 800}"[:300]


ACTS: dict[str, tuple[Callable[[World, Supervision], Any], set[str], str]] = {
    "draft": (
        lambda world, row: supervision_draft(
            actor=leader(world), said=supervised(world), supervision=row
        ),
        {"draft"},
        "已下发的监督记录不能修改",
    ),
    "discard": (
        lambda world, row: supervision_discard(actor=leader(world), supervision=row),
        {"draft"},
        "已下发的监督记录不能删除",
    ),
    "issue": (
        lambda world, row: supervision_issue(actor=leader(world), supervision=row),
        {"draft"},
        "该监督记录已下发",
    ),
    "answer": (answer, {"issued"}, "该监督记录不在待确认状态"),
    "withdraw": (
        lambda world, row: appeal_withdraw(actor=world.actor(world.engineer), supervision=row),
        {"appealed"},
        "没有待答复的申诉",
    ),
    "answer_appeal": (
        lambda world, row: appeal_answer(
            actor=leader(world), supervision=row, upheld=True, text="x"
        ),
        {"appealed"},
        "没有待答复的申诉",
    ),
    "ask": (
        lambda world, row: rectification_ask(
            actor=leader(world), supervision=row, text="x", due_on=today()
        ),
        {"confirmed", "rectified"},
        "只有已确认或待复核的记录可以要求整改",
    ),
    "report": (
        lambda world, row: rectification_report(
            actor=world.actor(world.engineer), supervision=row, text="x"
        ),
        {"rectifying"},
        "没有待完成的整改",
    ),
    "close": (
        lambda world, row: supervision_close(actor=leader(world), supervision=row),
        {"confirmed", "rectified"},
        "只有已确认或待复核的记录可以关闭",
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_may_be_done_with_a_supervision_depends_on_its_state(world: World, act: str) -> None:
    service, allowed, words = ACTS[act]
    for state in SupervisionState.values:
        draft = supervision_draft(actor=leader(world), said=supervised(world))
        if state != "draft":
            supervision_issue(actor=leader(world), supervision=draft)
        row = in_state(draft, state)
        if state in allowed:
            service(world, row)
            continue
        with pytest.raises(InvalidState, match=words):
            service(world, row)


def refusal_of(world: World, **values: Any) -> list[tuple[str, str, str]]:
    """Return why what a supervisor says is refused."""
    with pytest.raises(InvalidInput) as refused:
        supervision_draft(actor=leader(world), said=supervised(world, **values))
    return said_of(refused.value)


def test_what_is_wrong_is_told_at_each_field_in_words(world: World) -> None:
    yesterday = today() - DAY
    left = another_person(world, "丁", left_on=yesterday)
    foreign = another_person(world, "别家", organization=world.other_agency)
    own = another_person(world, "本人", account=quality_supervisor(world))
    for values, expected in (
        (
            {"supervised_on": today() + DAY},
            [("supervised_on", "order", "监督日期不能晚于今天")],
        ),
        (
            {"purpose": " ", "place": "", "facts": "", "opinion": ""},
            [
                ("purpose", "required", "请填写监督目的"),
                ("place", "required", "请填写地点"),
                ("facts", "required", "请填写事实描述"),
                ("opinion", "required", "请填写监督意见"),
            ],
        ),
        ({"purpose": "长" * 201}, [("purpose", "too_long", "最多 200 个字")]),
        ({"place": "长" * 121}, [("place", "too_long", "最多 120 个字")]),
        ({"facts": "长" * 801}, [("facts", "too_long", "最多 800 个字")]),
        ({"severity": "mild"}, [("severity", "unknown", "请从列表中选择")]),
        ({"head": foreign}, [("head", "foreign", "请选择本机构的人员")]),
        ({"head": left}, [("head", "left", f"丁已于 {yesterday} 离职")]),
        (
            {"person": left, "supervised_on": yesterday},
            [("person", "left", f"丁已于 {yesterday} 离职")],
        ),
        ({"person": foreign}, [("person", "foreign", "请选择本机构的人员")]),
        ({"person": own}, [("person", "oneself", "不能监督本人")]),
        (
            {"attachment_ids": [signature(world.other_agency_manager).pk]},
            [("attachment_ids", "missing", "照片还没有上传完，请稍后再试")],
        ),
        ({"findings": []}, [("findings", "required", "请至少检查一个项目")]),
        (
            {
                "findings": [
                    {"key": "no", "passed": True},
                    {"key": "safety", "passed": None},
                    {"key": "calibration", "passed": False, "note": " "},
                    {"key": "calibration", "passed": True},
                ]
            },
            [
                ("findings.0", "unknown", "检查表中没有这个项目"),
                ("findings.1", "required", "请选择是否符合"),
                ("findings.2.note", "required", "不符合的项目请填写说明"),
                ("findings.3", "taken", "同一项目只能填写一次"),
            ],
        ),
        (
            {"remote_checks": [CHECK] * (MOST_CHECKS + 1)},
            [("remote_checks", "too_many", "最多 40 项")],
        ),
        (
            {
                "remote_checks": [
                    CHECK | {"parameter": " "},
                    CHECK | {"analyser": "", "logger": "x", "signal": "smoke"},
                    CHECK
                    | {"analyser_range": "", "acquisition_range": "1", "logger_range": "9～1"},
                    {"parameter": "SO2", "not_applicable": " "},
                ]
            },
            [
                ("remote_checks.0.parameter", "required", "请填写参数"),
                ("remote_checks.1.analyser", "number", "请填写数字"),
                ("remote_checks.1.logger", "number", "请填写数字"),
                ("remote_checks.1.signal", "unknown", "请从列表中选择"),
                *(
                    (f"remote_checks.2.{name}", "range", "量程应写作 0～100，下限小于上限")
                    for name in ("analyser_range", "acquisition_range", "logger_range")
                ),
                ("remote_checks.3.not_applicable", "required", "选择不适用时请填写原因"),
            ],
        ),
    ):
        assert refusal_of(world, **values) == expected
    assert not Supervision.unscoped().exists()


def test_what_is_just_within_the_limits_is_kept_as_said(world: World) -> None:
    head = another_person(world, "负责人")
    left_later = another_person(world, "戊", left_on=today())
    photos = [signature(world.agency_manager).pk, signature(world.engineer).pk]
    row = supervision_draft(
        actor=leader(world),
        said=supervised(
            world,
            supervised_on=today() - DAY,
            purpose="目" * 200,
            place="地" * 120,
            facts="事" * 800,
            opinion=" 见" + "见" * 798,
            person=left_later,
            head=head,
            point=world.flue_gas_point,
            severity="major",
            findings=[
                {"key": "calibration", "passed": True, "note": ""},
                {"key": "safety", "passed": False, "note": "缺"},
            ],
            remote_checks=[CHECK] * MOST_CHECKS,
            attachment_ids=photos,
        ),
    )
    row.refresh_from_db()
    assert (row.purpose, row.place, row.facts, row.opinion) == (
        "目" * 200, "地" * 120, "事" * 800, "见" * 799,
    )  # fmt: skip
    assert (row.person, row.head, row.point, row.severity) == (
        left_later, head, world.flue_gas_point, "major",
    )  # fmt: skip
    assert (row.supervised_on, row.attachment_ids) == (today() - DAY, photos)
    assert len(row.remote_checks) == MOST_CHECKS
    assert (row.state, row.version, row.year, row.number) == (
        "draft", 1, (today() - DAY).year, None,
    )  # fmt: skip
    assert (row.supervisor, row.organization) == (quality_supervisor(world), world.agency)


def test_whatever_the_supervised_person_is_shown_changes_the_digest(world: World) -> None:
    row = issued(world)
    seen = {content_digest(row)}
    for name, value in (
        ("purpose", "别的"),
        ("place", "别处"),
        ("facts", "别的"),
        ("opinion", "别的"),
        ("supervised_on", today() - DAY),
        ("person", another_person(world, "丁")),
        ("point", world.flue_gas_point),
        ("severity", "major"),
        ("template", "别的"),
        ("findings", []),
        ("remote_checks", [CHECK]),
        ("attachment_ids", [new_id()]),
    ):
        setattr(row, name, value)
        seen.add(content_digest(row))
    assert len(seen) == 13


def refused(service: Callable[..., Any], **given: Any) -> DomainError:
    """Return the refusal of a service."""
    with pytest.raises(DomainError) as error:
        service(**given)
    return error.value


def test_who_may_not_or_says_nothing_is_told_why(world: World) -> None:
    row = issued(world)
    engineer, other = world.actor(world.engineer), world.actor(world.agency_manager)
    pad = signature(world.engineer).pk
    given: dict[str, Any] = {"supervision": row}
    lead = "只有监督人、负责人或管理员可以办理"
    answers: dict[str, Any] = {"signature_id": pad, "shown_digest": content_digest(row)}
    refusals: list[tuple[Any, Any, dict[str, Any], str]] = [
        (engineer, supervision_discard, {}, lead),
        (engineer, supervision_issue, {}, lead),
        (engineer, supervision_close, {}, lead),
        (engineer, appeal_answer, {"upheld": True, "text": "x"}, lead),
        (engineer, rectification_ask, {"text": "x", "due_on": today()}, lead),
        (other, appeal_withdraw, {}, "只有被监督人本人可以撤回申诉"),
        (other, rectification_report, {"text": "x"}, "只有被监督人本人可以报告整改"),
        (other, supervision_answer, {"agree": True, **answers}, "只有被监督人本人可以确认或申诉"),
    ]
    for actor, service, more, words in refusals:
        error = refused(service, actor=actor, **given, **more)
        assert (type(error), str(error)) == (NotAllowed, words)
    said: dict[str, Any] = {"agree": False, "signature_id": pad}
    error = refused(supervision_answer, actor=engineer, **given, **said, shown_digest="x")
    assert (error.code, error.message) == ("content_changed", "内容已有更新，请重新查看后再签字")
    said["shown_digest"] = content_digest(row)
    error = refused(supervision_answer, actor=engineer, **given, **said)
    assert said_of(error) == [("text", "required", "请填写申诉理由")]
    for wrong in (None, signature(quality_supervisor(world)).pk, new_id()):
        signed = {**said, "text": "x", "signature_id": wrong}
        error = refused(supervision_answer, actor=engineer, **given, **signed)
        assert said_of(error) == [("signature_id", "required", "请先签名")]
    row = in_state(row, "appealed")
    error = refused(appeal_answer, actor=leader(world), supervision=row, upheld=True, text=" ")
    assert said_of(error) == [("text", "required", "请填写申诉答复")]
    row = in_state(row, "confirmed")
    error = refused(
        rectification_ask, actor=leader(world), supervision=row, text=" ", due_on=today() - DAY
    )
    assert said_of(error) == [
        ("text", "required", "请填写整改要求"),
        ("due_on", "order", "整改期限不能早于今天"),
    ]
    row = in_state(row, "rectifying")
    report: dict[str, Any] = {"actor": engineer, "supervision": row}
    error = refused(rectification_report, **report, text=" ")
    assert said_of(error) == [("text", "required", "请填写整改情况")]
    foreign = [signature(world.engineer), signature(world.other_agency_manager)]
    error = refused(rectification_report, **report, text="x", attachments=foreign)
    assert said_of(error) == [("attachment", "foreign", "附件不属于本机构")]


# --- reads


def test_supervisions_are_found_by_each_condition_and_nothing_beside(world: World) -> None:
    colleague = another_person(world, "钱同事")
    one = issued(world, place="甲处", purpose="甲目的", severity="major")
    two = issued(world, place="乙处", purpose="乙目的", person=colleague)
    draft = supervision_draft(actor=leader(world), said=supervised(world, place="丙处"))
    Supervision.unscoped().filter(pk=two.pk).update(year=today().year - 1, state="closed")

    def found(**by: Any) -> set[Any]:
        return {row.pk for row in supervisions_found(**by)}

    with acting_as(world.actor(world.agency_manager)):
        everything = {one.pk, two.pk, draft.pk}
        assert found() == found(organization=world.agency.pk) == everything
        assert found(text=world.agency.name) == everything
        assert found(organization=world.other_agency.pk) == found(text="没有") == set()
        assert found(year=today().year) == found(person=world.engineer_person)
        assert found(year=today().year) == found(text="李建国") == {one.pk, draft.pk}
        assert found(state="closed") == found(text="乙处") == found(text="乙目") == {two.pk}
        assert found(person=colleague) == found(text="钱同") == {two.pk}
        assert found(severity="major") == found(state="issued") == {one.pk}
    with acting_as(world.actor(world.engineer)) as engineer:
        assert {row.pk for row in supervisions_in(engineer, "mine")} == {one.pk}
        assert {row.pk for row in supervisions_in(engineer, "made")} == set()
    with acting_as(leader(world)) as maker:
        assert {row.pk for row in supervisions_in(maker, "mine")} == set()
        assert {row.pk for row in supervisions_in(maker, "made")} == everything


# --- what is due


NOON = datetime(2026, 6, 15, 12, tzinfo=SHANGHAI)


def remind(moment: datetime) -> int:
    """Let the job run at a moment."""
    with at(moment), acting_as(system_actor("test")) as system:
        return years_remind(actor=system)


def test_sessions_that_are_over_are_told_once_a_week_to_the_keepers(world: World) -> None:
    # given: a session to enter and one to evaluate that have ended; one that ends now; one done
    with acting_as(system_actor("test")):
        account_with(world.agency, "owner-1", "owner")
        account_with(world.other_agency, "owner-2", "owner")
    rows = {}
    for name, state, ends_at in (
        ("待登记", "scheduled", NOON - timedelta(seconds=1)),
        ("待评价", "held", NOON - timedelta(hours=1)),
        ("刚结束", "scheduled", NOON),
        ("完成了", "done", NOON - DAY),
        ("取消了", "cancelled", NOON - DAY),
    ):
        row = scheduled(
            world, [another_person(world, name)], topic=name,
        )  # fmt: skip
        TrainingSession.unscoped().filter(pk=row.pk).update(
            state=state,
            starts_at=ends_at - timedelta(hours=2),
            ends_at=ends_at,
            conclusion="effective",
            cancel_reason="x",
        )
        rows[name] = row.pk

    assert remind(NOON) == 2
    expected = {
        (who, "教育培训待办理", f"{name} 已结束，请{todo}。", f"/agency/trainings/{rows[name]}/")
        for who in ("agency", "owner-1")
        for name, todo in (("待登记", "登记签到与结果"), ("待评价", "评价效果"))
    }
    assert messages_of("training.due") == expected
    # then: the day after only what has ended since; the first two a week after
    assert [remind(NOON + days * DAY) for days in (1, 6, 7, 8, 13, 14)] == [1, 0, 2, 1, 0, 2]


def test_late_and_unanswered_supervisions_are_told_to_both_sides(world: World) -> None:
    quiet = another_person(world, "无账号")
    made = {}
    for name, values, person in (
        ("late", {"state": "rectifying", "rectify_by": date(2026, 6, 14)}, None),
        ("last day", {"state": "rectifying", "rectify_by": date(2026, 6, 15)}, None),
        ("put right", {"state": "rectified", "rectify_by": date(2026, 6, 1)}, None),
        (
            "unanswered",
            {"state": "issued", "issued_at": NOON - 7 * DAY - timedelta(seconds=1)},
            quiet,
        ),
        ("fresh", {"state": "issued", "issued_at": NOON - 7 * DAY}, None),
        ("answered", {"state": "confirmed", "issued_at": NOON - 30 * DAY}, None),
    ):
        row = issued(world, person=person or world.engineer_person)
        Supervision.unscoped().filter(pk=row.pk).update(**values)
        made[name] = row

    assert remind(NOON) == 2
    late, unanswered = made["late"], made["unanswered"]
    title = "监督记录待办理"
    assert messages_of("supervision.due") == {
        *(
            (
                who,
                title,
                f"{late.full_number} 整改期限 2026-06-14 已过。",
                f"/h5/#/supervisions/{late.pk}",
            )
            for who in ("engineer", "quality")
        ),
        (
            "quality",
            title,
            f"{unanswered.full_number} 下发已满 7 天，尚未确认或申诉。",
            f"/h5/#/supervisions/{unanswered.pk}",
        ),
    }
    assert [remind(NOON + days * DAY) for days in (1, 6, 7, 8)] == [2, 0, 2, 2]


# --- years


def test_a_closed_and_a_reopened_year_are_told_to_everybody_else_of_the_agency(
    world: World,
) -> None:
    with acting_as(system_actor("test")):
        account_with(world.agency, "manager-2", "manager")
    actor, year = world.actor(world.agency_manager), today().year
    with acting_as(actor):
        error = refused(year_close, actor=actor, year=year, statement=" ")
        assert said_of(error) == [("statement", "required", "还有 1 项未完成，请填写情况说明")]
        row = year_close(actor=actor, year=year, statement=" 顺延 ")
    assert (row.statement, row.closed_by_id, row.missing) == (
        "顺延", world.agency_manager.pk, ["没有已批准的年度培训计划"],
    )  # fmt: skip
    link = f"/agency/years/{year}/people/"
    others = ("engineer", "manager-2")
    assert messages_of("annual_year.closed") == {
        (who, "运维年度已归档", f"{year} 年度的人员培训与监督信息已归档。", link) for who in others
    }
    assert payloads_of("annual_year.closed") == [{"year": year, "missing": 1, "statement": "顺延"}]
    error = refused(year_close, actor=actor, year=year, statement="x")
    assert error.message == "该年度已归档"
    error = refused(year_reopen, actor=actor, year=year, reason=" ")
    assert said_of(error) == [("reason", "required", "请填写重新开放的原因")]
    row = year_reopen(actor=actor, year=year, reason=" 补录 ")
    assert (row.state, row.reopen_reason) == ("open", "补录")
    assert messages_of("annual_year.reopened") == {
        (who, "运维年度重新开放", f"{year} 年度已重新开放：补录", link) for who in others
    }
    assert payloads_of("annual_year.reopened") == [{"year": year, "reason": "补录"}]
    error = refused(year_reopen, actor=actor, year=year, reason="x")
    assert error.message == "只有已归档的年度可以重新开放"
    error = refused(year_close, actor=actor, year=year + 1, statement="x")
    assert said_of(error) == [("year", "future", "该年度尚未开始，不能归档")]
    for wrong in (1, 99999):
        assert said_of(refused(year_close, actor=actor, year=wrong))[0][:2] == ("year", "range")
