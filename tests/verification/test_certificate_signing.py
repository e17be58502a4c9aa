"""A report signed with the certificate of the agency: real certificates, made by `openssl`."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import Settings

from tests.support.certificate_desk import load_lists, set_up
from tests.support.pki import LONG_AGO, OTHER_USCC, USCC, YESTERDAY, Pki, der, with_uscc
from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.models import Challenge
from yunjian.certificates.simulator.authority import Issued
from yunjian.evidence.models import Event
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now
from yunjian.verification.models import Report, ReportSignature
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.papers import report_paper
from yunjian.verification.selectors.reports import with_parts

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """An authority with keys of SM2."""
    return Pki("sm2", tmp_path_factory.mktemp("pki"))


@pytest.fixture
def pki(keys: Pki, desk: Desk, settings: Settings, tmp_path: Path) -> Pki:
    """The authority is trusted, and its certificate names the agency of the report."""
    set_up(settings, tmp_path, keys)
    settings.CERTIFICATE_KEY_SERVICE = "http://127.0.0.1:1"
    with acting_as(system_actor("test")):
        Organization.unscoped().filter(pk=desk.world.agency.pk).update(uscc=USCC)
    return keys


def client_of(desk: Desk) -> Client:
    return desk.world.client(desk.owner)


def digest(report: Report) -> str:
    with acting_as(system_actor("test")):
        return digest_of(with_parts(report))


def challenge(client: Client, report: Report) -> dict[str, str]:
    address = f"/agency/reports/{report.pk}/sign/challenge/"
    answer = client.post(address, {"shown_digest": digest(report)})
    assert answer.status_code == 200, answer.content
    taken: dict[str, str] = answer.json()
    return taken


def signed(
    pki: Pki, asked: dict[str, str], issued: Issued | None = None, *, text: str = ""
) -> dict[str, str]:
    """Return what the key returns for a challenge."""
    issued = issued or pki.leaf
    signature = pki.sign((text or asked["text"]).encode(), key=issued.key)
    return {
        "challenge": asked["id"],
        "certificate": base64.b64encode(der(issued.certificate)).decode(),
        "certificate_signature": base64.b64encode(signature).decode(),
    }


def sent(client: Client, report: Report, **fields: str) -> Any:
    address = f"/agency/reports/{report.pk}/sign/"
    return client.post(address, {"shown_digest": digest(report), **fields})


def refused(desk: Desk, report: Report, answer: Any, sentence: str) -> None:
    """See the sentence at the dialog, and that nothing was stored."""
    assert answer.status_code in {409, 422}
    assert sentence in answer.content.decode()
    assert desk.fresh(report).state == "checked"
    assert not ReportSignature.unscoped().exists()
    assert not Event.unscoped().filter(verb="report.submitted").exists()


def test_the_owner_signs_with_the_certificate_of_the_agency(desk: Desk, pki: Pki) -> None:
    # given
    report, client = desk.checked(), client_of(desk)
    asked = challenge(client, report)
    assert digest(report) in asked["text"].split(" ")

    # when
    answer = sent(client, report, **signed(pki, asked))

    # then
    assert answer.status_code in {204, 302}, answer.content.decode()
    report = desk.fresh(report)
    assert (report.state, report.signature_id) == ("submitted", None)
    assert report.signed_by_id == desk.owner.pk
    row = ReportSignature.unscoped().get(report=report)
    assert (row.uscc, row.signed_text) == (USCC, asked["text"])
    assert report.content_digest in row.signed_text
    [first, second] = Event.unscoped().filter(verb="report.submitted")
    for event in (first, second):
        assert row.serial in event.body
    page = client.get(f"/agency/reports/{report.pk}/?tab=signing").content.decode()
    assert "证书签名" in page
    assert row.serial in page
    with acting_as(system_actor("test")):
        signers = report_paper(with_parts(report)).signers
    assert signers[-1][0] == "证书签名"
    assert row.serial in signers[-1][1]
    checked = Client().get(f"/check/reports/{report.pk}/").content.decode()
    assert row.serial in checked
    assert "查验未通过" not in checked
    shown = client.get(f"/api/v1/reports/{report.pk}").json()
    assert shown["certificate_signature"]["serial"] == row.serial


def test_the_database_refuses_to_change_a_signature(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    sent(client, report, **signed(pki, challenge(client, report)))
    with acting_as(system_actor("test")):
        for change in ({"serial": "00"}, {"signature": ""}):
            with pytest.raises(DatabaseError), transaction.atomic():
                ReportSignature.unscoped().filter(report=report).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            ReportSignature.unscoped().filter(report=report).delete()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"extensions": with_uscc(OTHER_USCC)}, "不是本单位的证书"),
        ({"not_before": LONG_AGO, "not_after": YESTERDAY}, "证书已过期，不能签名"),
    ],
    ids=["other organisation", "expired"],
)
def test_a_certificate_that_does_not_suit_is_refused(
    desk: Desk, pki: Pki, options: dict[str, Any], sentence: str
) -> None:
    report, client = desk.checked(), client_of(desk)
    issued = pki.issue(**options)
    refused(
        desk,
        report,
        sent(client, report, **signed(pki, challenge(client, report), issued)),
        sentence,
    )


def test_a_revoked_certificate_is_refused(desk: Desk, pki: Pki, tmp_path: Path) -> None:
    report, client = desk.checked(), client_of(desk)
    gone = pki.issue()
    pki.issuing.revoke(gone)
    load_lists(tmp_path, [pki.fresh(pki.root), pki.fresh(pki.issuing)])
    answer = sent(client, report, **signed(pki, challenge(client, report), gone))
    refused(desk, report, answer, "证书已被吊销，不能签名")


def test_a_signature_over_another_content_is_refused(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    asked = challenge(client, report)
    other = asked["text"].replace(digest(report), f"sha256:{0:064d}")
    refused(
        desk,
        report,
        sent(client, report, **signed(pki, asked, text=other)),
        "签名与所显示的内容或证书不符",
    )


def test_a_challenge_of_another_report_or_of_a_sign_in_is_refused(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    other = desk.complete(number="QY-77")
    desk.read(other, first=300)
    other = desk.check(desk.fresh(other))
    sign_in = client.post("/certificate/challenge/").json()
    for asked in (challenge(client, other), sign_in):
        refused(desk, report, sent(client, report, **signed(pki, asked)), "签名请求已失效")


def test_a_challenge_to_sign_gets_nobody_in(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    key = signed(pki, challenge(client, report))
    body = {**key, "signature": key["certificate_signature"]}
    answer = client.post("/certificate/signin/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["reason"]) == (422, "challenge_unknown")


def test_a_signature_is_used_once_in_its_own_session_and_in_time(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    key = signed(pki, challenge(client, report))
    refused(desk, report, sent(client_of(desk), report, **key), "不属于当前浏览器")
    wrong = key | {"certificate_signature": base64.b64encode(b"0" * 70).decode()}
    assert sent(client, report, **wrong).status_code == 422
    refused(desk, report, sent(client, report, **key), "该签名请求已经用过")
    late = challenge(client, report)
    Challenge.objects.filter(pk=late["id"]).update(expires_at=now() - timedelta(seconds=1))
    refused(desk, report, sent(client, report, **signed(pki, late)), "签名超过两分钟")


def test_who_is_not_the_owner_is_given_no_challenge(desk: Desk, pki: Pki) -> None:
    report = desk.checked()
    address = f"/agency/reports/{report.pk}/sign/challenge/"
    shown = {"shown_digest": digest(report)}
    assert desk.world.client(desk.supervisor).post(address, shown).status_code == 403
    assert client_of(desk).post(address, {"shown_digest": "sha256:00"}).status_code == 409
    assert not Challenge.objects.exists()


def test_neither_picture_nor_certificate_is_refused_at_the_field(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    refused(desk, report, sent(client, report), "请上传手写签名的图片，或用本单位的证书签名")


def test_only_who_may_sign_sees_the_dialog_ask_the_key(desk: Desk, pki: Pki) -> None:
    report = desk.checked()
    address = f"/agency/reports/{report.pk}/"
    for account, asks in ((desk.owner, True), (desk.supervisor, False)):
        policy = desk.world.client(account).get(address).headers["Content-Security-Policy"]
        assert ("http://127.0.0.1:1" in policy) is asks
    assert 'id="certificate-signing"' in client_of(desk).get(f"{address}sign/").content.decode()


def test_the_api_signs_alike(desk: Desk, pki: Pki) -> None:
    report, client = desk.checked(), client_of(desk)
    base, json = f"/api/v1/reports/{report.pk}", {"content_type": "application/json"}
    shown = {"shown_digest": digest(report)}
    asked = client.post(f"{base}/sign-challenge", shown, **json)  # type: ignore[arg-type]
    assert asked.status_code == 201, asked.content
    key = signed(pki, asked.json())
    body: dict[str, Any] = {
        **shown,
        "certificate": {
            "challenge": key["challenge"],
            "certificate": key["certificate"],
            "signature": key["certificate_signature"],
        },
    }
    answer = client.post(f"{base}/sign", body, **json)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.content
    assert answer.json()["certificate_signature"]["uscc"] == USCC
    again = client.post(f"{base}/sign", body, **json)  # type: ignore[arg-type]
    assert again.status_code in {409, 422}
