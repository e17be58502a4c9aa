"""Who is told what at each step of a report, and what the chains keep of it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from tests.support.world import account_with
from tests.verification.conftest import Desk
from tests.verification.test_exceptions import as_, asked, held_up
from tests.verification.test_point_duties import failing
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.evidence.models import Event
from yunjian.identity.models import Organization
from yunjian.instruments.models import FollowUp, Instrument
from yunjian.kernel.clock import business_day, today
from yunjian.messaging.models import Notification
from yunjian.verification.jobs import remind_corrections
from yunjian.verification.models import Report, ReportCorrection
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.services import drafts, exceptions, reviews, signing

pytestmark = pytest.mark.reads_all_rows

AGENCY, POINT, NUMBER = "清源试验环保技术有限公司", "锅炉烟气 CEMS", "QY〔2026〕第 001 号"
PARTIES = {AGENCY: "清源", "浦江试验纸业有限公司": "浦江"}
Message = tuple[str, str, str]


def told(kind: str) -> dict[Message, list[str]]:
    """Return what was told, with whom: title, text and link → names."""
    found: dict[Message, list[str]] = {}
    with acting_as(system_actor("test")):
        rows = Notification.unscoped().filter(kind=kind).select_related("recipient")
        for row in rows:
            names = found.setdefault((row.title, row.body, row.link), [])
            names.append(row.recipient.username)
    return {said: sorted(names) for said, names in found.items()}


def kept(verb: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what the chains keep of a kind of event: whose chain, and what."""
    with acting_as(system_actor("test")):
        rows = Event.unscoped().filter(verb=verb).order_by("id")
        parties = {
            str(row.pk): PARTIES.get(row.name, row.name) for row in Organization.unscoped().all()
        }
        return [
            (parties.get(str(row.chain), str(row.chain)), orjson.loads(row.body)["payload"])
            for row in rows
        ]


@pytest.fixture
def crowd(desk: Desk) -> Desk:
    """Others in the same organisations, with roles of no account here."""
    with acting_as(system_actor("test")):
        account_with(desk.world.agency, "boss-gone", "owner")
        type(desk.owner).objects.filter(username="boss-gone").update(is_active=False)
        account_with(desk.world.other_agency, "boss-other", "owner", "quality_supervisor")
        account_with(desk.world.agency, "colleague", "engineer")
        account_with(desk.world.authority, "looks-on", "inspector")
    return desk


def links(report: Report) -> tuple[str, str, str]:
    return (
        f"/agency/reports/{report.pk}/",
        f"/source/reports/{report.pk}/",
        f"/supervision/reports/{report.pk}/",
    )


def test_checked_and_sent_back(crowd: Desk) -> None:
    # when
    report = crowd.complete()
    supervisor, owner = crowd.actor(crowd.supervisor), crowd.actor(crowd.owner)
    with acting_as(supervisor):
        checked = signing.report_check(actor=supervisor, report=report, note_text=" 数据齐全 ")
    with acting_as(owner):
        back = signing.report_send_back(actor=owner, report=checked, reason=" 时间有误 ")

    # then
    agency, _source, _supervision = links(report)
    assert told("report.checked") == {
        ("报告待签字", f"{POINT} 的报告 {NUMBER} 已校核，请签字提交", agency): ["boss"]
    }
    assert told("report.sent_back") == {
        ("报告退回修改", f"{POINT} 的报告 {NUMBER} 退回修改：时间有误", agency): [
            "engineer",
            "supervisor",
        ]
    }
    said = {"number": NUMBER, "edition": 1}
    assert kept("report.checked") == [("清源", said | {"note": "数据齐全"})]
    assert kept("report.sent_back") == [("清源", said | {"reason": "时间有误"})]
    assert (checked.check_note, checked.version) == ("数据齐全", report.version)
    assert (back.state, back.checked_by_id, back.checked_at) == ("draft", None, None)
    assert (back.check_note, back.version) == ("时间有误", report.version + 1)


