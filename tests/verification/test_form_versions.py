"""A report keeps the version of its form; what the authority published since is told, and taken on
by its author without losing anything."""

from datetime import date, timedelta

import pytest

from tests.library import report_forms
from tests.library.report_forms import BASE, CODE
from tests.verification.conftest import Desk
from tests.verification.test_papers import text_of
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import at, business_day, now, today
from yunjian.kernel.errors import InvalidState, NotAllowed
from yunjian.library.models import PublishedReportForm
from yunjian.records.versions import StaleVersion
from yunjian.standards.reports import COVER, PARTS
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.selectors.contents import checklist, missing_originals, original_titles
from yunjian.verification.selectors.facts import current_findings
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, parts
from yunjian.verification.services.form_moves import report_form_move
from yunjian.verification.services.papers import report_pdf

pytestmark = pytest.mark.reads_all_rows

SECOND = f"{CODE}@101"
# what people read of the two
FIRST_TITLE = "烟气 CEMS 校验（比对）报告 第 1 版"
SECOND_TITLE = "烟气 CEMS 校验（比对）报告 地方第 1 版"


def second(desk: Desk, since: date | None = None, key: str = "lightning") -> PublishedReportForm:
    """Publish a version that asks for one more original record."""
    return report_forms.published(desk.world, since or today(), key)


def moved(desk: Desk, report: Report, version: int | None = None) -> Report:
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        return report_form_move(actor=actor, report=report, version=version)


def told(desk: Desk, report: Report) -> list[str]:
    with acting_as(desk.actor(desk.preparer)):
        found = current_findings(desk.fresh(report))
    return [one.text("zh") for one in found if one.code == "form_not_current"]


def executed(desk: Desk, days: int) -> dict[str, object]:
    begins = now().replace(microsecond=0) - timedelta(days=days)
    return {"executed_from": begins, "executed_to": begins + timedelta(hours=4)}


def test_a_new_report_takes_the_version_in_force_on_its_day(desk: Desk) -> None:
    with at(now() - timedelta(days=5)):
        second(desk)
    day = (now() - timedelta(days=5)).date()

    before = desk.draft(number="A", **executed(desk, 6))
    on = desk.draft(number="B", **executed(desk, 5))

    assert business_day(on.executed_from) == business_day(now() - timedelta(days=5)), day
    assert (before.form, on.form) == (BASE, SECOND)


def test_a_report_keeps_its_version_through_every_change(desk: Desk) -> None:
    with at(now() - timedelta(days=2)):
        report = desk.draft(**executed(desk, 3))
        second(desk)
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        drafts.report_change(actor=actor, report=report, values={"note": "补充"})
        drafts.report_change(actor=actor, report=report, values=executed(desk, 1))

    assert desk.fresh(report).form == BASE


def test_a_report_moved_before_the_beginning_of_its_version_takes_the_one_of_that_day(
    desk: Desk,
) -> None:
    with at(now() - timedelta(days=5)):
        second(desk)
    report = desk.draft(**executed(desk, 3))
    assert report.form == SECOND
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        drafts.report_change(actor=actor, report=report, values=executed(desk, 8))

    assert desk.fresh(report).form == BASE


def test_a_version_that_came_into_force_is_told_on_page_and_among_the_findings(
    desk: Desk,
) -> None:
    report = desk.complete()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/"
    assert "form-not-current" not in client.get(address).content.decode()
    assert told(desk, report) == []

    second(desk)

    page = client.get(address).content.decode()
    assert "form-move" in page
    in_force = f"现行的是 {SECOND_TITLE}（{today().isoformat()} 起施行）"
    assert in_force in page
    assert told(desk, report) == [f"报告按报告格式 {FIRST_TITLE} 编制，{in_force}"]


def test_a_version_to_come_is_not_told_yet(desk: Desk) -> None:
    report = desk.complete()
    second(desk, today() + timedelta(days=1))

    assert told(desk, report) == []


def test_a_checked_report_is_told_to_be_sent_back_first(desk: Desk) -> None:
    report = desk.checked()
    second(desk)

    page = desk.world.client(desk.preparer).get(f"/agency/reports/{report.pk}/").content.decode()
    assert "如需改用，请先退回修改" in page
    assert "form-move" not in page
    with pytest.raises(InvalidState):
        moved(desk, report)


def test_a_report_signed_under_its_own_version_keeps_to_it_for_ever(desk: Desk) -> None:
    report = desk.checked()
    second(desk)

    signed = desk.sign(report)

    assert signed.form == BASE
    assert "form_not_current" in [row["code"] for row in signed.findings]
    with acting_as(desk.actor(desk.preparer)):
        held = with_parts(desk.fresh(signed))
        assert "lightning" not in {key for key, _title in missing_originals(held)}
        assert "lightning" not in original_titles(held) or held.form == BASE


def test_what_is_published_after_the_signature_is_no_business_of_the_report(desk: Desk) -> None:
    with at(now() - timedelta(days=2)):
        report = desk.submitted(**executed(desk, 3))
    second(desk)

    assert told(desk, report) == []


