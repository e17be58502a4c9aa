"""The profile of an authority: what it says of its certificates, and what is read by it."""

from pathlib import Path

import pytest
from asn1crypto import x509 as asn1

from tests.support.pki import NAME, OTHER_USCC, SUBJECT, USCC, Pki, der, parsed, with_uscc
from yunjian.certificates.core.chain import (
    UnreadableAuthority,
    read_authorities,
    read_profiles,
    trust_in,
)
from yunjian.certificates.core.profiles import ProfileInvalid, parse_profile
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.certificates.core.verification import Verified
from yunjian.certificates.simulator.authority import (
    CA_EXTENSIONS,
    LEAF_EXTENSIONS,
    ORGANIZATION_POLICY,
    PERSONAL_POLICY,
    PROFILE,
    USCC_EXTENSION,
    Authority,
)

KINDS = f"""
[personal]
policies = ["{PERSONAL_POLICY}"]
[organization]
policies = ["{ORGANIZATION_POLICY}"]
"""
EXTENSION = "1.2.156.10260.4.4"
OTHER_NAME = "1.2.156.10260.9.9"


def coded(place: str, more: str = "") -> str:
    """Return a profile with one place of the code."""
    return f"{KINDS}{more}\n[[organization.code]]\n{place}\n"


def read(pki: Pki, profile: str, *extensions: str, subject: str = SUBJECT) -> Verified:
    """Issue a certificate with these extensions, and read it as the profile says."""
    issued = pki.issue(subject, extensions=(*LEAF_EXTENSIONS, *extensions))
    return pki.verify(der(issued.certificate), trust=pki.trusting(profile=parse_profile(profile)))


def refused(pki: Pki, profile: str, *extensions: str, subject: str = SUBJECT) -> Reason:
    """Return why the certificate is refused."""
    with pytest.raises(Refused) as caught:
        read(pki, profile, *extensions, subject=subject)
    return caught.value.reason


# --- where the code stands ----------------------------------------------------------------------

WRITTEN = {
    "utf8": "ASN1:UTF8String:{code}",
    "printable": "ASN1:PRINTABLESTRING:{code}",
    "ia5": "ASN1:IA5STRING:{code}",
    "octets": "ASN1:FORMAT:ASCII,OCT:{code}",
    "octets-utf8": "DER:04:14:0c:12:{raw}",
    "octets-printable": "DER:04:14:13:12:{raw}",
    "octets-ia5": "DER:04:14:16:12:{raw}",
    "bare": "DER:{raw}",
}


def _extension(encoding: str) -> str:
    written = WRITTEN[encoding].format(code=USCC, raw=USCC.encode().hex(":"))
    return f"{EXTENSION}={written}"


@pytest.mark.parametrize("encoding", WRITTEN)
def test_an_extension_is_read_in_the_encoding_that_the_profile_states(
    sm2: Pki, encoding: str
) -> None:
    profile = coded(f'extension = "{EXTENSION}"\nencoding = "{encoding}"')
    assert read(sm2, profile, _extension(encoding)).uscc == USCC


@pytest.mark.parametrize("encoding", WRITTEN)
def test_an_extension_in_any_other_encoding_is_refused(sm2: Pki, encoding: str) -> None:
    others = [other for other in WRITTEN if other != encoding]
    for other in others:
        profile = coded(f'extension = "{EXTENSION}"\nencoding = "{other}"')
        assert refused(sm2, profile, _extension(encoding)) == Reason.USCC_WRONG


@pytest.mark.parametrize(
    "value",
    [
        "DER:0c:81:12:{raw}",  # the length in more octets than it needs
        "DER:0c:13:{raw}:00",  # an octet behind the code
        "DER:2c:14:0c:12:{raw}",  # a string in parts
        "DER:0c:12:ff:{shorter}",  # no UTF-8
        "DER:05:00",
    ],
)
def test_an_extension_that_is_not_exactly_the_code_is_refused(sm2: Pki, value: str) -> None:
    octets = USCC.encode()
    written = value.format(raw=octets.hex(":"), shorter=octets[1:].hex(":"))
    profile = coded(f'extension = "{EXTENSION}"\nencoding = "utf8"')
    assert refused(sm2, profile, f"{EXTENSION}={written}") == Reason.USCC_WRONG


