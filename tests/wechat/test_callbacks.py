"""WeChat's calls to us: opened and closed as the openssl program does, and nothing else taken."""

import base64
import hashlib
import secrets
import struct
import subprocess
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.wechat.callbacks import Box, CallbackRefused, as_xml, parse_xml, signature
from yunjian.wechat.models import SeenCallback, Suppression
from yunjian.wechat.simulator import callback_client

APP_ID = "wxcallback0000001"
TOKEN = "a-token-of-the-console"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OPENID = "oPerson-1"

pytestmark = [pytest.mark.django_db, pytest.mark.reads_all_rows]


@pytest.fixture(autouse=True)
def account(settings: Settings) -> None:
    settings.WECHAT_APP_ID = APP_ID
    settings.WECHAT_CALLBACK_TOKEN = TOKEN
    settings.WECHAT_AES_KEY = AES_KEY


def openssl(direction: str, content: bytes, aes_key: str = AES_KEY) -> bytes:
    """Run AES-256-CBC without padding in the openssl program."""
    key = base64.b64decode(aes_key + "=")
    command = ["openssl", "enc", "-aes-256-cbc", direction, "-nopad"]
    command += ["-K", key.hex(), "-iv", key[:16].hex()]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def sealed_by_openssl(message: str, app_id: str = APP_ID, aes_key: str = AES_KEY) -> str:
    body = message.encode()
    plain = secrets.token_bytes(16) + struct.pack("!I", len(body)) + body + app_id.encode()
    pad = 32 - len(plain) % 32
    return base64.b64encode(openssl("-e", plain + bytes([pad]) * pad, aes_key)).decode()


def sha1_of(*parts: str) -> str:
    """Sign with the openssl program: sorted, joined, SHA-1."""
    text = "".join(sorted(parts)).encode()
    made = subprocess.run(
        ["openssl", "dgst", "-sha1", "-r"], input=text, capture_output=True, check=True
    )
    return made.stdout.split()[0].decode()


def event(name: str, **fields: Any) -> str:
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{OPENID}</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>event</MsgType><Event>{name}</Event>{inside}</xml>"
    )


def elements(document: bytes) -> dict[str, str]:
    """Read a flat document with another parser than ours."""
    return {part.tag: part.text or "" for part in ET.fromstring(document)}  # noqa: S314 - our own


def posted(encrypted: str, *, at: int | None = None, nonce: str = "", **changes: str) -> Any:
    """Post an encrypted message as WeChat does, with some parts changed."""
    timestamp = str(int(now().timestamp()) if at is None else at)
    nonce = nonce or secrets.token_hex(5)
    query = {
        "timestamp": timestamp,
        "nonce": nonce,
        "msg_signature": sha1_of(TOKEN, timestamp, nonce, encrypted),
        **changes,
    }
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
    return Client().post("/wechat/callback", body, content_type="text/xml", query_params=query)


@settings(max_examples=15)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_our_box_and_openssl_open_each_other(message: str) -> None:
    box = Box(APP_ID, AES_KEY)
    assert box.open(sealed_by_openssl(message)) == message
    plain = openssl("-d", base64.b64decode(box.close(message)))
    (length,) = struct.unpack("!I", plain[16:20])
    assert plain[20 : 20 + length].decode() == message
    assert plain[20 + length : -plain[-1]].decode() == APP_ID
    assert len(plain) % 32 == 0


@given(st.text(max_size=300))
def test_our_box_and_the_simulators_open_each_other(message: str) -> None:
    box = Box(APP_ID, AES_KEY)
    assert box.open(callback_client.encrypt(AES_KEY, APP_ID, message)) == message
    assert callback_client.decrypt(AES_KEY, APP_ID, box.close(message)) == message


def test_openssl_and_the_simulator_sign_as_we_do() -> None:
    parts = ("1414587457", "Wm3WZYTPz0wzccnW", "文本")
    expected = sha1_of(TOKEN, *parts)
    assert signature(TOKEN, *parts) == callback_client.sign(TOKEN, *parts) == expected
    assert hashlib.sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest() == expected  # noqa: S324


def test_wechat_is_given_its_echo_when_it_asks_for_the_server() -> None:
    timestamp = str(int(now().timestamp()))
    query = {"timestamp": timestamp, "nonce": "n1", "echostr": "5927782489442352469"}
    query["signature"] = sha1_of(TOKEN, timestamp, "n1")
    answer = Client().get("/wechat/callback", query)
    assert (answer.status_code, answer.content) == (200, b"5927782489442352469")
    assert answer.headers["content-type"] == "text/plain"


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "0" * 40},
        {"signature": "签名"},
        {"timestamp": "1"},
        {"timestamp": "later"},
        {"echostr": "x" * 200},
    ],
)
def test_nobody_else_is(changes: dict[str, str]) -> None:
    timestamp = changes.get("timestamp", str(int(now().timestamp())))
    query = {"timestamp": timestamp, "nonce": "n", "echostr": "e"}
    query["signature"] = sha1_of(TOKEN, timestamp, "n")
    assert Client().get("/wechat/callback", {**query, **changes}).status_code == 403


def test_without_token_and_key_there_is_no_such_address(settings: Settings) -> None:
    settings.WECHAT_AES_KEY = ""
    assert Client().get("/wechat/callback").status_code == 404


