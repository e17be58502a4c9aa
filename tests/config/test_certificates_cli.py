"""`yunjian certificates`: what is loaded, what is refused, and the state of each authority."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from tests.support.certificate_desk import load_lists, trusting
from tests.support.pki import Pki
from yunjian.config import certificates_cli
from yunjian.config.cli import main


@pytest.fixture
def pki(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pki:
    """A trusted authority; the commands use the database of the test."""

    @contextmanager
    def ready() -> Iterator[Path]:
        yield tmp_path

    monkeypatch.setattr(certificates_cli, "django_ready", ready)
    made = Pki("sm2", tmp_path / "pki")
    trusting(settings, tmp_path, made.root, made.issuing)
    return made


def test_lists_are_loaded_and_the_state_is_told(pki: Pki, tmp_path: Path) -> None:
    before = CliRunner().invoke(main, ["certificates", "status"])
    assert before.exit_code == 1
    assert "没有吊销列表" in before.output
    folder = tmp_path / "lists"
    folder.mkdir()
    for name, authority in (("root", pki.root), ("issuing", pki.issuing)):
        (folder / f"{name}.crl").write_bytes(pki.fresh(authority))
    loaded = CliRunner().invoke(main, ["certificates", "load"])
    assert (loaded.exit_code, loaded.output.count("已载入")) == (0, 2)
    after = CliRunner().invoke(main, ["certificates", "status"])
    assert (after.exit_code, after.output.count("good")) == (0, 2 + 2)


def test_a_list_that_is_refused_is_named(pki: Pki, tmp_path: Path) -> None:
    load_lists(tmp_path, [b"rubbish"])
    stated = CliRunner().invoke(main, ["certificates", "load"])
    assert stated.exit_code == 1
    assert "0.crl 未被采用 / not taken: malformed" in stated.output
