"""Two languages: Chinese unless a person chose English; nothing is left untranslated."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from tests.support.world import World
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.languages import localized

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "scripts" / "messages.py"


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    subprocess.run([sys.executable, MESSAGES, "--compile"], check=True)


def _choose(client: Client, language: str, back: str) -> None:
    answer = client.post("/i18n/setlang/", {"language": language, "next": back})
    assert (answer.status_code, answer.headers["location"]) == (302, back)


def _page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_every_text_of_the_pages_is_translated() -> None:
    result = subprocess.run(
        [sys.executable, MESSAGES, "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"run `make messages`, then translate:\n{result.stderr}"


def test_a_browser_that_prefers_english_still_gets_chinese(world: World) -> None:
    page = _page(world.client(world.reviewer), "/supervision/visits/", accept_language="en")
    assert 'lang="zh-hans"' in page
    assert "运维台账" in page
    assert "登录" in _page(Client(), "/signin/", accept_language="en-GB,en;q=0.9")


def test_who_chose_english_reads_ledger_and_menu_in_english(world: World) -> None:
    client = world.client(world.reviewer)
    _choose(client, "en", "/supervision/visits/")
    page = _page(client, "/supervision/visits/")
    assert 'lang="en"' in page
    for text in ("O&amp;M ledger", "Workbench", "Instrument filings", "Export Excel", "Sign out"):
        assert text in page, text
    _choose(client, "zh-hans", "/supervision/visits/")
    assert "运维台账" in _page(client, "/supervision/visits/")


def test_the_sign_in_page_changes_its_language(db: None) -> None:
    client = Client()
    assert 'value="en"' in _page(client, "/signin/")
    _choose(client, "en", "/signin/")
    page = _page(client, "/signin/")
    assert "Password" in page
    assert "密码" not in page


def test_a_language_that_is_not_offered_is_chinese(world: World) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert "密码" in _page(client, "/signin/")


def test_the_choice_is_refused_without_its_token(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/signin/"})
    assert answer.status_code == 403
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_an_agency_opens_in_both_languages(world: World, language: str) -> None:
    client = world.client(world.agency_manager)
    _choose(client, language, "/agency/")
    for path in ("", "filing/", "people/", "people/new/", "vehicles/", "parts/", "contracts/",
                 "plans/", "plans/new/", "tasks/", "visits/", "organization/"):  # fmt: skip
        _page(client, f"/agency/{path}")


def test_the_phone_says_its_language_with_every_call(db: None) -> None:
    client = Client()
    chinese = client.get("/api/v1/field/package").json()
    english = client.get("/api/v1/field/package", headers={"accept-language": "en"}).json()
    assert chinese["message"] == "登录已过期，请重新登录"
    assert english["message"] == "Your session has expired; please sign in again"
    assert chinese["code"] == english["code"]


def test_refusals_are_said_in_the_language_that_is_read() -> None:
    with translation.override("en"):
        assert InvalidInput().message == "Some values are wrong; please correct them as marked"
        assert localized({"zh": "合格", "en": "Pass"}) == "Pass"
    assert InvalidInput().message == "填写的内容有误，请按提示修改"
    assert localized({"zh": "合格", "en": "Pass"}) == "合格"