def test_handed_in_received_and_returned(crowd: Desk) -> None:
    # when
    report = crowd.submitted()
    reviewer = crowd.actor(crowd.world.reviewer)
    with acting_as(reviewer):
        received = reviews.report_receive(actor=reviewer, report=report)
        returned = reviews.report_return(
            actor=reviewer,
            report=received,
            reason=" ",
            remarks={"number": " 编号有误 ", "note": " ", "tests.gas.SO2": "少一组"},
        )

    # then
    agency, source, supervision = links(report)
    what = f"{POINT} 的校验报告 {NUMBER}"
    body = f"{AGENCY} 提交了 {what}"
    assert told("report.submitted") == {
        ("报告已签字提交", f"{what} 已签字提交", agency): ["boss", "engineer", "supervisor"],
        ("比对与校验报告已提交", body, source): ["factory"],
        ("比对与校验报告待审核", body, supervision): ["bureau"],
    }
    assert told("report.received") == {
        ("报告已受理", f"{POINT} 的报告 {NUMBER} 已受理，正在审核", agency): [
            "boss",
            "engineer",
            "supervisor",
        ]
    }
    reason = "请按逐项意见修改：报告编号、比对数据"
    assert told("report.returned") == {
        ("报告被退回", f"{POINT} 的报告 {NUMBER} 被退回：{reason}", agency): [
            "boss",
            "engineer",
            "supervisor",
        ]
    }
    remarks = {"number": "编号有误", "tests.gas.SO2": "少一组"}
    said = {"number": NUMBER, "edition": 1}
    assert kept("report.received") == [("清源", said)]
    assert kept("report.returned") == [("清源", said | {"reason": reason, "remarks": remarks})]
    assert (returned.decision_note, returned.field_remarks) == (reason, remarks)
    assert returned.decided_by_id == returned.received_by_id == crowd.world.reviewer.pk
    assert returned.received_at == received.received_at
    parties = [party for party, _said in kept("report.submitted")]
    assert sorted(parties) == ["浦江", "清源"]
    payload = kept("report.submitted")[0][1]
    with acting_as(system_actor("test")):
        assert payload == {
            **said,
            "content_digest": report.content_digest,
            "signature": report.signature.digest if report.signature else None,
            "certificate": None,
            "checker": str(crowd.supervisor.pk),
            "keep_until": report.keep_until.isoformat() if report.keep_until else "",
            "findings": len(report.findings),
        }


def test_accepted_with_what_it_settles(crowd: Desk) -> None:
    # given: follow-ups of another code, of an earlier day's instrument, and done already
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=crowd.world.flue_gas_point)
        other = Instrument.objects.get(point=crowd.world.wastewater_point)
        day = today() - timedelta(days=20)
        for of, code, opened in (
            (instrument, "verification", day),
            (instrument, "acceptance", day),
            (other, "verification", day),
        ):
            FollowUp.objects.create(
                instrument=of,
                revision=of.revisions.get(),
                code=code,
                title=f"{code} {opened}",
                opened_on=opened,
                due_on=today() + timedelta(days=20),
            )

    # when
    report = crowd.accepted()

    # then
    agency, source, _supervision = links(report)
    body = f"{POINT} 的校验报告 {NUMBER} 已接受"
    assert told("report.accepted") == {
        ("报告已接受", body, agency): ["boss", "engineer", "supervisor"],
        ("比对与校验报告已接受", body, source): ["factory"],
    }
    said = {
        "number": NUMBER,
        "edition": 1,
        "content_digest": report.content_digest,
        "note": "已核对",
        "outcome": "pass",
        "follow_ups": ["verification"],
        "correction_due": None,
    }
    assert sorted(party for party, _said in kept("report.accepted")) == ["浦江", "清源"]
    assert [payload for _party, payload in kept("report.accepted")] == [said, said]
    with acting_as(system_actor("test")):
        done = FollowUp.objects.exclude(done_on=None).get()
    day = business_day(report.executed_to)
    assert (done.instrument_id, done.code) == (instrument.pk, "verification")
    assert (done.done_on, done.report_number, done.done_by_id) == (
        day,
        NUMBER,
        crowd.world.reviewer.pk,
    )
    [(party, payload)] = kept("instrument.follow_up_done")
    assert party == "浦江"
    assert payload == {
        "follow_up": "verification",
        "title": done.title,
        "done_on": day.isoformat(),
        "report": NUMBER,
    }


