"""What the services of supervisions accept, refuse and leave behind."""

from datetime import timedelta
from typing import Any

import pytest

from tests.credit.trainings import (
    events_of,
    fields_of,
    issued,
    quality_supervisor,
    signature,
    supervised,
)
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import Supervision, SupervisionStep
from yunjian.credit.selectors.supervisions import supervisions_found
from yunjian.credit.services.supervisions import (
    appeal_answer,
    appeal_withdraw,
    content_digest,
    rectification_ask,
    rectification_report,
    supervision_answer,
    supervision_close,
    supervision_discard,
    supervision_draft,
    supervision_hand_in,
    supervision_issue,
)
from yunjian.credit.services.years import year_close
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.messaging.models import Notification

pytestmark = pytest.mark.reads_all_rows
CHECK = {
    "parameter": "SO2",
    "signal": "analogue",
    "unit": "mg/m³",
    "analyser": "35.2",
    "logger": "35.3",
    "analyser_range": "0～100",
    "acquisition_range": "0～100",
    "logger_range": "0～100",
}


def told(kind: str) -> set[Any]:
    """Return the accounts that were told."""
    return set(Notification.unscoped().filter(kind=kind).values_list("recipient_id", flat=True))


def answered(world: World, row: Supervision, *, agree: bool, text: str = "") -> Supervision:
    """Let the engineer answer."""
    return supervision_answer(
        actor=world.actor(world.engineer),
        supervision=row,
        agree=agree,
        text=text,
        signature_id=signature(world.engineer).pk,
        shown_digest=content_digest(row),
    )[0]


def test_an_issued_supervision_has_a_number_and_the_supervised_person_is_told(
    world: World,
) -> None:
    first, second = issued(world), issued(world)

    assert (first.number, second.number) == (1, 2)
    assert first.full_number == f"RYJD-{today().year}-0001"
    assert first.points_lost == 6
    assert first.state == "issued"
    assert told("supervision.issued") == {world.engineer.pk}
    assert len(events_of("supervision.issued")) == 2


def test_a_draft_that_is_thrown_away_leaves_no_gap(world: World) -> None:
    actor = world.actor(quality_supervisor(world))
    draft = supervision_draft(actor=actor, said=supervised(world))
    assert draft.number is None
    supervision_discard(actor=actor, supervision=draft)
    assert issued(world).number == 1