def test_its_author_moves_it_and_nothing_typed_is_lost(desk: Desk) -> None:
    report = desk.complete()
    second(desk)
    with acting_as(system_actor("test")):
        before = with_parts(report)
        typed = [(row.test, row.readings, row.values) for row in before.tests.all()]
        files = [row.attachment_id for row in before.originals.all()]

    client = desk.world.client(desk.preparer)
    answer = client.post(f"/agency/reports/{report.pk}/form/", {"version": str(report.version)})

    assert answer.status_code == 302
    with acting_as(desk.actor(desk.preparer)):
        after = with_parts(desk.fresh(report))
        assert (after.form, after.version) == (SECOND, report.version + 1)
        assert [(row.test, row.readings, row.values) for row in after.tests.all()] == typed
        assert [row.attachment_id for row in after.originals.all()] == files
        assert ReportTest.unscoped().get().verdict == "pass"
        assert missing_originals(after) == [("lightning", "防雷检测记录")]
    assert told(desk, report) == []
    history = client.get(f"/agency/reports/{report.pk}/?tab=history").content.decode()
    assert SECOND in history


def test_the_paper_and_the_binding_order_are_those_of_the_version(desk: Desk) -> None:
    draft = report_forms.begin(desk.world)
    report_forms.save_line(desk.world, draft, "originals", report_forms.original("lightning"))
    actor = desk.actor(desk.preparer)
    report = desk.complete()
    rows = draft.content["originals"]
    kinds = [row["key"] for row in rows if row["required"]]
    for _step in rows:
        report_forms.move_line(desk.world, draft, "originals", kinds[-1], -1)
    report_forms.remove_line(desk.world, draft, "contents", f"original-{kinds[0]}")
    report_forms.remove_line(desk.world, draft, "originals", kinds[0])
    report_forms.publish(desk.world, draft, today())

    moved(desk, report)

    with acting_as(actor):
        held = with_parts(desk.fresh(report))
        order = [row.kind for row in held.originals.all()]
        # the kind that is gone stays behind the others, under its name
        assert order == [kinds[-1], *kinds[1:-1], kinds[0]]
        assert original_titles(held)[kinds[0]] == "现场采样（测试）记录"
        parts.original_add(actor=actor, report=held, kind="lightning", attachment=desk.file())
        assert missing_originals(with_parts(held)) == []
        paper = text_of(report_pdf(actor=actor, report=held))
    assert SECOND_TITLE.replace(" ", "") in paper
    assert "防雷检测记录" in paper
    assert "现场采样（测试）记录" in paper


def test_only_who_writes_it_moves_a_report_and_only_in_sight_of_it(desk: Desk) -> None:
    report = desk.complete()
    with pytest.raises(InvalidState, match="现行"):
        moved(desk, report)
    second(desk)

    with pytest.raises(StaleVersion):
        moved(desk, report, version=report.version - 1)
    stale = {"version": str(report.version - 1)}
    client = desk.world.client(desk.preparer)
    assert client.post(f"/agency/reports/{report.pk}/form/", stale).status_code == 409
    stranger = desk.actor(desk.world.discharger_owner)
    with acting_as(stranger), pytest.raises(NotAllowed):
        report_form_move(actor=stranger, report=report)
    assert desk.fresh(report).form == BASE


def test_a_withdrawn_version_is_told_and_kept_until_its_author_moves(desk: Desk) -> None:
    with at(now() - timedelta(days=5)):
        row = second(desk)
    report = desk.complete()
    assert report.form == SECOND
    report_forms.withdraw(desk.world, row, today())

    assert told(desk, report) == [
        f"报告按报告格式 {SECOND_TITLE} 编制，现行的是 {FIRST_TITLE}（2018-03-01 起施行）"
    ]
    assert moved(desk, report).form == BASE


def test_a_new_edition_keeps_the_version_of_the_one_before(desk: Desk) -> None:
    report = desk.accepted()
    second(desk)
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=report)

    assert edition.form == BASE
    assert moved(desk, edition).form == SECOND


def test_a_report_is_moved_over_the_api(desk: Desk) -> None:
    report = desk.complete()
    second(desk)
    client = desk.world.client(desk.preparer)

    answer = client.post(
        f"/api/v1/reports/{report.pk}/form",
        {"version": report.version},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["form"]) == (200, SECOND)
    again = client.post(f"/api/v1/reports/{report.pk}/form", {}, content_type="application/json")
    assert again.status_code == 409


def test_a_report_without_a_form_has_none_to_move_to(desk: Desk) -> None:
    report = desk.complete()
    with acting_as(system_actor("test")):
        Report.unscoped().filter(pk=report.pk).update(form="")

    assert told(desk, report) == []


def test_whatever_may_fill_a_line_is_something_that_a_report_has(desk: Desk) -> None:
    report = desk.complete(
        issued_on=today(),
        third_party="甲",
        third_party_report="1",
        laboratory="乙",
        laboratory_cma="2",
        laboratory_report="3",
        note="说明",
    )
    second(desk)
    signed = desk.sign(desk.check(report))
    draft = report_forms.begin(desk.world, SECOND)
    for source in (*COVER, *PARTS):
        values = {
            "key": f"all-{source.replace('_', '-')}",
            "title": {"zh": source, "en": source},
            "clause": "1",
            "provenance": "practice",
            "source": source,
            "required": True,
        }
        report_forms.save_line(desk.world, draft, "contents", values)
    third = report_forms.publish(desk.world, draft, today() + timedelta(days=1))
    with acting_as(desk.actor(desk.owner)):
        signed = with_parts(desk.fresh(signed))
        signed.form = third.name
        lines = [one for one in checklist(signed) if one.item.key.startswith("all-")]
    assert [one.item.source for one in lines if not one.present] == []
    assert {one.filled_by for one in lines} & {""} == set()
