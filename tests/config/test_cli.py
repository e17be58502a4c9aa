"""The command line: help in two languages, and one clear sentence for what the user can mend."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from yunjian.config import runtime
from yunjian.config.cli import main

COMMANDS = ["serve", "worker", "migrate", "demo", "evidence", "backup", "restore", "doctor"]
COMMANDS += ["operator-init", "demo-code", "certificates"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_chinese_and_english(command: str) -> None:
    text = CliRunner().invoke(main, [command, "--help"]).output
    assert any("一" <= sign <= "鿿" for sign in text)
    assert any(word.isascii() and word.isalpha() and len(word) > 3 for word in text.split())


def test_the_list_of_commands_is_complete() -> None:
    assert set(COMMANDS) <= set(main.commands)


def test_a_busy_port_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(runtime.NotReady, match=f"端口 {port} 已被占用"):
            runtime.check_port("127.0.0.1", port)


def test_the_command_shows_the_sentence_and_no_trace(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        answer = subprocess.run(
            [sys.executable, "-m", "yunjian", "serve", "--port",
             str(other.getsockname()[1])],
            env={"YUNJIAN_VAR": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    assert answer.returncode == 1
    assert "已被占用" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "MINIMUM_FREE_BYTES", 2**80)
    with pytest.raises(runtime.NotReady, match="磁盘空间不足"):
        runtime.check_space(tmp_path)


def test_a_data_folder_that_cannot_be_made_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("YUNJIAN_VAR", str(tmp_path / "file" / "var"))
    with pytest.raises(runtime.NotReady, match="无法创建"):
        runtime.var_dir()


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = runtime.local_secret(tmp_path)
    assert runtime.local_secret(tmp_path) == first
    assert len(first) > 60
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_two_servers_never_share_a_data_folder(tmp_path: Path) -> None:
    with (
        runtime.only_one(tmp_path),
        pytest.raises(runtime.NotReady, match="已有一个云间服务"),
        runtime.only_one(tmp_path),
    ):
        pass


def test_a_given_database_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    with runtime.database(tmp_path) as url:
        assert url == "postgresql://elsewhere/x"
