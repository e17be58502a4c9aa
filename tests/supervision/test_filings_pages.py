"""The review of instrument filings, page by page."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.support.filing_values import analyzer_values
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.services import instrument_retire, revision_draft, revision_submit
from yunjian.kernel.clock import now, today

pytestmark = pytest.mark.reads_all_rows

QUEUE = "/supervision/filings/"
# session, account, actor; districts; rows, count; waiting by district, mean; unread messages
QUEUE_QUERIES = 9


def handed_in(world: World, **changes: object) -> InstrumentRevision:
    """Hand in a second COD analyser at the wastewater point."""
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        revision = revision_draft(
            actor=actor,
            point=world.wastewater_point,
            kind="analyzer",
            values=analyzer_values("CODCr", **changes),
        )
        return revision_submit(actor=actor, revision=revision)


def changed(world: World) -> InstrumentRevision:
    """Hand in another range for the analyser that stands at the wastewater point."""
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        standing = Instrument.objects.get(point=world.wastewater_point)
        revision = revision_draft(
            actor=actor,
            point=world.wastewater_point,
            kind="analyzer",
            values=analyzer_values("CODCr", range_upper=500, change_reason="更换量程"),
            instrument=standing,
        )
        return revision_submit(actor=actor, revision=revision)


def state(revision: InstrumentRevision) -> str:
    return InstrumentRevision.unscoped().get(pk=revision.pk).state


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.reviewer)


def district_reviewer(world: World) -> Account:
    """Make the world's authority responsible for the other district only."""
    authority = Organization.unscoped().get(pk=world.authority.pk)
    authority.jurisdiction.set([world.other_district])
    return Account.objects.select_related("organization").get(pk=world.reviewer.pk)


def test_the_queue_shows_what_waits_and_never_a_draft(world: World, client: Client) -> None:
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        revision_draft(
            actor=actor,
            point=world.wastewater_point,
            kind="analyzer",
            values=analyzer_values("CODCr", name="还没有交的草稿"),
        )
    waiting = handed_in(world, name="交上来的仪器")
    page = client.get(QUEUE).content.decode()
    assert "交上来的仪器" in page
    assert "还没有交的草稿" not in page
    assert f"{QUEUE}{waiting.pk}/" in page


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("keyword=试验纸业", True),
        ("keyword=SN-2026", True),
        ("keyword=别处", False),
        ("kind=sampler", False),
        ("district=310112", False),
        ("district=310115&kind=analyzer", True),
        ("tab=approved&keyword=SN-2026", False),
    ],
)
def test_the_query_row_narrows_the_queue(
    world: World,
    client: Client,
    query: str,
    result: bool,  # noqa: FBT001
) -> None:
    handed_in(world)
    page = client.get(f"{QUEUE}?{query}").content.decode()
    assert ('data-testid="filing-open"' in page) is result


def test_the_days_of_handing_in_narrow_the_queue(world: World, client: Client) -> None:
    handed_in(world)
    tomorrow = today() + timedelta(days=1)
    here = client.get(f"{QUEUE}?since={today()}&until={today()}").content.decode()
    gone = client.get(f"{QUEUE}?since={tomorrow}").content.decode()
    assert 'data-testid="filing-open"' in here
    assert 'data-testid="filing-open"' not in gone


