"""A documented confirmation of competence in the place of a certificate, as what it is."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.evidence.papers import paper
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate, CompetenceConfirmation
from yunjian.agencies.services.people import confirmation_add
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput, NotAllowed
from yunjian.verification.domain import findings
from yunjian.verification.models import Report, ReportPerson
from yunjian.verification.selectors.facts import current_findings
from yunjian.verification.selectors.papers import report_paper
from yunjian.verification.selectors.reports import with_parts

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def uncertified(desk: Desk) -> Desk:
    """The engineer has no certificate."""
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(person=desk.world.engineer_person).delete()
    return desk


def confirm(desk: Desk, **changes: Any) -> CompetenceConfirmation:
    actor = desk.actor(desk.world.agency_manager)
    values: dict[str, Any] = {
        "person": desk.world.engineer_person,
        "scope": "烟气 CEMS 比对",
        "confirmed_by": "周质量",
        "basis": "考核记录 PX-2026-07",
        "confirmed_on": today() - timedelta(days=30),
        "valid_until": today() + timedelta(days=300),
        "attachment": desk.file(),
    } | changes
    with acting_as(actor):
        return confirmation_add(actor=actor, **values)


def found(desk: Desk, report: Report) -> set[str]:
    with acting_as(desk.actor(desk.preparer)):
        return {one.code for one in current_findings(report)}


def test_without_a_certificate_and_a_confirmation_the_check_fails(uncertified: Desk) -> None:
    assert "person_uncertified" in found(uncertified, uncertified.draft())


def test_a_confirmation_satisfies_the_check_and_is_called_what_it_is(uncertified: Desk) -> None:
    # given
    row = confirm(uncertified)

    # when
    report = uncertified.check(uncertified.complete())

    # then
    codes = found(uncertified, report)
    assert "person_uncertified" not in codes
    assert "person_confirmed" in codes
    held = ReportPerson.unscoped().get(report=report)
    assert (held.certificate_id, held.confirmation_id) == (None, row.pk)
    with acting_as(system_actor("test")):
        [[_name, _position, said]] = report_paper(with_parts(report)).people
    assert said.startswith("能力确认（非证书）：周质量")
    client = uncertified.world.client(uncertified.preparer)
    page = client.get(f"/agency/reports/{report.pk}/?tab=instruments").content.decode()
    assert "能力确认（非证书）：周质量" in page
    [person] = client.get(f"/api/v1/reports/{report.pk}").json()["people"]
    assert (person["certificate"], person["confirmation"]) == (None, str(row.pk))


def test_a_confirmation_that_was_filed_after_the_draft_is_named_when_it_is_checked(
    uncertified: Desk,
) -> None:
    report = uncertified.complete()
    row = confirm(uncertified)
    uncertified.check(report)
    assert ReportPerson.unscoped().get(report=report).confirmation_id == row.pk


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [(-3, 0, True), (-3, -3, True), (-2, 30, False), (-40, -4, False)],
)
def test_it_holds_from_its_first_day_to_its_last(
    uncertified: Desk,
    first: int,
    last: int,
    holds: bool,  # noqa: FBT001
) -> None:
    def day(number: int) -> date:
        return today() + timedelta(days=number)

    confirm(uncertified, confirmed_on=day(first), valid_until=day(last))
    assert ("person_uncertified" not in found(uncertified, uncertified.draft())) is holds


def test_by_a_policy_of_certificates_alone_it_does_not_satisfy(
    uncertified: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(uncertified)
    strict = findings.Competence(["certificate"], "", "", "assumed")
    monkeypatch.setattr("yunjian.verification.selectors.standing.competence", lambda: strict)
    report = uncertified.draft()
    assert "person_uncertified" in found(uncertified, report)
    assert ReportPerson.unscoped().get(report=report).confirmation_id is None


def test_a_certificate_comes_before_a_confirmation(desk: Desk) -> None:
    confirm(desk)
    held = ReportPerson.unscoped().get(report=desk.draft())
    assert held.certificate_id is not None
    assert held.confirmation_id is None


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"basis": " "}, "basis"),
        ({"confirmed_by": "长" * 41}, "confirmed_by"),
        ({"confirmed_on": today() + timedelta(days=1)}, "confirmed_on"),
        ({"valid_until": today() - timedelta(days=31)}, "valid_until"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(
    desk: Desk, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        confirm(desk, **changes)
    assert [one.path for one in refusal.value.errors] == [path]
    assert not CompetenceConfirmation.unscoped().exists()


def test_only_who_keeps_the_filing_confirms(desk: Desk) -> None:
    row = confirm(desk)
    [event] = Event.unscoped().filter(verb="competence.confirmed")
    assert "周质量" not in event.body
    for account in (desk.preparer, desk.world.other_agency_manager):
        actor = desk.actor(account)
        with acting_as(actor), pytest.raises(NotAllowed):
            confirmation_add(
                actor=actor, person=row.person, scope="x", confirmed_by="x", basis="x",
                confirmed_on=today(), valid_until=today(), attachment=row.attachment,
            )  # fmt: skip


def test_it_is_filed_in_a_dialog_with_its_file_and_stands_in_the_workbook(desk: Desk) -> None:
    client = desk.world.client(desk.world.agency_manager)
    base = f"/agency/people/{desk.world.engineer_person.pk}/"
    typed = {
        "scope": "烟气 CEMS 比对",
        "confirmed_by": "周质量",
        "basis": "考核记录",
        "confirmed_on": f"{today()}",
        "valid_until": f"{today() + timedelta(days=9)}",
    }
    refused = client.post(f"{base}confirmations/new/", typed)
    assert refused.status_code == 422
    assert "考核记录" in refused.content.decode()
    file = SimpleUploadedFile("确认.pdf", paper(), content_type="application/pdf")
    saved = client.post(f"{base}confirmations/new/", {**typed, "document": file})
    assert saved.status_code in {204, 302}, saved.content.decode()
    page = client.get(base).content.decode()
    assert "能力确认（非证书）" in page
    assert "确认.pdf" in page
    book = client.get("/agency/people/?format=xlsx").getvalue()
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    column = next(row.index("能力确认有效期至") for row in rows if "能力确认有效期至" in row)
    assert f"{today() + timedelta(days=9)}" in {str(row[column])[:10] for row in rows}
    row = CompetenceConfirmation.unscoped().get()
    assert row.attachment.filename == "确认.pdf"
