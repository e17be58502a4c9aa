"""What somebody would try who wants a report accepted that must not be."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from tests.support.world import account_with
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Equipment
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import FollowUp, Instrument
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Visit
from yunjian.verification.domain.numbers import number_key
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.facts import current_findings
from yunjian.verification.selectors.papers import report_paper
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, parts, readings, reviews, signing

pytestmark = pytest.mark.reads_all_rows

FAILING = [{"reference": str(100 + n), "measured": str(300 + n)} for n in range(9)]


def found(report: Report) -> dict[str, Any]:
    return {one.code: one for one in current_findings(report)}


def as_shown(report: Report) -> tuple[str, Any]:
    with acting_as(system_actor("test")):
        held = with_parts(report)
        return digest_of(held), report_paper(held).devices


def test_a_kind_without_a_form_is_not_signed(desk: Desk) -> None:
    report = desk.draft(kind="water_sample")
    assert report.form == ""
    assert found(report)["no_form"].severity == "blocking"


def test_a_report_without_a_test_is_not_signed(desk: Desk) -> None:
    assert found(desk.draft())["no_test"].severity == "blocking"


def test_only_what_passed_closes_a_follow_up(desk: Desk) -> None:
    # given: two instruments, of which the report tests one
    with acting_as(system_actor("test")):
        tested = Instrument.objects.get(point=desk.world.flue_gas_point, slot="SO2")
        for code in ("verification",):
            FollowUp.objects.create(
                instrument=tested, revision=tested.revisions.get(), code=code, title="校验",
                opened_on=today() - timedelta(days=20), due_on=today() + timedelta(days=20),
            )  # fmt: skip
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")

    # when
    desk.accept(desk.fresh(report))

    # then
    assert FollowUp.unscoped().get(code="verification").done_on is None


def test_who_reads_english_finds_the_same(desk: Desk) -> None:
    report = desk.complete()
    with acting_as(system_actor("test")):
        keys = report.originals.values_list("attachment_id", flat=True)
        Attachment.unscoped().filter(pk__in=list(keys)).update(digest="sha256:same")
    chinese = current_findings(report)
    assert "file_repeated" in found(report)
    with override("en"):
        assert current_findings(report) == chinese


def test_a_parameter_without_its_instrument_is_found(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, parameter="NOx", first=110)
    one = found(report)["parameter_without_instrument"]
    assert (one.severity, one.path) == ("blocking", "tests.gas.NOx")


def test_another_basis_is_told_and_computes_no_verdict(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, basis="GB 1234")
    assert found(report)["other_basis"].about["basis"] == "GB 1234"
    desk.read(report, readings=FAILING, basis="GB 1234")
    assert found(report)["other_basis_fails"].about["basis"] == "GB 1234"
    assert "verdict_differs" not in found(report)


@pytest.mark.parametrize("basis", ["HJ75-2017", "hj 75—2017", "ＨＪ 75－2017 及合同"])
def test_a_standard_is_known_however_it_is_typed(desk: Desk, basis: str) -> None:
    report = desk.complete()
    desk.read(report, readings=FAILING, basis=basis)
    assert "other_basis" not in found(report)
    assert found(report)["verdict_differs"].about["computed"] == "fail"


def test_rows_are_left_out_with_a_reason_and_told(desk: Desk) -> None:
    report = desk.complete()
    rows = [{"reference": str(100 + n), "measured": str(102 + n)} for n in range(9)]
    left = [dict(row, excluded="-") for row in FAILING]
    with pytest.raises(InvalidInput) as refusal:
        desk.read(report, readings=rows + left)
    assert refusal.value.errors[0].path == "readings.10.excluded"
    desk.read(report, readings=rows + [dict(row, excluded="自动反吹") for row in FAILING])
    assert found(report)["many_rows_excluded"].about["number"] == "9"


@pytest.mark.parametrize(
    "rows",
    [
        [{"reference": f"{100 + n}.0", "measured": f"{102 + n}.00"} for n in range(9)],
        [{"reference": str(100 + n), "measured": str(102 + n)} for n in reversed(range(9))],
    ],
    ids=["zeros", "order"],
)
def test_a_series_is_the_same_whatever_its_zeros_and_order(
    desk: Desk, rows: list[dict[str, str]]
) -> None:
    desk.checked(number="QY-1")
    other = desk.draft(number="QY-2")
    desk.read(other, readings=rows)
    assert "same_series" in found(other)


def test_the_check_of_the_reference_analyser_has_a_limit(desk: Desk) -> None:
    report = desk.complete()
    values = {"emission_limit": "200", "check_nominal": "100", "check_before": "94.9"}
    desk.read(report, values=values | {"check_after": "105"})
    assert found(report)["reference_check_off"].about["error"] == "-5.1"
    desk.read(report, values=values | {"check_before": "95", "check_after": "105"})
    assert "reference_check_off" not in found(report)


def test_one_file_for_several_kinds_or_another_report_is_found(desk: Desk) -> None:
    # given
    first, second = (
        desk.draft(number="QY-1"),
        desk.draft(
            number="QY-2",
            executed_from=desk.begins - timedelta(days=1),
            executed_to=desk.begins - timedelta(hours=20),
        ),
    )
    pictures = [desk.file("image") for _copy in range(3)]
    with acting_as(system_actor("test")):
        keys = [one.pk for one in pictures]
        Attachment.unscoped().filter(pk__in=keys).update(digest="sha256:same")
    actor = desk.actor(desk.preparer)

    # when
    with acting_as(actor):
        held = ((first, "field"), (first, "photos"), (second, "raw"))
        for (report, kind), picture in zip(held, pictures, strict=True):
            parts.original_add(actor=actor, report=report, kind=kind, attachment=picture)

    # then: nobody stands for a draft yet
    assert "file_elsewhere" not in found(second)
    with acting_as(system_actor("test")):
        Report.unscoped().filter(pk=first.pk).update(state="checked")
    assert found(first)["file_repeated"].severity == "major"
    elsewhere = found(second)["file_elsewhere"]
    assert (elsewhere.severity, elsewhere.path) == ("blocking", "originals.raw")


def test_whoever_wrote_in_an_edition_does_not_check_it(desk: Desk) -> None:
    # given: the quality supervisor corrects a draft that somebody else began
    report = desk.complete()
    supervisor = desk.actor(desk.supervisor)
    with acting_as(supervisor):
        readings.readings_save(
            actor=supervisor, report=report, test="gas", parameter="SO2", readings=FAILING,
            values={}, declared_verdict="fail", unit="mg/m³",
        )  # fmt: skip

        # when, then
        with pytest.raises(NotAllowed):
            signing.report_check(actor=supervisor, report=report)
    page = desk.world.client(desk.supervisor).get(f"/agency/reports/{report.pk}/")
    assert "report-check" not in page.content.decode()


def test_an_accepted_number_stays_taken_while_its_correction_is_written(desk: Desk) -> None:
    accepted = desk.accepted(number="QY-1")
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=desk.fresh(accepted))
        drafts.report_change(actor=actor, report=edition, values={"number": "QY-1X"})
    with pytest.raises(Conflict):
        desk.draft(number="QY-1")


@pytest.mark.parametrize("number", ["QY\u200b-1", "QY\u00ad-1", "QY-1。", " ｑｙ—１ "])
def test_what_nobody_sees_makes_no_other_number(desk: Desk, number: str) -> None:
    desk.draft(number="QY-1")
    with pytest.raises(Conflict):
        desk.draft(number=number)


def test_letters_of_other_scripts_are_found(desk: Desk) -> None:
    assert found(desk.draft(number="QУ-1"))["number_letters"].about["letters"] == "У"


def test_a_device_renamed_later_changes_nothing_that_was_signed(desk: Desk) -> None:
    # given
    report = desk.submitted()
    before = as_shown(report)

    # when
    equipment = desk.world.equipment
    with acting_as(system_actor("test")):
        type(equipment).unscoped().filter(pk=equipment.pk).update(asset_number="SB-新")

    # then
    assert as_shown(report) == before
    assert before[0] == desk.fresh(report).content_digest


def test_a_device_is_calibrated_whatever_its_agency_says_it_needs(desk: Desk) -> None:
    report = desk.complete()
    equipment = desk.world.equipment
    with acting_as(system_actor("test")):
        equipment.certificates.update(valid_until=today() - timedelta(days=30))
        type(equipment).unscoped().filter(pk=equipment.pk).update(needs_calibration=False)
    assert found(report)["device_uncalibrated"].severity == "blocking"


def test_somebody_signed_in_elsewhere_at_that_time_is_found(desk: Desk) -> None:
    report = desk.complete()
    desk.visit(
        desk.world.wastewater_point,
        signed_in_at=desk.begins + timedelta(hours=1),
        signed_out_at=desk.begins + timedelta(hours=2),
    )
    one = found(report)["overlapping"]
    assert (one.severity, one.about["place"]) == ("blocking", desk.world.wastewater_point.name)


def test_what_was_found_since_the_signature_asks_for_a_reason_as_well(desk: Desk) -> None:
    # given: a device whose filing was taken back after the signature
    report = desk.submitted()
    with acting_as(system_actor("test")):
        told = {one.key for one in reviews.major_findings(report)}
        Equipment.unscoped().filter(pk=desk.world.equipment.pk).update(state="draft")
        since = [one for one in reviews.major_findings(report) if one.key not in told]

    # then
    assert [one.code for one in since] == ["device_not_filed"]


def test_a_failed_test_that_passes_in_the_next_edition_is_told(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    failed = desk.accept(desk.fresh(report))
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=failed)
    desk.read(edition, first=101)
    assert found(edition)["failed_before"].about["before"] == "第 1 版"


def test_a_failed_test_that_is_dropped_or_moved_in_the_next_edition_is_told(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    failed = desk.accept(desk.fresh(report))
    actor = desk.actor(desk.preparer)
    moved = {"executed_from": desk.begins + timedelta(hours=9)}
    moved["executed_to"] = desk.begins + timedelta(hours=12)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=failed)
        drafts.report_change(actor=actor, report=edition, values=moved)
        test = ReportTest.unscoped().get(report=edition)
        readings.readings_remove(actor=actor, report=desk.fresh(edition), test=test)
    told = found(desk.fresh(edition))
    assert told["failed_and_gone"].about["before"] == "第 1 版"
    assert told["execution_moved"].severity == "major"


def test_a_failed_report_that_is_taken_back_and_written_anew_is_told(desk: Desk) -> None:
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    signed = desk.sign(desk.check(desk.fresh(report)))
    owner = desk.actor(desk.owner)
    with acting_as(owner):
        drafts.report_withdraw(actor=owner, report=signed, reason="录错了")
    again = desk.complete()
    assert found(again)["failed_before"].about["before"] == f"已撤回的报告 {report.number}"


def test_a_correction_in_draft_hides_nobodys_readings(desk: Desk) -> None:
    # given: an accepted report, and a newer edition of it that nobody stands for yet
    accepted = desk.accepted()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        drafts.report_revise(actor=actor, report=accepted)

    # when
    copy = desk.complete(number="QY-2")

    # then
    assert found(copy)["same_series"].about["others"] == accepted.number


def test_somebody_who_did_not_sign_in_is_told(desk: Desk) -> None:
    report = desk.complete()
    visit = desk.visit(
        desk.world.flue_gas_point,
        engineer=desk.world.agency_manager,
        signed_in_at=desk.begins - timedelta(hours=1),
        signed_out_at=desk.begins + timedelta(hours=6),
    )
    name = desk.world.engineer_person.name
    assert found(report)["person_not_signed_in"].about["person"] == name
    with acting_as(system_actor("test")):
        Visit.unscoped().filter(pk=visit.pk).update(participants=[name])
    assert "person_not_signed_in" not in found(report)


def test_another_agencys_draft_takes_no_number(desk: Desk) -> None:
    # given: somebody else drafts in the name of this issuer
    report = desk.complete()
    with acting_as(system_actor("test")):
        squatted = desk.fresh(report)
        squatted.pk, squatted.series = new_id(), new_id()
        squatted.agency = desk.world.other_agency
        squatted.number_key = number_key("QY-9")
        Report.unscoped().bulk_create([squatted])

    # then: the number is this agency's to use, and once it is handed in nobody else's
    signed = desk.sign(
        desk.checked(
            number="QY-9",
            executed_from=desk.begins + timedelta(hours=5),
            executed_to=desk.begins + timedelta(hours=6),
        )
    )
    assert signed.state == "submitted"
    with (
        acting_as(system_actor("test")),
        pytest.raises(IntegrityError),
        transaction.atomic(),
    ):
        Report.unscoped().filter(pk=squatted.pk).update(state="returned")


def test_a_major_finding_is_accepted_only_with_a_reason(desk: Desk) -> None:
    report = desk.submitted()
    assert any(one["severity"] == "major" for one in report.findings)
    actor = desk.actor(desk.world.reviewer)
    with acting_as(actor):
        with pytest.raises(InvalidInput) as refusal:
            reviews.report_accept(actor=actor, report=report)
        assert refusal.value.errors[0].path == "note_text"
        reviews.report_accept(actor=actor, report=report, note_text="已现场核实")


@pytest.mark.parametrize(("end", "mark"), [("returned", "已退回"), ("withdrawn", "已撤回")])
def test_a_paper_says_that_it_no_longer_holds(desk: Desk, end: str, mark: str) -> None:
    report = desk.submitted()
    reviewer, boss = desk.actor(desk.world.reviewer), desk.actor(desk.owner)
    if end == "returned":
        with acting_as(reviewer):
            reviews.report_return(actor=reviewer, report=report, reason="看不清")
    else:
        with acting_as(boss):
            drafts.report_withdraw(actor=boss, report=report, reason="有误")
    with acting_as(system_actor("test")):
        assert report_paper(with_parts(report)).mark == mark


def test_another_supervisor_checks_what_the_first_one_wrote(desk: Desk) -> None:
    report = desk.complete()
    supervisor = desk.actor(desk.supervisor)
    with acting_as(supervisor):
        drafts.report_change(actor=supervisor, report=report, values={"note": "补充"})
    other = account_with(desk.world.agency, "second", "quality_supervisor")
    actor = desk.actor(other)
    with acting_as(actor):
        assert signing.report_check(actor=actor, report=report).state == "checked"
