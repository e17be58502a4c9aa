"""The demo's certificates: made once, signed in with, loaded, and never written elsewhere."""

import base64
import json
import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.support.certificate_desk import REGISTER, Desk
from tests.support.pki import USCC
from tests.support.world import World
from yunjian.certificates.simulator import read_drawer
from yunjian.certificates.simulator.authority import PROFILE
from yunjian.demo import certificates

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def var(world: World, settings: Settings, tmp_path: Path) -> Path:
    """A data folder, and an agency that has an owner and a right code."""
    settings.CERTIFICATE_AUTHORITIES = str(tmp_path / "certificates" / "authorities")
    settings.CERTIFICATE_LISTS = str(tmp_path / "certificates" / "lists")
    world.agency.uscc = USCC
    world.agency.save(update_fields=["uscc"])
    world.agency_manager.role_grants.get_or_create(role="owner")
    return tmp_path


def enter(var: Path, container: str) -> dict[str, str]:
    """Sign in with a key of the demo."""
    key = read_drawer(var / certificates.FOLDER).keys[container]
    desk = Desk()
    challenge = desk.challenge()
    signature = key.sign(challenge["text"].encode())
    answer = desk.send(challenge["id"], base64.b64decode(key.exported()), signature)
    results: dict[str, str] = answer.json()
    return results


def test_its_keys_do_what_their_titles_say(var: Path) -> None:
    assert certificates.prepare(var) == var / certificates.FOLDER
    assert enter(var, "demo-a") == {"next": "/agency/"}
    assert enter(var, "demo-c") == {"next": REGISTER}
    assert enter(var, "demo-d")["reason"] == "revoked"
    assert enter(var, "demo-e")["reason"] == "expired"
    _only_the_owner_reads(var)
    _a_second_time_changes_nothing(var)


def _only_the_owner_reads(var: Path) -> None:
    folder = var / certificates.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / certificates.INDEX).stat().st_mode) == 0o600


def _a_second_time_changes_nothing(var: Path) -> None:
    folder = var / certificates.FOLDER
    files = {path: path.read_bytes() for path in var.rglob("*") if path.is_file()}
    certificates.prepare(var)
    assert {path: path.read_bytes() for path in var.rglob("*") if path.is_file()} == files
    stated = "\n".join(certificates.welcome(var, "http://127.0.0.1:8000"))
    rows = json.loads((folder / certificates.INDEX).read_text(encoding="utf-8"))
    assert f"PIN: {rows[0]['pin']}" in stated
    assert all(row["title"] in stated for row in rows)


def test_keys_that_look_otherwise_than_the_profile_says_are_made_anew(var: Path) -> None:
    certificates.prepare(var)
    made_for = var / certificates.FOLDER / PROFILE.name
    made_for.write_text("another one", encoding="utf-8")
    before = (var / certificates.FOLDER / certificates.INDEX).read_bytes()
    certificates.prepare(var)
    assert (var / certificates.FOLDER / certificates.INDEX).read_bytes() != before
    assert enter(var, "demo-a") == {"next": "/agency/"}
    assert enter(var, "demo-d")["reason"] == "revoked"


def test_without_the_program_the_demo_goes_on_and_says_so(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert certificates.prepare(var) is None
    assert "openssl" in "".join(certificates.welcome(var, ""))