def test_who_leaves_is_not_written_to_until_they_come_back() -> None:
    assert posted(sealed_by_openssl(event("unsubscribe"))).content == b"success"
    silence = Suppression.objects.get()
    assert (silence.app_id, silence.openid, silence.until) == (APP_ID, OPENID, None)
    assert posted(sealed_by_openssl(event("subscribe"))).status_code == 200
    assert not Suppression.objects.exists()


def test_who_follows_is_answered_encrypted_and_signed() -> None:
    answer = posted(sealed_by_openssl(event("subscribe")))
    assert answer.headers["content-type"] == "application/xml"
    parts = elements(answer.content)
    signed = sha1_of(TOKEN, parts["TimeStamp"], parts["Nonce"], parts["Encrypt"])
    assert parts["MsgSignature"] == signed
    plain = openssl("-d", base64.b64decode(parts["Encrypt"]))
    (length,) = struct.unpack("!I", plain[16:20])
    reply = elements(plain[20 : 20 + length])
    assert (reply["ToUserName"], reply["FromUserName"]) == (OPENID, "gh_1")
    assert "/h5/" in reply["Content"]


@pytest.mark.parametrize("holder", ["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"])
def test_a_choice_about_templates_is_remembered(holder: str) -> None:
    name = "subscribe_msg_popup_event" if "Popup" in holder else "subscribe_msg_change_event"

    def chosen(*choices: tuple[str, str]) -> str:
        rows = "".join(
            f"<List><TemplateId>{template}</TemplateId>"
            f"<SubscribeStatusString>{status}</SubscribeStatusString></List>"
            for template, status in choices
        )
        return sealed_by_openssl(event(name, **{holder: rows}))

    assert posted(chosen(("S1", "reject"), ("S2", "reject"))).status_code == 200
    assert set(Suppression.objects.values_list("template_id", flat=True)) == {"S1", "S2"}
    assert posted(chosen(("S1", "accept"))).status_code == 200
    assert list(Suppression.objects.values_list("template_id", flat=True)) == ["S2"]


def test_the_same_call_is_taken_once() -> None:
    encrypted, at = sealed_by_openssl(event("unsubscribe")), int(now().timestamp())
    assert posted(encrypted, nonce="n1", at=at).status_code == 200
    assert posted(encrypted, nonce="n1", at=at).status_code == 403
    assert SeenCallback.objects.count() == 1


def test_digits_moved_between_timestamp_and_nonce_make_no_new_call() -> None:
    at = int(now().timestamp())
    encrypted = sealed_by_openssl(event("unsubscribe"))
    assert posted(encrypted, at=at, nonce="2x").status_code == 200
    timestamp, nonce = f"{at}2", "x"  # the same text is signed when parts are only joined
    signed = sha1_of(TOKEN, str(at), "2x", encrypted)
    assert (
        posted(encrypted, timestamp=timestamp, nonce=nonce, msg_signature=signed).status_code == 403
    )


HOSTILE = {
    "another signature": lambda: posted(sealed_by_openssl(event("x")), msg_signature="0" * 40),
    "no signature": lambda: posted(sealed_by_openssl(event("x")), msg_signature=""),
    "too old": lambda: posted(sealed_by_openssl(event("x")), at=int(now().timestamp()) - 301),
    "of the future": lambda: posted(sealed_by_openssl(event("x")), at=int(now().timestamp()) + 301),
    "another app": lambda: posted(sealed_by_openssl(event("x"), app_id="wxother")),
    "another key": lambda: posted(sealed_by_openssl(event("x"), aes_key="z" * 43)),
    "no base64": lambda: posted("%%%"),
    "cut off": lambda: posted(sealed_by_openssl(event("x"))[:-8]),
    "nothing": lambda: posted(""),
    "no xml inside": lambda: posted(sealed_by_openssl("hello")),
    "a document type inside": lambda: posted(
        sealed_by_openssl('<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>')
    ),
    "a length beyond its end": lambda: posted(
        base64.b64encode(
            openssl("-e", b"r" * 16 + struct.pack("!I", 9999) + b"x" + b"p" * 10 + b"\x01")
        ).decode()
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_wechats_is_refused_in_a_word(name: str) -> None:
    with clock.at(now()):  # a moment on the way would make 301 seconds 300
        answer = HOSTILE[name]()
    assert (answer.status_code, answer.content) == (403, b"refused")
    assert not SeenCallback.objects.exists()
    assert not Suppression.objects.exists()


def test_a_large_body_is_not_read() -> None:
    body = b"<xml>" + b"x" * 70_000 + b"</xml>"
    answer = Client().post("/wechat/callback", body, content_type="text/xml")
    assert answer.status_code == 403


def test_a_message_in_clear_is_refused() -> None:
    body = event("unsubscribe")
    answer = Client().post("/wechat/callback", body, content_type="text/xml")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;">]><xml><a>&l2;</a></xml>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>',
        "<?php echo 1 ?><xml><a>1</a></xml>",
        "<xml><a></xml>",
        "<xml>" + "<a>" * 10 + "</a>" * 10 + "</xml>",
        "<xml>" + "<a>1</a>" * 500 + "</xml>",
        "<xml>&undefined;</xml>",
        "",
        "text",
    ],
)
def test_strange_documents_are_not_understood(document: str) -> None:
    with pytest.raises(CallbackRefused):
        parse_xml(document)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True),
        st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1),
    )
)
def test_what_we_write_as_xml_another_parser_reads_back(values: dict[str, str]) -> None:
    assert elements(as_xml({**values}).encode()) == values
