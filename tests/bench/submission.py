"""Submission of a sheet, measured: authenticated, validated, judged, sealed, on real disks.

Two server processes, fsync on, at 1, 8 and 32 clients; beside it, in the same run, a bare
psycopg program that writes the same bytes in as many transactions. Prints JSON, with the processor
time of each submission: it says what a submission costs also where others use the machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.processor import seconds_below
from yunjian.config.embedded import EmbeddedDatabase

CLIENTS = (1, 8, 32)
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
AGENCIES = 16
VISITS_PER_LEVEL = int(os.environ.get("BENCH_VISITS", "4000"))
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Measured:
    """One level: throughput per second, latencies in milliseconds."""

    clients: int
    done: int
    failed: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass
class Job:
    """One prepared request."""

    path: str
    body: bytes
    headers: dict[str, str]


def main() -> None:
    """Prepare a database, run both programs at each level, print and keep the figures."""
    with tempfile.TemporaryDirectory(prefix="yunjian-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        database = EmbeddedDatabase(folder / "pg", durable=True)
        url = database.start()
        try:
            result = _run(url, folder, _postmaster(database))
            print(json.dumps(result, indent=2, ensure_ascii=False))
        finally:
            database.stop()


def _run(url: str, folder: Path, postmaster: int) -> dict[str, Any]:
    _prepare_django(url, folder)
    from tests.bench.city import prepared_jobs  # noqa: PLC0415 - after Django's setup
    from tests.support.serving import served  # noqa: PLC0415 - after Django's setup

    result: dict[str, Any] = {
        "cpus": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "servers": 2,
        "fsync": True,
        "levels": [],
    }
    with served(folder / "var", url=url, workers=2, worker=False) as running:
        secret = running.environment["YUNJIAN_SECRET_KEY"]
        jobs = prepared_jobs(secret, VISITS_PER_LEVEL * len(CLIENTS) + 200, AGENCIES)
        _submit(running.base, [jobs.pop() for _ in range(200)], 8)  # warm the servers
        for clients in CLIENTS:
            share = [jobs.pop() for _ in range(VISITS_PER_LEVEL)]
            size = statistics.mean(len(job.body) for job in share)
            before = _spent(running.process.pid, postmaster)
            ours = _submit(running.base, share, clients)
            spent = _spent(running.process.pid, postmaster)
            bare = _bare(url, share, clients)
            result["levels"].append(
                {
                    "clients": clients,
                    "body_bytes": round(size),
                    "submission": asdict(ours),
                    "processor_ms": {
                        name: round((spent[name] - before[name]) * 1000 / ours.done, 2)
                        for name in spent
                    },
                    "bare_writer": asdict(bare),
                    "ratio": round(ours.per_second / bare.per_second, 3),
                }
            )
    return result


def _postmaster(database: EmbeddedDatabase) -> int:
    return int((database.data_dir / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def _spent(server: int, postmaster: int) -> dict[str, float]:
    return {
        "servers": seconds_below(server),
        "database": seconds_below(postmaster),
        "clients": time.process_time(),
    }


def _prepare_django(url: str, folder: Path) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ["YUNJIAN_VAR"] = str(folder / "var")
    (folder / "var").mkdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "yunjian.config.settings.demo"
    os.environ["YUNJIAN_SECRET_KEY"] = "bench-" + "x" * 60
    command = [sys.executable, "-m", "yunjian", "migrate"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    import django  # noqa: PLC0415 - settings read the environment when they are imported

    django.setup()


def _submit(base: str, jobs: list[Job], clients: int) -> Measured:
    host = urlsplit(base).netloc

    def work(share: list[Job], stop_at: float) -> tuple[list[float], int]:
        connection = HTTPConnection(host, timeout=60)
        spent, failed = [], 0
        for job in share:
            began = time.perf_counter()
            if began > stop_at:
                break
            connection.request("PUT", job.path, job.body, job.headers)
            answer = connection.getresponse()
            content = answer.read()
            spent.append(time.perf_counter() - began)
            if answer.status != 201:
                failed += 1
                print(answer.status, content[:300].decode(), file=sys.stderr)
        connection.close()
        return spent, failed

    return _measure(work, jobs, clients)


def _bare(url: str, jobs: list[Job], clients: int) -> Measured:
    import psycopg  # noqa: PLC0415 - beside its only use

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_writer")
        connection.execute("CREATE TABLE bare_writer (id bigserial PRIMARY KEY, body bytea)")

    def work(share: list[Job], stop_at: float) -> tuple[list[float], int]:
        spent = []
        with psycopg.connect(url) as connection:
            for job in share:
                began = time.perf_counter()
                if began > stop_at:
                    break
                connection.execute("INSERT INTO bare_writer (body) VALUES (%s)", [job.body])
                connection.commit()
                spent.append(time.perf_counter() - began)
        return spent, 0

    return _measure(work, jobs, clients)


def _measure(work: Any, jobs: list[Job], clients: int) -> Measured:
    began = time.perf_counter()
    stop_at = began + SECONDS
    with ThreadPoolExecutor(clients) as pool:
        shares = [jobs[index::clients] for index in range(clients)]
        parts = list(pool.map(lambda share: work(share, stop_at), shares))
    elapsed = time.perf_counter() - began
    spent = sorted(value for part, _failed in parts for value in part)
    return Measured(
        clients=clients,
        done=len(spent),
        failed=sum(failed for _part, failed in parts),
        per_second=round(len(spent) / elapsed, 1),
        p50_ms=_percentile(spent, 50),
        p95_ms=_percentile(spent, 95),
        p99_ms=_percentile(spent, 99),
    )


def _percentile(values: list[float], percent: int) -> float:
    index = min(len(values) - 1, len(values) * percent // 100)
    return round(values[index] * 1000, 2)


if __name__ == "__main__":
    main()
