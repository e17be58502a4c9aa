"""A visit that was handed in is computed anew from its rows: what was altered since is told."""

from typing import Any

import pytest

from tests.support.owner import owners_cursor
from tests.support.phone import Phone
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services import log_extend, verify_log, verify_object
from yunjian.kernel.prepared_queries import column_names
from yunjian.maintenance.models import RecordSheet, Visit

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def visit(world: World) -> Visit:
    """A visit that was handed in, and stands in the log."""
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    visit_id, _answer = phone.sign_in(task)
    assert phone.put(f"visits/{visit_id}", phone.submission(task)).status_code == 201
    with acting_as(system_actor("test")):
        while log_extend() is not None:
            pass
    return Visit.unscoped().get(pk=visit_id)


def _tamper(statement: str, *values: Any) -> None:
    with owners_cursor() as cursor:
        cursor.execute(statement, values)


def _broken() -> list[str]:
    with acting_as(system_actor("test")):
        return [one.reason.partition(" / ")[2] for one in verify_log().broken]


def test_a_visit_that_nobody_touched_is_as_it_was_sealed(world: World, visit: Visit) -> None:
    with acting_as(system_actor("test")):
        report = verify_log()
    assert (report.broken, report.records) == ([], 1)
    proof = verify_object(visit)
    assert (proof.ok, proof.compared) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        "signed_in_at = signed_in_at - interval '1 minute'",
        "signed_out_at = signed_out_at + interval '1 minute'",
        "submitted_at = submitted_at - interval '1 day'",
        "sign_in_longitude = sign_in_longitude + 0.0000001",
        "sign_in_latitude = sign_in_latitude + 0.0000001",
        "sign_in_photo_id = NULL",
        "participants = participants || '{别人}'",
        "note = note || '。'",
        "warnings = '[]'::jsonb || '\"无\"'::jsonb",
        "verdict = CASE verdict WHEN 'pass' THEN 'fail' ELSE 'pass' END",
        "attachment_ids = '{}'::uuid[] || sign_in_photo_id || sign_in_photo_id || id",
        "discharger_id = agency_id",
        "agency_id = discharger_id",
        "content_digest = 'sha256:00'",
        "engineer_id = (SELECT id FROM identity_account WHERE id <> engineer_id LIMIT 1)",
    ],
)
def test_a_column_that_was_altered_is_told(world: World, visit: Visit, change: str) -> None:
    _tamper(f"UPDATE maintenance_visit SET {change} WHERE id = %s", visit.pk)

    if change.startswith("attachment_ids"):  # ids of no file add nothing to what was sealed
        _tamper("UPDATE evidence_attachment SET digest = 'sha256:00'")
    assert "a record differs from what was sealed" in _broken()
    visit.refresh_from_db()
    assert not verify_object(visit).ok


@pytest.mark.parametrize(
    "change",
    [
        "answers = answers || '{\"x\": 1}'::jsonb",
        "results = results || '{\"x\": 1}'::jsonb",
        "definition = 'free@1'",
        "verdict = CASE verdict WHEN 'pass' THEN 'fail' ELSE 'pass' END",
    ],
)
def test_a_sheet_that_was_altered_is_told(world: World, visit: Visit, change: str) -> None:
    sheet = RecordSheet.unscoped().filter(visit=visit).earliest("pk")
    _tamper(f"UPDATE maintenance_recordsheet SET {change} WHERE id = %s", sheet.pk)
    assert "a record differs from what was sealed" in _broken()
    assert not verify_object(visit).ok


def test_a_sheet_that_was_taken_away_is_told(world: World, visit: Visit) -> None:
    _tamper("DELETE FROM maintenance_recordsheet WHERE visit_id = %s", visit.pk)
    assert "a record differs from what was sealed" in _broken()


def test_a_visit_that_is_gone_is_told(world: World, visit: Visit) -> None:
    _tamper("DELETE FROM maintenance_recordsheet WHERE visit_id = %s", visit.pk)
    _tamper("DELETE FROM maintenance_visit WHERE id = %s", visit.pk)
    assert "a sealed record is missing" in _broken()


def test_a_visit_that_was_put_in_beside_the_program_is_told(world: World, visit: Visit) -> None:
    names = ", ".join(name for name in column_names(Visit) if name != "id")
    _tamper(
        f"INSERT INTO maintenance_visit (id, {names})"
        f" SELECT gen_random_uuid(), {names} FROM maintenance_visit WHERE id = %s",
        visit.pk,
    )
    assert _broken() == ["a record has no event"]


def test_a_photo_that_the_phone_named_twice_changes_nothing(world: World) -> None:
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    visit_id, _answer = phone.sign_in(task)
    photo = str(Visit.unscoped().get(pk=visit_id).sign_in_photo_id)
    body = phone.submission(task, attachment_ids=[photo])
    assert phone.put(f"visits/{visit_id}", body).status_code == 201
    assert _broken() == []


def test_the_page_of_the_authority_and_the_public_check_tell_it(world: World, visit: Visit) -> None:
    client = world.client(world.reviewer)
    pages = (f"/supervision/visits/{visit.pk}/verify/", f"/check/{visit.pk}/")
    for page in pages:
        assert "与提交时一致" in client.get(page).content.decode()
    _tamper("UPDATE maintenance_visit SET note = '改' WHERE id = %s", visit.pk)
    for page in pages:
        content = client.get(page).content.decode()
        assert "验证未通过" in content
        assert "与提交时一致" not in content
