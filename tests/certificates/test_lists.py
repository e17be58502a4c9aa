"""Revocation lists: loaded from files, believed when signed, the last good one stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core, pem
from pytest_django import Settings

from tests.support.certificate_desk import Desk, load_lists, set_up, trusting
from tests.support.pki import LONG_AGO, TOMORROW, YESTERDAY, Pki, parsed
from tests.support.world import World
from yunjian.certificates.jobs import forget_challenges
from yunjian.certificates.jobs import load_lists as job
from yunjian.certificates.models import Challenge, RevocationFile, RevocationList, RevokedSerial
from yunjian.certificates.selectors.authorities import authority_states
from yunjian.certificates.selectors.health import findings
from yunjian.certificates.simulator.authority import LEAF_EXTENSIONS, Authority
from yunjian.evidence.models import Event
from yunjian.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.reads_all_rows]


def test_the_job_loads_every_list_once(settings: Settings, tmp_path: Path, pki: Pki) -> None:
    trusting(settings, tmp_path, pki.root, pki.issuing)
    gone = pki.issue()
    pki.issuing.revoke(gone)
    contents = [pki.list_of(pki.root), pki.list_of(pki.issuing)]
    assert load_lists(tmp_path, contents).loaded == ["0.crl", "1.crl"]
    serial = parsed(gone.certificate).serial
    assert RevokedSerial.objects.filter(serial=serial).count() == 1
    job(0)
    assert Event.unscoped().filter(verb="revocation_list.loaded").count() == 2
    assert load_lists(tmp_path, contents).unchanged == ["0.crl", "1.crl"]


def test_a_newer_list_takes_the_place_of_the_older(
    settings: Settings, tmp_path: Path, sm2: Pki
) -> None:
    set_up(settings, tmp_path, sm2)
    gone = sm2.issue()
    sm2.issuing.revoke(gone)
    load_lists(tmp_path, [sm2.list_of(sm2.issuing, last_update=datetime.now(tz=UTC))])
    assert RevocationList.objects.count() == 2
    assert RevokedSerial.objects.filter(serial=parsed(gone.certificate).serial).exists()


def test_an_older_list_is_not_taken_in_place_of_a_newer(
    settings: Settings, tmp_path: Path, sm2: Pki
) -> None:
    set_up(settings, tmp_path, sm2)
    before = set(RevocationList.objects.values_list("this_update", flat=True))
    old = sm2.list_of(sm2.issuing, last_update=YESTERDAY, next_update=TOMORROW)
    assert load_lists(tmp_path, [old]).refused == {"0.crl": "older"}
    assert set(RevocationList.objects.values_list("this_update", flat=True)) == before


def _bytes(content: bytes) -> bytes:
    result: bytes = pem.unarmor(content)[2]
    return result


def _forged(pki: Pki) -> bytes:
    content = bytearray(_bytes(pki.list_of(pki.issuing)))
    content[-3] ^= 1
    return bytes(content)


def _with(pki: Pki, *extensions: str) -> bytes:
    return pki.list_of(pki.issuing, extensions=("authorityKeyIdentifier=keyid:always", *extensions))


def _point(inner: str) -> str:
    value = core.Sequence(contents=bytes.fromhex(inner)).dump().hex(":")
    return f"issuingDistributionPoint=critical,DER:{value}"


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (_forged, "signature_wrong"),
        (lambda pki: _bytes(pki.list_of(pki.issuing))[:-20], "malformed"),
        (lambda _pki: b"rubbish", "malformed"),
        (lambda _pki: b"", "malformed"),
        (lambda pki: pki.list_of(pki.issuing, last_update=TOMORROW), "not_yet"),
        (lambda pki: _with(pki, "deltaCRL=critical,DER:02:01:01"), "not_whole"),
        (lambda pki: _with(pki, _point("8401ff")), "not_whole"),
        (lambda pki: _with(pki, "1.2.3.4=critical,DER:05:00"), "critical_extension"),
    ],
)
def test_a_list_that_is_not_believed_leaves_the_last_good_one(
    settings: Settings, tmp_path: Path, sm2: Pki, world: World, *, made: object, problem: str
) -> None:
    set_up(settings, tmp_path, sm2)
    report = load_lists(tmp_path, [made(sm2)])  # type: ignore[operator]
    assert report.refused == {"0.crl": problem}
    assert RevocationFile.objects.get().problem == problem
    assert Event.unscoped().filter(verb="revocation_list.refused").count() == 1
    assert RevocationList.objects.count() == 2
    assert Desk().sign_in(sm2).status_code == 200
    assert any(not result.ok for result in findings())


def test_a_list_of_nobody_we_know_is_not_believed(
    settings: Settings, tmp_path: Path, sm2: Pki, rsa: Pki
) -> None:
    trusting(settings, tmp_path, sm2.root)
    other = rsa.list_of(rsa.issuing)
    assert load_lists(tmp_path, [other]).refused == {"0.crl": "issuer_unknown"}


def test_a_company_cannot_write_a_list(settings: Settings, tmp_path: Path, sm2: Pki) -> None:
    folder = sm2.folder / "list-writer"
    if not folder.exists():
        sm2.root.subordinate(folder, "/C=CN/O=Yunjian/CN=Writer", extensions=LEAF_EXTENSIONS)
    writer = Authority(folder, "sm2")
    trusting(settings, tmp_path, sm2.root, writer)
    assert load_lists(tmp_path, [sm2.list_of(writer)]).refused == {"0.crl": "issuer_unknown"}


def test_a_list_becomes_believed_when_its_authority_is_trusted(
    settings: Settings, tmp_path: Path, sm2: Pki
) -> None:
    trusting(settings, tmp_path, sm2.root)
    content = sm2.list_of(sm2.issuing)
    assert load_lists(tmp_path, [content]).refused
    trusting(settings, tmp_path, sm2.root, sm2.issuing)
    assert load_lists(tmp_path, [content]).loaded == ["0.crl"]


def test_a_part_of_a_list_covers_the_certificates_that_name_it(
    settings: Settings, tmp_path: Path, sm2: Pki, world: World
) -> None:
    trusting(settings, tmp_path, sm2.root, sm2.issuing)
    address = "http://crl.example/part/7"
    name = address.encode()
    inner = bytes([0x86, len(name)]) + name
    point = bytes([0xA0, len(inner)]) + inner
    value = bytes([0xA0, len(point)]) + point
    part = _with(sm2, _point(value.hex()))
    load_lists(tmp_path, [sm2.list_of(sm2.root), part])
    assert Desk().sign_in(sm2).json()["reason"] == "revocation_missing"
    held = sm2.issue(
        extensions=(
            *LEAF_EXTENSIONS,
            "1.2.156.112570.11.210=ASN1:UTF8String:91310115MA1K4QRT2E",
            f"crlDistributionPoints=URI:{address}",
        )
    )
    assert Desk().sign_in(sm2, held).status_code == 200


def test_the_state_of_each_authority_is_told(settings: Settings, tmp_path: Path, sm2: Pki) -> None:
    trusting(settings, tmp_path, sm2.root, sm2.issuing)
    old = sm2.list_of(sm2.root, last_update=LONG_AGO, next_update=YESTERDAY)
    load_lists(tmp_path, [old])
    assert [state.state for state in authority_states()] == ["missing", "stale"]
    soon = sm2.list_of(sm2.root, next_update=datetime.now(tz=UTC) + timedelta(hours=2))
    load_lists(tmp_path, [soon, sm2.list_of(sm2.issuing)])
    assert [state.state for state in authority_states()] == ["soon", "good"]


def test_the_doctor_is_told_what_to_do(settings: Settings, tmp_path: Path, sm2: Pki) -> None:
    settings.CERTIFICATE_AUTHORITIES = str(tmp_path / "nothing")
    assert [result.ok for result in findings()] == [True]  # not used, nothing wrong
    trusting(settings, tmp_path, sm2.root, sm2.issuing)
    assert any("吊销列表" in result.zh and not result.ok for result in findings())
    load_lists(tmp_path, [sm2.list_of(sm2.root), sm2.list_of(sm2.issuing)])
    assert all(result.ok for result in findings())
    settings.CERTIFICATE_ALLOW_DEMO = False
    assert any("演示" in result.zh and not result.ok for result in findings())
    settings.CERTIFICATE_ALLOW_DEMO = True
    profile = tmp_path / "authorities" / "1.toml"
    profile.unlink()
    assert [result.name for result in findings() if not result.ok] == ["certificate profile"]
    profile.write_text("nothing")
    assert any("1.toml" in result.zh and not result.ok for result in findings())
    profile.unlink()
    (tmp_path / "authorities" / "broken.pem").write_text("nothing")
    assert any("broken.pem" in result.zh and not result.ok for result in findings())


def test_challenges_are_forgotten_after_a_day() -> None:
    at = now()
    for hours in (1, 30):
        Challenge.objects.create(
            text=str(hours), session_digest="", expires_at=at - timedelta(hours=hours)
        )
    forget_challenges(0)
    assert [row.text for row in Challenge.objects.all()] == ["1"]