@pytest.mark.parametrize(
    ("attribute", "place"),
    [
        (f"organizationIdentifier=NTRCN-{USCC}", 'attribute = "2.5.4.97"\nprefix = "NTRCN-"'),
        (f"serialNumber={USCC}", 'attribute = "2.5.4.5"'),
        (f"OU=统一社会信用代码:{USCC}", 'attribute = "2.5.4.11"\nprefix = "统一社会信用代码:"'),
    ],
)
def test_an_attribute_of_the_subject_is_read_with_its_prefix(
    pki: Pki, attribute: str, place: str
) -> None:
    assert read(pki, coded(place), subject=f"/C=CN/O={NAME}/{attribute}").uscc == USCC


def test_an_attribute_that_holds_more_than_the_code_is_refused(sm2: Pki) -> None:
    profile, subject = coded('attribute = "2.5.4.11"'), f"/C=CN/O={NAME}/OU=代码 {USCC}"
    assert refused(sm2, profile, subject=subject) == Reason.USCC_WRONG


def test_a_name_of_the_subject_of_another_kind_is_read(pki: Pki) -> None:
    profile = coded(f'other_name = "{OTHER_NAME}"\nencoding = "utf8"')
    line = f"subjectAltName=otherName:{OTHER_NAME};UTF8:{USCC}"
    assert read(pki, profile, line).uscc == USCC
    assert refused(pki, profile, "subjectAltName=DNS:a.example") == Reason.USCC_MISSING
    assert refused(pki, profile) == Reason.USCC_MISSING


def test_two_names_of_that_kind_are_refused_although_they_agree(sm2: Pki) -> None:
    profile = coded(f'other_name = "{OTHER_NAME}"\nencoding = "utf8"')
    twice = ",".join([f"otherName:{OTHER_NAME};UTF8:{USCC}"] * 2)
    assert refused(sm2, profile, f"subjectAltName={twice}") == Reason.AMBIGUOUS


def test_places_that_agree_are_accepted_and_those_that_differ_refused(sm2: Pki) -> None:
    extensions = with_uscc()[-1:]
    for code, accepted in ((USCC, True), (OTHER_USCC, False)):
        subject = f"/C=CN/O={NAME}/organizationIdentifier=NTRCN-{code}"
        profile = PROFILE.read_text(encoding="utf-8")
        if accepted:
            assert read(sm2, profile, *extensions, subject=subject).uscc == USCC
        else:
            assert refused(sm2, profile, *extensions, subject=subject) == Reason.AMBIGUOUS


def test_one_wrong_place_is_not_made_good_by_another(sm2: Pki) -> None:
    subject = f"/C=CN/O={NAME}/organizationIdentifier=nothing"
    profile = PROFILE.read_text(encoding="utf-8")
    assert refused(sm2, profile, *with_uscc()[-1:], subject=subject) == Reason.USCC_WRONG


# --- names --------------------------------------------------------------------------------------


def test_the_name_stands_where_the_profile_says(sm2: Pki) -> None:
    place = f'extension = "{USCC_EXTENSION}"\nencoding = "utf8"'
    extensions, subject = with_uscc()[-1:], f"/C=CN/O=某集团/OU={NAME}"
    profile = coded(place, 'name = "2.5.4.11"')
    assert read(sm2, profile, *extensions, subject=subject).name == NAME
    assert read(sm2, coded(place), *extensions, subject=subject).name == "某集团"


def test_the_legal_representative_is_read_where_the_profile_says(sm2: Pki) -> None:
    place = f'extension = "{USCC_EXTENSION}"\nencoding = "utf8"'
    told = 'representative = { extension = "1.2.3.4", encoding = "utf8" }'
    extensions = (*with_uscc()[-1:], "1.2.3.4=ASN1:FORMAT:UTF8,UTF8:赵明远")
    assert read(sm2, coded(place, told), *extensions).representative == "赵明远"
    assert read(sm2, coded(place, told), *extensions[:1]).representative == ""
    other = told.replace("utf8", "ia5")
    assert read(sm2, coded(place, other), *extensions).representative == ""
    assert read(sm2, coded(place), *extensions).representative == ""


# --- policies and purposes that are accepted ----------------------------------------------------


