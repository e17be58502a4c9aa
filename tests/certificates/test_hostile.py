"""What is refused: each hostile certificate and signature, with its reason, in bounded time."""

import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from asn1crypto import pem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.certificates.hostile import EVERYWHERE, ONLY_RSA, ONLY_SM2, Case
from tests.support.pki import TEXT, Pki, der, pkcs7
from yunjian.certificates.core.certificate import parse_certificate
from yunjian.certificates.core.chain import TrustStore, trust_in
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.certificates.core.revocation import (
    ListRefused,
    ListsInMemory,
    RevocationList,
    parse_list,
)
from yunjian.certificates.core.verification import verify_signed

CASES = [
    *[("sm2", case) for case in (*EVERYWHERE, *ONLY_SM2)],
    *[("rsa", case) for case in (*EVERYWHERE, *ONLY_RSA)],
]
SECONDS = 1.0
BYTES = 40_000_000


def _named(value: object) -> str:
    return value if isinstance(value, str) else value[1].__name__  # type: ignore[index]


@pytest.mark.parametrize(("algorithm", "case"), CASES, ids=_named)
def test_it_is_refused_for_its_reason(
    request: pytest.FixtureRequest, algorithm: str, case: Case
) -> None:
    pki: Pki = request.getfixturevalue(algorithm)
    reason, made = case
    attempt = made(pki)
    signature = attempt.sign(pki, TEXT)
    trust = pki.trusting(*attempt.more)
    lists = pki.lists() if attempt.lists is None else _believed(attempt.lists, trust)
    if attempt.lists is None:
        lists += _believed([pki.list_of(one) for one in attempt.more], trust)
    begin = time.thread_time()  # of the processor: others may keep it busy
    tracemalloc.start()
    try:
        with pytest.raises(Refused) as refused:
            verify_signed(
                parse_certificate(attempt.certificate),
                TEXT,
                signature,
                trust=trust,
                revocations=ListsInMemory(lists),
                moment=datetime.now(tz=UTC),
            )
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.reason == reason, refused.value
    assert time.thread_time() - begin < SECONDS
    assert peak < BYTES


def _believed(contents: object, trust: TrustStore) -> list[RevocationList]:
    results: list[RevocationList] = []
    for content in contents:  # type: ignore[attr-defined]
        try:
            results.append(parse_list(content, trust.authorities, datetime.now(tz=UTC)))
        except ListRefused:
            continue
    return results


def test_the_demo_authority_is_not_trusted_unless_it_is_allowed(sm2: Pki) -> None:
    trust = trust_in(sm2.authorities)
    with pytest.raises(Refused) as refused:
        sm2.verify(trust=trust)
    assert refused.value.reason == Reason.ISSUER_UNKNOWN


def test_what_the_demo_root_issued_itself_is_named_as_such(sm2: Pki) -> None:
    issued = sm2.root.issue("direct", "/C=CN/CN=x", key=sm2.leaf.key)
    with pytest.raises(Refused) as refused:
        sm2.verify(der(issued.certificate), trust=trust_in(sm2.authorities))
    assert refused.value.reason == Reason.DEMO


@pytest.mark.parametrize("which", ["subject", "issuer"])
def test_a_name_that_cannot_be_compared_is_refused(pki: Pki, which: str) -> None:
    content = der(pki.leaf.certificate)
    name = getattr(parse_certificate(content).asn1, which).dump()
    with pytest.raises(Refused) as refused:
        parse_certificate(content.replace(name, _with_private_use(name)))
    assert refused.value.reason == Reason.MALFORMED


def test_a_signer_whose_name_cannot_be_compared_is_refused(pki: Pki) -> None:
    name = parse_certificate(der(pki.leaf.certificate)).asn1.issuer.dump()
    message = _message(pki)
    assert name in message
    with pytest.raises(Refused) as refused:
        _quick(pki, der(pki.leaf.certificate), message.replace(name, _with_private_use(name)))
    assert refused.value.reason == Reason.SIGNATURE_MALFORMED


def test_a_list_whose_issuer_cannot_be_compared_is_refused(pki: Pki) -> None:
    name = parse_certificate(der(pki.leaf.certificate)).asn1.issuer.dump()
    _kind, _headers, content = pem.unarmor(pki.fresh(pki.issuing))
    assert name in content
    with pytest.raises(ListRefused):
        parse_list(
            content.replace(name, _with_private_use(name)), pki.authorities, datetime.now(tz=UTC)
        )


def _with_private_use(name: bytes) -> bytes:
    """Return a name whose last three octets are a character of the private use area."""
    return name[:-3] + "\ue000".encode()


def test_a_signature_of_broken_octets_is_refused_whatever_its_last_bits_are(pki: Pki) -> None:
    content = der(pki.leaf.certificate)
    signature = parse_certificate(content).asn1["signature_value"].contents
    assert content.endswith(signature)
    at = len(content) - len(signature)
    with pytest.raises(Refused) as refused:
        parse_certificate(content[:at] + b"\x01" + content[at + 1 :])
    assert refused.value.reason == Reason.MALFORMED


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_flipped_bit_of_a_certificate_gets_in(pki: Pki, data: st.DataObject) -> None:
    content = bytearray(der(pki.leaf.certificate))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if bytes(content) == der(pki.leaf.certificate):
        return
    with pytest.raises(Refused):
        _quick(pki, bytes(content), _honest(pki))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_flipped_bit_of_a_signature_gets_in(pki: Pki, data: st.DataObject) -> None:
    usual = data.draw(st.sampled_from([_honest(pki), _message(pki)]))
    content = bytearray(usual)
    bit = data.draw(st.integers(0, 7))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << bit
    try:
        _quick(pki, der(pki.leaf.certificate), bytes(content))
    except Refused:
        return
    # what is not signed (versions, the list of digests) may say anything
    assert usual == _message(pki)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400))
def test_no_bytes_at_all_are_more_than_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        parse_certificate(content)


_kept: dict[str, tuple[bytes, bytes, list[RevocationList]]] = {}


def _once(pki: Pki) -> tuple[bytes, bytes, list[RevocationList]]:
    if pki.algorithm not in _kept:
        _kept[pki.algorithm] = (pki.sign(), pkcs7(pki), pki.lists())
    return _kept[pki.algorithm]


def _honest(pki: Pki) -> bytes:
    return _once(pki)[0]


def _message(pki: Pki) -> bytes:
    return _once(pki)[1]


def _quick(pki: Pki, certificate: bytes, signature: bytes) -> None:
    pki.verify(certificate, signature, lists=_once(pki)[2])