@pytest.mark.parametrize(("days", "closed"), [(0, True), (1, False)])
def test_what_was_opened_after_the_execution_waits_for_another(
    desk: Desk, days: int, *, closed: bool
) -> None:
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=desk.world.flue_gas_point)
        FollowUp.objects.create(
            instrument=instrument,
            revision=instrument.revisions.get(),
            code="verification",
            title="校验",
            opened_on=business_day(desk.begins + timedelta(hours=4)) + timedelta(days=days),
            due_on=today() + timedelta(days=20),
        )
    desk.accepted()
    with acting_as(system_actor("test")):
        assert FollowUp.objects.filter(done_on__isnull=False).exists() is closed


def test_accepted_though_a_test_failed(crowd: Desk) -> None:
    report = failing(crowd)
    agency, source, _supervision = links(report)
    row = ReportCorrection.unscoped().get()
    day = business_day(report.executed_to)
    body = (
        f"{POINT} 的校验报告 {report.number} 已接受；有测试项目不合格，"
        f"请于 {row.due_on} 前整改并重新比对"
    )
    assert told("report.accepted") == {
        ("报告已接受", body, agency): ["boss", "engineer", "supervisor"],
        ("比对与校验报告已接受", body, source): ["factory"],
    }
    assert (row.opened_on, row.due_on) == (day, day + timedelta(days=30))
    assert (row.standard, row.point_id, row.parameters) == (
        "HJ 75-2017",
        report.point_id,
        ["SO2"],
    )
    for _party, payload in kept("report.accepted"):
        assert (payload["outcome"], payload["correction_due"]) == (
            "fail",
            row.due_on.isoformat(),
        )


@pytest.mark.parametrize(
    ("days", "kind", "title", "when"),
    [
        (0, "report.correction_due", "报告整改即将到期", "将于 {} 到期"),
        (-1, "report.correction_overdue", "报告整改已逾期", "已于 {} 到期，尚未完成"),
    ],
)
def test_a_correction_that_is_near_or_late(
    crowd: Desk, days: int, kind: str, title: str, when: str
) -> None:
    # given
    report = failing(crowd)
    due_on = today() + timedelta(days=days)
    ReportCorrection.unscoped().update(
        opened_on=today() - timedelta(days=60), due_on=due_on, parameters=["NOx", "SO2"]
    )

    # when
    assert remind_corrections(0) == 1

    # then
    agency, source, supervision = links(report)
    about = f"{POINT} 的报告 {report.number}（NOx、SO2）不合格，整改{when.format(due_on)}"
    body = f"{about}；整改后请重新比对并提交报告。"
    expected = {
        (title, body, agency): ["agency", "boss", "engineer"],
        (title, body, source): ["factory"],
    }
    if days < 0:
        expected[title, f"{about}。", supervision] = ["bureau"]
    assert told(kind) == expected
    row = ReportCorrection.unscoped().get()
    assert (row.overdue_told_at is not None, row.reminded_at is not None) == (days < 0, days == 0)


@pytest.mark.parametrize("handed_in", [True, False])
def test_taken_back(crowd: Desk, *, handed_in: bool) -> None:
    # when
    report = crowd.submitted() if handed_in else crowd.checked()
    manager = crowd.actor(crowd.world.agency_manager)
    with acting_as(manager):
        withdrawn = drafts.report_withdraw(actor=manager, report=report, reason=" 数据有误 ")

    # then
    _agency, _source, supervision = links(report)
    body = f"{AGENCY} 撤回了报告 {NUMBER}：数据有误"
    told_of = {("比对与校验报告已撤回", body, supervision): ["bureau"]} if handed_in else {}
    assert told("report.withdrawn") == told_of
    said = {"number": NUMBER, "edition": 1, "reason": "数据有误"}
    assert kept("report.withdrawn") == [("清源", said)]
    assert (withdrawn.withdraw_reason, withdrawn.latest) == ("数据有误", True)


def test_drafted_revised_and_superseded(crowd: Desk) -> None:
    # when
    first = crowd.accepted()
    preparer = crowd.actor(crowd.preparer)
    with acting_as(preparer):
        second = drafts.report_revise(actor=preparer, report=crowd.fresh(first))
    crowd.accept(crowd.fresh(second))

    # then
    [(party, drafted)] = kept("report.drafted")
    assert (party, drafted) == (
        "清源",
        {
            "number": NUMBER,
            "kind": "verification",
            "form": "hj75-verification@1",
            "edition": 1,
            "point": "31011500000102",
            "executed": [first.executed_from.isoformat(), first.executed_to.isoformat()],
        },
    )
    assert kept("report.revised") == [
        ("清源", {"number": NUMBER, "edition": 2, "previous": str(first.pk)})
    ]
    assert kept("report.superseded") == [
        ("清源", {"number": NUMBER, "edition": 1, "by": str(second.pk)})
    ]


