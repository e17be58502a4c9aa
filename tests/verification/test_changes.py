"""What follows from a change of a draft, from a later report, and from taking an edition back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import account_with
from tests.verification.conftest import Desk
from tests.verification.test_life import events, paths
from tests.verification.test_readings import FAILING, save
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate, Person
from yunjian.instruments.fields import SETTINGS
from yunjian.instruments.models import Instrument, ParameterChange
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.verification.models import (
    Report,
    ReportCorrection,
    ReportDevice,
    ReportInstrument,
    ReportPerson,
    ReportTest,
)
from yunjian.verification.services import drafts, reviews, signing

pytestmark = pytest.mark.reads_all_rows

NUMBER, AGENCY = "QY〔2026〕第 001 号", "清源试验环保技术有限公司"


def change(desk: Desk, report: Report, **values: Any) -> Report:
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        return drafts.report_change(actor=actor, report=report, values=values)


def test_each_value_that_changes_is_told_before_and_after(desk: Desk) -> None:
    # given
    report = desk.draft(note="旧", laboratory="甲")
    other = desk.draft(number="O-1")

    # when
    changed = change(
        desk, report, number=" QY-2 ", note="新", laboratory="甲", issuer="别家公司",
        instruments=[], devices=[],
    )  # fmt: skip

    # then
    [payload] = events("report.changed")
    assert payload == {
        "number": "QY-2",
        "edition": 1,
        "version": 2,
        "changed": {
            "number": [NUMBER, "QY-2"],
            "note": ["旧", "新"],
            "issuer": [AGENCY, "别家公司"],
            "instruments": ["SO2", ""],
            "devices": ["SB-001", ""],
        },
    }
    held = desk.fresh(changed)
    assert (held.number_key, held.issuer_key, held.version) == ("QY-2", "别家公司", 2)
    assert not ReportInstrument.unscoped().filter(report=report).exists()
    assert not ReportDevice.unscoped().filter(report=report).exists()
    assert ReportPerson.unscoped().filter(report=report).count() == 1
    for model in (ReportInstrument, ReportDevice, ReportPerson):
        assert model.unscoped().filter(report=other).count() == 1


def test_who_issues_a_report_is_the_agency_unless_somebody_else_does(desk: Desk) -> None:
    assert desk.draft(number="1", issuer=" ").issuer == AGENCY
    report = desk.draft(number="2", issuer="别家公司")
    assert report.issuer == "别家公司"
    changed = desk.fresh(change(desk, report, issuer=" "))
    assert changed.issuer == AGENCY
    with pytest.raises(Conflict) as refusal:
        change(desk, changed, number="1")
    assert paths(refusal.value) == ["number"]
    assert refusal.value.errors[0].message == ("该出具单位已有相同编号的报告；如需更正请修订原报告")


def test_another_kind_takes_its_form_and_computes_the_tests_anew(desk: Desk) -> None:
    report = desk.draft()
    other = desk.draft(number="O-1")
    save(desk, report)
    save(desk, other)
    kept = ReportTest.unscoped().get(report=other).results

    changed = desk.fresh(change(desk, report, kind="system_calibration"))
    assert (changed.form, changed.standard) == ("hj75-system-calibration@1", "HJ 75-2017")
    row = ReportTest.unscoped().get(report=report)
    assert (row.results, row.verdict) == ({}, "")
    assert events("report.changed")[-1]["changed"]["form"] == [
        "hj75-verification@1",
        "hj75-system-calibration@1",
    ]
    none = desk.fresh(change(desk, report, kind="water_sample"))
    assert (none.form, none.standard) == ("", "")
    again = desk.fresh(change(desk, report, kind="verification"))
    assert again.form == "hj75-verification@1"
    assert ReportTest.unscoped().get(report=report).results == kept
    assert ReportTest.unscoped().get(report=other).results == kept


def test_another_day_names_the_certificates_and_parameters_of_that_day(desk: Desk) -> None:
    # given: certificates from the day before on, and a parameter changed in between
    report = desk.draft()
    day = (desk.begins - timedelta(days=1)).date()
    Certificate.unscoped().update(valid_from=day)
    with acting_as(system_actor("test")):
        assert ReportPerson.unscoped().get().certificate_id is not None

    # when: days earlier
    begins = desk.begins - timedelta(days=5)
    change(desk, report, executed_from=begins, executed_to=begins + timedelta(hours=1))

    # then
    assert ReportPerson.unscoped().get().certificate_id is None
    device = ReportDevice.unscoped().get()
    assert (device.certificate_id, device.snapshot["certificate"]) == (None, "")
    change(desk, report, executed_from=desk.begins, executed_to=desk.begins + timedelta(hours=1))
    person, device = ReportPerson.unscoped().get(), ReportDevice.unscoped().get()
    numbers = dict(Certificate.unscoped().values_list("pk", "number"))
    assert person.certificate_id is not None
    assert device.certificate_id is not None
    assert (numbers[person.certificate_id], numbers[device.certificate_id]) == (
        "Z-person",
        "Z-equipment",
    )


def test_the_parameters_are_those_of_the_moment_at_which_it_began(desk: Desk) -> None:
    # given: parameters changed before, at and after that moment, and those of another instrument
    second = timedelta(seconds=1)
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=desk.world.flue_gas_point)
        other = Instrument.objects.get(point=desk.world.wastewater_point)
        for of, moment, key, value in (
            (instrument, desk.begins - second, "a", "2"),
            (instrument, desk.begins, "b", "3"),
            (instrument, desk.begins + second, "a", "4"),
            (other, desk.begins - second, "c", "5"),
        ):
            ParameterChange.objects.create(
                instrument=of,
                changes={f"{SETTINGS}{key}": ["1", value]},
                reason="x",
                changed_at=moment,
                recorded_at=now() + second,
            )

    # when
    report = desk.draft()

    # then
    held = ReportInstrument.unscoped().get()
    assert held.snapshot["settings"] == {"a": "2", "b": "3"}
    page = desk.world.client(desk.preparer).get(f"/agency/reports/{report.pk}/?tab=instruments")
    assert "a 2、b 3" in page.content.decode()


def test_certificates_that_were_filed_late_are_named_by_the_check(desk: Desk) -> None:
    # given: nobody had a certificate while the report was written
    with acting_as(system_actor("test")):
        until = {row.number: row for row in Certificate.unscoped().all()}
        Certificate.unscoped().update(valid_until=today() - timedelta(days=99))
    report = desk.complete()
    assert ReportPerson.unscoped().get().certificate_id is None

    # when
    with acting_as(system_actor("test")):
        Certificate.unscoped().update(valid_until=today() + timedelta(days=9))
    desk.check(report)

    # then
    assert ReportPerson.unscoped().get().certificate_id == until["Z-person"].pk
    assert ReportDevice.unscoped().get().snapshot["certificate"] == "Z-equipment"


def test_who_wrote_in_this_edition_does_not_check_it_and_who_wrote_elsewhere_does(
    desk: Desk,
) -> None:
    # given: the supervisor wrote in another report; a second one wrote in this
    second = account_with(desk.world.agency, "second", "quality_supervisor")
    supervisor, other = desk.actor(desk.supervisor), desk.actor(second)
    report, elsewhere = desk.complete(), desk.draft(number="O-1")
    with acting_as(supervisor):
        drafts.report_change(actor=supervisor, report=elsewhere, values={"note": "x"})
    with acting_as(other):
        drafts.report_change(actor=other, report=report, values={"note": "x"})

    # when, then
    with acting_as(other), pytest.raises(NotAllowed, match="请由另一位质量监督员校核"):
        signing.report_check(actor=other, report=desk.fresh(report))
    assert desk.check(desk.fresh(report)).state == "checked"


def test_somebody_elses_devices_are_refused(desk: Desk) -> None:
    device = desk.world.equipment
    device.organization_id = desk.world.other_agency.pk
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(devices=[device])
    assert [(one.path, one.message) for one in refusal.value.errors] == [
        ("devices", "请选择本机构的人员和设备")
    ]


def test_an_instrument_of_another_point_is_refused(desk: Desk) -> None:
    with acting_as(system_actor("test")):
        other = Instrument.objects.get(point=desk.world.wastewater_point)
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(instruments=[other])
    assert [(one.path, one.message) for one in refusal.value.errors] == [
        ("instruments", "请选择该测点的仪器")
    ]


def test_people_are_told_apart_by_name_in_the_order_of_names(desk: Desk) -> None:
    with acting_as(system_actor("test")):
        person = Person.objects.create(
            organization=desk.world.agency, name="丁一", education="bachelor", state="filed"
        )
    report = desk.draft()
    change(desk, report, people=[desk.world.engineer_person, person])
    held = ReportPerson.unscoped().filter(report=report)
    assert {row.person_id for row in held} == {person.pk, desk.world.engineer_person.pk}
    before, after = events("report.changed")[-1]["changed"]["people"]
    assert before != after
    change(desk, report, people=[person, desk.world.engineer_person])
    assert len(events("report.changed")) == 1


# --- corrections


def failed(desk: Desk) -> Report:
    report = desk.complete()
    desk.read(report, readings=FAILING, declared_verdict="fail")
    return desk.accept(desk.fresh(report))


@pytest.mark.parametrize(("seconds", "closed"), [(-1, False), (0, True)])
def test_only_what_was_executed_after_the_failed_report_puts_it_right(
    desk: Desk, seconds: int, *, closed: bool
) -> None:
    # given: the failed report, and one that failed at the other point
    report = failed(desk)
    row = ReportCorrection.unscoped().get()
    ReportCorrection.unscoped().update(opened_on=row.opened_on - timedelta(days=2))
    begins = report.executed_to + timedelta(seconds=seconds)

    # when
    later = desk.complete(
        number="QY-2", executed_from=begins, executed_to=begins + timedelta(hours=3)
    )
    desk.read(later, first=300)
    good = desk.accept(desk.fresh(later))

    # then
    assert ReportCorrection.unscoped().get().done_by_report_id == (good.pk if closed else None)


@pytest.mark.parametrize(
    "changes",
    [
        {"point": "wastewater_point"},
        {"parameters": ["NOx", "SO2"]},
        {"opened_on": today() + timedelta(days=1), "due_on": today() + timedelta(days=9)},
    ],
    ids=["another point", "another parameter", "opened later"],
)
def test_a_correction_of_something_else_stays_open(desk: Desk, changes: dict[str, Any]) -> None:
    # given
    report = failed(desk)
    if "point" in changes:
        changes = {"point": getattr(desk.world, changes["point"])}
    ReportCorrection.unscoped().update(**changes)
    begins = report.executed_to + timedelta(hours=1)

    # when
    later = desk.complete(
        number="QY-2", executed_from=begins, executed_to=begins + timedelta(hours=3)
    )
    desk.read(later, first=300)
    desk.accept(desk.fresh(later))

    # then
    assert ReportCorrection.unscoped().get().done_by_report_id is None


# --- editions that are taken back


def decided(desk: Desk, *, accepted: bool) -> Report:
    """Return a report that was accepted, or else returned."""
    report, reviewer = desk.submitted(), desk.actor(desk.world.reviewer)
    with acting_as(reviewer):
        if accepted:
            reviews.report_accept(actor=reviewer, report=report, note_text="x")
        else:
            reviews.report_return(actor=reviewer, report=report, reason="x")
    return report


@pytest.mark.parametrize("accepted", [True, False])
def test_a_number_is_free_once_its_edition_gives_it_up_unless_it_was_accepted(
    desk: Desk, *, accepted: bool
) -> None:
    # given: a newer edition has another number
    first, owner = decided(desk, accepted=accepted), desk.actor(desk.owner)
    with acting_as(owner):
        second = drafts.report_revise(actor=owner, report=desk.fresh(first))
        drafts.report_change(actor=owner, report=second, values={"number": "QY-2"})

    # when, then
    if accepted:
        with pytest.raises(Conflict):
            desk.draft()
    else:
        assert desk.draft().number == NUMBER


@pytest.mark.parametrize("accepted", [True, False])
def test_the_edition_before_is_the_latest_again_if_it_was_accepted(
    desk: Desk, *, accepted: bool
) -> None:
    first, owner = decided(desk, accepted=accepted), desk.actor(desk.owner)
    with acting_as(owner):
        second = drafts.report_revise(actor=owner, report=desk.fresh(first))
        assert not desk.fresh(first).latest
        taken = drafts.report_withdraw(actor=owner, report=second, reason="不改了")
    assert (desk.fresh(first).latest, taken.latest) == (accepted, not accepted)


def test_only_the_latest_edition_is_revised(desk: Desk) -> None:
    first = desk.accepted()
    owner = desk.actor(desk.owner)
    with acting_as(owner):
        drafts.report_revise(actor=owner, report=desk.fresh(first))
        with pytest.raises(InvalidState, match="该报告已有更新的版次，请修订最新版次"):
            drafts.report_revise(actor=owner, report=desk.fresh(first))


# --- what who accepts must answer


def test_major_findings_are_answered_with_a_reason(desk: Desk) -> None:
    # given: nothing major at the signature; since then a certificate ended
    report = desk.submitted()
    signed = [one["code"] for one in report.findings]
    reviewer = desk.actor(desk.world.reviewer)
    with acting_as(system_actor("test")):
        before = {one.code for one in reviews.major_findings(report)}
        Certificate.unscoped().filter(person__isnull=False).update(valid_until="2020-01-01")
        since = {one.code for one in reviews.major_findings(report)} - before
    assert "person_uncertified" not in signed
    assert since == {"person_uncertified"}
    with acting_as(reviewer):
        for note in ("", " "):
            with pytest.raises(InvalidInput) as refusal:
                reviews.report_accept(actor=reviewer, report=report, note_text=note)
            [error] = refusal.value.errors
            assert (error.path, error.code, error.message) == (
                "note_text",
                "required",
                f"有 {len(before) + 1} 项重要问题，接受时请写明理由",
            )
        accepted = reviews.report_accept(actor=reviewer, report=report, note_text="续证中")
    assert (accepted.state, accepted.decision_note) == ("accepted", "续证中")
    assert accepted.decided_at is not None
    assert accepted.decided_at <= now()
