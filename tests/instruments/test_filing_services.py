"""The way of a filing: who may take each turn, what is refused and at which field."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.support.filing_values import analyzer_values, sampler_values
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.selectors import revision_on
from yunjian.instruments.services import (
    instrument_retire,
    revision_approve,
    revision_change,
    revision_discard,
    revision_draft,
    revision_return,
    revision_submit,
    revision_withdraw,
)
from yunjian.kernel.clock import at, now, today
from yunjian.kernel.errors import Conflict, DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.messaging.models import Notification

Draft = Callable[..., InstrumentRevision]


def paths(error: DomainError) -> dict[str, str]:
    return {one.path: one.code for one in error.errors}


def verbs(revision: InstrumentRevision) -> list[str]:
    with acting_as(system_actor("test")):
        rows = Event.objects.filter(object_id=str(revision.pk)).order_by("sequence")
        return [event.verb for event in rows]


def notified(kind: str) -> list[str]:
    rows = Notification.unscoped().filter(kind=kind).select_related("recipient")
    with bypass_rls("test"):
        return sorted(row.recipient.username for row in rows)


def test_a_filing_goes_from_draft_to_official_and_each_turn_leaves_an_event(
    draft: Draft, owner: Actor, reviewer: Actor
) -> None:
    revision = draft()
    assert (revision.state, revision.number, revision.instrument.slot) == ("draft", 1, "NH3-N")
    assert revision.instrument.period is None

    revision = revision_submit(actor=owner, revision=revision)
    assert revision.state == "submitted"
    assert notified("instrument_filing.submitted") == ["bureau"]

    revision = revision_approve(actor=reviewer, revision=revision, note="资料齐全")
    assert revision.state == "official"
    assert revision.decided_by_id == reviewer.account_id
    assert revision.instrument.period == DateRange(revision.installed_on, None)
    assert revision.effective == DateRange(revision.installed_on, None)
    assert notified("instrument_filing.official") == ["factory"]
    assert verbs(revision) == [
        "instrument_filing.drafted",
        "instrument_filing.submitted",
        "instrument_filing.approved",
    ]


def test_a_draft_may_be_incomplete_but_handing_it_in_names_every_missing_field(
    world: World, owner: Actor
) -> None:
    revision = revision_draft(
        actor=owner, point=world.wastewater_point, kind="analyzer", values={"name": "未填完"}
    )
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=revision)
    assert set(paths(refused.value)) == {
        "parameter",
        "method",
        "maker",
        "model",
        "serial_number",
        "manufactured_on",
        "installed_on",
        "range_lower",
        "range_upper",
        "unit",
        "detection_limit",
        "certificate_number",
        "certificate_valid_until",
        "contact_name",
        "contact_phone",
    }
    assert set(paths(refused.value).values()) == {"required"}


def test_a_sampler_has_to_say_what_a_sampler_is(world: World, owner: Actor) -> None:
    values = sampler_values(settings={"bottles": "24"})
    revision = revision_draft(
        actor=owner, point=world.wastewater_point, kind="sampler", values=values
    )
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=revision)
    assert set(paths(refused.value)) == {
        "settings.bottle_millilitres",
        "settings.sample_millilitres",
        "settings.interval_minutes",
        "settings.storage_temperature",
        "settings.retains_exceedance",
    }
    complete = revision_change(actor=owner, revision=revision, values=sampler_values())
    assert revision_submit(actor=owner, revision=complete).state == "submitted"


@pytest.mark.parametrize(
    ("changes", "path", "stated"),
    [
        ({"range_lower": Decimal(200)}, "range_upper", "量程上限应大于下限"),
        ({"range_upper": "高"}, "range_upper", "数字"),
        ({"range_upper": "NaN"}, "range_upper", "数字"),
        ({"detection_limit": Decimal(-1)}, "detection_limit", "不能小于 0"),
        ({"detection_limit": Decimal(300)}, "detection_limit", "小于量程上限"),
        ({"detection_limit": Decimal("0.00001")}, "detection_limit", "4 位小数"),
        ({"parameter": "SO2"}, "parameter", "没有这个监测因子"),
        ({"installed_on": "2026-13-40"}, "installed_on", "2026-01-31"),
        ({"contact_phone": "12345"}, "contact_phone", "手机号"),
        ({"serial_number": "长" * 61}, "serial_number", "60"),
        ({"settings": {"digestion_minutes": "-3"}}, "settings.digestion_minutes", "不能小于 0"),
        ({"settings": {"colour": "red"}}, "settings.colour", "没有这一项"),
        ({"state": "official"}, "state", "没有这一项"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_even_in_a_draft(
    draft: Draft, changes: dict[str, Any], path: str, stated: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft(**changes)
    messages = {error.path: error.message for error in refused.value.errors}
    assert list(messages) == [path]
    assert stated in messages[path]


@pytest.mark.parametrize(
    ("path", "days"),
    [("manufactured_on", -1), ("installed_on", 1), ("accepted_on", -30), ("networked_on", 2)],
)
def test_dates_that_contradict_one_another_are_refused(draft: Draft, path: str, days: int) -> None:
    day = today() + timedelta(days=days)
    with pytest.raises(InvalidInput) as refused:
        draft(**{path: day})
    assert paths(refused.value) == {path: "order"}


def test_what_was_handed_in_is_frozen_until_it_is_withdrawn(
    submitted: InstrumentRevision, owner: Actor
) -> None:
    with pytest.raises(InvalidState):
        revision_change(actor=owner, revision=submitted, values={"model": "YJ-300"})
    with pytest.raises(InvalidState):
        revision_discard(actor=owner, revision=submitted)
    with pytest.raises(InvalidState):
        revision_submit(actor=owner, revision=submitted)

    again = revision_withdraw(actor=owner, revision=submitted)
    changed = revision_change(actor=owner, revision=again, values={"model": "YJ-300"})
    assert (changed.state, changed.model) == ("draft", "YJ-300")


def test_the_authority_sees_a_filing_only_once_it_was_handed_in(
    draft: Draft, owner: Actor, reviewer: Actor
) -> None:
    revision = draft()

    def seen() -> tuple[bool, bool]:
        with acting_as(reviewer):
            return (
                InstrumentRevision.objects.filter(pk=revision.pk).exists(),
                Instrument.objects.filter(pk=revision.instrument_id).exists(),
            )

    assert seen() == (False, False)
    revision_submit(actor=owner, revision=revision)
    assert seen() == (True, True)
    revision_withdraw(actor=owner, revision=revision)
    assert seen() == (False, False)


def test_a_returned_version_stays_as_it_was_and_its_correction_is_a_new_draft(
    submitted: InstrumentRevision, owner: Actor, reviewer: Actor
) -> None:
    with pytest.raises(InvalidInput) as refused:
        revision_return(actor=reviewer, revision=submitted, reason="  ")
    assert paths(refused.value) == {"reason": "required"}

    returned = revision_return(actor=reviewer, revision=submitted, reason="铭牌与型号不符")
    assert (returned.state, returned.decision_note) == ("returned", "铭牌与型号不符")
    assert notified("instrument_filing.returned") == ["factory"]
    with pytest.raises(InvalidState, match="先修改"):
        revision_submit(actor=owner, revision=returned)

    corrected = revision_change(actor=owner, revision=returned, values={"model": "YJ-300"})
    assert (corrected.number, corrected.state, corrected.model) == (2, "draft", "YJ-300")
    assert corrected.serial_number == returned.serial_number
    assert corrected.settings == returned.settings
    returned.refresh_from_db()
    assert (returned.state, returned.model) == ("returned", "YJ-200")
    assert revision_submit(actor=owner, revision=corrected).state == "submitted"


def test_a_new_version_takes_over_on_its_day_and_the_one_before_keeps_its_days(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    changed_on = today()
    revision = revision_draft(
        actor=owner,
        point=standing.point,
        kind="analyzer",
        values=analyzer_values("CODCr", range_upper=Decimal(500), change_reason="更换量程"),
        instrument=standing,
    )
    revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=revision, note="")

    before = InstrumentRevision.objects.get(instrument=standing, number=1)
    assert before.state == "superseded"
    yesterday = revision_on(standing, changed_on - timedelta(days=1))
    today_ = revision_on(standing, changed_on)
    assert yesterday is not None
    assert yesterday.range_upper == Decimal(200)
    assert today_ is not None
    assert today_.range_upper == Decimal(500)


def test_a_new_version_starts_from_the_one_before_and_says_why(
    standing: Instrument, owner: Actor
) -> None:
    before = InstrumentRevision.objects.get(instrument=standing, state="official")
    with pytest.raises(InvalidInput) as refused:
        revision_draft(
            actor=owner,
            point=standing.point,
            kind="analyzer",
            values={"parameter": "NH3-N"},
            instrument=standing,
        )
    assert "parameter" in paths(refused.value)
    revision = revision_draft(
        actor=owner,
        point=standing.point,
        kind="analyzer",
        values={"range_upper": Decimal(400)},
        instrument=standing,
    )
    assert revision.serial_number == before.serial_number
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=revision)
    assert "change_reason" in paths(refused.value)


def test_an_instrument_has_one_open_version_at_a_time(standing: Instrument, owner: Actor) -> None:
    def begin() -> InstrumentRevision:
        return revision_draft(
            actor=owner, point=standing.point, kind="analyzer", values={}, instrument=standing
        )

    begin()
    with pytest.raises(Conflict, match="正在办理"):
        begin()


def test_two_instruments_cannot_hold_one_slot_at_one_time(
    draft: Draft, standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    second = revision_submit(actor=owner, revision=draft("CODCr"))
    with pytest.raises(Conflict, match="该监测点同一时段已有同类仪器"):
        revision_approve(actor=reviewer, revision=second, note="")
    second.refresh_from_db()
    assert second.state == "submitted"

    assert second.installed_on is not None
    instrument_retire(actor=owner, instrument=standing, on=second.installed_on, reason="更换设备")
    approved = revision_approve(actor=reviewer, revision=second, note="")
    assert approved.instrument.period.lower == second.installed_on


def test_the_database_itself_refuses_two_in_one_slot(world: World, standing: Instrument) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Instrument.objects.create(
            point=standing.point,
            organization=world.discharger,
            kind="analyzer",
            slot=standing.slot,
            period=DateRange(today(), None),
        )


def test_a_retired_instrument_keeps_the_days_it_stood(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    begin: date = standing.period.lower
    with pytest.raises(InvalidInput) as refused:
        instrument_retire(actor=owner, instrument=standing, on=begin, reason="")
    assert set(paths(refused.value)) == {"on", "reason"}
    with pytest.raises(InvalidInput) as refused:
        instrument_retire(
            actor=owner, instrument=standing, on=today() + timedelta(days=1), reason="拆除"
        )
    assert paths(refused.value) == {"on": "order"}

    retired = instrument_retire(actor=owner, instrument=standing, on=today(), reason="拆除")
    assert retired.period == DateRange(begin, today())
    assert notified("instrument.retired") == ["bureau"]
    with pytest.raises(InvalidState):
        instrument_retire(actor=owner, instrument=standing, on=today(), reason="拆除")
    with pytest.raises(InvalidState):
        revision_draft(
            actor=owner, point=standing.point, kind="analyzer", values={}, instrument=standing
        )


def test_a_discarded_draft_takes_an_instrument_that_never_was_with_it(
    draft: Draft, standing: Instrument, owner: Actor
) -> None:
    fresh = draft()
    revision_discard(actor=owner, revision=fresh)
    assert not Instrument.objects.filter(pk=fresh.instrument_id).exists()

    version = revision_draft(
        actor=owner, point=standing.point, kind="analyzer", values={}, instrument=standing
    )
    revision_discard(actor=owner, revision=version)
    assert Instrument.objects.filter(pk=standing.pk).exists()


def test_samplers_stand_only_where_water_flows(world: World, owner: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        revision_draft(
            actor=owner, point=world.flue_gas_point, kind="sampler", values=sampler_values()
        )
    assert paths(refused.value) == {"kind": "wrong_medium"}


def test_nobody_takes_another_partys_turn(
    world: World, submitted: InstrumentRevision, owner: Actor, reviewer: Actor
) -> None:
    agency = world.actor(world.agency_manager)
    neighbour = world.actor(world.other_discharger_owner)
    for actor in (agency, neighbour, reviewer):
        with pytest.raises(NotAllowed):
            revision_withdraw(actor=actor, revision=submitted)
        with pytest.raises(NotAllowed):
            revision_draft(
                actor=actor,
                point=world.wastewater_point,
                kind="analyzer",
                values=analyzer_values("NH3-N"),
            )
    for actor in (agency, neighbour, owner):
        with pytest.raises(NotAllowed):
            revision_approve(actor=actor, revision=submitted, note="")
        with pytest.raises(NotAllowed):
            revision_return(actor=actor, revision=submitted, reason="不可以")


def test_numbers_of_settings_keep_their_digits(draft: Draft) -> None:
    revision = draft(settings={"slope": "1.0210"})
    revision.refresh_from_db()
    assert revision.settings == {"slope": "1.0210"}


def test_the_past_can_be_lived_through_the_same_services(
    draft: Draft, owner: Actor, reviewer: Actor
) -> None:
    with at(now() - timedelta(days=10)):
        revision = revision_submit(actor=owner, revision=draft())
        revision = revision_approve(actor=reviewer, revision=revision, note="")
    assert revision.decided_at is not None
    assert revision.decided_at < now() - timedelta(days=9)
