"""What answers tell browsers: to keep nothing personal, to lend nothing, whose cookies count."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from tests.isolation.routes import EVERYBODY, ROUTES
from tests.isolation.test_battery import PATTERNS
from tests.support.world import World, account_with
from yunjian.identity.models import Account, Organization

pytestmark = pytest.mark.reads_all_rows
# every page that has no row in its address, but those that say the same to everybody
PAGES = sorted(
    name
    for name, kinds in PATTERNS.items()
    if not kinds and "get" in ROUTES[name].methods and ROUTES[name].page != EVERYBODY
)
READS = ("/api/v1/session", "/api/v1/field/package", "/api/v1/notifications")


def everybody(world: World) -> list[Client]:
    names = ("sys", "sec", "aud")
    operators = [Account.objects.get(username=name) for name in names]
    owner = account_with(world.authority, "head", "owner")
    accounts = [world.discharger_owner, world.agency_manager, world.reviewer, owner, *operators]
    return [world.client(account) for account in accounts]


def test_nothing_personal_is_kept_by_browsers(world: World, operator: Organization) -> None:
    clients = everybody(world)
    opened = dict.fromkeys(PAGES, 0)
    for client in clients:
        for name in PAGES:
            answer = client.get(reverse(name))
            opened[name] += answer.status_code == 200
            assert "no-store" in answer.headers["Cache-Control"], (name, answer.status_code)
        for path in READS:
            assert "no-store" in client.get(path).headers["Cache-Control"], path
    assert sum(map(bool, opened.values())) > 40


@pytest.mark.parametrize("path", ["/signin/", "/healthz", "/source/sources/", "/api/v1/session"])
def test_pages_lend_nothing_and_ask_for_nothing(world: World, path: str) -> None:
    for client in (Client(), world.client(world.discharger_owner)):
        headers = client.get(path).headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_production_takes_cookies_from_its_own_host_alone() -> None:
    names = ("SESSION", "DEVICE", "LANGUAGE")
    shown = ", ".join(f"s.{name}_COOKIE_NAME" for name in names)
    shown += ", s.SESSION_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE"
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from yunjian.config.settings import production as s; print({shown})",
        ],
        env={
            **os.environ,
            "YUNJIAN_SECRET_KEY": "x" * 64,
            "YUNJIAN_HOSTS": "jg.example.gov.cn",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told == [
        "__Host-yunjian_session",
        "__Host-yunjian_device",
        "__Host-yunjian_language",
        "True",
        "True",
    ]
