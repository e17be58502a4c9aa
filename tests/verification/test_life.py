"""The life of a report: drafted, checked, signed, received, returned, accepted, withdrawn."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.messaging.models import Notification
from yunjian.records.versions import StaleVersion
from yunjian.verification.models import Report, ReportInstrument
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, reviews, signing
from yunjian.verification.services.signing import kept_until

pytestmark = pytest.mark.reads_all_rows


def events(verb: str) -> list[dict[str, Any]]:
    with acting_as(system_actor("test")):
        rows = Event.unscoped().filter(verb=verb).order_by("id")
        return [orjson.loads(row.body)["payload"] for row in rows]


def told(kind: str) -> set[str]:
    with acting_as(system_actor("test")):
        rows = Notification.unscoped().filter(kind=kind)
        return set(rows.values_list("recipient__username", flat=True))


def paths(error: DomainError) -> list[str]:
    return [one.path for one in error.errors]


# --- drafting


def test_a_draft_holds_what_was_typed_and_how_the_instrument_stood_that_day(desk: Desk) -> None:
    # when
    report = desk.draft()

    # then
    assert (report.state, report.edition, report.number) == ("draft", 1, "QY〔2026〕第 001 号")
    assert report.number_key == "QY(2026)第001号"
    held = ReportInstrument.unscoped().get(report=report)
    assert held.snapshot["serial_number"] == "SN-SO2"
    assert held.snapshot["range_upper"] == "200"
    assert held.snapshot["unit"] == "mg/m³"
    [payload] = events("report.drafted")
    assert payload["number"] == report.number


@pytest.mark.parametrize("who", ["discharger_owner", "reviewer"])
def test_only_an_agency_writes_reports(desk: Desk, who: str) -> None:
    actor = desk.actor(getattr(desk.world, who))
    with acting_as(actor), pytest.raises(NotAllowed):
        drafts.report_draft(actor=actor, point=desk.world.flue_gas_point, values=desk.values())


def test_a_number_is_used_once_by_an_issuer_however_it_is_spelt(desk: Desk) -> None:
    desk.draft(number="QY〔2026〕第 001 号")
    with pytest.raises(Conflict) as refusal:
        desk.draft(number="ｑｙ(2026) 第001号")
    assert paths(refusal.value) == ["number"]


def test_another_issuer_may_use_the_same_number(desk: Desk) -> None:
    desk.draft()
    assert desk.draft(issuer="别家检测有限公司").state == "draft"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"number": " "}, "number"),
        ({"kind": "other"}, "kind"),
        ({"executed_from": None}, "executed_from"),
        ({"executed_to": None}, "executed_to"),
        ({"issued_on": today() - timedelta(days=30)}, "issued_on"),
        ({"data_source": "guess"}, "data_source"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(**changes)
    assert paths(refusal.value) == [path]
    assert not Report.unscoped().exists()


def test_an_end_before_the_beginning_and_an_end_to_come_are_refused(desk: Desk) -> None:
    for end in (desk.begins, now() + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refusal:
            desk.draft(executed_to=end)
        assert paths(refusal.value) == ["executed_to"]


def test_before_the_contract_no_report_is_written(desk: Desk) -> None:
    begins = now() - timedelta(days=380)
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(executed_from=begins, executed_to=begins + timedelta(hours=1))
    assert "executed_from" in paths(refusal.value)


def test_an_instrument_that_was_not_yet_installed_is_refused(desk: Desk) -> None:
    with acting_as(system_actor("test")):
        late = Instrument.objects.create(
            point=desk.world.flue_gas_point,
            organization=desk.world.discharger,
            kind="analyzer",
            slot="NOx",
            period=DateRange(today(), None),
        )
        InstrumentRevision.objects.create(
            instrument=late, number=1, state="official", parameter="NOx",
            installed_on=today(), decided_at=now(),
        )  # fmt: skip
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(instruments=[late])
    assert paths(refusal.value) == ["instruments"]
    assert "不在用" in refusal.value.errors[0].message


def test_somebody_elses_people_are_refused(desk: Desk) -> None:
    person = desk.world.engineer_person
    person.organization_id = desk.world.other_agency.pk
    with pytest.raises(InvalidInput) as refusal:
        desk.draft(people=[person])
    assert paths(refusal.value) == ["people"]


# --- changing


def test_a_change_is_kept_before_and_after(desk: Desk) -> None:
    report = desk.draft()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        changed = drafts.report_change(
            actor=actor, report=report, values={"number": "QY-2", "people": []}, version=1
        )
    assert changed.version == 2
    [payload] = events("report.changed")
    assert payload["changed"]["number"] == ["QY〔2026〕第 001 号", "QY-2"]
    assert str(payload["changed"]["people"][0]).startswith("hmac")


def test_the_second_of_two_editors_is_told(desk: Desk) -> None:
    report = desk.draft()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        drafts.report_change(actor=actor, report=report, values={"note": "甲"}, version=1)
        with pytest.raises(StaleVersion):
            drafts.report_change(actor=actor, report=report, values={"note": "乙"}, version=1)
    assert desk.fresh(report).note == "甲"


def test_a_change_of_nothing_is_no_event(desk: Desk) -> None:
    report = desk.draft()
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        drafts.report_change(actor=actor, report=report, values={"number": report.number})
    assert events("report.changed") == []


def test_another_agency_changes_nothing(desk: Desk) -> None:
    report = desk.draft()
    actor = desk.actor(desk.world.other_agency_manager)
    with acting_as(actor), pytest.raises(NotAllowed):
        drafts.report_change(actor=actor, report=report, values={"note": "x"})


# --- checking and signing


def test_the_quality_supervisor_checks_and_the_owner_is_asked_to_sign(desk: Desk) -> None:
    report = desk.checked()
    assert (report.state, report.checked_by_id) == ("checked", desk.supervisor.pk)
    assert told("report.checked") == {"boss"}


def test_who_prepared_it_does_not_check_it(desk: Desk) -> None:
    desk.preparer = desk.supervisor
    report = desk.complete()
    actor = desk.actor(desk.supervisor)
    with acting_as(actor), pytest.raises(NotAllowed):
        signing.report_check(actor=actor, report=report)


def test_what_is_blocking_refuses_the_check_at_its_field(desk: Desk) -> None:
    report = desk.draft(people=[], devices=[])
    actor = desk.actor(desk.supervisor)
    with acting_as(actor), pytest.raises(InvalidInput) as refusal:
        signing.report_check(actor=actor, report=report)
    assert {"people", "file"} <= set(paths(refusal.value))
    assert desk.fresh(report).state == "draft"


def test_a_checked_report_is_sent_back_and_changed(desk: Desk) -> None:
    report = desk.checked()
    actor = desk.actor(desk.owner)
    with acting_as(actor):
        signing.report_send_back(actor=actor, report=report, reason="时间有误")
        changed = drafts.report_change(actor=actor, report=report, values={"note": "已核"})
    assert (changed.state, changed.note) == ("draft", "已核")
    assert "engineer" in told("report.sent_back")


def test_a_checked_report_is_frozen(desk: Desk) -> None:
    report = desk.checked()
    actor = desk.actor(desk.preparer)
    with acting_as(actor), pytest.raises(InvalidState):
        drafts.report_change(actor=actor, report=report, values={"note": "x"})


@pytest.mark.parametrize(("years", "kept"), [(0, 5), (4, 5), (8, 8)])
def test_a_report_is_kept_as_long_as_the_law_or_the_operator_asks(
    desk: Desk, settings: Any, years: int, kept: int
) -> None:
    settings.REPORT_YEARS = years
    assert kept_until(date(2026, 3, 4)) == date(2026 + kept, 3, 4)
    assert kept_until(date(2024, 2, 29)) == date(2024 + kept, 3, 1)
    report = desk.submitted()
    assert report.keep_until is not None
    page = desk.world.client(desk.preparer).get(f"/agency/reports/{report.pk}/").content.decode()
    assert f"{report.keep_until}（排污许可管理条例" in page


def test_the_owner_signs_what_was_shown_and_everybody_is_told(desk: Desk) -> None:
    # when
    report = desk.submitted()

    # then
    assert report.state == "submitted"
    with acting_as(system_actor("test")):
        assert report.content_digest == digest_of(with_parts(report))
    assert report.keep_until is not None
    assert report.keep_until.year == report.executed_to.year + 5
    recorded = events("report.submitted")
    assert len(recorded) == 2  # the agency's chain and the discharger's
    assert {one["content_digest"] for one in recorded} == {report.content_digest}
    assert {"bureau", "factory", "engineer", "supervisor", "boss"} <= told("report.submitted")


def test_another_content_than_the_shown_one_is_not_signed(desk: Desk) -> None:
    report = desk.checked()
    actor = desk.actor(desk.owner)
    with acting_as(actor), pytest.raises(Conflict):
        signing.report_sign(
            actor=actor, report=report, signature=desk.file("image"), shown_digest="sha256:00"
        )


def test_only_the_owner_signs_and_only_what_was_checked(desk: Desk) -> None:
    report = desk.complete()
    for account, refusal in ((desk.supervisor, NotAllowed), (desk.owner, InvalidState)):
        actor = desk.actor(account)
        with acting_as(actor), pytest.raises(refusal):
            signing.report_sign(
                actor=actor, report=report, signature=desk.file("image"), shown_digest="x"
            )


def test_a_signature_twice_is_refused(desk: Desk) -> None:
    report = desk.submitted()
    with pytest.raises(InvalidState):
        desk.sign(report)


def test_the_database_refuses_to_change_what_was_signed(desk: Desk) -> None:
    report = desk.submitted()
    with acting_as(system_actor("test")):
        for change in ({"number": "X-1"}, {"note": "x"}, {"content_digest": "sha256:00"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Report.unscoped().filter(pk=report.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            ReportInstrument.unscoped().filter(report=report).update(snapshot={})
        with pytest.raises(DatabaseError), transaction.atomic():
            ReportInstrument.unscoped().filter(report=report).delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.unscoped().filter(pk=report.pk).delete()


# --- the authority


def test_a_draft_is_seen_by_its_agency_alone(desk: Desk) -> None:
    report = desk.draft()
    for account, sees in (
        (desk.preparer, True),
        (desk.world.reviewer, False),
        (desk.world.discharger_owner, False),
        (desk.world.other_agency_manager, False),
    ):
        with acting_as(desk.actor(account)):
            assert Report.objects.filter(pk=report.pk).exists() is sees


def test_a_report_is_received_and_returned_with_remarks_by_field(desk: Desk) -> None:
    report = desk.submitted()
    actor = desk.actor(desk.world.reviewer)
    with acting_as(actor):
        reviews.report_receive(actor=actor, report=report)
        returned = reviews.report_return(
            actor=actor, report=report, reason="", remarks={"executed_from": "与门禁不符"}
        )
    assert returned.state == "returned"
    assert returned.field_remarks == {"executed_from": "与门禁不符"}
    assert "实施开始时间" in returned.decision_note
    assert {"engineer", "boss"} <= told("report.returned")


def test_a_return_says_why(desk: Desk) -> None:
    report = desk.submitted()
    actor = desk.actor(desk.world.reviewer)
    with acting_as(actor):
        for remarks, path in (({}, "reason"), ({"nothing": "x"}, "remarks.nothing")):
            with pytest.raises(InvalidInput) as refusal:
                reviews.report_return(actor=actor, report=report, reason="", remarks=remarks)
            assert paths(refusal.value) == [path]


def test_only_reviewers_decide(desk: Desk) -> None:
    report = desk.submitted()
    for account in (desk.owner, desk.world.discharger_owner):
        actor = desk.actor(account)
        with acting_as(actor), pytest.raises(NotAllowed):
            reviews.report_accept(actor=actor, report=report, note_text="已核对")


def test_a_returned_report_is_revised_as_a_new_edition_and_signed_anew(desk: Desk) -> None:
    # given
    report = desk.submitted()
    reviewer, preparer = desk.actor(desk.world.reviewer), desk.actor(desk.preparer)
    with acting_as(reviewer):
        reviews.report_return(actor=reviewer, report=report, reason="补充说明")

    # when
    with acting_as(preparer):
        edition = drafts.report_revise(actor=preparer, report=desk.fresh(report))
        drafts.report_change(actor=preparer, report=edition, values={"note": "已补充"})
        with pytest.raises(InvalidState):
            drafts.report_revise(actor=preparer, report=desk.fresh(report))

    # then
    assert (edition.edition, edition.state, edition.number) == (2, "draft", report.number)
    assert edition.series == report.series
    assert ReportInstrument.unscoped().filter(report=edition).count() == 1
    assert desk.fresh(report).state == "returned"
    supervisor = desk.actor(desk.supervisor)
    with acting_as(supervisor):
        signing.report_check(actor=supervisor, report=edition)
    assert desk.sign(desk.fresh(edition)).state == "submitted"


def test_an_accepted_report_closes_the_follow_up_of_its_instrument(desk: Desk) -> None:
    # given
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=desk.world.flue_gas_point)
        FollowUp.objects.create(
            instrument=instrument,
            revision=instrument.revisions.get(),
            code="acceptance",
            title="重新技术验收",
            opened_on=today() - timedelta(days=20),
            due_on=today() + timedelta(days=20),
        )

    # when
    report = desk.accepted(kind="acceptance")

    # then
    with acting_as(system_actor("test")):
        done = FollowUp.objects.get(code="acceptance")
    assert (done.report_number, done.done_on is not None) == (report.number, True)
    assert {"factory", "engineer"} <= told("report.accepted")
    assert events("report.accepted")[0]["follow_ups"] == ["acceptance"]


def test_a_correction_supersedes_what_was_accepted(desk: Desk) -> None:
    report = desk.accepted()
    preparer, supervisor = desk.actor(desk.preparer), desk.actor(desk.supervisor)
    reviewer = desk.actor(desk.world.reviewer)
    with acting_as(preparer):
        edition = drafts.report_revise(actor=preparer, report=desk.fresh(report))
    with acting_as(supervisor):
        signing.report_check(actor=supervisor, report=edition)
    desk.sign(desk.fresh(edition))
    with acting_as(reviewer):
        reviews.report_accept(actor=reviewer, report=desk.fresh(edition), note_text="已核对")
    assert desk.fresh(report).state == "superseded"
    assert desk.fresh(edition).state == "accepted"


def test_a_decision_is_made_once(desk: Desk) -> None:
    report = desk.accepted()
    actor = desk.actor(desk.world.reviewer)
    with acting_as(actor):
        with pytest.raises(InvalidState):
            reviews.report_accept(actor=actor, report=report, note_text="已核对")
        with pytest.raises(InvalidState):
            reviews.report_return(actor=actor, report=report, reason="晚了")


# --- withdrawing


def test_a_submitted_report_is_withdrawn_and_its_number_is_free_again(desk: Desk) -> None:
    report = desk.submitted()
    actor = desk.actor(desk.world.agency_manager)
    with acting_as(actor):
        withdrawn = drafts.report_withdraw(actor=actor, report=report, reason="数据有误")
    assert withdrawn.state == "withdrawn"
    assert "bureau" in told("report.withdrawn")
    assert desk.draft().number_key == report.number_key


def test_an_accepted_report_is_not_withdrawn(desk: Desk) -> None:
    report = desk.accepted()
    actor = desk.actor(desk.owner)
    with acting_as(actor), pytest.raises(InvalidState):
        drafts.report_withdraw(actor=actor, report=report, reason="x")


def test_withdrawing_a_correction_leaves_the_accepted_edition_the_latest(desk: Desk) -> None:
    report = desk.accepted()
    actor = desk.actor(desk.owner)
    with acting_as(actor):
        edition = drafts.report_revise(actor=actor, report=desk.fresh(report))
        drafts.report_withdraw(actor=actor, report=edition, reason="不改了")
        assert desk.fresh(report).latest
        again = drafts.report_revise(actor=actor, report=desk.fresh(report))
    assert again.edition == 3
