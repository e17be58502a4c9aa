"""`yunjian doctor --production` calls no weak configuration good: each refusal, one by one."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import Settings

from yunjian.access.actor import acting_as, system_actor
from yunjian.access.policy_sync import as_owner
from yunjian.config import hardening, operations
from yunjian.config.hardening import DEMANDS
from yunjian.config.runtime import BACKUP_NOTE
from yunjian.evidence.models import ChainCheck
from yunjian.evidence.services import record
from yunjian.kernel.clock import now

pytestmark = pytest.mark.reads_all_rows

GOOD: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": ["jg.example.gov.cn"],
    "PUBLIC_BASE_URL": "https://jg.example.gov.cn",
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "PASSWORD_HASHERS": ["yunjian.identity.hashers.Argon2Hasher"],
    "CERTIFICATE_ALLOW_DEMO": False,
    "WECHAT_APP_ID": "wx0000000000000000",
    "WECHAT_APP_SECRET": "secret",
    "WECHAT_OPEN_BASE": "https://open.weixin.qq.com",
    "WECHAT_API_BASE": "https://api.weixin.qq.com",
}
WEAK: list[tuple[str, dict[str, Any]]] = [
    ("debug", {"DEBUG": True}),
    ("secret key", {"SECRET_KEY": "short"}),
    ("secret key", {"SECRET_KEY": "a" * 80}),
    ("secret key", {"SECRET_KEY": "django-insecure-" + secrets.token_urlsafe(64)}),
    ("hosts", {"ALLOWED_HOSTS": []}),
    ("hosts", {"ALLOWED_HOSTS": ["*"]}),
    ("public address", {"PUBLIC_BASE_URL": "http://jg.example.gov.cn"}),
    ("public address", {"PUBLIC_BASE_URL": "https://127.0.0.1"}),
    ("https", {"SECURE_SSL_REDIRECT": False}),
    ("hsts", {"SECURE_HSTS_SECONDS": 3600}),
    ("hsts", {"SECURE_HSTS_INCLUDE_SUBDOMAINS": False}),
    ("cookies", {"SESSION_COOKIE_SECURE": False}),
    ("cookies", {"CSRF_COOKIE_SECURE": False}),
    ("cookies", {"SESSION_COOKIE_HTTPONLY": False}),
    ("cookies", {"SESSION_COOKIE_SAMESITE": "None"}),
    ("content policy", {"MIDDLEWARE": []}),
    ("frames", {"X_FRAME_OPTIONS": "SAMEORIGIN"}),
    ("frames", {"MIDDLEWARE": []}),
    ("password hashes", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}),
    ("password rules", {"AUTH_PASSWORD_VALIDATORS": []}),
    ("second factor", {"SECOND_FACTOR_KINDS": ("operator",)}),
    ("demo authority", {"CERTIFICATE_ALLOW_DEMO": True}),
    ("demo data", {"DEMO": True}),
    ("log key", {"LOG_KEYS": []}),
    ("wechat", {"WECHAT_APP_SECRET": ""}),
    ("wechat", {"WECHAT_API_BASE": "http://127.0.0.1:8001"}),
    ("time zone", {"TIME_ZONE": "UTC"}),
]
# what a database of the tests cannot have: its login made it, and it need not survive
NOT_HERE = {"database login", "durability"}


@pytest.fixture
def good(
    db: None, settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A configuration that lacks nothing but what tests cannot have."""
    tmp_path.chmod(0o755)
    settings.VAR_DIR = tmp_path
    note = {"at": now().isoformat(), "path": "/backup/a.tar"}
    (tmp_path / BACKUP_NOTE).write_bytes(orjson.dumps(note))
    folder = tmp_path_factory.mktemp("witness")
    (folder / "20261129-000000000001.txt").touch()
    settings.LOG_FOLDER, settings.LOG_KEYS = folder, ["log.pem"]
    with override_settings(**GOOD), acting_as(system_actor("命令行")):  # as the command does
        ChainCheck.objects.create(asked_by="test", finished_at=now())
        yield tmp_path


def _failing() -> set[str]:
    return {demand.name for demand in DEMANDS if not demand.holds()}


def test_a_good_configuration_is_called_good(good: Path) -> None:
    assert _failing() == NOT_HERE
    assert {check.name for check in operations.doctor(production=True)} >= {
        demand.name for demand in DEMANDS
    }


@pytest.mark.parametrize(("name", "weak"), WEAK)
def test_each_weakness_is_named(good: Path, name: str, weak: dict[str, Any]) -> None:
    with override_settings(**weak):
        assert name in _failing()


