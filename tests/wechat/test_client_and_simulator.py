"""The production client against the simulator over real HTTP."""

from collections.abc import Iterator
from itertools import count
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from yunjian.wechat.client import WechatClient, jsapi_signature
from yunjian.wechat.errors import (
    CodeRefused,
    CredentialsRefused,
    MessageRefused,
    NotFollowing,
    NotSubscribed,
    QuotaUsedUp,
    WechatBusy,
    WechatError,
    WechatUnreachable,
)
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread, serve

pytestmark = pytest.mark.django_db
SECRET = "simulated-secret"
BACK = "http://127.0.0.1:8000/api/v1/wechat/callback?a=1"
TEXT = {"thing1": {"value": "运维记录待确认"}}
_numbers = count(1)


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulation(clock: Clock) -> Iterator[Simulation]:
    state = SimulatorState(f"wxtest{next(_numbers):010d}", SECRET, clock=clock)
    with run_in_thread(state) as running:
        yield running


@pytest.fixture
def client(simulation: Simulation) -> WechatClient:
    return client_of(simulation)


def client_of(simulation: Simulation, secret: str = SECRET) -> WechatClient:
    return WechatClient(
        app_id=simulation.state.app_id,
        app_secret=secret,
        open_base=simulation.base,
        api_base=simulation.base,
    )


def code_for(client: WechatClient, user: str = "张师傅") -> str:
    """Go through the authorize page as the WeChat browser does; return the code."""
    address = client.authorize_url(BACK, "st").partition("#")[0]
    answer = httpx.get(f"{address}&{urlencode({'sim_user': user})}")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["a"], query["state"]) == (["1"], ["st"])
    return query["code"][0]


def test_the_authorize_url_has_the_order_and_fragment_wechat_demands(
    simulation: Simulation, client: WechatClient
) -> None:
    url = client.authorize_url(BACK, "x")
    names = list(parse_qs(urlsplit(url).query))
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert url.startswith(f"{simulation.base}/connect/oauth2/authorize?")
    assert url.endswith("#wechat_redirect")


def test_the_same_person_has_the_same_openid_every_time(client: WechatClient) -> None:
    assert client.openid_of(code_for(client)) == client.openid_of(code_for(client))
    assert client.openid_of(code_for(client)) != client.openid_of(code_for(client, "李师傅"))


def test_without_a_choice_the_page_lists_the_pretend_people(client: WechatClient) -> None:
    page = httpx.get(client.authorize_url(BACK, "x"))
    assert page.status_code == 200
    assert "张师傅" in page.text
    assert "周厂长" in page.text


def test_a_cookie_chooses_the_person_too(client: WechatClient) -> None:
    with httpx.Client(cookies={"sim_user": "%E5"}) as browser:
        assert browser.get(client.authorize_url(BACK, "x")).status_code == 200


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("appid", "wxother"),
        ("scope", "snsapi_userinfo"),
        ("redirect_uri", "https://elsewhere.example/callback"),
        ("redirect_uri", "javascript:alert(1)"),
    ],
)
def test_a_wrong_authorize_link_is_refused(client: WechatClient, change: str, value: str) -> None:
    address = urlsplit(client.authorize_url(BACK, "x"))
    params = {name: values[0] for name, values in parse_qs(address.query).items()}
    query = urlencode({**params, change: value, "sim_user": "张师傅"})
    answer = httpx.get(address._replace(query=query, fragment="").geturl())
    assert answer.status_code == 400


def test_a_code_is_good_once(client: WechatClient) -> None:
    code = code_for(client)
    client.openid_of(code)
    with pytest.raises(CodeRefused) as refused:
        client.openid_of(code)
    assert refused.value.errcode == 40163


def test_a_code_is_good_for_five_minutes(client: WechatClient, clock: Clock) -> None:
    code = code_for(client)
    clock.seconds += 301
    with pytest.raises(CodeRefused) as refused:
        client.openid_of(code)
    assert refused.value.errcode == 40029


def test_a_wrong_secret_is_told_apart(simulation: Simulation) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        client_of(simulation, "wrong").access_token()
    assert refused.value.errcode == 40125


def test_the_token_is_asked_for_once(simulation: Simulation, client: WechatClient) -> None:
    first = client.access_token()
    simulation.state.stable_token(renew=True)
    assert client.access_token() == first


def test_a_message_arrives_with_its_link(simulation: Simulation, client: WechatClient) -> None:
    person = simulation.state.users["周厂长"]
    msgid = client.send_template(person.openid, "T1", "http://127.0.0.1/h5/", TEXT)
    (sent,) = httpx.get(f"{simulation.base}/sim/messages").json()["messages"]
    assert str(sent["msgid"]) == msgid
    assert (sent["name"], sent["data"], sent["url"]) == ("周厂长", TEXT, "http://127.0.0.1/h5/")


def test_a_token_renewed_elsewhere_is_fetched_again(
    simulation: Simulation, client: WechatClient
) -> None:
    client.access_token()
    simulation.state.stable_token(renew=True)  # another program took a new token
    person = simulation.state.users["周厂长"]
    assert client.send_template(person.openid, "T1", "", TEXT)


def test_one_who_does_not_follow_cannot_be_written_to(
    simulation: Simulation, client: WechatClient
) -> None:
    answer = httpx.post(f"{simulation.base}/sim/users", json={"name": "路人", "follows": False})
    with pytest.raises(NotFollowing) as refused:
        client.send_template(answer.json()["openid"], "T1", "", TEXT)
    assert refused.value.errcode == 43004
    assert not refused.value.is_passing