def _below(pki: Pki, name: str, *lines: str, leaf: tuple[str, ...] = ()) -> Verified:
    folder = pki.folder / name
    if not folder.exists():
        extensions = (*CA_EXTENSIONS, *lines)
        pki.root.subordinate(folder, f"/C=CN/O=Yunjian/CN={name}", extensions=extensions)
    authority = Authority(folder, pki.algorithm)
    issued = authority.issue("leaf", SUBJECT, extensions=with_uscc(USCC, *leaf), key=pki.leaf.key)
    trust = pki.trusting(authority)
    lists = [*pki.lists(), *pki.believed(trust, pki.list_of(authority))]
    return pki.verify(der(issued.certificate), trust=trust, lists=lists)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("same-policy", f"certificatePolicies={ORGANIZATION_POLICY},2.999.7"),
        ("any-policy", "certificatePolicies=2.5.29.32.0"),
        ("same-purpose", "extendedKeyUsage=emailProtection,clientAuth"),
        ("any-purpose", "extendedKeyUsage=anyExtendedKeyUsage"),
    ],
)
def test_an_authority_that_allows_it_is_no_hindrance(sm2: Pki, name: str, line: str) -> None:
    assert _below(sm2, name, line).uscc == USCC


def test_a_policy_of_ours_may_stand_beside_others(pki: Pki) -> None:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("certificatePolicies")]
    policies = f"certificatePolicies=2.999.7,{ORGANIZATION_POLICY}"
    issued = pki.issue(extensions=with_uscc(USCC, *lines, policies))
    assert pki.verify(der(issued.certificate)).uscc == USCC


@pytest.mark.parametrize("purposes", ["", "anyExtendedKeyUsage", "emailProtection,clientAuth"])
def test_a_certificate_for_any_purpose_or_none_said_may_sign_in(sm2: Pki, purposes: str) -> None:
    lines = [line for line in LEAF_EXTENSIONS if not line.startswith("extendedKeyUsage")]
    more = [f"extendedKeyUsage={purposes}"] if purposes else []
    issued = sm2.issue(extensions=with_uscc(USCC, *lines, *more))
    assert sm2.verify(der(issued.certificate)).uscc == USCC


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("root-for-servers", "extendedKeyUsage=serverAuth", Reason.WRONG_USAGE),
        ("root-of-one-level", "basicConstraints=critical,CA:TRUE,pathlen:0", Reason.CHAIN),
        ("root-of-names", "nameConstraints=critical,permitted;dirName:names", Reason.CHAIN),
        ("root-unknown", "1.2.3.4.5=critical,DER:05:00", Reason.CRITICAL_EXTENSION),
    ],
)
def test_what_a_root_says_restricts_everything_below_it(
    sm2: Pki, name: str, line: str, reason: Reason
) -> None:
    kind, _, _ = line.partition("=")
    kept = [one for one in CA_EXTENSIONS if not one.startswith(kind)]
    names = ["[names]", "O=Another"]
    root = Authority.root(sm2.folder / name, "sm2", "/CN=Root", extensions=(*kept, line, *names))
    issuing = root.subordinate(sm2.folder / f"{name}-issuing", "/CN=Issuing")
    issued = issuing.issue("leaf", SUBJECT, extensions=with_uscc(), key=sm2.leaf.key)
    known = [parsed(root.certificate), parsed(issuing.certificate)]
    profile = parse_profile(PROFILE.read_text(encoding="utf-8"))
    trust = trust_in(known, {one.authority_id: profile for one in known})
    with pytest.raises(Refused) as caught:
        sm2.verify(der(issued.certificate), trust=trust, lists=[])
    assert caught.value.reason == reason


# --- an authority without a profile, or with one that is none -----------------------------------


def test_the_certificates_of_an_authority_without_a_profile_are_refused(pki: Pki) -> None:
    trust = pki.trusting()
    root_only = {pki.authorities[0].authority_id: next(iter(trust.profiles.values()))}
    for profiles in ({}, root_only):
        with pytest.raises(Refused) as caught:
            pki.verify(trust=type(trust)(trust.roots, trust.intermediates, profiles, True))  # noqa: FBT003 - a field
        assert caught.value.reason == Reason.AUTHORITY_NOT_CONFIGURED


