"""Signing in with a certificate: challenge, registration, renewal, and who is turned away."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from tests.certificates.hostile import EVERYWHERE, ONLY_RSA, ONLY_SM2, Case
from tests.certificates.test_hostile import _named
from tests.support.certificate_desk import REGISTER, SIGNIN, Desk, load_lists, set_up, trusting
from tests.support.pki import NAME, OTHER_USCC, TEXT, USCC, Pki, der, parsed, with_uscc
from tests.support.world import World
from yunjian.certificates.core.reasons import Reason
from yunjian.certificates.domain.refusals import SENTENCES
from yunjian.certificates.models import AgencyRegistration, Challenge, OrganizationCertificate
from yunjian.certificates.simulator.authority import ORGANIZATION_POLICY, openssl
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization, SignInAttempt
from yunjian.kernel.clock import now

pytestmark = pytest.mark.reads_all_rows

ANSWERS = {
    "legal_representative": "赵明远",
    "address": "上海市浦东新区试验路 8 号",
    "contact_name": "钱学礼",
    "contact_phone": "13800001234",
    "username": "haiyan",
    "password": "glad-otter-7731",
    "password_again": "glad-otter-7731",
    "agreed": "on",
}


ASK_PRODUCTION = (
    "from yunjian.config.settings import production; print(production.CERTIFICATE_ALLOW_DEMO)"
)
ONCE = [
    *[("sm2", case) for case in (*EVERYWHERE, *ONLY_SM2)],
    *[("rsa", case) for case in ONLY_RSA],
]


def events(verb: str) -> list[dict[str, object]]:
    """Return the payloads of the events of a kind."""
    rows = Event.unscoped().filter(verb=verb).order_by("id")
    return [json.loads(row.body)["payload"] for row in rows]


@pytest.fixture
def ready(world: World, settings: Settings, tmp_path: Path, pki: Pki) -> Pki:
    """The small city, trusting an authority whose lists are fresh."""
    set_up(settings, tmp_path, pki)
    return pki


@pytest.fixture
def door(world: World, settings: Settings, tmp_path: Path, sm2: Pki) -> Pki:
    """The same with SM2 only, where the kind of key changes nothing."""
    set_up(settings, tmp_path, sm2)
    return sm2


def configure(settings: Settings, place: str) -> None:
    """Say of every trusted authority that the code stands in another place."""
    text = (
        f'[organization]\npolicies = ["{ORGANIZATION_POLICY}"]\n'
        f"[[organization.code]]\n{place}\n[personal]\npolicies = []\n"
    )
    for path in Path(settings.CERTIFICATE_AUTHORITIES).glob("*.toml"):
        path.write_text(text, encoding="utf-8")


def register(desk: Desk, pki: Pki, world: World, **changed: str) -> object:
    """Sign in for the first time and fill in the registration."""
    assert desk.sign_in(pki).json() == {"next": REGISTER}
    answers = {**ANSWERS, "district": world.district.pk, **changed}
    return desk.client.post(REGISTER, answers)


def test_the_first_sign_in_leads_to_registration_and_the_next_one_in(
    ready: Pki, world: World
) -> None:
    desk = Desk()
    assert desk.sign_in(ready).json() == {"next": REGISTER}
    form = desk.client.get(REGISTER).content.decode()
    assert NAME in form
    assert USCC in form
    answer = desk.client.post(REGISTER, {**ANSWERS, "district": world.district.pk})
    assert (answer.status_code, answer.headers["location"]) == (302, "/agency/")
    assert desk.client.get("/agency/").status_code == 200
    filing = desk.client.get("/agency/filing/edit/").content.decode()
    for name in ("legal_representative", "address", "contact_name", "contact_phone"):
        assert f'value="{ANSWERS[name]}"' in filing
    organization = Organization.unscoped().get(uscc=USCC)
    assert (organization.kind, organization.name) == ("agency", NAME)
    assert AgencyRegistration.unscoped().get().organization == organization
    assert events("organization.registered")[0]["uscc"] == USCC
    again = Desk().sign_in(ready)
    assert (again.status_code, again.json()) == (200, {"next": "/agency/"})
    certificate = OrganizationCertificate.unscoped().get()
    assert certificate.last_used_at > certificate.first_used_at
    assert certificate.fingerprint == parsed(ready.leaf.certificate).fingerprint
    shown = desk.client.get("/agency/organization/").content.decode()
    assert certificate.serial in shown
    stranger = world.client(world.other_agency_manager).get("/agency/organization/")
    assert certificate.serial not in stranger.content.decode()


def test_an_agency_that_is_here_signs_in_as_its_owner(door: Pki, world: World) -> None:
    world.agency.uscc = USCC
    world.agency.save(update_fields=["uscc"])
    world.agency_manager.role_grants.create(role="owner")
    desk = Desk()
    assert desk.sign_in(door, next="/agency/plans/").json() == {"next": "/agency/plans/"}
    opened = Event.unscoped().filter(verb="session.opened").get()
    assert opened.actor_account_id == world.agency_manager.pk
    assert json.loads(opened.body)["payload"]["means"] == "certificate"


def test_the_way_on_never_leaves_the_site(door: Pki, world: World) -> None:
    register(Desk(), door, world)
    answer = Desk().sign_in(door, next="https://evil.example/")
    assert answer.json() == {"next": "/agency/"}


def test_an_agency_without_an_owner_gets_one_by_registration(door: Pki, world: World) -> None:
    world.agency.uscc = USCC
    world.agency.save(update_fields=["uscc"])
    assert register(Desk(), door, world).status_code == 302  # type: ignore[attr-defined]
    owner = Account.objects.get(username="haiyan")
    assert owner.organization == world.agency


def test_a_renewed_certificate_signs_in_and_is_an_event(door: Pki, world: World) -> None:
    register(Desk(), door, world)
    renewed = door.issue()
    assert Desk().sign_in(door, renewed).json() == {"next": "/agency/"}
    assert OrganizationCertificate.unscoped().count() == 2
    assert events("certificate.renewed")[0]["serial"] == parsed(renewed.certificate).serial


def test_another_companys_certificate_never_signs_in_here(door: Pki, world: World) -> None:
    register(Desk(), door, world)
    stranger = door.issue(extensions=with_uscc(OTHER_USCC))
    assert Desk().sign_in(door, stranger).json() == {"next": REGISTER}
    assert OrganizationCertificate.unscoped().count() == 1


def test_a_certificate_that_another_company_used_is_refused(
    door: Pki, world: World, settings: Settings
) -> None:
    register(Desk(), door, world)
    world.agency.uscc = OTHER_USCC
    world.agency.save(update_fields=["uscc"])
    world.agency_manager.role_grants.create(role="owner")
    subject = f"/C=CN/O={NAME}/serialNumber={OTHER_USCC}"
    twofold = door.issue(subject)
    assert Desk().sign_in(door, twofold).json() == {"next": "/agency/"}
    configure(settings, 'attribute = "2.5.4.5"')
    assert Desk().sign_in(door, twofold).json()["reason"] == "other_company"


@pytest.mark.parametrize(
    ("status", "word"), [("banned", "禁止从业"), ("cancelled", "注销"), ("locked", "锁定")]
)
def test_a_closed_organisation_is_told_so(door: Pki, world: World, status: str, word: str) -> None:
    register(Desk(), door, world)
    organization = Organization.unscoped().get(uscc=USCC)
    organization.status = status
    organization.status_reason = "决定书第 7 号"
    organization.save(update_fields=["status", "status_reason"])
    answer = Desk().sign_in(door)
    assert answer.status_code == 422
    assert "决定书第 7 号" in answer.json()["message"]
    assert word in answer.json()["message"]
    refused = Event.unscoped().filter(verb="certificate.refused").get()
    assert refused.chain == organization.pk


def test_the_closed_account_of_an_owner_stays_closed(door: Pki, world: World) -> None:
    register(Desk(), door, world)
    Account.objects.filter(username="haiyan").update(is_active=False)
    assert Desk().sign_in(door).json()["reason"] == "account_closed"


def test_another_company_may_sign_in_at_a_desk_where_somebody_is_signed_in(
    door: Pki, world: World
) -> None:
    desk = Desk(world.client(world.other_agency_manager))
    assert register(desk, door, world).status_code == 302  # type: ignore[attr-defined]
    assert NAME in desk.client.get("/agency/").content.decode()
    third = Desk(world.client(world.other_agency_manager))
    assert third.sign_in(door).json() == {"next": "/agency/"}
    assert NAME in third.client.get("/agency/").content.decode()


def test_a_discharger_is_sent_to_its_password(door: Pki, world: World) -> None:
    world.discharger.uscc = USCC
    world.discharger.save(update_fields=["uscc"])
    answer = Desk().sign_in(door)
    assert "账号和密码" in answer.json()["message"]


# --- the challenge ------------------------------------------------------------------------------


def test_a_challenge_is_good_once(door: Pki, world: World) -> None:
    desk = Desk()
    challenge = desk.challenge()
    signature = door.sign(challenge["text"].encode())
    sent = (challenge["id"], der(door.leaf.certificate), signature)
    assert desk.send(*sent).status_code == 200
    again = desk.send(*sent)
    assert (again.status_code, again.json()["reason"]) == (422, "challenge_used")
    assert events("certificate.refused")[0]["reason"] == "challenge_used"


def test_a_refused_try_uses_its_challenge_up(door: Pki, world: World) -> None:
    desk = Desk()
    challenge = desk.challenge()
    assert desk.send(challenge["id"], b"\x05\x00", b"").json()["reason"] == "malformed"
    signature = door.sign(challenge["text"].encode())
    again = desk.send(challenge["id"], der(door.leaf.certificate), signature)
    assert again.json()["reason"] == "challenge_used"


def test_a_challenge_is_good_for_two_minutes(door: Pki, world: World) -> None:
    desk = Desk()
    begin = now()
    with time_machine.travel(begin, tick=False):
        challenge = desk.challenge()
    signature = door.sign(challenge["text"].encode())
    sent = (challenge["id"], der(door.leaf.certificate), signature)
    with time_machine.travel(begin + timedelta(seconds=121), tick=False):
        assert desk.send(*sent).json()["reason"] == "challenge_late"
    with time_machine.travel(begin + timedelta(seconds=119), tick=False):
        assert desk.send(*sent).status_code == 200


def test_a_challenge_is_of_one_session(door: Pki, world: World) -> None:
    desk, thief = Desk(), Desk()
    challenge = desk.challenge()
    signature = door.sign(challenge["text"].encode())
    sent = (challenge["id"], der(door.leaf.certificate), signature)
    assert thief.send(*sent).json()["reason"] == "challenge_other_session"
    thief.challenge()
    assert thief.send(*sent).json()["reason"] == "challenge_other_session"
    assert desk.send(*sent).status_code == 200  # the theft took nothing away


@pytest.mark.parametrize("wrong", ["", "x", "00000000-0000-7000-8000-000000000000"])
def test_a_challenge_that_nobody_gave_is_refused(door: Pki, world: World, wrong: str) -> None:
    answer = Desk().send(wrong, der(door.leaf.certificate), door.sign())
    assert answer.json()["reason"] == "challenge_unknown"


def test_challenges_differ_and_name_this_site(door: Pki, world: World) -> None:
    desk = Desk()
    texts = {desk.challenge()["text"] for _ in range(5)}
    assert len(texts) == 5
    assert all(text.startswith("yunjian/signin/1 127.0.0.1:8000 ") for text in texts)
    assert all(len(text.split()[-1]) == 64 for text in texts)


def test_challenges_are_not_given_without_end(door: Pki, world: World, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "challenge": (3, 86_400)}
    desk = Desk()
    for _ in range(3):
        desk.challenge()
    answer = desk.client.post("/certificate/challenge/")
    assert (answer.status_code, answer.json()["reason"]) == (429, "too_many")
    assert Challenge.objects.count() == 3


# --- what is refused, seen from outside -----------------------------------------------------------


@pytest.mark.parametrize(("algorithm", "case"), ONCE, ids=_named)
def test_every_hostile_try_is_an_event_with_a_sentence_and_without_a_trace(
    request: pytest.FixtureRequest,
    world: World,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    *,
    algorithm: str,
    case: Case,
) -> None:
    pki: Pki = request.getfixturevalue(algorithm)
    reason, made = case
    attempt = made(pki)
    known = (pki.root, pki.issuing, *attempt.more)
    trusting(settings, tmp_path, *known)
    fresh = [pki.fresh(authority) for authority in known]
    load_lists(tmp_path, fresh if attempt.lists is None else attempt.lists)
    desk = Desk()
    challenge = desk.challenge()
    signature = attempt.sign(pki, challenge["text"].encode())
    answer = desk.send(challenge["id"], attempt.certificate, signature)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["message"]
    assert [event["reason"] for event in events("certificate.refused")] == [reason]
    logged = SignInAttempt.objects.get(outcome="certificate")
    assert (logged.means, logged.detail) == ("certificate", reason)
    assert "Traceback" not in answer.content.decode() + caplog.text
    assert "_auth_user_id" not in desk.client.session
    if len(attempt.certificate) > 200:
        assert attempt.certificate.hex()[100:200] not in caplog.text
    assert desk.client.get(REGISTER).status_code == 302


def test_there_are_enough_of_them() -> None:
    assert len({made for _reason, made in (*EVERYWHERE, *ONLY_SM2, *ONLY_RSA)}) >= 25


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"challenge": 1, "certificate": "", "signature": ""}', "[" * 100_000]
)
def test_a_body_that_is_none_is_refused(door: Pki, world: World, body: str) -> None:
    answer = Client().post(SIGNIN, body, content_type="application/json")
    assert answer.status_code == 422
    assert "请刷新页面" in answer.json()["message"]


def test_a_page_elsewhere_cannot_sign_anybody_in(door: Pki, world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(SIGNIN, "{}", content_type="application/json").status_code == 403


def test_without_authorities_the_page_says_that_it_is_not_set_up(
    world: World, settings: Settings, tmp_path: Path, sm2: Pki
) -> None:
    settings.CERTIFICATE_AUTHORITIES = str(tmp_path / "none")
    assert "尚未启用法人一证通登录" in Client().get("/certificate/").content.decode()
    assert Desk().sign_in(sm2).json()["reason"] == "not_set_up"


def test_a_broken_file_among_the_authorities_is_the_operators_to_mend(
    door: Pki, world: World, settings: Settings
) -> None:
    (Path(settings.CERTIFICATE_AUTHORITIES) / "broken.pem").write_text("nothing")
    assert "尚未启用法人一证通登录" in Client().get("/certificate/").content.decode()
    assert Desk().sign_in(door).json()["reason"] == "not_set_up"


def test_an_authority_without_a_profile_signs_nobody_in_and_the_answer_says_whose_fault_it_is(
    door: Pki, world: World, settings: Settings
) -> None:
    for path in Path(settings.CERTIFICATE_AUTHORITIES).glob("*.toml"):
        path.unlink()
    answer = Desk().sign_in(door)
    assert (answer.status_code, answer.json()["reason"]) == (422, "authority_not_configured")
    assert "这不是您的问题" in answer.json()["message"]
    assert "尚未启用法人一证通登录" in Client().get("/certificate/").content.decode()
    assert [event["reason"] for event in events("certificate.refused")] == [
        "authority_not_configured"
    ]


def test_a_broken_profile_is_the_operators_to_mend(
    door: Pki, world: World, settings: Settings
) -> None:
    next(Path(settings.CERTIFICATE_AUTHORITIES).glob("*.toml")).write_text("nothing")
    assert "尚未启用法人一证通登录" in Client().get("/certificate/").content.decode()
    assert Desk().sign_in(door).json()["reason"] == "not_set_up"


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_has_a_sentence_in_english(reason: Reason) -> None:
    with override("en"):
        sentence = str(SENTENCES[reason])
    assert not any("一" <= sign <= "鿿" for sign in sentence)


def test_production_never_trusts_the_demo(door: Pki, world: World, settings: Settings) -> None:
    settings.CERTIFICATE_ALLOW_DEMO = False
    assert Desk().sign_in(door).json()["reason"] == "not_set_up"
    environment = {
        **os.environ,
        "YUNJIAN_SECRET_KEY": "x" * 60,
        "YUNJIAN_HOSTS": "a.example",
        "YUNJIAN_CERTIFICATE_ALLOW_DEMO": "1",
    }
    stated = subprocess.run(
        [sys.executable, "-c", ASK_PRODUCTION],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert stated.stdout.strip() == "False"


def test_only_the_page_of_certificates_may_speak_to_the_key(
    door: Pki, world: World, settings: Settings
) -> None:
    settings.CERTIFICATE_KEY_SERVICE = "https://127.0.0.1:19902"
    policy = Client().get("/certificate/").headers["Content-Security-Policy"]
    assert "connect-src 'self' https://127.0.0.1:19902;" in policy
    assert "19902" not in Client().get("/signin/").headers["Content-Security-Policy"]


# --- registration -------------------------------------------------------------------------------


def test_nobody_registers_without_a_certificate(door: Pki, world: World) -> None:
    answer = Client().post(REGISTER, {**ANSWERS, "district": world.district.pk})
    assert answer.headers["location"] == "/certificate/"
    assert not Organization.unscoped().filter(uscc=USCC).exists()


def test_the_proof_lasts_half_an_hour(door: Pki, world: World) -> None:
    desk = Desk()
    desk.sign_in(door)
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert desk.client.get(REGISTER).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("legal_representative", "", "请填写此项"),
        ("address", "  ", "请填写此项"),
        ("contact_phone", "12", "请填写手机号"),
        ("username", "ab", "4 到 32 位"),
        ("username", "agency", "该账号已被使用"),
        ("password_again", "something-else-1", "两次输入的密码不一致"),
        ("agreed", "", "请阅读并同意承诺书"),
        ("district", "999999", "选择一个有效的选项"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_lost(
    door: Pki, world: World, field: str, value: str, says: str
) -> None:
    answer = register(Desk(), door, world, **{field: value})
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert says in page
    for name in {"address", "contact_name", "legal_representative"} - {field}:
        assert f'value="{ANSWERS[name]}"' in page
    assert "glad-otter-7731" not in page
    assert not Organization.unscoped().filter(uscc=USCC).exists()


@pytest.mark.parametrize("password", ["short", "12345678901234", "haiyan1234"])
def test_a_weak_password_is_refused_by_the_policy(door: Pki, world: World, password: str) -> None:
    answer = register(Desk(), door, world, password=password, password_again=password)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Organization.unscoped().filter(uscc=USCC).exists()


def test_what_the_form_says_of_name_and_code_counts_for_nothing(door: Pki, world: World) -> None:
    register(Desk(), door, world, name="别家公司", uscc=OTHER_USCC)
    assert Organization.unscoped().get(uscc=USCC).name == NAME


def test_two_registrations_of_one_company_leave_one(door: Pki, world: World) -> None:
    first, second = Desk(), Desk()
    first.sign_in(door)
    second.sign_in(door)
    answers = {**ANSWERS, "district": world.district.pk}
    assert first.client.post(REGISTER, answers).status_code == 302
    late = second.client.post(REGISTER, {**answers, "username": "haiyan2"})
    assert "该单位已经注册" in late.content.decode()
    assert Organization.unscoped().filter(uscc=USCC).count() == 1


def test_a_signature_of_the_program_over_the_very_text_is_needed(door: Pki, world: World) -> None:
    desk = Desk()
    challenge = desk.challenge()
    answer = desk.send(challenge["id"], der(door.leaf.certificate), door.sign(TEXT))
    assert answer.json()["reason"] == "signature_wrong"
    assert openssl("version")
