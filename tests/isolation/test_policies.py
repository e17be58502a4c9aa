"""Who may do what: every policy, for every kind and role, own and foreign."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.isolation.people import every_role, somebody
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.access.permissions import permissions, require
from yunjian.administration import policies as administration
from yunjian.agencies import policies as agencies
from yunjian.credit import policies as credit
from yunjian.identity.policies import GRANTORS
from yunjian.instruments import policies as instruments
from yunjian.kernel.errors import NotAllowed
from yunjian.library import policies as library
from yunjian.maintenance.policies import plans, visits
from yunjian.sources import policies as sources
from yunjian.supervision.selectors.permissions import ROOMS, matrix
from yunjian.verification import policies as verification

SOURCE = Path(__file__).resolve().parents[2] / "src" / "yunjian"
OWN, OTHER = uuid4(), uuid4()
SYSTEM = system_actor("test")
EVERYBODY = [somebody(kind, role, OWN) for kind, role in every_role()]


def _who(allowed: Any) -> set[tuple[str, str]]:
    return {
        (actor.organization_kind, role)
        for actor in EVERYBODY
        for role in actor.roles
        if allowed(actor)
    }


EDITORS = {("agency", "owner"), ("agency", "manager")}
KEEPERS = {("discharger", "owner"), ("discharger", "manager")}
REVIEWERS = {("authority", "reviewer")}
FIELD = EDITORS | {("agency", "engineer"), ("agency", "quality_supervisor")}
RULES = {("authority", "rule_administrator")}
NOTICES = {
    (kind, role) for kind, roles in administration.KEEP_NOTICES.holders.items() for role in roles
}


def _task(organization: UUID, assignee: UUID | None) -> Any:
    return SimpleNamespace(
        organization_id=organization, assignee=SimpleNamespace(account_id=assignee)
    )


def _visit(actor: Actor, *, agency: UUID = OWN, discharger: UUID = OWN, state: str = "") -> Any:
    return SimpleNamespace(
        agency_id=agency, discharger_id=discharger, engineer_id=actor.account_id, state=state
    )


def _notice(organization: UUID) -> Any:
    return SimpleNamespace(organization_id=organization)


def _instrument(organization: UUID) -> Any:
    return SimpleNamespace(organization_id=organization, point_id=uuid4())


def _report(organization: UUID) -> Any:
    return SimpleNamespace(agency_id=organization, prepared_by_id=uuid4())


def _plan(prepared_by: UUID | None) -> Any:
    return SimpleNamespace(organization_id=OWN, prepared_by_id=prepared_by)


def _seen(*, person: UUID | None = None) -> Any:
    return SimpleNamespace(
        organization_id=OWN,
        supervisor_id=uuid4(),
        person=SimpleNamespace(account_id=person or uuid4()),
    )


HERE = "310115"
CITY = {("authority", "reviewer")}
TABLE = [
    ("write reports", verification.may_prepare, FIELD),
    ("write own reports", lambda a: verification.may_prepare(a, _report(OWN)), FIELD),
    ("write another's reports", lambda a: verification.may_prepare(a, _report(OTHER)), set()),
    (
        "check own reports",
        lambda a: verification.may_check(a, _report(OWN)),
        {("agency", "quality_supervisor")},
    ),
    ("check another's reports", lambda a: verification.may_check(a, _report(OTHER)), set()),
    ("sign own reports", lambda a: verification.may_sign(a, _report(OWN)), {("agency", "owner")}),
    ("sign another's reports", lambda a: verification.may_sign(a, _report(OTHER)), set()),
    ("withdraw own reports", lambda a: verification.may_withdraw(a, _report(OWN)), EDITORS),
    ("withdraw another's reports", lambda a: verification.may_withdraw(a, _report(OTHER)), set()),
    (
        "set the pattern of report numbers",
        verification.may_set_pattern,
        EDITORS | {("agency", "quality_supervisor")},
    ),
    ("review reports here", lambda a: verification.may_review(a, HERE), REVIEWERS),
    ("keep their own notices", lambda a: administration.may_keep_notice(a, _notice(OWN)), NOTICES),
    (
        "keep another's notices",
        lambda a: administration.may_keep_notice(a, _notice(OTHER)),
        {who for who in NOTICES if who[0] == "operator"},
    ),
    (
        "enter own sources",
        lambda a: sources.may_create_source(a, OWN, HERE),
        CITY | {("discharger", "owner")},
    ),
    ("enter another's sources", lambda a: sources.may_create_source(a, OTHER, HERE), CITY),
    ("move own sources", lambda a: sources.may_move_source(a, OWN, HERE), CITY),
    (
        "change parameters of own instruments",
        lambda a: a.organization_kind != "agency"
        and instruments.may_change_parameters(a, _instrument(OWN)),
        KEEPERS,
    ),
    (
        "change parameters of another's instruments",
        lambda a: a.organization_kind != "agency"
        and instruments.may_change_parameters(a, _instrument(OTHER)),
        set(),
    ),
    ("keep the filing", agencies.may_edit_filing, EDITORS),
    ("keep their own filing", lambda a: agencies.may_edit_filing(a, OWN), EDITORS),
    ("keep another's filing", lambda a: agencies.may_edit_filing(a, OTHER), set()),
    ("decide a filing", agencies.may_decide_filing, REVIEWERS),
    ("enter own contracts", lambda a: agencies.may_enter_contract(a, OWN), EDITORS | REVIEWERS),
    ("enter another's contracts", lambda a: agencies.may_enter_contract(a, OTHER), REVIEWERS),
    ("plan", plans.may_plan, EDITORS),
    ("plan for their own", lambda a: plans.may_plan(a, OWN), EDITORS),
    ("plan for another", lambda a: plans.may_plan(a, OTHER), set()),
    ("carry plans forward", plans.may_extend, set()),
    ("work on their task", lambda a: visits.may_work_on(a, _task(OWN, a.account_id)), FIELD),
    ("work on a colleague's", lambda a: visits.may_work_on(a, _task(OWN, uuid4())), set()),
    ("work on nobody's", lambda a: visits.may_work_on(a, _task(OWN, None)), set()),
    ("work on another's", lambda a: visits.may_work_on(a, _task(OTHER, a.account_id)), set()),
    ("hand in their visit", lambda a: visits.may_submit(a, _visit(a)), FIELD),
    ("hand in another's", lambda a: visits.may_submit(a, _visit(a, agency=OTHER)), set()),
    ("fill in", lambda a: visits.may_fill(a, _visit(a, state="in_progress")), FIELD),
    ("fill in again", lambda a: visits.may_fill(a, _visit(a, state="submitted")), set()),
    ("decide", lambda a: visits.may_decide(a, _visit(a)), KEEPERS),
    ("decide another's", lambda a: visits.may_decide(a, _visit(a, discharger=OTHER)), set()),
    ("keep trainings", credit.may_keep_trainings, EDITORS),
    ("keep another's trainings", lambda a: credit.may_keep_trainings(a, OTHER), set()),
    ("approve own plans", lambda a: credit.may_approve_plan(a, _plan(a.account_id)), set()),
    ("approve a colleague's plans", lambda a: credit.may_approve_plan(a, _plan(uuid4())), EDITORS),
    ("supervise", credit.may_supervise, EDITORS | {("agency", "quality_supervisor")}),
    ("supervise elsewhere", lambda a: credit.may_supervise(a, OTHER), set()),
    ("lead a colleague's supervision", lambda a: credit.may_lead_supervision(a, _seen()), EDITORS),
    (
        "answer their supervision",
        lambda a: credit.may_answer_supervision(a, _seen(person=a.account_id)),
        FIELD,
    ),
    ("answer a colleague's", lambda a: credit.may_answer_supervision(a, _seen()), set()),
    ("design sheets", library.may_design, RULES),
    ("change rules", library.may_change_rules, RULES),
    ("write report forms", library.may_write_report_forms, RULES),
]  # fmt: skip


@pytest.mark.parametrize(("what", "allowed", "who"), TABLE, ids=[row[0] for row in TABLE])
def test_only_they_may(what: str, allowed: Any, who: set[tuple[str, str]]) -> None:
    assert _who(allowed) == who


@pytest.mark.parametrize("what", ["edit", "decide", "contract", "plan", "design", "rules", "forms"])
def test_the_system_takes_nobodys_decisions(what: str) -> None:
    answers = {
        "edit": agencies.may_edit_filing(SYSTEM),
        "decide": agencies.may_decide_filing(SYSTEM),
        "contract": agencies.may_enter_contract(SYSTEM, OWN),
        "plan": plans.may_plan(SYSTEM),
        "design": library.may_design(SYSTEM),
        "rules": library.may_change_rules(SYSTEM),
        "forms": library.may_write_report_forms(SYSTEM),
    }
    assert answers[what] is False
    assert plans.may_extend(SYSTEM)


def test_rules_sheets_and_report_forms_are_the_citys() -> None:
    abroad = somebody("authority", "rule_administrator", OWN, districts=frozenset({"310115"}))
    assert not library.may_design(abroad)
    assert not library.may_change_rules(abroad)
    assert not library.may_write_report_forms(abroad)
    for demand in (library.require_change, library.require_report_forms):
        with pytest.raises(NotAllowed, match="市级"):
            demand(abroad)
        demand(somebody("authority", "rule_administrator", OWN))


def test_who_keeps_no_filing_is_told_who_does() -> None:
    assert agencies.agency_of_editor(somebody("agency", "owner", OWN)) == OWN
    for actor in (somebody("agency", "viewer", OWN), SYSTEM):
        with pytest.raises(NotAllowed, match="运维机构"):
            agencies.agency_of_editor(actor)


def test_a_refusal_says_so_in_a_sentence() -> None:
    require(allowed=True)
    with pytest.raises(NotAllowed, match="没有办理此事的权限"):
        require(allowed=False)


def test_every_permission_has_a_room_and_is_held_by_roles_that_exist() -> None:
    assert permissions()
    for stated in permissions():
        assert stated.code.partition(".")[0] in ROOMS, stated.code
        for kind, roles in stated.holders.items():
            assert set(map(str, roles)) <= set(map(str, GRANTORS[kind])), stated.code


def test_the_matrix_holds_every_permission_once() -> None:
    shown = [row.permission.code for room in matrix().rooms for row in room.rows]
    assert sorted(shown) == [one.code for one in permissions()]


def test_no_policy_is_hidden_in_a_view() -> None:
    """Kinds and roles are asked for in policies, selectors and the frame; views call those."""
    asking = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("views*/*.py")
        if "has_role(" in path.read_text(encoding="utf-8")
    }
    assert asking == set()


def test_the_system_enters_sources_and_changes_no_parameters() -> None:
    assert sources.may_create_source(SYSTEM, OTHER, HERE)
    assert sources.may_move_source(SYSTEM, OTHER, HERE)
    assert not instruments.may_change_parameters(SYSTEM, _instrument(OWN))


@pytest.mark.django_db
def test_an_agency_changes_parameters_where_it_works_today(world: World) -> None:
    manager, other = world.actor(world.agency_manager), world.actor(world.other_agency_manager)
    here: Any = SimpleNamespace(
        organization_id=world.discharger.pk, point_id=world.wastewater_point.pk
    )
    with acting_as(manager):
        assert instruments.may_change_parameters(manager, here)
    with acting_as(other):
        assert not instruments.may_change_parameters(other, here)
