"""Token and ticket in the database: one renewal for all nodes, and as few forced ones as may be."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection

from yunjian.kernel import clock
from yunjian.wechat.client import WechatClient
from yunjian.wechat.credentials import FORCED_A_DAY
from yunjian.wechat.errors import TokenRefused, WechatUnreachable
from yunjian.wechat.models import Credential
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread
from yunjian.wechat.simulator.faults import Fault

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
STABLE_TOKEN = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/template/send"
TEXT = {"thing1": {"value": "运维记录待确认"}}
NODES = 8
_numbers = count(1)

pytestmark = [pytest.mark.django_db, pytest.mark.reads_all_rows]


class Clock:
    """Moves the simulator; `at` moves our side by as much."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> float:
        return self.moment.timestamp()

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def server_clock() -> Clock:
    return Clock()


@pytest.fixture
def simulation(server_clock: Clock) -> Iterator[Simulation]:
    state = SimulatorState(f"wxkept{next(_numbers):010d}", "simulated-secret", clock=server_clock)
    with run_in_thread(state) as running:
        yield running


@pytest.fixture
def client(simulation: Simulation) -> WechatClient:
    return client_of(simulation)


def client_of(simulation: Simulation) -> WechatClient:
    state = simulation.state
    return WechatClient(app_id=state.app_id, app_secret=state.app_secret, api_base=simulation.base)


def on_every_node(act: Callable[[], str]) -> list[str]:
    """Let several nodes do the same thing at the same moment, each with a connection of its own."""
    together = threading.Barrier(NODES)

    def node() -> str:
        try:
            together.wait(timeout=20)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(NODES) as nodes:
        return [each.result() for each in [nodes.submit(node) for _ in range(NODES)]]


@pytest.mark.django_db(transaction=True)
def test_many_nodes_that_start_together_make_one_token(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    def act() -> str:
        with clock.at(server_clock.moment):
            return client_of(simulation).access_token()

    assert len(set(on_every_node(act))) == 1
    assert simulation.state.calls[STABLE_TOKEN] == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_node_renews_the_others_go_on_with_the_old_one(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    with clock.at(server_clock.moment):
        old = client.access_token()
    server_clock.pass_by(seconds=7200 - 200)  # five minutes before its end it is to be renewed
    simulation.state.faults.add(Fault(STABLE_TOKEN, delay=1.0))

    def act() -> str:
        with clock.at(server_clock.moment):
            return client_of(simulation).access_token()

    tokens = on_every_node(act)
    assert simulation.state.calls[STABLE_TOKEN] == 2
    assert sorted(token == old for token in tokens) == [False] + [True] * (NODES - 1)
    with clock.at(server_clock.moment):
        assert client.access_token() in set(tokens) - {old}


@pytest.mark.django_db(transaction=True)
def test_many_nodes_whose_token_was_refused_force_one_renewal(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    with clock.at(server_clock.moment):
        refused = client.access_token()

    def act() -> str:
        with clock.at(server_clock.moment):
            return client_of(simulation).access_token(refused=refused, may_force=True)

    tokens = set(on_every_node(act))
    assert len(tokens) == 1
    assert refused not in tokens
    assert simulation.state.tokens_made == 2
    assert simulation.state.calls[STABLE_TOKEN] == 3  # at first, politely, by force


def test_the_token_is_unreadable_in_the_database(client: WechatClient) -> None:
    token = client.access_token()
    row = Credential.objects.get(kind="token")
    assert token not in row.sealed
    assert len(row.sealed) > len(token)


def test_a_token_sealed_with_another_key_is_fetched_anew(client: WechatClient) -> None:
    token = client.access_token()
    Credential.objects.update(sealed="gAAAAA-of-another-key")
    assert client.access_token() == token  # stable_token gives the same one again


def test_it_is_asked_for_once_in_its_life(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    for minutes in (0, 60, 54):
        server_clock.pass_by(minutes=minutes)
        with clock.at(server_clock.moment):
            client.access_token()
    assert simulation.state.calls[STABLE_TOKEN] == 1
    server_clock.pass_by(minutes=2)
    with clock.at(server_clock.moment):
        client.access_token()
        client.access_token()
    assert simulation.state.calls[STABLE_TOKEN] == 2


def test_when_wechat_is_away_the_old_one_serves_until_its_end(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    with clock.at(server_clock.moment):
        old = client.access_token()
    simulation.state.faults.add(Fault(STABLE_TOKEN, times=9, drop=True))
    server_clock.pass_by(seconds=7000)
    with clock.at(server_clock.moment):
        assert client.access_token() == old
    server_clock.pass_by(seconds=201)
    with clock.at(server_clock.moment), pytest.raises(WechatUnreachable):
        client.access_token()


def test_a_token_refused_by_the_call_is_renewed_and_the_call_made_once_more(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    openid = simulation.state.users["张师傅"].openid
    with clock.at(server_clock.moment):
        client.access_token()
        simulation.state.faults.add(Fault(SEND, errcode=40001))
        assert client.send_template(openid, "T1", "", TEXT)
    assert simulation.state.calls[SEND] == 2
    assert Credential.objects.get(kind="token").forced_count == 1


def test_one_that_grew_old_is_renewed_without_force(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    openid = simulation.state.users["张师傅"].openid
    with clock.at(server_clock.moment):
        client.access_token()
        server_clock.pass_by(seconds=7201)  # our clock is slow: here it is still good
        assert client.send_template(openid, "T1", "", TEXT)
    assert simulation.state.tokens_made == 2
    assert Credential.objects.get(kind="token").forced_count == 0


def test_a_token_that_stays_refused_fails_after_one_more_try(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    openid = simulation.state.users["张师傅"].openid
    simulation.state.faults.add(Fault(SEND, times=2, errcode=40001))
    with clock.at(server_clock.moment), pytest.raises(TokenRefused) as refused:
        client.send_template(openid, "T1", "", TEXT)
    assert refused.value.is_passing
    assert simulation.state.calls[SEND] == 2


def test_force_is_used_once_a_minute_and_ten_times_a_day(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    def forced() -> bool:
        with clock.at(server_clock.moment):
            token = client.access_token()
            try:
                return client.access_token(refused=token, may_force=True) != token
            except TokenRefused:
                return False

    assert forced()
    assert not forced()  # within the minute
    for _ in range(FORCED_A_DAY - 1):
        server_clock.pass_by(minutes=2)
        assert forced()
    server_clock.pass_by(minutes=2)
    assert not forced()
    server_clock.pass_by(days=1)
    assert forced()


def test_the_ticket_is_kept_and_renewed_like_the_token(
    simulation: Simulation, client: WechatClient, server_clock: Clock
) -> None:
    with clock.at(server_clock.moment):
        first = client.jsapi_ticket()
        assert client.jsapi_ticket() == first
    server_clock.pass_by(seconds=7201)
    with clock.at(server_clock.moment):
        assert client.jsapi_ticket() != first
    assert simulation.state.calls["/cgi-bin/ticket/getticket"] == 2