# --- exceptions


def test_an_exception_asked_for_granted_and_lifted(crowd: Desk) -> None:
    # when
    report, row = asked(crowd)
    as_(
        crowd, "reviewer", exceptions.exception_decide, exception=row, granted=True, reason=" 属实 "
    )
    lifted = as_(crowd, "reviewer", exceptions.exception_lift, exception=row, reason=" 不再适用 ")

    # then
    finding = "没有登记参与人员"
    answers = ["agency", "boss", "supervisor"]
    assert told("report.exception_asked") == {
        (
            "报告问题申请例外",
            f"{AGENCY} 的报告 {NUMBER}：{finding}（情况特殊）",
            "/supervision/report-exceptions/",
        ): ["bureau"]
    }
    assert told("report.exception_granted") == {
        ("例外已同意", f"报告 {NUMBER}：{finding}：已同意。属实", "/agency/reports/"): answers
    }
    assert told("report.exception_lifted") == {
        ("例外已取消", f"报告 {NUMBER}：{finding}：不再适用", "/agency/reports/"): answers
    }
    said = {"report": NUMBER, "code": "no_person", "path": "people"}
    assert kept("report.exception_asked") == [("清源", said | {"reason": "情况特殊"})]
    assert kept("report.exception_granted") == [("清源", said | {"reason": "属实"})]
    assert kept("report.exception_lifted") == [("清源", said | {"reason": "不再适用"})]
    assert (lifted.state, lifted.reason, lifted.lift_reason) == ("lifted", "属实", "不再适用")
    assert lifted.decided_by_id == lifted.lifted_by_id == crowd.world.reviewer.pk
    assert (lifted.asked_by_id, lifted.asked_reason) == (crowd.preparer.pk, "情况特殊")
    assert (lifted.series, lifted.agency_id, lifted.district_id) == (
        report.series,
        report.agency_id,
        report.district_id,
    )


def test_an_exception_that_is_refused(crowd: Desk) -> None:
    _report, row = asked(crowd)
    as_(crowd, "reviewer", exceptions.exception_decide, exception=row, granted=False, reason="不")
    assert told("report.exception_granted") == {}
    [((title, body, link), names)] = told("report.exception_refused").items()
    assert (title, link, names) == (
        "例外未同意",
        "/agency/reports/",
        ["agency", "boss", "supervisor"],
    )
    assert body == f"报告 {NUMBER}：没有登记参与人员：未同意。不"
    [(_party, payload)] = kept("report.exception_refused")
    assert payload["reason"] == "不"


def test_an_exception_that_nobody_asked_for(crowd: Desk) -> None:
    # given
    report = crowd.submitted()
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(person__isnull=False).update(valid_until="2020-01-01")
        [found] = blocking(report, current_findings(report))
    named = {"code": found.code, "path": found.path, "finding": found.text("zh")}

    # when
    row = as_(
        crowd, "reviewer", exceptions.exception_grant, report=report, reason=" 续证中 ", **named
    )

    # then
    assert (row.state, row.reason, row.asked_reason, row.asked_by_id) == (
        "granted",
        "续证中",
        "",
        None,
    )
    assert (row.decided_by_id, row.decided_at is not None) == (crowd.world.reviewer.pk, True)
    assert told("report.exception_granted") == {
        ("例外已同意", f"报告 {NUMBER}：{found.text('zh')}：续证中", "/agency/reports/"): [
            "agency",
            "boss",
            "supervisor",
        ]
    }


def test_an_exception_of_one_report_holds_nothing_off_another(crowd: Desk) -> None:
    report, named = held_up(crowd)
    row = as_(crowd, "preparer", exceptions.exception_ask, report=report, reason="x", **named)
    as_(crowd, "reviewer", exceptions.exception_decide, exception=row, granted=True, reason="y")
    other = crowd.draft(number="Z-9", people=[])
    with acting_as(system_actor("test")):
        held = {one.code for one in blocking(report, current_findings(report))}
        others = {one.code for one in blocking(other, current_findings(other))}
    assert "no_person" not in held
    assert "no_person" in others