EXTENSION_PLACE = f'extension = "{EXTENSION}"\nencoding = "utf8"'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rubbish", "after a key"),
        ("", "organization is a table"),
        ("organization = 1", "organization is a table"),
        ("other = 1", "unknown words: other"),
        ("[organization]\npolicies = []", "personal is a table"),
        (coded(EXTENSION_PLACE, "polices = []"), "unknown words: polices"),
        (coded(EXTENSION_PLACE).replace(f'"{ORGANIZATION_POLICY}"', ""), "names none"),
        (coded(EXTENSION_PLACE).replace(f'["{ORGANIZATION_POLICY}"]', "1"), "is a list"),
        (coded(EXTENSION_PLACE).replace(PERSONAL_POLICY, ORGANIZATION_POLICY), "at once"),
        (coded(EXTENSION_PLACE).replace(ORGANIZATION_POLICY, "2.5.29.32.0"), "anyPolicy"),
        (coded(EXTENSION_PLACE).replace(PERSONAL_POLICY, "personal"), "object identifier"),
        (KINDS, "names no place"),
        (f"{KINDS}code = []", "names no place"),
        (f"{KINDS}code = [1]", "a place is a table"),
        (coded('prefix = "x"'), "a place is one of"),
        (coded(f'{EXTENSION_PLACE}\nattribute = "2.5.4.5"'), "a place is one of"),
        (coded(f'extension = "{EXTENSION}"'), "an encoding is one of"),
        (coded(f'extension = "{EXTENSION}"\nencoding = "search"'), "an encoding is one of"),
        (coded('attribute = "2.5.4.5"\nencoding = "utf8"'), "unknown words: encoding"),
        (coded('attribute = "serialNumber"'), "object identifier"),
        (coded('attribute = "2.5.4.5"\nprefix = 1'), "a prefix is text"),
        (coded(f"{EXTENSION_PLACE}\n[[organization.code]]\n{EXTENSION_PLACE}"), "a place twice"),
        (coded(EXTENSION_PLACE, "name = 1"), "organization.name is an object identifier"),
        (coded(EXTENSION_PLACE, 'representative = "x"'), "a place is a table"),
    ],
)
def test_a_profile_that_is_none_says_why(text: str, says: str) -> None:
    with pytest.raises(ProfileInvalid, match=says):
        parse_profile(text)


def test_profiles_stand_beside_the_certificates_of_their_authorities(
    sm2: Pki, rsa: Pki, tmp_path: Path
) -> None:
    for name, pki in (("a", sm2), ("b", rsa)):
        (tmp_path / f"{name}.CER").write_bytes(der(pki.issuing.certificate))
        (tmp_path / f"{name}.toml").write_text(coded(EXTENSION_PLACE), encoding="utf-8")
    (tmp_path / "root.pem").write_bytes(sm2.root.certificate.read_bytes())
    wanted = {pki.authorities[1].authority_id for pki in (sm2, rsa)}
    assert set(read_profiles(tmp_path)) == wanted
    assert read_profiles(tmp_path / "nothing") == {}


@pytest.mark.parametrize("bundle", [0, 2])
def test_a_profile_beside_none_or_several_certificates_is_refused(
    sm2: Pki, tmp_path: Path, bundle: int
) -> None:
    both = (sm2.root.certificate.read_bytes(), sm2.issuing.certificate.read_bytes())
    if bundle:
        (tmp_path / "a.pem").write_bytes(b"".join(both))
    (tmp_path / "a.toml").write_text(coded(EXTENSION_PLACE), encoding="utf-8")
    with pytest.raises(UnreadableAuthority, match=f"{bundle} certificates beside it"):
        read_profiles(tmp_path)


def test_two_profiles_of_one_authority_that_differ_are_refused(sm2: Pki, tmp_path: Path) -> None:
    for name, place in (("a", EXTENSION_PLACE), ("b", 'attribute = "2.5.4.5"')):
        (tmp_path / f"{name}.pem").write_bytes(sm2.issuing.certificate.read_bytes())
        (tmp_path / f"{name}.toml").write_text(coded(place), encoding="utf-8")
    with pytest.raises(UnreadableAuthority, match="another file says otherwise"):
        read_profiles(tmp_path)


@pytest.mark.parametrize("content", [b"rubbish", b"\xff\xfe", b""])
def test_a_file_that_is_no_profile_is_named(sm2: Pki, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pem").write_bytes(sm2.issuing.certificate.read_bytes())
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(UnreadableAuthority, match=r"a\.toml"):
        read_profiles(tmp_path)


@pytest.mark.parametrize("number", [0, -1, 2**159])
def test_an_authority_with_a_wrong_serial_number_is_named(
    sm2: Pki, tmp_path: Path, number: int
) -> None:
    held = asn1.Certificate.load(der(sm2.issuing.certificate))
    held["tbs_certificate"]["serial_number"] = number
    (tmp_path / "a.der").write_bytes(held.dump(force=True))
    with pytest.raises(UnreadableAuthority, match=r"a\.der: serial_number"):
        read_authorities(tmp_path)