def test_an_unknown_openid_and_template_are_refused(clock: Clock) -> None:
    state = SimulatorState("wxtemplates", SECRET, templates=frozenset({"T1"}), clock=clock)
    with run_in_thread(state) as running:
        client = client_of(running)
        with pytest.raises(NotFollowing):
            client.send_template("o-nobody", "T1", "", TEXT)
        with pytest.raises(WechatError) as refused:
            client.send_template(state.users["张师傅"].openid, "T2", "", TEXT)
    assert refused.value.errcode == 40037


def test_data_of_another_shape_is_refused(simulation: Simulation, client: WechatClient) -> None:
    openid = simulation.state.users["张师傅"].openid
    with pytest.raises(WechatError) as refused:
        client.send_template(openid, "T1", "", {"thing1": "text"})  # type: ignore[dict-item]
    assert refused.value.errcode == 47003


def test_a_subscription_message_reaches_only_who_accepted_its_template(
    simulation: Simulation, client: WechatClient
) -> None:
    openid = simulation.state.users["周厂长"].openid
    with pytest.raises(NotSubscribed) as refused:
        client.send_subscription(openid, "S1", "", TEXT)
    assert refused.value.errcode == 43101
    choice = {"name": "周厂长", "template_id": "S1", "status": "accept"}
    httpx.post(f"{simulation.base}/sim/subscriptions", json=choice)
    assert client.send_subscription(openid, "S1", "http://127.0.0.1/h5/", TEXT)
    (sent,) = simulation.state.messages
    assert (sent.kind, sent.url) == ("subscription", "http://127.0.0.1/h5/")


def test_a_text_that_is_too_long_for_its_field_is_refused(
    simulation: Simulation, client: WechatClient
) -> None:
    openid = simulation.state.users["张师傅"].openid
    with pytest.raises(MessageRefused) as refused:
        client.send_template(openid, "T1", "", {"thing1": {"value": "长" * 21}})
    assert refused.value.errcode == 47003


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"errcode": -1}, WechatBusy),
        ({"errcode": 45009}, QuotaUsedUp),
        ({"errcode": 47003}, MessageRefused),
        ({"errcode": 48001}, WechatError),
        ({"drop": True}, WechatUnreachable),
    ],
)
def test_faults_that_are_asked_for_happen_so_often_and_no_oftener(
    simulation: Simulation, client: WechatClient, fault: dict[str, object], error: type[Exception]
) -> None:
    openid = simulation.state.users["张师傅"].openid
    endpoint = "/cgi-bin/message/template/send"
    httpx.post(f"{simulation.base}/sim/errors", json={"endpoint": endpoint, "times": 2, **fault})
    for _ in range(2):
        with pytest.raises(error):
            client.send_template(openid, "T1", "", TEXT)
    assert client.send_template(openid, "T1", "", TEXT)
    assert len(simulation.state.messages) == 1


def test_a_slow_answer_is_slow_and_a_cleared_fault_gone(simulation: Simulation) -> None:
    fault = {"endpoint": "/cgi-bin/stable_token", "delay": 30}
    listed = httpx.post(f"{simulation.base}/sim/errors", json=fault).json()
    assert listed["errors"][0]["delay"] == 30
    url = f"{simulation.base}/cgi-bin/stable_token"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={}, timeout=httpx.Timeout(5, read=0.2))
    httpx.post(f"{simulation.base}/sim/errors", json=fault)
    httpx.delete(f"{simulation.base}/sim/errors")
    assert httpx.post(url, json={}, timeout=5).json()["errcode"] == 40002


@pytest.mark.parametrize("fault", [{}, {"endpoint": "no-path"}, {"endpoint": "/x", "times": "?"}])
def test_a_fault_that_makes_no_sense_is_refused(simulation: Simulation, fault: object) -> None:
    answer = httpx.post(f"{simulation.base}/sim/errors", json=fault)
    assert answer.json()["errcode"] == 47001


def test_no_answer_is_an_error_that_passes_and_holds_no_secret() -> None:
    client = WechatClient(app_id="wxgone", app_secret=SECRET, api_base="http://127.0.0.1:9")
    with pytest.raises(WechatUnreachable) as gone:
        client.openid_of("code")
    assert gone.value.is_passing
    assert SECRET not in str(gone.value)
    assert gone.value.__cause__ is None


def test_the_ticket_is_kept(client: WechatClient) -> None:
    assert client.jsapi_ticket() == client.jsapi_ticket()


def test_the_published_signature_comes_out() -> None:
    # the example of the official JS-SDK document
    signature = jsapi_signature(
        ticket="sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-"
        "HhTdfl2fzFy1AOcHKP7qg",
        nonce="Wm3WZYTPz0wzccnW",
        timestamp=1414587457,
        url="http://mp.weixin.qq.com?params=value",
    )
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_people_see_the_messages_as_a_page_without_markup_of_others(
    simulation: Simulation, client: WechatClient
) -> None:
    openid = simulation.state.users["张师傅"].openid
    client.send_template(openid, "T1", "", {"thing1": {"value": "<script>x</script>"}})
    page = httpx.get(f"{simulation.base}/sim/messages", headers={"Accept": "text/html"})
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        serve(host="0.0.0.0", port=0)  # noqa: S104 - this is what must be refused