def test_the_queue_can_be_exported(world: World, client: Client) -> None:
    handed_in(world)
    response = client.get(f"{QUEUE}?format=xlsx")
    assert b"".join(response.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_change_is_shown_beside_the_official_version(world: World, client: Client) -> None:
    page = client.get(f"{QUEUE}{changed(world).pk}/").content.decode()
    assert "更换量程" in page
    assert "500 mg/L" in page
    assert "200 mg/L" in page
    assert 'data-testid="differs-range_upper"' in page
    assert 'data-testid="differs-model"' in page
    assert 'data-testid="differs-parameter"' not in page
    assert 'data-testid="filing-approve"' in page
    assert 'data-testid="filing-return"' in page
    for step in ("填报", "提交", "审核", "正式"):
        assert step in page


def test_approving_makes_it_official_and_moves_it_to_the_other_tab(
    world: World, client: Client
) -> None:
    revision = changed(world)
    response = client.post(f"{QUEUE}{revision.pk}/approve/", {"note": "资料齐全"})
    assert response.headers["Location"] == QUEUE
    assert state(revision) == "official"
    assert 'data-testid="filing-open"' not in client.get(QUEUE).content.decode()
    assert str(revision.pk) in client.get(f"{QUEUE}?tab=approved").content.decode()
    page = client.get(f"{QUEUE}{revision.pk}/").content.decode()
    assert "资料齐全" in page
    assert 'data-testid="filing-approve"' not in page


def test_a_taken_slot_is_explained_and_the_note_is_kept(world: World, client: Client) -> None:
    revision = handed_in(world)
    response = client.post(f"{QUEUE}{revision.pk}/approve/", {"note": "核对过铭牌"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "该监测点同一时段已有同类仪器" in page
    assert "核对过铭牌" in page
    assert state(revision) == "submitted"

    owner = world.actor(world.discharger_owner)
    with acting_as(owner):
        standing = Instrument.objects.get(point=world.wastewater_point, period__isnull=False)
        day = revision.installed_on
        assert day is not None
        instrument_retire(actor=owner, instrument=standing, on=day, reason="更换设备")
    assert client.post(f"{QUEUE}{revision.pk}/approve/").status_code == 302
    assert client.post(f"{QUEUE}{revision.pk}/approve/").status_code == 409


def test_returning_asks_for_a_reason(world: World, client: Client) -> None:
    revision = handed_in(world)
    path = f"{QUEUE}{revision.pk}/return/"
    assert client.get(path).status_code == 405
    refused = client.post(path, {"note": "  "})
    assert refused.status_code == 422
    assert "请填写退回的原因" in refused.content.decode()
    assert state(revision) == "submitted"
    assert client.post(path, {"note": "铭牌与型号不符"}).status_code == 302
    assert state(revision) == "returned"
    assert client.post(path, {"note": "再来一次"}).status_code == 409
    page = client.get(f"{QUEUE}?tab=returned").content.decode()
    assert str(revision.pk) in page
    assert "铭牌与型号不符" in client.get(f"{QUEUE}{revision.pk}/").content.decode()


def test_remarks_on_fields_go_back_with_the_filing(world: World, client: Client) -> None:
    revision = handed_in(world)
    path = f"{QUEUE}{revision.pk}/return/"
    long = client.post(path, {"remarks.serial_number": "长" * 201, "remarks.model": "看不清"})
    assert long.status_code == 422
    assert "看不清" in long.content.decode()
    assert state(revision) == "submitted"
    remarks = {"remarks.serial_number": "与铭牌照片不一致", "remarks.model": "  "}
    assert client.post(path, remarks).status_code == 302
    returned = InstrumentRevision.unscoped().get(pk=revision.pk)
    assert returned.field_remarks == {"serial_number": "与铭牌照片不一致"}
    assert "出厂编号" in returned.decision_note

    owner = world.client(world.discharger_owner)
    form = owner.get(f"/source/filings/{revision.pk}/edit/").content.decode()
    assert "审核意见：与铭牌照片不一致" in form
    page = client.get(f"{QUEUE}{revision.pk}/").content.decode()
    assert "与铭牌照片不一致" in page


def renewal(world: World, **changes: object) -> InstrumentRevision:
    """Hand in newer papers of the analyser that stands at the wastewater point."""
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        standing = Instrument.objects.get(point=world.wastewater_point)
        official = InstrumentRevision.unscoped().get(instrument=standing, state="official")
        for path, value in analyzer_values("CODCr").items():
            if path not in {"installed_on", "manufactured_on", "serial_number"}:
                setattr(official, path, value)
        official.manufactured_on = official.installed_on
        official.save()
        papers = {
            "certificate_number": "CCAEPI-EP-2026-009",
            "certificate_valid_until": today() + timedelta(days=1800),
            "change_kind": "renewal",
            "change_reason": "证书续期",
        }
        revision = revision_draft(
            actor=actor,
            point=world.wastewater_point,
            kind="analyzer",
            values={**papers, **changes},
            instrument=standing,
        )
        return revision_submit(actor=actor, revision=revision)


def test_unchanged_renewals_are_approved_together(world: World, client: Client) -> None:
    revision = renewal(world)
    page = client.get(f"{QUEUE}?tab=renewals").content.decode()
    assert f'value="{revision.pk}"' in page
    assert client.post(f"{QUEUE}renewals/approve/", {"chosen": []}).status_code == 422
    answer = client.post(f"{QUEUE}renewals/approve/", {"chosen": [str(revision.pk)]})
    assert answer.status_code == 302
    assert state(revision) == "official"


def test_all_renewals_that_match_are_approved_after_their_number_was_agreed_to(
    world: World, client: Client
) -> None:
    revision = renewal(world)
    path = f"{QUEUE}renewals/approve-matching/"
    requested = {"filter": f"tab=renewals&keyword={world.discharger.name}"}
    assert 'name="count" value="1"' in client.get(path, requested).content.decode()
    nothing = {"filter": "tab=renewals&keyword=别家"}
    assert 'name="count" value="0"' in client.get(path, nothing).content.decode()
    # the number changed meanwhile: nothing is done, the new number is shown
    changed = client.post(path, requested | {"count": "2"})
    assert changed.status_code == 409
    assert 'name="count" value="1"' in changed.content.decode()
    assert state(revision) == "submitted"
    assert client.post(path, requested | {"count": "1"}).status_code == 302
    assert state(revision) == "official"


def test_what_matches_is_what_the_acting_person_may_decide(world: World) -> None:
    revision = renewal(world)
    path = f"{QUEUE}renewals/approve-matching/"
    stranger = world.client(district_reviewer(world))
    assert 'name="count" value="0"' in stranger.get(path).content.decode()
    assert stranger.post(path, {"count": "1"}).status_code == 409
    world.reviewer.role_grants.filter(role="reviewer").delete()
    inspector = world.client(world.reviewer)
    assert inspector.post(path, {"count": "1"}).status_code == 403
    assert state(revision) == "submitted"


def test_a_renewal_that_changes_more_does_not_match(world: World, client: Client) -> None:
    revision = renewal(world, range_upper=500)
    path = f"{QUEUE}renewals/approve-matching/"
    assert 'name="count" value="0"' in client.get(path).content.decode()
    assert client.post(path, {"count": "1"}).status_code == 409
    assert state(revision) == "submitted"


def test_a_renewal_that_changes_more_is_decided_on_its_own(world: World, client: Client) -> None:
    revision = renewal(world, range_upper=500)
    page = client.get(f"{QUEUE}?tab=renewals").content.decode()
    assert 'data-testid="filing-row"' in page
    assert f'value="{revision.pk}"' not in page
    answer = client.post(f"{QUEUE}renewals/approve/", {"chosen": [str(revision.pk)]})
    assert answer.status_code == 409
    assert "请单独审核" in answer.content.decode()
    assert state(revision) == "submitted"


def test_the_queue_tells_where_and_how_long_filings_wait(world: World, client: Client) -> None:
    revision = handed_in(world)
    InstrumentRevision.unscoped().filter(pk=revision.pk).update(
        submitted_at=now() - timedelta(days=40)
    )
    page = client.get(QUEUE).content.decode()
    assert "浦东新区 1" in page
    assert "超过 10 日" in page
    detail = client.get(f"{QUEUE}{revision.pk}/").content.decode()
    assert "已等待" in detail


def test_what_stood_on_a_day_is_shown(world: World, client: Client) -> None:
    path = f"{QUEUE}points/{world.wastewater_point.pk}/standing/"
    assert "SN-CODCr" in client.get(path).content.decode()
    long_ago = today() - timedelta(days=2000)
    assert "没有已备案的仪器" in client.get(f"{path}?on={long_ago}").content.decode()


def test_an_authority_of_another_district_sees_nothing_of_it(world: World) -> None:
    revision = handed_in(world)
    client = world.client(district_reviewer(world))
    assert 'data-testid="filing-open"' not in client.get(QUEUE).content.decode()
    assert client.get(f"{QUEUE}{revision.pk}/").status_code == 404
    assert client.post(f"{QUEUE}{revision.pk}/approve/").status_code == 404
    assert client.post(f"{QUEUE}{revision.pk}/return/", {"note": "x"}).status_code == 404
    with acting_as(system_actor("test")):
        assert Event.objects.filter(verb="access.foreign").count() == 3
    assert state(revision) == "submitted"


def test_an_inspector_reads_but_does_not_decide(world: World) -> None:
    revision = handed_in(world)
    world.reviewer.role_grants.filter(role="reviewer").delete()
    client = world.client(world.reviewer)
    page = client.get(f"{QUEUE}{revision.pk}/").content.decode()
    assert 'data-testid="filing-approve"' not in page
    assert client.post(f"{QUEUE}{revision.pk}/approve/").status_code == 403
    assert state(revision) == "submitted"


def test_other_parties_stay_outside(world: World) -> None:
    for account in (world.discharger_owner, world.agency_manager):
        assert world.client(account).get(QUEUE).status_code == 403
    assert Client().get(QUEUE).headers["Location"].startswith("/signin/")


def test_steps_before_handing_in_are_not_shown_to_the_authority(
    world: World, client: Client
) -> None:
    page = client.get(f"{QUEUE}{handed_in(world).pk}/").content.decode()
    assert "提交审核" in page
    assert "填写仪器备案" not in page


def test_the_queue_asks_the_same_few_questions_however_long_it_is(
    world: World, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        handed_in(world, serial_number=f"SN-{number}")
    client.get(QUEUE)
    with django_assert_max_num_queries(QUEUE_QUERIES):
        page = client.get(QUEUE).content.decode()
    assert page.count('data-testid="filing-row"') == 12


@pytest.mark.parametrize("place", ["supervision/filings/points/{}/standing/", "source/points/{}/"])
def test_what_is_no_day_stays_in_its_field_and_the_shown_day_is_named(
    world: World, place: str
) -> None:
    who = world.reviewer if place.startswith("supervision") else world.discharger_owner
    path = "/" + place.format(world.flue_gas_point.pk)

    answer = world.client(who).get(f"{path}?on=2026-13-40")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="2026-13-40"' in page
    assert f"下面是 {today()} 的情况。" in page
