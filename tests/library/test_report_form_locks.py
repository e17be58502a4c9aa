"""Two administrators at one moment: no change to a report form is lost or published unseen."""

from collections.abc import Callable

import pytest

from tests.library.report_forms import BASE, CODE, begin, original, publish, save_line, withdraw
from tests.library.rules import actor_of, tomorrow
from tests.library.test_rules_locks import meanwhile
from tests.support.world import World
from yunjian.kernel.errors import DomainError
from yunjian.library.models import PublishedReportForm, ReportFormDraft, ReportFormWithdrawal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reads_all_rows]


def refused(call: Callable[[], object]) -> str:
    try:
        call()
    except DomainError as error:
        return error.code
    return "done"


def test_of_two_who_begin_a_draft_at_one_moment_one_is_told(world: World) -> None:
    actor_of(world)

    assert meanwhile(lambda: begin(world), lambda: refused(lambda: begin(world))) == "being_written"
    assert ReportFormDraft.unscoped().get().base == BASE


def test_of_two_who_change_a_draft_at_one_moment_one_is_told(world: World) -> None:
    draft = begin(world)

    def second() -> str:
        return refused(lambda: save_line(world, draft, "originals", original("two"), revision=0))

    def first() -> None:
        save_line(world, draft, "originals", original("one"), revision=0)

    assert meanwhile(first, second) == "stale"
    keys = [row["key"] for row in ReportFormDraft.unscoped().get().content["originals"]]
    assert "one" in keys
    assert "two" not in keys


def test_what_is_changed_at_the_moment_of_publishing_is_not_published_unseen(world: World) -> None:
    draft = begin(world)
    save_line(world, draft, "originals", original("one"))

    def first() -> None:
        save_line(world, draft, "originals", original("two"), revision=1)

    assert meanwhile(first, lambda: refused(lambda: publish(world, draft, revision=1))) == "stale"
    assert not PublishedReportForm.unscoped().exists()


def test_of_two_who_publish_at_one_moment_one_succeeds(world: World) -> None:
    draft = begin(world)
    save_line(world, draft, "originals", original("one"))

    def second() -> str:
        return refused(lambda: publish(world, draft, tomorrow(2), revision=1))

    assert meanwhile(lambda: publish(world, draft, revision=1), second) == "invalid_state"
    assert [row.name for row in PublishedReportForm.unscoped()] == [f"{CODE}@101"]


def test_of_two_who_withdraw_at_one_moment_one_is_told(world: World) -> None:
    draft = begin(world)
    save_line(world, draft, "originals", original("one"))
    row = publish(world, draft)

    def second() -> str:
        return refused(lambda: withdraw(world, row, tomorrow(7), "另一原因"))

    assert meanwhile(lambda: withdraw(world, row, tomorrow()), second) == "withdrawn"
    assert ReportFormWithdrawal.unscoped().get().ends_on == tomorrow()
