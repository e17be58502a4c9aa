"""Where a submission spends its time, in one process: first counted, then under cProfile.

Processor time is what counts here: it says the same on a busy machine, wall-clock time does not.
`python -m tests.bench.profile [--counts]` prints the statements of one request, the figures as
JSON (milliseconds a request; ours is user and system time of this process, PostgreSQL's that of
the backend; the calls of Python functions are the same on any machine), and the profile.
"""

import cProfile
import json
import os
import pstats
import sys
import sysconfig
import time
from collections.abc import Callable
from functools import reduce
from io import StringIO
from pathlib import Path
from typing import Any

from tests.bench.processor import seconds_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
REQUESTS = 300
ROUNDS = 3
WARM = 20
LINES = 45
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print statements, figures and the functions that cost most."""
    import django  # noqa: PLC0415 - settings read the environment when they are imported

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0, interactive=False)
    from django.conf import settings  # noqa: PLC0415 - after setup

    from tests.bench.city import prepared_jobs  # noqa: PLC0415 - after setup

    jobs = prepared_jobs(settings.SECRET_KEY, REQUESTS * (ROUNDS + 1) + WARM + 1, 4)
    send = _sender()
    for _ in range(WARM):
        send(jobs.pop())
    statements = _statements(lambda: send(jobs.pop()))
    for statement in statements:
        print(statement[:150])
    rounds = [_counted(send, [jobs.pop() for _ in range(REQUESTS)]) for _ in range(ROUNDS)]
    best = {name: min(round_[name] for round_ in rounds) for name in rounds[0]}
    profile = _profile(send, [jobs.pop() for _ in range(REQUESTS)])
    calls = round(pstats.Stats(profile).total_calls / REQUESTS)  # type: ignore[attr-defined]
    print(json.dumps({"statements": len(statements), "python_calls": calls, **best}, indent=2))
    if "--counts" not in sys.argv:
        print(_listed(profile))


def _sender() -> Callable[[Any], None]:
    from django.test import Client  # noqa: PLC0415 - after setup

    client = Client()

    def send(job: Any) -> None:
        headers = dict(job.headers)
        cookie = headers.pop("Cookie")
        content_type = headers.pop("Content-Type")
        answer = client.put(
            job.path, job.body, content_type=content_type, headers=headers, HTTP_COOKIE=cookie
        )
        assert answer.status_code == 201, answer.content

    return send


def _statements(request: Callable[[], None]) -> list[str]:
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after setup

    with CaptureQueriesContext(connection) as captured:
        request()
    return [" ".join(query["sql"].split()) for query in captured.captured_queries]


def _counted(send: Callable[[Any], None], jobs: list[Any]) -> dict[str, float]:
    before = time.process_time(), _backend_seconds(), time.perf_counter()
    for job in jobs:
        send(job)
    after = time.process_time(), _backend_seconds(), time.perf_counter()
    ours, theirs, elapsed = (b - a for a, b in zip(before, after, strict=True))
    return {
        "ours_ms": round(ours / len(jobs) * 1000, 2),
        "postgresql_ms": round(theirs / len(jobs) * 1000, 2),
        "wall_ms": round(elapsed / len(jobs) * 1000, 2),
    }


def _backend_seconds() -> float:
    """Return the processor time of our connection's backend so far (Linux)."""
    from django.db import connection  # noqa: PLC0415 - after setup

    connection.ensure_connection()
    return seconds_of(connection.connection.info.backend_pid)


def _profile(send: Callable[[Any], None], jobs: list[Any]) -> cProfile.Profile:
    profile = cProfile.Profile()
    profile.enable()
    for job in jobs:
        send(job)
    profile.disable()
    return profile


def _listed(profile: cProfile.Profile) -> str:
    out = StringIO()
    for order in ("tottime", "cumulative"):
        pstats.Stats(profile, stream=out).sort_stats(order).print_stats(LINES)
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), str(ROOT))
    return reduce(lambda text, folder: text.replace(f"{folder}/", ""), folders, out.getvalue())


if __name__ == "__main__":
    main()
