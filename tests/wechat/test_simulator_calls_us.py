"""The simulator calls the product over real HTTP, as WeChat calls the server of an account."""

import subprocess
import threading
from collections.abc import Iterator

import httpx
import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from yunjian.wechat import subscribers
from yunjian.wechat.client import WechatClient
from yunjian.wechat.models import Suppression
from yunjian.wechat.simulator import Simulation, SimulatorState, run_in_thread

APP_ID = "wxcallsus00000001"
SECRET = "simulated-secret"
TOKEN = "a-token-of-the-console"
AES_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
PATIENCE = 20.0

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reads_all_rows]


@pytest.fixture
def simulation(live_server: LiveServer, settings: Settings) -> Iterator[Simulation]:
    settings.WECHAT_APP_ID = APP_ID
    settings.WECHAT_CALLBACK_TOKEN = TOKEN
    settings.WECHAT_AES_KEY = AES_KEY
    with run_in_thread(SimulatorState(APP_ID, SECRET)) as running:
        body = {"url": f"{live_server.url}/wechat/callback", "token": TOKEN, "aes_key": AES_KEY}
        answer = httpx.post(f"{running.base}/sim/callback", json=body)
        assert answer.json() == {"verified": True}
        yield running


def reply_to(simulation: Simulation, **body: object) -> dict[str, object]:
    answer: dict[str, object] = httpx.post(f"{simulation.base}/sim/events", json=body).json()
    return answer


@pytest.fixture
def finished() -> Iterator[threading.Event]:
    """Set when the product hears that a template message has arrived."""
    heard = threading.Event()
    hear = subscribers.on_event("templatesendjobfinish")
    listener = hear(lambda _fields: transaction.on_commit(heard.set))
    yield heard
    subscribers._handlers["templatesendjobfinish"].remove(listener)


def test_people_leave_and_come_back(simulation: Simulation) -> None:
    assert reply_to(simulation, name="周厂长", Event="unsubscribe") == {
        "status": 200,
        "text": "success",
    }
    assert Suppression.objects.get().openid == simulation.state.users["周厂长"].openid
    welcome = reply_to(simulation, name="周厂长", Event="subscribe")
    assert "/h5/" in str(welcome["text"])  # opened by the simulator's own code
    assert not Suppression.objects.exists()


def test_who_writes_is_told_where_to_go(simulation: Simulation) -> None:
    reply = reply_to(simulation, name="张师傅", Content="<您好> & ]]>")
    assert reply["status"] == 200
    assert f"<ToUserName><![CDATA[{simulation.state.users['张师傅'].openid}]]>" in str(
        reply["text"]
    )


def test_the_arrival_of_a_message_is_told(
    simulation: Simulation, finished: threading.Event
) -> None:
    client = WechatClient(app_id=APP_ID, app_secret=SECRET, api_base=simulation.base)
    openid = simulation.state.users["周厂长"].openid
    msgid = client.send_template(openid, "T1", "", {"thing1": {"value": "运维记录待确认"}})
    assert finished.wait(PATIENCE)  # after the commit
    job = ProcrastinateJob.objects.get(task_name="messaging.report")
    assert job.args == {"channel": "wechat", "reference": msgid, "state": "delivered", "error": ""}


def test_a_wrong_token_is_noticed_when_the_address_is_saved(
    simulation: Simulation, live_server: LiveServer
) -> None:
    url = f"{live_server.url}/wechat/callback"
    body = {"url": url, "token": "another", "aes_key": AES_KEY}
    answer = httpx.post(f"{simulation.base}/sim/callback", json=body)
    assert answer.json() == {"verified": False}


def test_only_addresses_on_loopback_are_called(simulation: Simulation) -> None:
    body = {"url": "https://elsewhere.example/", "token": TOKEN, "aes_key": AES_KEY}
    answer = httpx.post(f"{simulation.base}/sim/callback", json=body)
    assert answer.json()["errcode"] == 47001


def test_the_fake_sdk_answers_from_the_device(simulation: Simulation) -> None:
    def requested(what: str, **more: str) -> str:
        query = {"do": what, "callback": "f1", **more}
        return httpx.get(f"{simulation.base}/sim/jsapi", params=query).text

    assert "getLocation:fail" in requested("getLocation", type="wgs84")
    device = {"longitude": 121.5, "latitude": 31.2, "scan": "码"}
    httpx.post(f"{simulation.base}/sim/device", json=device)
    assert requested("getLocation", type="wgs84").startswith('f1({"longitude": 121.5')
    assert "getLocation:fail" in requested("getLocation", type="gcj02")
    assert '"resultStr": "码"' in requested("scanQRCode")
    assert "chooseImage:fail" in requested("chooseImage")
    assert "config:invalid signature" in requested("config", appId=APP_ID, signature="0" * 40)
    assert '"errcode": 47001' in requested("getLocation", callback="alert(1)//")
    refused = httpx.post(f"{simulation.base}/sim/device", json={"battery": 1})
    assert refused.json()["errcode"] == 47001


def test_a_page_signed_by_openssl_is_taken(simulation: Simulation) -> None:
    ticket, _lifetime = simulation.state.ticket()
    text = f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url=http://127.0.0.1/h5/"
    made = subprocess.run(
        ["openssl", "dgst", "-sha1", "-r"], input=text.encode(), capture_output=True, check=True
    )
    signature = made.stdout.split()[0].decode()
    page = {"appId": APP_ID, "nonceStr": "n", "timestamp": "1", "url": "http://127.0.0.1/h5/"}
    query = {"do": "config", "callback": "f", "signature": signature, **page}
    assert "config:ok" in httpx.get(f"{simulation.base}/sim/jsapi", params=query).text
