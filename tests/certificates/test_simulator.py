"""The program that stands in for the key client: PINs, origins, and signatures as openssl sees."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.pki import TEXT, Pki, der
from yunjian.certificates.simulator import Drawer, Simulation, SoftKey, run_in_thread, serve
from yunjian.certificates.simulator.authority import DISTID, openssl

PAGE = "http://127.0.0.1:8000"
PIN = "402317"


@pytest.fixture
def keys(pki: Pki) -> Iterator[Simulation]:
    """A simulator with one key."""
    key = SoftKey("c1", "甲公司", pki.leaf.certificate, pki.leaf.key, PIN)
    with run_in_thread(Drawer({"c1": key}), [PAGE]) as running:
        yield running


def call(keys: Simulation, name: str, *args: str, origin: str = PAGE) -> Any:
    """Call a function as the page does."""
    answer = httpx.post(f"{keys.base}/{name}", json={"args": args}, headers={"Origin": origin})
    assert answer.status_code == 200, answer.text
    return answer.json()


def result(keys: Simulation, name: str, *args: str) -> Any:
    """Return the result of a call that succeeds."""
    answer = call(keys, name, *args)
    assert answer["ErrorCode"] == 0
    return answer["Result"]


def test_a_signature_of_the_simulator_is_one_for_openssl_and_for_us(
    keys: Simulation, pki: Pki, tmp_path: Path
) -> None:
    assert result(keys, "SOF_GetUserList") == "甲公司||c1"
    assert base64.b64decode(result(keys, "SOF_ExportUserCert", "c1")) == der(pki.leaf.certificate)
    assert result(keys, "SOF_Login", "c1", PIN) is True
    content = base64.b64encode(TEXT).decode()
    signature = base64.b64decode(result(keys, "SOF_SignData", "c1", content))
    pki.verify(signature=signature)
    _openssl_verifies(pki, signature, tmp_path)


def _openssl_verifies(pki: Pki, signature: bytes, folder: Path) -> None:
    public, text, value = folder / "public.pem", folder / "text", folder / "signature"
    public.write_bytes(openssl("x509", "-in", pki.leaf.certificate, "-noout", "-pubkey"))
    text.write_bytes(TEXT)
    if pki.algorithm == "sm2":
        value.write_bytes(_der_of_halves(signature))
        more: list[str] = ["-rawin", "-digest", "sm3", "-pkeyopt", DISTID]
        files: list[str | Path] = ["-in", text, "-sigfile", value]
        stated = openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, *more, *files)
    else:
        value.write_bytes(signature)
        stated = openssl("dgst", "-sha256", "-verify", public, "-signature", value, text)
    assert b"Verified" in stated or b"Success" in stated


def _der_of_halves(signature: bytes) -> bytes:
    def number(part: bytes) -> bytes:
        value = int.from_bytes(part, "big")
        content = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return bytes([2, len(content)]) + content

    body = number(signature[:32]) + number(signature[32:])
    return bytes([0x30, len(body)]) + body


def test_wrong_pins_are_counted_and_lock_the_key(keys: Simulation) -> None:
    for left in (5, 4):
        assert result(keys, "SOF_Login", "c1", "000000") is False
        assert result(keys, "SOF_GetPinRetryCount", "c1") == left
    assert result(keys, "SOF_Login", "c1", PIN) is True
    assert result(keys, "SOF_GetPinRetryCount", "c1") == 6
    for _ in range(6):
        assert result(keys, "SOF_Login", "c1", "000000") is False
    assert result(keys, "SOF_Login", "c1", PIN) is False
    assert result(keys, "SOF_GetPinRetryCount", "c1") == 0


def test_each_signature_wants_its_own_pin(keys: Simulation) -> None:
    content = base64.b64encode(TEXT).decode()
    assert call(keys, "SOF_SignData", "c1", content)["ErrorCode"] != 0
    result(keys, "SOF_Login", "c1", PIN)
    result(keys, "SOF_SignData", "c1", content)
    assert call(keys, "SOF_SignData", "c1", content)["ErrorCode"] != 0
    result(keys, "SOF_Login", "c1", PIN)
    result(keys, "SOF_Logout", "c1")
    assert call(keys, "SOF_SignData", "c1", content)["ErrorCode"] != 0


def test_other_pages_get_nothing(keys: Simulation) -> None:
    for origin in ("https://evil.example", ""):
        answer = httpx.post(
            f"{keys.base}/SOF_GetUserList", json={"args": []}, headers={"Origin": origin}
        )
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/SOF_Nothing", '{"args": []}'),
        ("/SOF_Login", '{"args": ["c1"]}'),
        ("/SOF_Login", "rubbish"),
        ("/SOF_Login", "[]"),
        ("/SOF_Login", '{"args": ["nobody", "1"]}'),
        ("/SOF_GetUserList", '{"args": [' + " " * 70_000 + "]}"),
    ],
)
def test_a_call_that_is_none_gets_an_error_code(keys: Simulation, path: str, body: str) -> None:
    answer = httpx.post(f"{keys.base}{path}", content=body, headers={"Origin": PAGE})
    assert answer.json()["ErrorCode"] != 0


def test_it_listens_on_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine only"):
        serve(drawer=Drawer(), origins=[PAGE], host="192.0.2.1", port=0)
