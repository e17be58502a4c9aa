"""Everything that must be refused, as a table: what is sent, and the reason that is expected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asn1crypto import core, pem
from asn1crypto import x509 as asn1

from tests.support.pki import (
    ISSUING,
    LONG_AGO,
    NAME,
    OTHER_USCC,
    SUBJECT,
    TOMORROW,
    USCC,
    YESTERDAY,
    Pki,
    der,
    pkcs7,
    raw,
    sign,
    with_uscc,
)
from yunjian.certificates.core.keys import SM2_ORDER
from yunjian.certificates.core.reasons import Reason
from yunjian.certificates.simulator.authority import (
    CA_EXTENSIONS,
    LEAF_EXTENSIONS,
    ORGANIZATION_POLICY,
    PERSONAL_POLICY,
    USCC_EXTENSION,
    Authority,
    Issued,
    make_key,
    openssl,
)

Signing = Callable[[Pki, bytes], bytes]


def honest(pki: Pki, text: bytes) -> bytes:
    """Sign with the key of the company."""
    return pki.sign(text)


@dataclass(frozen=True)
class Attempt:
    """What somebody sends. `lists` are revocation lists to load instead of fresh ones."""

    certificate: bytes
    sign: Signing = honest
    lists: Sequence[bytes] | None = None
    with_authority: Authority | None = None
    above: Authority | None = None

    @property
    def more(self) -> list[Authority]:
        """The authorities that are known besides the usual ones, the upper one first."""
        return [one for one in (self.above, self.with_authority) if one is not None]


Case = tuple[Reason, Callable[[Pki], Attempt]]


def _issued(pki: Pki, **options: object) -> Attempt:
    return Attempt(der(pki.issue(**options).certificate))  # type: ignore[arg-type]


def _leaf(pki: Pki, sign: Signing = honest, **options: object) -> Attempt:
    return Attempt(der(pki.leaf.certificate), sign, **options)  # type: ignore[arg-type]


def _changed(pki: Pki, change: Callable[[asn1.Certificate], None]) -> Attempt:
    """Return the certificate with something else in it, the signature as it was."""
    held = asn1.Certificate.load(der(pki.leaf.certificate))
    change(held)
    return Attempt(held.dump(force=True))


def _resigned(pki: Pki, change: Callable[[asn1.TbsCertificate], None]) -> Attempt:
    """Return the certificate with something else in it, signed anew by the issuing authority."""
    held = asn1.Certificate.load(der(pki.leaf.certificate))
    body = held["tbs_certificate"]
    change(body)
    held["signature_value"] = sign(pki.algorithm, pki.issuing.key, body.dump(force=True))
    return Attempt(held.dump(force=True))


# --- the certificate ----------------------------------------------------------------------------


def other_name(pki: Pki) -> Attempt:
    def change(held: asn1.Certificate) -> None:
        held["tbs_certificate"]["subject"] = asn1.Name.build({"organization_name": "别家公司"})

    return _changed(pki, change)


def other_code(pki: Pki) -> Attempt:
    content = der(pki.leaf.certificate)
    return Attempt(content.replace(USCC.encode(), OTHER_USCC.encode()))


def flipped_signature(pki: Pki) -> Attempt:
    content = bytearray(der(pki.leaf.certificate))
    content[-3] ^= 1
    return Attempt(bytes(content))


def expired(pki: Pki) -> Attempt:
    return _issued(pki, not_before=LONG_AGO, not_after=YESTERDAY)


def not_yet_valid(pki: Pki) -> Attempt:
    return _issued(pki, not_before=TOMORROW)


def for_servers_only(pki: Pki) -> Attempt:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("extended")]
    return _issued(pki, extensions=with_uscc(USCC, *lines, "extendedKeyUsage=serverAuth"))


def for_encryption_only(pki: Pki) -> Attempt:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("keyUsage")]
    usage = "keyUsage=critical,keyEncipherment,dataEncipherment"
    return _issued(pki, extensions=with_uscc(USCC, *lines, usage))


def for_nothing_said(pki: Pki) -> Attempt:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("keyUsage")]
    return _issued(pki, extensions=with_uscc(USCC, *lines))


def authority_as_company(pki: Pki) -> Attempt:
    def by_authority(held: Pki, text: bytes) -> bytes:
        return held.sign(text, key=held.issuing.key)

    return Attempt(der(pki.issuing.certificate), by_authority)


def root_as_company(pki: Pki) -> Attempt:
    def by_root(held: Pki, text: bytes) -> bytes:
        return held.sign(text, key=held.root.key)

    return Attempt(der(pki.root.certificate), by_root)


def company_marked_as_authority(pki: Pki) -> Attempt:
    return _issued(pki, extensions=with_uscc(USCC, *CA_EXTENSIONS))


def of_another_authority(pki: Pki) -> Attempt:
    other = _other_authority(pki)
    issued = other.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    return Attempt(der(issued.certificate))


def of_another_authority_with_the_same_name(pki: Pki) -> Attempt:
    folder = pki.folder / "impostor"
    if not folder.exists():
        Authority.root(folder, pki.algorithm, "/C=CN/O=Yunjian/CN=Issuing")
    impostor = Authority(folder, pki.algorithm)
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("authorityKey")]
    lines.append("authorityKeyIdentifier=none")
    issued = impostor.issue("leaf", SUBJECT, extensions=with_uscc(USCC, *lines), key=pki.leaf.key)
    return Attempt(der(issued.certificate))


def self_signed(pki: Pki) -> Attempt:
    folder = pki.folder / "own"
    if not folder.exists():
        Authority.root(folder, pki.algorithm, SUBJECT, extensions=with_uscc(USCC, *_ALONE))
    own = Authority(folder, pki.algorithm)

    def by_itself(held: Pki, text: bytes) -> bytes:
        return held.sign(text, key=own.key)

    return Attempt(der(own.certificate), by_itself)


def below_too_many_authorities(pki: Pki) -> Attempt:
    folder = pki.folder / "deeper"
    if not folder.exists():
        pki.issuing.subordinate(folder, "/C=CN/O=Yunjian/CN=Deeper")
    deeper = Authority(folder, pki.algorithm)
    issued = deeper.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    return Attempt(der(issued.certificate), with_authority=deeper)


def below_a_company(pki: Pki) -> Attempt:
    """Somebody issues with the certificate of a company, which names itself no authority."""
    folder = pki.folder / "pretender"
    if not folder.exists():
        pki.root.subordinate(folder, "/C=CN/O=Yunjian/CN=Pretender", extensions=LEAF_EXTENSIONS)
    pretender = Authority(folder, pki.algorithm)
    issued = pretender.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    return Attempt(der(issued.certificate), with_authority=pretender)


def below_an_authority_that_may_not_sign(pki: Pki) -> Attempt:
    folder = pki.folder / "lists-only"
    extensions = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign", _KEY_ID)
    if not folder.exists():
        pki.root.subordinate(folder, "/C=CN/O=Yunjian/CN=Lists", extensions=extensions)
    authority = Authority(folder, pki.algorithm)
    issued = authority.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    return Attempt(der(issued.certificate), with_authority=authority)


def below_an_expired_authority(pki: Pki) -> Attempt:
    folder = pki.folder / "over"
    if not folder.exists():
        pki.root.subordinate(
            folder,
            "/C=CN/O=Yunjian/CN=Over",
            extensions=ISSUING,
            not_before=LONG_AGO,
            not_after=YESTERDAY,
        )
    over = Authority(folder, pki.algorithm)
    issued = over.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    return Attempt(der(issued.certificate), with_authority=over)


def unknown_critical_extension(pki: Pki) -> Attempt:
    extra = "1.2.3.4.5=critical,ASN1:UTF8String:nobody knows"
    return _issued(pki, extensions=with_uscc(USCC, *LEAF_EXTENSIONS, extra))


def with_sha1(pki: Pki) -> Attempt:
    return _issued(pki, digest="sha1")


def with_md5(pki: Pki) -> Attempt:
    return _issued(pki, digest="md5")


def with_a_short_rsa_key(pki: Pki) -> Attempt:
    key = pki.folder / "short.key"
    if not key.exists():
        make_key(key, "rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")

    def by_short(held: Pki, text: bytes) -> bytes:
        return sign("rsa", key, text)

    return Attempt(der(pki.issue(key=key).certificate), by_short)


def on_another_curve(pki: Pki) -> Attempt:
    key = pki.folder / "koblitz.key"
    if not key.exists():
        make_key(key, "ec", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1")

    def by_other(held: Pki, text: bytes) -> bytes:
        return sign("ec", key, text)

    return Attempt(der(pki.issue(key=key).certificate), by_other)


def with_a_point_beside_the_curve(pki: Pki) -> Attempt:
    def change(body: asn1.TbsCertificate) -> None:
        body["subject_public_key_info"]["public_key"] = b"\x04" + b"\x01" * 64

    return _resigned(pki, change)


def the_same_extension_twice(pki: Pki) -> Attempt:
    def change(body: asn1.TbsCertificate) -> None:
        body["extensions"].append(body["extensions"][0].copy())

    return _resigned(pki, change)


def two_signature_algorithms(pki: Pki) -> Attempt:
    def change(body: asn1.TbsCertificate) -> None:
        body["signature"] = {"algorithm": "sha512_rsa"}

    return _resigned(pki, change)


def of_version_1(pki: Pki) -> Attempt:
    def change(body: asn1.TbsCertificate) -> None:
        body["version"] = "v1"
        body["extensions"] = None

    return _resigned(pki, change)


def with_a_wrong_code(pki: Pki) -> Attempt:
    wrong = USCC[:-1] + ("0" if USCC[-1] != "0" else "1")
    return _issued(pki, extensions=with_uscc(wrong))


def without_a_code(pki: Pki) -> Attempt:
    return _issued(pki, extensions=LEAF_EXTENSIONS)


def with_a_code_that_is_none(pki: Pki) -> Attempt:
    return _issued(pki, extensions=with_uscc("12345"))


# --- whose it is --------------------------------------------------------------------------------


def _under(policies: str, code: str = USCC) -> tuple[str, ...]:
    """Return extensions with other policies; none when empty."""
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("certificatePolicies")]
    return with_uscc(code, *lines, *([f"certificatePolicies={policies}"] if policies else []))


def personal_with_the_code_of_an_organisation(pki: Pki) -> Attempt:
    subject = f"/C=CN/O={NAME}/organizationIdentifier=NTRCN-{USCC}/CN={USCC}"
    return _issued(pki, subject=subject, extensions=_under(PERSONAL_POLICY))


def personal_and_of_an_organisation_at_once(pki: Pki) -> Attempt:
    return _issued(pki, extensions=_under(f"{ORGANIZATION_POLICY},{PERSONAL_POLICY}"))


def of_an_unknown_policy(pki: Pki) -> Attempt:
    return _issued(pki, extensions=_under("2.999.7"))


def of_any_policy(pki: Pki) -> Attempt:
    return _issued(pki, extensions=_under("2.5.29.32.0"))


def of_no_policy(pki: Pki) -> Attempt:
    return _issued(pki, extensions=_under(""))


def of_a_policy_twice(pki: Pki) -> Attempt:
    return _issued(pki, extensions=_under(f"{ORGANIZATION_POLICY},{ORGANIZATION_POLICY}"))


def below_an_authority_for_another_policy(pki: Pki) -> Attempt:
    return _below(pki, "other-policy", "certificatePolicies=2.999.7")


def below_an_authority_whose_any_policy_is_inhibited(pki: Pki) -> Attempt:
    folder = pki.folder / "inhibiting"
    if not folder.exists():
        pki.root.subordinate(
            folder,
            "/C=CN/O=Yunjian/CN=Inhibiting",
            extensions=(*CA_EXTENSIONS, *_OURS_ONLY),
        )
    above = Authority(folder, pki.algorithm)
    return _below(pki, "inhibited", "certificatePolicies=2.5.29.32.0", above=above)


def with_the_code_in_free_text(pki: Pki) -> Attempt:
    return _issued(pki, extensions=with_uscc(f"单位 {USCC} 之经办人"))


def with_the_code_in_lower_case(pki: Pki) -> Attempt:
    return _issued(pki, extensions=with_uscc(USCC.lower()))


def with_words_before_the_prefix_of_the_code(pki: Pki) -> Attempt:
    return _named(pki, f"/organizationIdentifier=see NTRCN-{USCC}")


def with_the_code_without_its_prefix(pki: Pki) -> Attempt:
    return _named(pki, f"/organizationIdentifier={USCC}")


def with_the_code_in_a_place_that_is_not_configured(pki: Pki) -> Attempt:
    return _named(pki, f"/serialNumber={USCC}")


def with_the_code_among_other_bytes(pki: Pki) -> Attempt:
    value = core.OctetString(b"\x00\x01 " + USCC.encode() + b" \xff").dump().hex(":")
    return _issued(pki, extensions=(*LEAF_EXTENSIONS, f"{USCC_EXTENSION}=DER:{value}"))


def with_the_code_in_another_encoding(pki: Pki) -> Attempt:
    line = f"{USCC_EXTENSION}=ASN1:IA5STRING:{USCC}"
    return _issued(pki, extensions=(*LEAF_EXTENSIONS, line))


def with_two_codes_in_two_places(pki: Pki) -> Attempt:
    subject = f"/C=CN/O={NAME}/organizationIdentifier=NTRCN-{OTHER_USCC}"
    return _issued(pki, subject=subject, extensions=with_uscc())


def with_two_codes_in_one_place(pki: Pki) -> Attempt:
    both = (f"/organizationIdentifier=NTRCN-{code}" for code in (USCC, OTHER_USCC))
    return _named(pki, "".join(both))


def with_the_same_code_twice_in_one_place(pki: Pki) -> Attempt:
    return _named(pki, f"/organizationIdentifier=NTRCN-{USCC}" * 2)


def with_an_attribute_twice_in_one_part_of_the_name(pki: Pki) -> Attempt:
    both = (f"organizationIdentifier=NTRCN-{code}" for code in (USCC, OTHER_USCC))
    return _named(pki, f"/{'+'.join(both)}")


def with_two_names(pki: Pki) -> Attempt:
    return _issued(pki, subject=f"/C=CN/O={NAME}/O=别家公司")


def without_a_name(pki: Pki) -> Attempt:
    return _issued(pki, subject=f"/C=CN/CN={NAME}")


def _named(pki: Pki, more: str) -> Attempt:
    """Return a certificate whose code could only stand in its subject."""
    return _issued(pki, subject=f"/C=CN/O={NAME}{more}", extensions=LEAF_EXTENSIONS)


# --- purposes, serial numbers, constraints ------------------------------------------------------


def _below(
    pki: Pki, name: str, *lines: str, leaf: Sequence[str] = (), above: Authority | None = None
) -> Attempt:
    """Issue below another authority, whose certificate has these extensions as well."""
    folder = pki.folder / name
    if not folder.exists():
        (above or pki.root).subordinate(
            folder, f"/C=CN/O=Yunjian/CN={name}", extensions=(*ISSUING, *lines)
        )
    authority = Authority(folder, pki.algorithm)
    extensions = with_uscc(USCC, *(leaf or LEAF_EXTENSIONS))
    issued = authority.issue("leaf", SUBJECT, extensions=extensions, key=pki.leaf.key)
    return Attempt(der(issued.certificate), with_authority=authority, above=above)


def _for_purposes(purposes: str) -> list[str]:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("extendedKeyUsage")]
    return [*lines, f"extendedKeyUsage={purposes}"] if purposes else lines


def for_signing_in_below_an_authority_for_servers(pki: Pki) -> Attempt:
    return _below(pki, "servers", "extendedKeyUsage=serverAuth")


def for_any_purpose_below_an_authority_for_servers(pki: Pki) -> Attempt:
    leaf = _for_purposes("anyExtendedKeyUsage")
    return _below(pki, "servers", "extendedKeyUsage=serverAuth", leaf=leaf)


def for_no_purpose_said_below_an_authority_for_servers(pki: Pki) -> Attempt:
    return _below(pki, "servers", "extendedKeyUsage=serverAuth", leaf=_for_purposes(""))


def for_issuing_without_being_an_authority(pki: Pki) -> Attempt:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("keyUsage")]
    usage = "keyUsage=critical,digitalSignature,keyCertSign"
    return _issued(pki, extensions=with_uscc(USCC, *lines, usage))


def _numbered(pki: Pki, number: int) -> Attempt:
    def change(body: asn1.TbsCertificate) -> None:
        body["serial_number"] = number

    return _resigned(pki, change)


def with_serial_number_zero(pki: Pki) -> Attempt:
    return _numbered(pki, 0)


def with_a_negative_serial_number(pki: Pki) -> Attempt:
    return _numbered(pki, -5)


def with_a_serial_number_of_21_octets(pki: Pki) -> Attempt:
    return _numbered(pki, 2**159)  # as a positive number it needs an octet of zero before it


def with_a_critical_extension_that_nobody_acts_upon(pki: Pki) -> Attempt:
    extra = "qcStatements=critical,DER:30:00"
    return _issued(pki, extensions=with_uscc(USCC, *LEAF_EXTENSIONS, extra))


def below_an_authority_with_an_unknown_critical_extension(pki: Pki) -> Attempt:
    return _below(pki, "unknown-critical", "1.2.3.4.5=critical,DER:05:00")


def with_a_name_outside_of_what_its_authority_may_name(pki: Pki) -> Attempt:
    leaf = [*LEAF_EXTENSIONS, "subjectAltName=DNS:evil.example"]
    return _below(pki, "names", "nameConstraints=critical,permitted;DNS:good.example", leaf=leaf)


def with_a_name_of_a_kind_that_is_constrained_and_not_understood(pki: Pki) -> Attempt:
    leaf = [*LEAF_EXTENSIONS, "subjectAltName=IP:10.1.2.3"]
    constraint = "nameConstraints=critical,permitted;IP:10.0.0.0/255.0.0.0"
    return _below(pki, "numbers", constraint, leaf=leaf)


# --- the bytes ----------------------------------------------------------------------------------


def truncated(pki: Pki) -> Attempt:
    return Attempt(der(pki.leaf.certificate)[:-40])


def nothing(pki: Pki) -> Attempt:
    return Attempt(b"")


def something_behind(pki: Pki) -> Attempt:
    return Attempt(der(pki.leaf.certificate) + b"\x05\x00")


def no_der(pki: Pki) -> Attempt:
    return Attempt(b"-" * 500)


def another_structure(pki: Pki) -> Attempt:
    return Attempt(core.SequenceOf([1, 2, 3], spec=core.Integer).dump())


def deeply_nested(pki: Pki) -> Attempt:
    content = b"\x05\x00"
    for _ in range(2000):
        content = core.Sequence(contents=content).dump()
    return Attempt(content)


def endless_nesting(pki: Pki) -> Attempt:
    return Attempt(b"\x30\x80" * 7000)


def ten_megabytes(pki: Pki) -> Attempt:
    return Attempt(b"\x30\x83\x98\x96\x7b" + b"\x00" * (10_000_000 - 5))


def many_elements(pki: Pki) -> Attempt:
    return Attempt(core.Sequence(contents=b"\x05\x00" * 7000).dump())


# --- revocation ---------------------------------------------------------------------------------


def revoked(pki: Pki) -> Attempt:
    issued = pki.issue()
    pki.issuing.revoke(issued)
    return Attempt(der(issued.certificate))


def below_a_revoked_authority(pki: Pki) -> Attempt:
    folder = pki.folder / "revoked-authority"
    if not folder.exists():
        made = pki.root.subordinate(folder, "/C=CN/O=Yunjian/CN=Gone", extensions=ISSUING)
        pki.root.revoke(Issued(made.certificate, made.key))
    gone = Authority(folder, pki.algorithm)
    issued = gone.issue("leaf", SUBJECT, extensions=with_uscc(), key=pki.leaf.key)
    lists = [pki.list_of(pki.root), pki.list_of(pki.issuing), pki.list_of(gone)]
    return Attempt(der(issued.certificate), lists=lists, with_authority=gone)


def no_list(pki: Pki) -> Attempt:
    return _leaf(pki, lists=[])


def no_list_of_the_issuing_authority(pki: Pki) -> Attempt:
    return _leaf(pki, lists=[pki.list_of(pki.root)])


def no_list_of_the_root(pki: Pki) -> Attempt:
    return _leaf(pki, lists=[pki.list_of(pki.issuing)])


def stale_list(pki: Pki) -> Attempt:
    old = pki.list_of(pki.issuing, last_update=LONG_AGO, next_update=YESTERDAY)
    return _leaf(pki, lists=[pki.list_of(pki.root), old])


def forged_list(pki: Pki) -> Attempt:
    content = bytearray(_der_list(pki.list_of(pki.issuing)))
    content[-3] ^= 1
    return _leaf(pki, lists=[pki.list_of(pki.root), bytes(content)])


def list_of_another_authority(pki: Pki) -> Attempt:
    other = _other_authority(pki)
    return _leaf(pki, lists=[pki.list_of(pki.root), pki.list_of(other)])


def list_of_another_part(pki: Pki) -> Attempt:
    part = "issuingDistributionPoint=critical,DER:" + core.Sequence(
        contents=bytes.fromhex("a013a011860f") + b"http://x/part/7"
    ).dump().hex(":")
    extensions = ("authorityKeyIdentifier=keyid:always", part)
    return _leaf(
        pki, lists=[pki.list_of(pki.root), pki.list_of(pki.issuing, extensions=extensions)]
    )


# --- the signature ------------------------------------------------------------------------------


def over_another_challenge(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, _text: held.sign(b"yunjian/signin/1 yunjian.test ffffff"))


def of_another_key(pki: Pki) -> Attempt:
    key = pki.folder / "stranger.key"
    if not key.exists():
        make_key(key, pki.algorithm)
    return _leaf(pki, lambda held, text: held.sign(text, key=key))


def with_another_identity(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: held.sign(text, distid="distid:8765432187654321"))


def no_signature(pki: Pki) -> Attempt:
    return _leaf(pki, lambda _held, _text: b"")


def signature_of_zeros(pki: Pki) -> Attempt:
    return _leaf(pki, lambda _held, _text: bytes(64))


def r_is_zero(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: bytes(32) + raw(held.sign(text))[32:])


def s_is_too_great(pki: Pki) -> Attempt:
    order = SM2_ORDER.to_bytes(32, "big")
    return _leaf(pki, lambda held, text: raw(held.sign(text))[:32] + order)


def signature_too_short(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: raw(held.sign(text))[:-1])


def signature_with_something_behind(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: held.sign(text) + b"\x00")


def signature_in_long_form(pki: Pki) -> Attempt:
    def longer(held: Pki, text: bytes) -> bytes:
        usual = held.sign(text)
        return b"\x30\x81" + usual[1:]

    return _leaf(pki, longer)


def rsa_signature_with_sha1(pki: Pki) -> Attempt:
    return _leaf(
        pki, lambda held, text: openssl("dgst", "-sha1", "-sign", held.leaf.key, given=text)
    )


def rsa_signature_too_short(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: held.sign(text)[:-1])


def message_of_two_signers(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: pkcs7(held, text, signers=2))


def message_of_nobody(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: pkcs7(held, text, signers=0))


def message_of_another_signer(pki: Pki) -> Attempt:
    other = der(pki.issue().certificate)
    return _leaf(pki, lambda held, text: pkcs7(held, text, certificate=other))


def message_with_another_content(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: pkcs7(held, text, content=b"something else"))


def message_over_another_challenge(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, _text: pkcs7(held, b"another challenge"))


def detached_message_over_another_challenge(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, _text: pkcs7(held, b"another challenge", detached=True))


def bare_message_over_another_challenge(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, _text: pkcs7(held, b"another", detached=True, attributes=False))


def truncated_message(pki: Pki) -> Attempt:
    return _leaf(pki, lambda held, text: pkcs7(held, text)[:-20])


def signature_of_ten_megabytes(pki: Pki) -> Attempt:
    return _leaf(pki, lambda _held, _text: b"\x30" * 10_000_000)


# --- the table ----------------------------------------------------------------------------------

_KEY_ID = "subjectKeyIdentifier=hash"
_OURS_ONLY = (f"certificatePolicies={ORGANIZATION_POLICY}", "inhibitAnyPolicy=critical,0")
_ALONE = (
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    _KEY_ID,
)

EVERYWHERE: list[Case] = [
    (Reason.TAMPERED, other_name),
    (Reason.TAMPERED, other_code),
    (Reason.TAMPERED, flipped_signature),
    (Reason.EXPIRED, expired),
    (Reason.NOT_YET_VALID, not_yet_valid),
    (Reason.WRONG_USAGE, for_servers_only),
    (Reason.WRONG_USAGE, for_encryption_only),
    (Reason.WRONG_USAGE, for_nothing_said),
    (Reason.IS_AUTHORITY, authority_as_company),
    (Reason.IS_AUTHORITY, root_as_company),
    (Reason.IS_AUTHORITY, company_marked_as_authority),
    (Reason.ISSUER_UNKNOWN, of_another_authority),
    (Reason.TAMPERED, of_another_authority_with_the_same_name),
    (Reason.SELF_SIGNED, self_signed),
    (Reason.CHAIN, below_too_many_authorities),
    (Reason.CHAIN, below_a_company),
    (Reason.CHAIN, below_an_authority_that_may_not_sign),
    (Reason.AUTHORITY_NOT_VALID, below_an_expired_authority),
    (Reason.CRITICAL_EXTENSION, unknown_critical_extension),
    (Reason.DUPLICATE_EXTENSION, the_same_extension_twice),
    (Reason.MALFORMED, two_signature_algorithms),
    (Reason.MALFORMED, of_version_1),
    (Reason.USCC_WRONG, with_a_wrong_code),
    (Reason.USCC_MISSING, without_a_code),
    (Reason.USCC_WRONG, with_a_code_that_is_none),
    (Reason.PERSONAL, personal_with_the_code_of_an_organisation),
    (Reason.PERSONAL, personal_and_of_an_organisation_at_once),
    (Reason.WRONG_POLICY, of_an_unknown_policy),
    (Reason.WRONG_POLICY, of_any_policy),
    (Reason.WRONG_POLICY, of_no_policy),
    (Reason.AMBIGUOUS, of_a_policy_twice),
    (Reason.WRONG_POLICY, below_an_authority_for_another_policy),
    (Reason.WRONG_POLICY, below_an_authority_whose_any_policy_is_inhibited),
    (Reason.USCC_WRONG, with_the_code_in_free_text),
    (Reason.USCC_WRONG, with_the_code_in_lower_case),
    (Reason.USCC_WRONG, with_words_before_the_prefix_of_the_code),
    (Reason.USCC_WRONG, with_the_code_without_its_prefix),
    (Reason.USCC_MISSING, with_the_code_in_a_place_that_is_not_configured),
    (Reason.USCC_WRONG, with_the_code_among_other_bytes),
    (Reason.USCC_WRONG, with_the_code_in_another_encoding),
    (Reason.AMBIGUOUS, with_two_codes_in_two_places),
    (Reason.AMBIGUOUS, with_two_codes_in_one_place),
    (Reason.AMBIGUOUS, with_the_same_code_twice_in_one_place),
    (Reason.AMBIGUOUS, with_an_attribute_twice_in_one_part_of_the_name),
    (Reason.AMBIGUOUS, with_two_names),
    (Reason.NAME_MISSING, without_a_name),
    (Reason.WRONG_USAGE, for_signing_in_below_an_authority_for_servers),
    (Reason.WRONG_USAGE, for_any_purpose_below_an_authority_for_servers),
    (Reason.WRONG_USAGE, for_no_purpose_said_below_an_authority_for_servers),
    (Reason.WRONG_USAGE, for_issuing_without_being_an_authority),
    (Reason.SERIAL_NUMBER, with_serial_number_zero),
    (Reason.SERIAL_NUMBER, with_a_negative_serial_number),
    (Reason.SERIAL_NUMBER, with_a_serial_number_of_21_octets),
    (Reason.CRITICAL_EXTENSION, with_a_critical_extension_that_nobody_acts_upon),
    (Reason.CRITICAL_EXTENSION, below_an_authority_with_an_unknown_critical_extension),
    (Reason.CHAIN, with_a_name_outside_of_what_its_authority_may_name),
    (Reason.CHAIN, with_a_name_of_a_kind_that_is_constrained_and_not_understood),
    (Reason.TRUNCATED, truncated),
    (Reason.MALFORMED, nothing),
    (Reason.MALFORMED, something_behind),
    (Reason.MALFORMED, no_der),
    (Reason.MALFORMED, another_structure),
    (Reason.MALFORMED, deeply_nested),
    (Reason.MALFORMED, endless_nesting),
    (Reason.MALFORMED, many_elements),
    (Reason.TOO_LARGE, ten_megabytes),
    (Reason.REVOKED, revoked),
    (Reason.REVOKED, below_a_revoked_authority),
    (Reason.REVOCATION_MISSING, no_list),
    (Reason.REVOCATION_MISSING, no_list_of_the_issuing_authority),
    (Reason.REVOCATION_MISSING, no_list_of_the_root),
    (Reason.REVOCATION_STALE, stale_list),
    (Reason.REVOCATION_MISSING, forged_list),
    (Reason.REVOCATION_MISSING, list_of_another_authority),
    (Reason.REVOCATION_MISSING, list_of_another_part),
    (Reason.SIGNATURE_WRONG, over_another_challenge),
    (Reason.SIGNATURE_WRONG, of_another_key),
    (Reason.SIGNATURE_MALFORMED, no_signature),
    (Reason.SIGNERS_SEVERAL, message_of_two_signers),
    (Reason.SIGNATURE_MALFORMED, message_of_nobody),
    (Reason.SIGNER_DIFFERS, message_of_another_signer),
    (Reason.CONTENT_DIFFERS, message_with_another_content),
    (Reason.CONTENT_DIFFERS, message_over_another_challenge),
    (Reason.CONTENT_DIFFERS, detached_message_over_another_challenge),
    (Reason.SIGNATURE_WRONG, bare_message_over_another_challenge),
    (Reason.SIGNATURE_MALFORMED, truncated_message),
    (Reason.TOO_LARGE, signature_of_ten_megabytes),
]
ONLY_SM2: list[Case] = [
    (Reason.SIGNATURE_WRONG, with_another_identity),
    (Reason.KEY_INVALID, with_a_point_beside_the_curve),
    (Reason.SIGNATURE_MALFORMED, signature_of_zeros),
    (Reason.SIGNATURE_MALFORMED, r_is_zero),
    (Reason.SIGNATURE_MALFORMED, s_is_too_great),
    (Reason.SIGNATURE_MALFORMED, signature_too_short),
    (Reason.SIGNATURE_MALFORMED, signature_with_something_behind),
    (Reason.SIGNATURE_MALFORMED, signature_in_long_form),
]
ONLY_RSA: list[Case] = [
    (Reason.ALGORITHM_WEAK, with_sha1),
    (Reason.ALGORITHM_WEAK, with_md5),
    (Reason.KEY_WEAK, with_a_short_rsa_key),
    (Reason.ALGORITHM_UNKNOWN, on_another_curve),
    (Reason.SIGNATURE_WRONG, rsa_signature_with_sha1),
    (Reason.SIGNATURE_MALFORMED, rsa_signature_too_short),
]


def _other_authority(pki: Pki) -> Authority:
    folder = pki.folder / "other"
    if not folder.exists():
        Authority.root(folder, pki.algorithm, f"/C=CN/O={NAME}/CN=Other")
    return Authority(folder, pki.algorithm)


def _der_list(content: bytes) -> bytes:
    result: bytes = pem.unarmor(content)[2]
    return result