def test_a_draft_is_written_anew_until_it_is_issued(world: World) -> None:
    actor = world.actor(quality_supervisor(world))
    draft = supervision_draft(actor=actor, said=supervised(world))
    said = supervised(world, facts="另一个事实")
    again = supervision_draft(actor=actor, said=said, supervision=draft)
    assert (again.pk, again.facts, again.version) == (draft.pk, "另一个事实", 2)
    supervision_issue(actor=actor, supervision=draft)
    with pytest.raises(InvalidState, match="已下发"):
        supervision_draft(actor=actor, said=said, supervision=draft)
    with pytest.raises(InvalidState):
        supervision_issue(actor=actor, supervision=draft)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"supervised_on": today() + timedelta(days=1)}, "supervised_on"),
        ({"facts": " "}, "facts"),
        ({"opinion": ""}, "opinion"),
        ({"opinion": "长" * 801}, "opinion"),
        ({"severity": "mild"}, "severity"),
        ({"findings": []}, "findings"),
        ({"findings": [{"key": "no", "passed": True}]}, "findings.0"),
        ({"findings": [{"key": "safety", "passed": False, "note": " "}]}, "findings.0.note"),
        ({"findings": [{"key": "safety", "passed": True}] * 2}, "findings.1"),
        ({"remote_checks": [CHECK | {"analyser": "abc"}]}, "remote_checks.0.analyser"),
        ({"remote_checks": [CHECK | {"logger_range": "9～1"}]}, "remote_checks.0.logger_range"),
        ({"remote_checks": [CHECK | {"signal": ""}]}, "remote_checks.0.signal"),
        (
            {"remote_checks": [{"parameter": "SO2", "not_applicable": " "}]},
            "remote_checks.0.not_applicable",
        ),
        ({"attachment_ids": [new_id()]}, "attachment_ids"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    actor = world.actor(quality_supervisor(world))
    with pytest.raises(InvalidInput) as refused:
        supervision_draft(actor=actor, said=supervised(world, **wrong))
    assert fields_of(refused.value) == [field]
    assert not Supervision.unscoped().exists()


def test_remote_checks_are_kept_as_typed_with_their_judgement(world: World) -> None:
    skipped = {"parameter": "NOx", "not_applicable": "停用"}
    row = issued(world, remote_checks=[CHECK, CHECK | {"logger": "36"}, skipped])
    assert [one["outcome"] for one in row.remote_checks] == ["pass", "fail", "not_applicable"]
    assert row.remote_checks[0]["logger"] == "35.3"
    assert row.remote_checks[0]["judgements"][0]["clause"] == "HJ/T 477-2009"


def test_nobody_supervises_themselves_or_who_left_or_foreign_people(world: World) -> None:
    said = supervised(world)
    with acting_as(system_actor("test")):
        other = Person.unscoped().create(
            organization=world.other_agency, name="别家", education="college", job="x",
            position="engineer",
        )  # fmt: skip
        own = Person.unscoped().create(
            organization=world.agency, name="质量员", education="college", job="x",
            position="quality_supervisor", account=quality_supervisor(world),
        )  # fmt: skip
        left = Person.unscoped().create(
            organization=world.agency, name="离职者", education="college", job="x",
            position="engineer", left_on=today(),
        )  # fmt: skip
    actor = world.actor(quality_supervisor(world))
    for person in (other, own, left):
        with pytest.raises(InvalidInput) as refused:
            supervision_draft(actor=actor, said=supervised(world, person=person))
        assert fields_of(refused.value) == ["person"]
    for account in (world.engineer, world.reviewer):
        with pytest.raises(NotAllowed):
            supervision_draft(actor=world.actor(account), said=said)


def test_what_the_phone_sends_twice_is_there_once(world: World) -> None:
    account = quality_supervisor(world)
    actor, key = world.actor(account), new_id()
    pad = signature(account).pk
    send: dict[str, Any] = {"identifier": key, "said": supervised(world), "signature_id": pad}

    _row, is_new = supervision_hand_in(actor=actor, body=b"{}", **send)
    again, is_new_again = supervision_hand_in(actor=actor, body=b"{}", **send)

    assert (is_new, is_new_again) == (True, False)
    assert again.number == 1
    assert Supervision.unscoped().count() == 1
    with pytest.raises(Conflict):
        supervision_hand_in(actor=actor, body=b"{ }", **send)


def test_without_a_signature_of_ones_own_nothing_is_handed_in(world: World) -> None:
    actor = world.actor(quality_supervisor(world))
    foreign = signature(world.engineer).pk
    with pytest.raises(InvalidInput) as refused:
        supervision_hand_in(
            actor=actor, identifier=new_id(), said=supervised(world), signature_id=foreign, body=b""
        )
    assert fields_of(refused.value) == ["signature_id"]
    assert not Supervision.unscoped().exists()


def test_the_supervised_person_confirms_and_it_is_closed(world: World) -> None:
    row = issued(world)
    leader = world.actor(quality_supervisor(world))

    assert answered(world, row, agree=True, text="补充：已补签").state == "confirmed"
    with pytest.raises(InvalidState):
        answered(world, row, agree=True)
    assert told("supervision.confirmed") >= {quality_supervisor(world).pk}
    assert supervision_close(actor=leader, supervision=row).state == "closed"
    with pytest.raises(InvalidState):
        supervision_close(actor=leader, supervision=row)
    assert [step.act for step in SupervisionStep.unscoped().filter(supervision=row)] == [
        "issue",
        "confirm",
        "close",
    ]


def test_only_the_supervised_person_answers(world: World) -> None:
    row = issued(world)
    with acting_as(system_actor("test")):
        colleague = account_with(world.agency, "colleague", "engineer")
    for account in (colleague, world.agency_manager, quality_supervisor(world)):
        with pytest.raises(NotAllowed, match="本人"):
            supervision_answer(
                actor=world.actor(account),
                supervision=row,
                agree=True,
                signature_id=signature(account).pk,
                shown_digest=content_digest(row),
            )


def test_what_was_shown_must_be_what_is_stored(world: World) -> None:
    row = issued(world)
    with pytest.raises(Conflict):
        supervision_answer(
            actor=world.actor(world.engineer),
            supervision=row,
            agree=True,
            signature_id=signature(world.engineer).pk,
            shown_digest="another",
        )


def test_an_appeal_is_withdrawn_or_answered(world: World) -> None:
    row, leader = issued(world), world.actor(quality_supervisor(world))
    engineer = world.actor(world.engineer)

    with pytest.raises(InvalidInput) as refused:
        answered(world, row, agree=False)
    assert fields_of(refused.value) == ["text"]
    assert answered(world, row, agree=False, text="签名在背面").state == "appealed"
    with pytest.raises(NotAllowed):
        appeal_withdraw(actor=leader, supervision=row)
    assert appeal_withdraw(actor=engineer, supervision=row).state == "issued"
    answered(world, row, agree=False, text="签名在背面")
    with pytest.raises(InvalidInput):
        appeal_answer(actor=leader, supervision=row, upheld=True, text="")
    with pytest.raises(NotAllowed):
        appeal_answer(actor=engineer, supervision=row, upheld=True, text="x")
    assert appeal_answer(actor=leader, supervision=row, upheld=True, text="属实").state == "closed"
    assert told("supervision.appeal_answered") == {world.engineer.pk}


def test_an_appeal_that_is_not_upheld_leaves_the_record_standing(world: World) -> None:
    row = issued(world)
    answered(world, row, agree=False, text="不同意")
    leader = world.actor(quality_supervisor(world))
    row = appeal_answer(actor=leader, supervision=row, upheld=False, text="照片可证")
    assert row.state == "confirmed"


def test_a_rectification_is_asked_reported_asked_again_and_closed(world: World) -> None:
    row, leader = issued(world), world.actor(quality_supervisor(world))
    engineer = world.actor(world.engineer)
    answered(world, row, agree=True)

    with pytest.raises(InvalidInput) as refused:
        rectification_ask(
            actor=leader, supervision=row, text=" ", due_on=today() - timedelta(days=1)
        )
    assert fields_of(refused.value) == ["text", "due_on"]
    row = rectification_ask(actor=leader, supervision=row, text="补签", due_on=today())
    assert (row.state, row.rectify_by) == ("rectifying", today())
    with pytest.raises(InvalidInput):
        rectification_report(actor=engineer, supervision=row, text="")
    with pytest.raises(NotAllowed):
        rectification_report(actor=leader, supervision=row, text="x")
    reported, _is_new = rectification_report(actor=engineer, supervision=row, text="已补签")
    assert reported.state == "rectified"
    row = rectification_ask(actor=leader, supervision=row, text="还缺一处", due_on=today())
    rectification_report(actor=engineer, supervision=row, text="已全部补签")
    assert supervision_close(actor=leader, supervision=row, text="通过").state == "closed"
    assert SupervisionStep.unscoped().filter(supervision=row).count() == 7


def test_a_repeated_answer_or_report_gets_its_answer_again_and_no_other_content(
    world: World,
) -> None:
    row, engineer = issued(world), world.actor(world.engineer)
    leader, pad = world.actor(quality_supervisor(world)), signature(world.engineer).pk
    said: dict[str, Any] = {
        "supervision": row,
        "agree": True,
        "text": " 已补签 ",
        "signature_id": pad,
        "shown_digest": content_digest(row),
        "step_id": new_id(),
    }
    report: dict[str, Any] = {"supervision": row, "text": "已整改", "step_id": new_id()}

    supervision_answer(actor=engineer, **said)
    rectification_ask(actor=leader, supervision=row, text="贴标签", due_on=today())
    rectification_report(actor=engineer, **report)

    assert supervision_answer(actor=engineer, **said)[1] is False
    assert rectification_report(actor=engineer, **report)[1] is False
    other = issued(world)
    for changed in (
        {"agree": False},
        {"text": "别的"},
        {"shown_digest": "another"},
        {"signature_id": signature(world.engineer).pk},
        {"supervision": other},
    ):
        with pytest.raises(Conflict, match="不同的内容"):
            supervision_answer(actor=engineer, **said | changed)
    with pytest.raises(Conflict, match="不同的内容"):
        rectification_report(actor=engineer, **report | {"text": "别的"})
    assert SupervisionStep.unscoped().filter(supervision=row).count() == 4


def test_what_was_sent_before_the_year_was_closed_is_answered_after_it(world: World) -> None:
    account = quality_supervisor(world)
    supervisor, engineer = world.actor(account), world.actor(world.engineer)
    sent: dict[str, Any] = {
        "identifier": new_id(),
        "said": supervised(world),
        "signature_id": signature(account).pk,
        "body": b"{}",
    }
    row, _is_new = supervision_hand_in(actor=supervisor, **sent)
    answer: dict[str, Any] = {
        "supervision": row,
        "agree": True,
        "signature_id": signature(world.engineer).pk,
        "shown_digest": content_digest(row),
        "step_id": new_id(),
    }
    supervision_answer(actor=engineer, **answer)
    with acting_as(world.actor(world.agency_manager)) as manager:
        year_close(actor=manager, year=today().year, statement="已说明")

    assert supervision_hand_in(actor=supervisor, **sent)[1] is False
    assert supervision_answer(actor=engineer, **answer)[1] is False
    with pytest.raises(InvalidState, match="已归档"):
        supervision_hand_in(actor=supervisor, **sent | {"identifier": new_id()})


def test_an_id_of_another_year_is_refused_in_words(world: World) -> None:
    account = quality_supervisor(world)
    sent: dict[str, Any] = {
        "actor": world.actor(account),
        "identifier": new_id(),
        "signature_id": signature(account).pk,
    }
    supervision_hand_in(said=supervised(world), body=b"{}", **sent)
    last_year = today().replace(year=today().year - 1, day=1)
    with pytest.raises(Conflict, match="不同的内容"):
        supervision_hand_in(said=supervised(world, supervised_on=last_year), body=b"{ }", **sent)


def test_another_supervisor_does_not_lead_but_a_manager_does(world: World) -> None:
    row = issued(world)
    answered(world, row, agree=True)
    with acting_as(system_actor("test")):
        other = account_with(world.agency, "quality-2", "quality_supervisor")
    with pytest.raises(NotAllowed):
        supervision_close(actor=world.actor(other), supervision=row)
    closed = supervision_close(actor=world.actor(world.agency_manager), supervision=row)
    assert closed.state == "closed"


def test_a_manager_does_not_lead_a_supervision_of_himself(world: World) -> None:
    with acting_as(system_actor("test")):
        boss = Person.objects.create(
            organization=world.agency, name="吴强", account=world.agency_manager, state="filed"
        )
    row = issued(world, person=boss)
    manager = world.actor(world.agency_manager)
    supervision_answer(
        actor=manager, supervision=row, agree=False, text="不属实",
        signature_id=signature(world.agency_manager).pk, shown_digest=content_digest(row),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        appeal_answer(actor=manager, supervision=row, upheld=True, text="属实")


def test_drafts_are_shown_to_their_maker_and_managers_alone(world: World) -> None:
    maker = world.actor(quality_supervisor(world))
    draft = supervision_draft(actor=maker, said=supervised(world))
    with acting_as(system_actor("test")):
        colleague = account_with(world.agency, "colleague", "engineer")
    seen = {}
    for name, account in (
        ("engineer", world.engineer),
        ("colleague", colleague),
        ("manager", world.agency_manager),
    ):
        with acting_as(world.actor(account)):
            seen[name] = supervisions_found().filter(pk=draft.pk).exists()
    assert seen == {"engineer": False, "colleague": False, "manager": True}
    row = supervision_issue(actor=maker, supervision=draft)
    with acting_as(world.actor(world.engineer)):
        assert supervisions_found().filter(pk=row.pk).exists()


def test_a_parameter_is_judged_the_same_however_it_is_called(world: World) -> None:
    low = CHECK | {"analyser": "8.0", "logger": "10.5"}
    named = [
        low | {"parameter": parameter, "unit": unit}
        for parameter, unit in (("PM", "mg/m³"), ("颗粒物", "mg/m3"), ("pm", "mg / m³"))
    ]
    row = issued(world, remote_checks=named)
    assert [one["judgements"][0]["rule"] for one in row.remote_checks] == ["analogue-pm-low"] * 3


@pytest.mark.parametrize("where", ["facts", "note"])
def test_a_null_character_in_a_record_is_refused_in_words(world: World, where: str) -> None:
    finding = {"key": "calibration", "passed": False, "note": "未签名"}
    values = {"facts": "没有\x00签名"} if where == "facts" else {
        "findings": [finding | {"note": "未\x00签名"}]
    }  # fmt: skip
    maker = world.actor(quality_supervisor(world))
    with pytest.raises(InvalidInput, match="空字符"):
        supervision_draft(actor=maker, said=supervised(world, **values))
    assert not Supervision.unscoped().exists()
