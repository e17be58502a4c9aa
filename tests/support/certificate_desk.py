"""What a browser with a key does, without the browser: ask for a challenge, sign, send."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from pytest_django import Settings

from tests.support.pki import Pki, der
from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.services.lists import LoadReport, lists_load
from yunjian.certificates.simulator.authority import PROFILE, Authority, Issued

CHALLENGE, SIGNIN, REGISTER = (
    "/certificate/challenge/",
    "/certificate/signin/",
    "/certificate/register/",
)


def trusting(settings: Settings, folder: Path, *authorities: Authority) -> None:
    """Let the installation trust these authorities, and nobody else."""
    place = folder / "authorities"
    place.mkdir(parents=True, exist_ok=True)
    for number, authority in enumerate(authorities):
        (place / f"{number}.pem").write_bytes(authority.certificate.read_bytes())
        (place / f"{number}.toml").write_bytes(PROFILE.read_bytes())
    settings.CERTIFICATE_AUTHORITIES = str(place)
    settings.CERTIFICATE_LISTS = str(folder / "lists")
    settings.CERTIFICATE_ALLOW_DEMO = True


def load_lists(folder: Path, contents: Sequence[bytes]) -> LoadReport:
    """Put revocation lists into the folder in place of those there, and load them."""
    place = folder / "lists"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    for number, content in enumerate(contents):
        (place / f"{number}.crl").write_bytes(content)
    with acting_as(system_actor("test")) as actor:
        return lists_load(actor=actor)


def set_up(settings: Settings, folder: Path, pki: Pki) -> None:
    """Trust an authority and load fresh lists of it."""
    trusting(settings, folder, pki.root, pki.issuing)
    load_lists(folder, [pki.fresh(pki.root), pki.fresh(pki.issuing)])


@dataclass
class Desk:
    """A browser session."""

    client: Client = field(default_factory=Client)

    def challenge(self) -> dict[str, str]:
        """Ask for a challenge."""
        answer = self.client.post(CHALLENGE)
        assert answer.status_code == 200, answer.content
        results: dict[str, str] = answer.json()
        return results

    def send(self, challenge: str, certificate: bytes, signature: bytes, **more: str) -> Any:
        """Send certificate and signature."""
        body = {
            "challenge": challenge,
            "certificate": base64.b64encode(certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
            **more,
        }
        return self.client.post(SIGNIN, body, content_type="application/json")

    def sign_in(self, pki: Pki, issued: Issued | None = None, **more: str) -> Any:
        """Sign in honestly."""
        issued = issued or pki.leaf
        challenge = self.challenge()
        signature = pki.sign(challenge["text"].encode(), key=issued.key)
        return self.send(challenge["id"], der(issued.certificate), signature, **more)