def test_every_demand_says_what_and_how_in_both_languages() -> None:
    for demand in DEMANDS:
        assert any("一" <= sign <= "鿿" for sign in demand.zh), demand.name
        assert demand.en.isascii(), demand.name
        assert demand.hint, demand.name


def test_the_key_of_the_demo_is_no_key(good: Path) -> None:
    key = good / "secret.key"
    key.write_text(GOOD["SECRET_KEY"])
    key.chmod(0o600)
    assert "secret key" in _failing()
    assert "data folder" not in _failing()
    key.chmod(0o644)
    assert "data folder" in _failing()


def test_a_data_folder_that_others_write_is_refused(good: Path) -> None:
    good.chmod(0o777)
    assert "data folder" in _failing()


@pytest.mark.parametrize("what", ["none yet", "too old", "no folder", "within the data folder"])
def test_checkpoints_that_nobody_else_keeps_are_told(good: Path, what: str) -> None:
    assert "checkpoints" not in _failing()
    [file] = settings.LOG_FOLDER.iterdir()
    if what == "too old":
        before = (now() - timedelta(days=3)).timestamp()
        os.utime(file, (before, before))
    else:
        file.unlink()
    if what == "no folder":
        settings.LOG_FOLDER.rmdir()
    if what == "within the data folder":
        inside = good / "checkpoints"
        inside.mkdir()
        (inside / file.name).touch()
        with override_settings(LOG_FOLDER=inside):
            assert "checkpoints" in _failing()
    assert "checkpoints" in _failing()


def test_accounts_of_the_demo_are_found(good: Path) -> None:
    (good / "demo-accounts.json").write_text("{}")
    assert "demo data" in _failing()


def test_data_of_the_demo_are_found(good: Path) -> None:
    with transaction.atomic():
        record(actor=system_actor("示范数据"), verb="test", obj=("test", "1"))
    assert "demo data" in _failing()


def test_a_role_above_the_walls_is_refused(good: Path) -> None:
    with as_owner():
        assert "database role" in _failing()


def test_a_login_of_its_own_is_good(good: Path) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION yunjian_app")
        assert "database login" not in _failing()
        cursor.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")


def test_row_security_that_is_off_is_found(good: Path) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE maintenance_task NO FORCE ROW LEVEL SECURITY")
    assert "row security" in _failing()


def test_a_missing_row_policy_is_found(good: Path) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP POLICY row_policy_select ON maintenance_task")
    assert "row security" in _failing()


@pytest.mark.parametrize("age", [None, timedelta(days=3)])
def test_an_old_or_missing_backup_is_named(good: Path, age: timedelta | None) -> None:
    note = good / BACKUP_NOTE
    if age is None:
        note.unlink()
    else:
        note.write_bytes(orjson.dumps({"at": (now() - age).isoformat(), "path": "x"}))
    assert "backup" in _failing()


@pytest.mark.parametrize(
    "last",
    [
        {"finished_at": None},
        {"finished_at": now() - timedelta(days=3)},
        {"finished_at": now(), "broken": [{"chain": "x", "sequence": 1, "reason": "x"}]},
    ],
)
def test_chains_that_nobody_walked_or_that_broke_are_named(
    good: Path, last: dict[str, Any]
) -> None:
    ChainCheck.objects.all().delete()
    ChainCheck.objects.create(asked_by="test", **last)
    assert "chains" in _failing()


def test_what_django_remarks_is_passed_on(good: Path) -> None:
    with override_settings(SECURE_CONTENT_TYPE_NOSNIFF=False):
        assert any("W006" in problem for problem in hardening.deployment_problems())


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.production",
    "YUNJIAN_SECRET_KEY": secrets.token_urlsafe(64),
    "YUNJIAN_HOSTS": "jg.example.gov.cn",
}


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [("YUNJIAN_SECRET_KEY", "YUNJIAN_SECRET_KEY"), ("YUNJIAN_HOSTS", "YUNJIAN_HOSTS")],
)
def test_production_does_not_start_without_what_is_secret(
    tmp_path: Path, missing: str, sentence: str
) -> None:
    stored = {key: value for key, value in os.environ.items() if not key.startswith("YUNJIAN_")}
    environment = {**stored, **PRODUCTION, "YUNJIAN_VAR": str(tmp_path)}
    del environment[missing]
    done = subprocess.run(
        [sys.executable, "-c", "import yunjian.config.settings.production"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert sentence in done.stderr
