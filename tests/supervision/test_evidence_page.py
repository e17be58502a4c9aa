"""证据链: having all chains walked, outside of the request."""

import pytest

from tests.support.owner import owners_cursor
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.jobs import ask_nightly_check, check_chains
from yunjian.evidence.models import ChainCheck, Event
from yunjian.evidence.services import chain_check_run, log_extend, record

pytestmark = pytest.mark.reads_all_rows

PAGE = "/supervision/evidence/"


@pytest.fixture
def sealed(world: World) -> Event:
    return record(
        actor=world.actor(world.engineer),
        verb="session.opened",
        obj=world.engineer,
        payload={"means": "password"},
    )


def _ask(world: World) -> ChainCheck:
    answer = world.client(world.reviewer).post(f"{PAGE}verify/")
    assert answer.status_code == 302
    return ChainCheck.objects.get()


def test_before_the_first_walk_the_page_says_what_to_do(world: World) -> None:
    assert "还没有验证过" in world.client(world.reviewer).get(PAGE).content.decode()


def test_a_walk_that_was_asked_for_shows_that_it_runs_then_what_it_found(
    world: World, sealed: Event
) -> None:
    client = world.client(world.reviewer)

    check = _ask(world)
    running = client.get(f"{PAGE}check/").content.decode()
    with acting_as(system_actor("test")):
        log_extend()
    check_chains(check_id=str(check.pk))
    done = client.get(f"{PAGE}check/").content.decode()

    assert "正在验证" in running
    assert 'hx-trigger="every 1s"' in running
    assert "验证通过：2 个事件与日志一致，1 个检查点签名有效，0 个附件与摘要一致" in done
    assert world.reviewer.display_name in done
    assert "hx-trigger" not in done


def test_asking_again_while_it_runs_starts_no_second_walk(world: World) -> None:
    _ask(world)
    assert _ask(world).finished_at is None


def test_a_finished_walk_is_not_repeated(world: World) -> None:
    with acting_as(system_actor("test")):
        check = chain_check_run(_ask(world).pk)
        assert chain_check_run(check.pk).finished_at == check.finished_at


def test_a_walk_names_what_was_changed(world: World, sealed: Event) -> None:
    check = _ask(world)
    with owners_cursor() as cursor:
        cursor.execute("UPDATE evidence_event SET body = '{}' WHERE id = %s", [sealed.pk])

    with acting_as(system_actor("test")):
        chain_check_run(check.pk)

    page = world.client(world.reviewer).get(PAGE).content.decode()
    assert "验证未通过" in page
    assert "内容与摘要不符" in page


def test_the_night_asks_for_a_walk(world: World) -> None:
    ask_nightly_check(timestamp=0)
    assert ChainCheck.objects.get().asked_by == "系统（每夜验证）"


def test_the_page_tells_events_in_words(world: World, sealed: Event) -> None:
    page = world.client(world.reviewer).get(PAGE).content.decode()
    assert "登录" in page
    assert "session.opened" not in page


def test_only_authorities_have_the_chains_walked(world: World) -> None:
    assert world.client(world.agency_manager).post(f"{PAGE}verify/").status_code == 403
