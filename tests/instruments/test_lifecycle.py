"""What happens to instruments on file: successors, stops, changes of parameters, follow-ups."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from PIL import Image

from tests.support.filing_values import analyzer_values, sampler_values
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.instruments.models import (
    FollowUp,
    Instrument,
    InstrumentAction,
    InstrumentRevision,
    MakeAndModel,
)
from yunjian.instruments.selectors import revision_on, settings_now, stood_on
from yunjian.instruments.selectors.catalogue import makes_known
from yunjian.instruments.selectors.filings import instrument_ledger, instrument_rows
from yunjian.instruments.services import (
    EditedMeanwhile,
    follow_up_complete,
    instrument_relocate,
    instrument_replace,
    instrument_resume,
    instrument_retire,
    instrument_stop,
    parameter_change,
    revision_approve,
    revision_change,
    revision_draft,
    revision_return,
    revision_submit,
    revision_withdraw,
)
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.kernel.workdays import workdays_after
from yunjian.messaging.models import Notification
from yunjian.sources.models import MonitoringPoint, PointAccess

Draft = Callable[..., InstrumentRevision]


def paths(error: DomainError) -> dict[str, str]:
    return {one.path: one.code for one in error.errors}


def photo(actor: Actor, colour: str = "navy") -> Attachment:
    content = BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "PNG")
    row, _new = attachment_store(
        id=new_id(),
        actor=actor,
        content=content.getvalue(),
        filename="屏幕.png",
        purpose="filing",
        district_code="310115",
    )
    return row


def successor_values(**changes: Any) -> dict[str, Any]:
    return {
        "serial_number": "SN-NEW",
        "manufactured_on": today() - timedelta(days=60),
        "installed_on": today() - timedelta(days=3),
        "method": "重铬酸钾氧化分光光度法",
        "detection_limit": Decimal(4),
        "certificate_number": "CCAEPI-EP-2026-007",
        "certificate_valid_until": today() + timedelta(days=900),
        "contact_name": "周敏",
        "contact_phone": "13800000000",
        "change_reason": "原仪器老化",
        **changes,
    }


@pytest.fixture
def replaced(standing: Instrument, owner: Actor, reviewer: Actor) -> InstrumentRevision:
    """The analyser of the world, replaced three days ago."""
    revision = instrument_replace(actor=owner, instrument=standing, values=successor_values())
    revision_submit(actor=owner, revision=revision)
    return revision_approve(actor=reviewer, revision=revision)


def test_the_old_one_ends_the_moment_the_new_one_begins(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    mn_code = standing.point.mn_code
    revision = instrument_replace(actor=owner, instrument=standing, values=successor_values())
    assert revision.maker == "试验仪器厂"
    assert revision.instrument.slot == "CODCr"
    assert revision.instrument.period is None
    revision_submit(actor=owner, revision=revision)
    standing.refresh_from_db()
    assert standing.period.upper is None

    approved = revision_approve(actor=reviewer, revision=revision)
    standing.refresh_from_db()
    begin = today() - timedelta(days=3)
    assert standing.period.upper == begin
    assert approved.instrument.period == DateRange(begin, None)
    assert MonitoringPoint.objects.get(pk=standing.point_id).mn_code == mn_code
    action = InstrumentAction.objects.get(instrument=standing)
    assert (action.action, action.on, action.successor) == ("replace", begin, approved.instrument)

    def serials(days: int) -> list[str]:
        rows = stood_on(standing.point, today() - timedelta(days=days))
        return [row.revision.serial_number for row in rows if row.revision]

    assert serials(4) == ["SN-CODCr"]
    assert serials(3) == ["SN-NEW"]


def test_a_successor_cannot_begin_before_what_it_follows(
    standing: Instrument, owner: Actor
) -> None:
    early = standing.period.lower
    with pytest.raises(InvalidInput) as refused:
        instrument_replace(
            actor=owner,
            instrument=standing,
            values=successor_values(installed_on=early, manufactured_on=early - timedelta(days=9)),
        )
    assert paths(refused.value) == {"installed_on": "order"}


def test_a_refused_approval_leaves_the_old_one_standing(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    """Two successors of one instrument: the second finds its place taken, nothing is half done."""
    first = instrument_replace(actor=owner, instrument=standing, values=successor_values())
    other = successor_values(serial_number="SN-3", installed_on=today() - timedelta(days=1))
    second = instrument_replace(actor=owner, instrument=standing, values=other)
    for revision in (first, second):
        revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=first)
    with pytest.raises(Conflict):
        revision_approve(actor=reviewer, revision=second)
    second.refresh_from_db()
    assert second.state == "submitted"
    assert InstrumentAction.objects.filter(instrument=standing).count() == 1


def test_an_instrument_moves_to_another_point_and_is_accepted_again(
    world: World, standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    twin = MonitoringPoint.unscoped().get(pk=standing.point_id)
    twin.pk = new_id()
    twin.name, twin.mn_code = "二号测点", "31011500000199"
    twin.save(force_insert=True)
    with pytest.raises(InvalidInput) as refused:
        instrument_relocate(actor=owner, instrument=standing, point=world.flue_gas_point, values={})
    assert paths(refused.value) == {"point": "unknown"}

    on = today() - timedelta(days=2)
    values = successor_values(installed_on=on, serial_number="SN-CODCr")
    revision = instrument_relocate(actor=owner, instrument=standing, point=twin, values=values)
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=revision)
    assert paths(refused.value) == {"accepted_on": "required"}
    revision = revision_change(
        actor=owner,
        revision=revision,
        values={"accepted_on": today() - timedelta(days=1), "acceptance_number": "验〔2026〕9 号"},
    )
    assert revision.file_by == workdays_after(today() - timedelta(days=1), 5)
    revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=revision)
    assert [row.instrument.point_id for row in stood_on(twin, today())] == [twin.pk]
    assert stood_on(standing.point, today()) == []
    acceptance = FollowUp.objects.get(instrument=revision.instrument, code="acceptance")
    assert acceptance.done_on == today() - timedelta(days=1)


def test_a_changed_core_part_asks_for_acceptance_and_a_filing_within_five_workdays(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    values = analyzer_values(
        "CODCr",
        installed_on=standing.period.lower,
        manufactured_on=standing.period.lower,
        serial_number="SN-CODCr",
        change_kind="core_part",
        change_reason="更换消解单元",
    )
    revision = revision_draft(
        actor=owner, point=standing.point, kind="analyzer", values=values, instrument=standing
    )
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=revision)
    assert paths(refused.value) == {"changed_on": "required", "accepted_on": "required"}
    accepted = today() - timedelta(days=30)
    revision = revision_change(
        actor=owner,
        revision=revision,
        values={
            "changed_on": today() - timedelta(days=40),
            "accepted_on": accepted,
            "acceptance_number": "验〔2026〕1 号",
        },
    )
    assert revision.file_by == workdays_after(accepted, 5)
    revision = revision_submit(actor=owner, revision=revision)
    assert revision.is_late
    revision_approve(actor=reviewer, revision=revision)
    codes = set(FollowUp.objects.filter(instrument=standing).values_list("code", flat=True))
    assert codes == {"acceptance", "verification"}


def test_one_thing_is_not_on_file_twice(
    world: World, draft: Draft, owner: Actor, reviewer: Actor
) -> None:
    first = revision_submit(actor=owner, revision=draft())
    revision_approve(actor=reviewer, revision=first)
    sampler = revision_draft(
        actor=owner,
        point=world.wastewater_point,
        kind="sampler",
        values=sampler_values(serial_number=" sn-2026-01 "),
    )
    with pytest.raises(InvalidInput) as refused:
        revision_submit(actor=owner, revision=sampler)
    assert paths(refused.value) == {"serial_number": "taken"}


def test_the_database_itself_refuses_one_thing_twice(world: World, standing: Instrument) -> None:
    Instrument.objects.filter(pk=standing.pk).update(serial_key="厂|1")
    for point in (world.wastewater_point, world.flue_gas_point):
        with pytest.raises(IntegrityError), transaction.atomic():
            Instrument.objects.create(
                point=point,
                organization=world.discharger,
                kind="analyzer",
                slot="NH3-N",
                period=DateRange(today(), None),
                serial_key="厂|1",
            )


def test_one_analyser_may_measure_several_parameters_at_its_point(
    draft: Draft, owner: Actor, reviewer: Actor, world: World
) -> None:
    world.wastewater_point.parameters = ["CODCr", "NH3-N", "TP"]
    world.wastewater_point.save()
    for parameter in ("NH3-N", "TP"):
        revision = revision_draft(
            actor=owner,
            point=world.wastewater_point,
            kind="analyzer",
            values=analyzer_values(parameter, components="多组分仪器"),
        )
        revision_submit(actor=owner, revision=revision)
        revision_approve(actor=reviewer, revision=revision)
    assert Instrument.objects.filter(multi_component=True).count() == 2


def test_a_stop_lasts_until_it_is_resumed_and_keeps_the_slot(
    standing: Instrument, owner: Actor
) -> None:
    stop_on = today() - timedelta(days=10)
    with pytest.raises(InvalidState):
        instrument_resume(actor=owner, instrument=standing, on=today(), reason="检修完毕")
    proof = photo(owner)
    instrument_stop(
        actor=owner, instrument=standing, on=stop_on, reason="停产检修", attachments=[proof]
    )
    with pytest.raises(Conflict):
        instrument_stop(actor=owner, instrument=standing, on=today(), reason="再停")
    with pytest.raises(InvalidInput) as refused:
        instrument_resume(actor=owner, instrument=standing, on=stop_on, reason="")
    assert paths(refused.value) == {"on": "order", "reason": "required"}
    instrument_resume(
        actor=owner, instrument=standing, on=today() - timedelta(days=2), reason="检修完毕"
    )

    def stopped(days: int) -> bool:
        (row,) = stood_on(standing.point, today() - timedelta(days=days))
        return row.stopped is not None

    assert [stopped(days) for days in (11, 10, 3, 2, 0)] == [False, True, True, False, False]
    (shown,) = instrument_rows(list(instrument_ledger().filter(pk=standing.pk)))
    assert not shown.is_stopped
    stop = InstrumentAction.objects.get(instrument=standing, action="stop")
    assert list(stop.attachments.all()) == [proof]


def test_a_retired_instrument_ends_with_everything_of_it(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    instrument_stop(actor=owner, instrument=standing, on=today(), reason="停产")
    values = {"range_upper": Decimal(400), "change_reason": "换量程"} | {
        key: value
        for key, value in analyzer_values("CODCr").items()
        if key in {"method", "detection_limit", "certificate_number", "certificate_valid_until"}
    }
    values |= {"contact_name": "周敏", "contact_phone": "13800000000"}
    values |= {"manufactured_on": standing.period.lower}
    revision = revision_draft(
        actor=owner, point=standing.point, kind="analyzer", values=values, instrument=standing
    )
    revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=revision)
    on = today() - timedelta(days=5)
    instrument_retire(actor=owner, instrument=standing, on=on, reason="拆除")
    before = InstrumentRevision.objects.get(instrument=standing, number=1)
    assert before.effective is not None
    assert before.effective.upper == on
    assert revision_on(standing, today()) is None
    stop = InstrumentAction.objects.get(instrument=standing, action="stop")
    assert stop.stopped is not None
    assert stop.stopped.isempty


def test_only_the_own_discharger_acts(world: World, standing: Instrument, reviewer: Actor) -> None:
    for actor in (reviewer, world.actor(world.other_discharger_owner)):
        for service in (instrument_stop, instrument_resume, instrument_retire):
            with pytest.raises(NotAllowed):
                service(actor=actor, instrument=standing, on=today(), reason="不可以")
        with pytest.raises(NotAllowed):
            instrument_replace(actor=actor, instrument=standing, values={})


def test_a_change_of_parameters_holds_without_a_new_version(
    standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    official = InstrumentRevision.objects.get(instrument=standing, state="official")
    with pytest.raises(InvalidInput) as refused:
        parameter_change(
            actor=owner,
            instrument=standing,
            values={"settings.slope": ""},
            reason=" ",
            changed_at=now() + timedelta(hours=1),
            attachments=[],
        )
    assert set(paths(refused.value)) == {"changes", "reason", "changed_at", "attachments"}
    change = parameter_change(
        actor=owner,
        instrument=standing,
        values={"settings.slope": "1.05", "settings.intercept": "-0.2"},
        reason="标样核查后调整",
        changed_at=now() - timedelta(hours=1),
        attachments=[photo(owner)],
    )
    assert change.changes == {"settings.slope": ["", "1.05"], "settings.intercept": ["", "-0.2"]}
    official.refresh_from_db()
    assert official.settings == {}
    assert settings_now(official) == {"slope": "1.05", "intercept": "-0.2"}

    draft = revision_draft(
        actor=owner, point=standing.point, kind="analyzer", values={}, instrument=standing
    )
    assert draft.settings == {"slope": "1.05", "intercept": "-0.2"}
    parameter_change(
        actor=owner,
        instrument=standing,
        values={"settings.slope": "1.06"},
        reason="再次调整",
        changed_at=now(),
        attachments=[photo(owner, "red")],
    )
    draft.refresh_from_db()
    assert draft.settings["slope"] == "1.06"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"settings.slope": "很大"}, "settings.slope"),
        ({"settings.digestion_temperature": "900"}, "settings.digestion_temperature"),
        ({"settings.velocity_factor": "1"}, "settings.velocity_factor"),
    ],
)
def test_impossible_parameters_are_refused_at_their_field(
    standing: Instrument, owner: Actor, values: dict[str, str], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parameter_change(
            actor=owner,
            instrument=standing,
            values=values,
            reason="x",
            changed_at=now(),
            attachments=[photo(owner)],
        )
    assert set(paths(refused.value)) == {path}


def test_who_maintains_the_point_may_record_a_change_and_its_owner_hears(
    world: World, standing: Instrument
) -> None:
    engineer = world.actor(world.engineer)
    with acting_as(engineer):
        parameter_change(
            actor=engineer,
            instrument=standing,
            values={"settings.slope": "1.02"},
            reason="校准后调整",
            changed_at=now(),
            attachments=[photo(engineer)],
        )
    reported = Notification.unscoped().filter(kind="instrument.parameters_changed")
    assert [row.recipient.username for row in reported] == ["factory"]
    stranger = world.actor(world.other_agency_manager)
    with acting_as(system_actor("test")):  # who maintains another point of the same source
        PointAccess.objects.create(
            point=Instrument.objects.exclude(point=standing.point)[0].point,
            organization=world.other_agency,
            period=DateRange(today(), None),
            reason="合同",
        )
    with acting_as(stranger), pytest.raises(NotAllowed):
        parameter_change(
            actor=stranger,
            instrument=standing,
            values={"settings.slope": "2"},
            reason="x",
            changed_at=now(),
            attachments=[],
        )


def test_a_replacement_opens_what_the_standard_wants_and_each_is_closed_with_proof(
    replaced: InstrumentRevision, owner: Actor, reviewer: Actor
) -> None:
    rows = list(FollowUp.objects.filter(instrument=replaced.instrument))
    assert [row.code for row in rows] == ["commissioning", "verification", "trial", "acceptance"]
    assert all(row.clause and row.standard for row in rows)
    first = rows[0]
    assert first.due_on == today() - timedelta(days=3) + timedelta(days=10)
    assert Notification.unscoped().filter(kind="instrument.follow_ups").count() == 1
    with pytest.raises(InvalidInput) as refused:
        follow_up_complete(actor=owner, follow_up=first, on=today() + timedelta(days=1))
    assert paths(refused.value) == {"on": "order", "report_number": "required"}
    with pytest.raises(NotAllowed):
        follow_up_complete(actor=reviewer, follow_up=first, on=today(), report_number="T-1")
    done = follow_up_complete(actor=owner, follow_up=first, on=today(), report_number="T-1")
    assert (done.done_on, done.is_overdue) == (today(), False)
    with pytest.raises(InvalidState):
        follow_up_complete(actor=owner, follow_up=first, on=today(), report_number="T-2")


def test_two_people_editing_one_draft_learn_of_each_other(draft: Draft, owner: Actor) -> None:
    revision = draft()
    opened = revision.edition
    first = revision_change(
        actor=owner, revision=revision, values={"model": "YJ-300"}, edition=opened
    )
    assert first.edition == opened + 1
    with pytest.raises(EditedMeanwhile) as refused:
        revision_change(actor=owner, revision=revision, values={"note": "我的"}, edition=opened)
    changed = refused.value.changed()
    assert {path: (one.before, one.after, one.who) for path, one in changed.items()} == {
        "model": ("YJ-200", "YJ-300", "周敏")
    }
    revision.refresh_from_db()
    assert (revision.model, revision.note) == ("YJ-300", "")
    again = revision_change(
        actor=owner, revision=revision, values={"note": "我的"}, edition=first.edition
    )
    assert (again.model, again.note) == ("YJ-300", "我的")


def test_units_fit_the_parameter(draft: Draft) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft(unit="mg/m³")
    assert paths(refused.value) == {"unit": "unit"}
    assert "mg/L" in refused.value.errors[0].message


@pytest.mark.parametrize(
    ("typed", "stored", "code"),
    [
        ("0～500；0~1000", [["0", "500"], ["0", "1000"]], ""),
        ([["0", "500"]], [["0", "500"]], ""),
        ("500～0", None, "order"),
        ("很多", None, "invalid"),
        ("；".join(f"0～{number}" for number in range(1, 9)), None, "invalid"),
    ],
)
def test_several_ranges_are_allowed_each_in_order(
    draft: Draft, typed: object, stored: object, code: str
) -> None:
    if stored is not None:
        assert draft(more_ranges=typed).more_ranges == stored
        return
    with pytest.raises(InvalidInput) as refused:
        draft(more_ranges=typed)
    assert paths(refused.value) == {"more_ranges": code}


def test_key_parameters_are_those_of_what_is_measured(draft: Draft, owner: Actor) -> None:
    revision = draft()
    with pytest.raises(InvalidInput) as refused:
        revision_change(
            actor=owner, revision=revision, values={"settings": {"pitot_coefficient": "0.84"}}
        )
    assert set(paths(refused.value)) == {"settings.pitot_coefficient"}


def test_a_change_on_record_survives_a_withdrawal(standing: Instrument, owner: Actor) -> None:
    values = successor_values(change_reason="资料更正", serial_number="SN-CODCr")
    values |= {"installed_on": standing.period.lower, "manufactured_on": standing.period.lower}
    revision = revision_draft(
        actor=owner, point=standing.point, kind="analyzer", values=values, instrument=standing
    )
    revision_submit(actor=owner, revision=revision)
    parameter_change(
        actor=owner,
        instrument=standing,
        values={"settings.slope": "1.09"},
        reason="校准",
        changed_at=now(),
        attachments=[photo(owner)],
    )
    assert revision_withdraw(actor=owner, revision=revision).settings == {"slope": "1.09"}


def test_remarks_stand_on_fields_that_exist(submitted: InstrumentRevision, reviewer: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        revision_return(actor=reviewer, revision=submitted, reason="", remarks={"colour": "为什么"})
    assert paths(refused.value) == {"remarks.colour": "unknown"}


def test_makes_are_learned_from_what_is_on_file(
    draft: Draft, owner: Actor, reviewer: Actor
) -> None:
    assert "哈希（HACH）" in {make.maker for make in makes_known("analyzer", "wastewater", "CODCr")}
    revision = draft(maker="新仪器厂", model="X-1")
    revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=revision)
    assert MakeAndModel.objects.get().filed == 1
    known = makes_known("analyzer", "wastewater", "NH3-N", maker="新仪器厂")
    assert [(make.model, make.unit) for make in known] == [("X-1", "mg/L")]
