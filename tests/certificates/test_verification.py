"""What is accepted: chains and signatures of the `openssl` program, in every form."""

from pathlib import Path

import pytest

from tests.support.pki import NAME, TEXT, USCC, Pki, der, pkcs7, raw
from yunjian.certificates.core.chain import read_authorities, trust_in
from yunjian.certificates.core.signatures import Encoding
from yunjian.certificates.simulator.authority import DISTID, openssl
from yunjian.identity.domain.uscc import is_uscc


def test_a_certificate_and_signature_of_openssl_are_accepted(pki: Pki) -> None:
    result = pki.verify()
    assert (result.uscc, result.name) == (USCC, NAME)
    assert result.encoding == (Encoding.RSA if pki.algorithm == "rsa" else Encoding.DER)


def test_r_and_s_may_stand_side_by_side(sm2: Pki, ec: Pki) -> None:
    for pki in (sm2, ec):
        assert pki.verify(signature=raw(pki.sign())).encoding == Encoding.RAW
        halves = raw(pki.sign())
        blob = bytes(32) + halves[:32] + bytes(32) + halves[32:]
        assert pki.verify(signature=blob).encoding == Encoding.RAW


def test_rsa_signatures_may_be_padded_as_pss(rsa: Pki) -> None:
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    signature = openssl("dgst", "-sha256", "-sign", rsa.leaf.key, *options, given=TEXT)
    assert rsa.verify(signature=signature).encoding == Encoding.RSA


@pytest.mark.parametrize("detached", [True, False])
@pytest.mark.parametrize("attributes", [True, False])
@pytest.mark.parametrize("gm", [True, False])
def test_signed_messages_are_accepted(
    pki: Pki, *, detached: bool, attributes: bool, gm: bool
) -> None:
    message = pkcs7(pki, detached=detached, attributes=attributes, gm=gm)
    assert pki.verify(signature=message).encoding == Encoding.PKCS7


@pytest.mark.parametrize("extra", [["-nodetach"], [], ["-noattr"], ["-keyid", "-nodetach"]])
def test_signed_messages_of_openssl_are_accepted(
    rsa: Pki, ec: Pki, tmp_path: Path, extra: list[str]
) -> None:
    for pki in (rsa, ec):
        message = openssl(
            "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER",
            "-signer", pki.leaf.certificate, "-inkey", pki.leaf.key, *extra,
            given=TEXT,
        )  # fmt: skip
        assert pki.verify(signature=message).encoding == Encoding.PKCS7


def test_openssl_verifies_both_certificates_of_the_chain_as_well(sm2: Pki) -> None:
    # the program applies the identity of SM2 to the last certificate only, so one at a time
    for certificate, issuer in (
        (sm2.leaf.certificate, sm2.issuing.certificate),
        (sm2.issuing.certificate, sm2.root.certificate),
    ):
        stated = openssl(
            "verify", "-vfyopt", DISTID, "-partial_chain", "-trusted", issuer, certificate
        )
        assert stated.strip().endswith(b"OK")


def test_authorities_are_read_from_files_and_those_of_the_demo_left_out(
    sm2: Pki, rsa: Pki, tmp_path: Path
) -> None:
    both = rsa.root.certificate.read_bytes() + rsa.issuing.certificate.read_bytes()
    (tmp_path / "rsa.pem").write_bytes(both)
    (tmp_path / "sm2.cer").write_bytes(der(sm2.root.certificate))
    (tmp_path / "readme.txt").write_text("nothing")
    result = read_authorities(tmp_path)
    assert len(trust_in(result, allow_demo=True).roots) == 2
    assert len(trust_in(result, allow_demo=True).intermediates) == 1
    assert trust_in(result).roots == ()


def test_codes_are_checked_by_their_last_character() -> None:
    assert is_uscc("91350100M000100Y43")  # the example of GB 32100
    assert not is_uscc("91350100M000100Y4O")
    assert not is_uscc("91350100M000100Y44")
    assert not is_uscc("")
