"""Exceptions from blocking findings, and the agency's own pattern of numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.verification.conftest import Desk
from tests.verification.test_life import events, paths, told
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.kernel.errors import Conflict, DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.records.versions import StaleVersion
from yunjian.verification.models import FindingException, NumberPattern, Report
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.services import exceptions, patterns

pytestmark = pytest.mark.reads_all_rows


def held_up(desk: Desk) -> tuple[Report, dict[str, str]]:
    """Return a draft with one blocking finding, and how an exception names it."""
    report = desk.complete(people=[])
    with acting_as(system_actor("test")):
        [found] = blocking(report, current_findings(report))
    return report, {"code": found.code, "path": found.path, "finding": found.text("zh")}


def as_(desk: Desk, who: str, service: Callable[..., Any], **values: Any) -> Any:
    accounts = {
        "preparer": desk.preparer,
        "reviewer": desk.world.reviewer,
        "stranger": desk.world.other_agency_manager,
    }
    actor = desk.actor(accounts[who])
    with acting_as(actor):
        return service(actor=actor, **values)


def asked(desk: Desk) -> tuple[Report, FindingException]:
    report, named = held_up(desk)
    row = as_(desk, "preparer", exceptions.exception_ask, report=report, reason="情况特殊", **named)
    return report, row


def test_an_exception_that_is_granted_lets_the_report_be_checked(desk: Desk) -> None:
    report, row = asked(desk)
    assert told("report.exception_asked") == {"bureau"}
    decide = exceptions.exception_decide
    as_(desk, "reviewer", decide, exception=row, granted=True, reason="属实")
    assert "supervisor" in told("report.exception_granted")
    assert events("report.exception_granted")[0]["reason"] == "属实"
    assert desk.check(report).state == "checked"


def test_a_refused_or_lifted_exception_holds_nothing_off(desk: Desk) -> None:
    report, row = asked(desk)
    decide = exceptions.exception_decide
    as_(desk, "reviewer", decide, exception=row, granted=False, reason="不属实")
    with pytest.raises(InvalidInput):
        desk.check(report)
    with pytest.raises(InvalidState):
        as_(desk, "reviewer", decide, exception=row, granted=True, reason="改主意")
    with pytest.raises(InvalidState):
        as_(desk, "reviewer", exceptions.exception_lift, exception=row, reason="x")


def test_an_exception_is_lifted_again(desk: Desk) -> None:
    report, row = asked(desk)
    decide, lift = exceptions.exception_decide, exceptions.exception_lift
    as_(desk, "reviewer", decide, exception=row, granted=True, reason="属实")
    as_(desk, "reviewer", lift, exception=row, reason="不再适用")
    with pytest.raises(InvalidInput):
        desk.check(report)


def test_it_is_asked_for_once_with_a_reason_and_for_what_is_found(desk: Desk) -> None:
    report, _row = asked(desk)
    _report, named = report, {"code": "no_person", "path": "people", "finding": "没有登记参与人员"}
    ask = exceptions.exception_ask
    cases: list[tuple[dict[str, str], type[DomainError], str]] = [
        (named | {"reason": "再来"}, Conflict, "finding"),
        (named | {"reason": " "}, InvalidInput, "reason"),
        (named | {"reason": "长" * 201}, InvalidInput, "reason"),
        (named | {"reason": "x", "code": "no_device"}, InvalidInput, "finding"),
    ]
    for values, kind, path in cases:
        with pytest.raises(kind) as refusal:
            as_(desk, "preparer", ask, report=report, **values)
        assert paths(refusal.value) == [path]


def test_who_may_not_ask_or_decide(desk: Desk) -> None:
    report, row = asked(desk)
    with pytest.raises(NotAllowed):
        as_(
            desk, "stranger", exceptions.exception_ask,
            report=report, code="x", path="", finding="x", reason="x",
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        as_(
            desk, "preparer", exceptions.exception_decide,
            exception=row, granted=True, reason="x",
        )  # fmt: skip


def test_an_authority_sets_a_later_finding_of_a_submitted_report_aside(desk: Desk) -> None:
    report = desk.submitted()
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(person__isnull=False).update(valid_until="2020-01-01")
        [found] = blocking(report, current_findings(report))
    named = {"code": found.code, "path": found.path, "finding": found.text("zh")}
    grant = exceptions.exception_grant
    as_(desk, "reviewer", grant, report=report, reason="续证中", **named)
    with acting_as(system_actor("test")):
        assert blocking(report, current_findings(report)) == []


# --- the pattern of numbers


def test_a_number_that_differs_from_the_pattern_is_only_noted(desk: Desk) -> None:
    actor = desk.actor(desk.supervisor)
    with acting_as(actor):
        patterns.pattern_set(actor=actor, pattern="AB-####")
    report = desk.complete()
    with acting_as(system_actor("test")):
        found = {one.code: one for one in current_findings(report)}
    assert found["number_pattern"].severity == "note"
    assert desk.check(report).state == "checked"


def test_a_pattern_that_is_set_after_the_signature_says_nothing_of_a_number(desk: Desk) -> None:
    report = desk.submitted()
    actor = desk.actor(desk.supervisor)
    with acting_as(actor):
        patterns.pattern_set(actor=actor, pattern="AB-####")
    with acting_as(system_actor("test")):
        assert "number_pattern" not in {one.code for one in current_findings(report)}


def test_the_pattern_is_kept_before_and_after_and_in_sight_of_its_version(desk: Desk) -> None:
    actor = desk.actor(desk.supervisor)
    with acting_as(actor):
        patterns.pattern_set(actor=actor, pattern="A-#")
        patterns.pattern_set(actor=actor, pattern="A-#")
        with pytest.raises(StaleVersion):
            patterns.pattern_set(actor=actor, pattern="B-#", version=1)
        with pytest.raises(InvalidInput):
            patterns.pattern_set(actor=actor, pattern="#" * 61)
    assert [one["changed"]["pattern"] for one in events("report.pattern_changed")] == [["", "A-#"]]
    assert NumberPattern.unscoped().get().pattern == "A-#"


def test_an_engineer_sets_no_pattern(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        as_(desk, "preparer", patterns.pattern_set, pattern="A-#")
