"""Where a submission spends its time: cProfile over the whole request, in one process."""

import cProfile
import os
import pstats
import sys
import time
from io import StringIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
REQUESTS = 300
LINES = 45


def main() -> None:
    """Print the functions that cost most, by their own time and with what they call."""
    import django  # noqa: PLC0415 - settings read the environment when they are imported

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0, interactive=False)
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test import Client  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after setup

    from tests.bench.city import prepared_jobs  # noqa: PLC0415 - after setup

    jobs = prepared_jobs(settings.SECRET_KEY, REQUESTS + 20, 4)
    client = Client()

    def send(job: object) -> None:
        headers = dict(job.headers)  # type: ignore[attr-defined]
        cookie = headers.pop("Cookie")
        content_type = headers.pop("Content-Type")
        answer = client.put(
            job.path,  # type: ignore[attr-defined]
            job.body,  # type: ignore[attr-defined]
            content_type=content_type,
            headers=headers,
            HTTP_COOKIE=cookie,
        )
        assert answer.status_code == 201, answer.content

    for _ in range(10):
        send(jobs.pop())
    with CaptureQueriesContext(
        connection,
    ) as captured:
        send(jobs.pop())
    for query in captured.captured_queries:
        print(query["time"], query["sql"][:150])
    began = time.perf_counter()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(REQUESTS):
        send(jobs.pop())
    profile.disable()
    spent = (time.perf_counter() - began) / REQUESTS * 1000
    out = StringIO()
    for order in ("tottime", "cumulative"):
        pstats.Stats(profile, stream=out).sort_stats(order).print_stats(LINES)
    print(f"{spent:.2f} ms per request under the profiler", file=sys.stdout)
    print(out.getvalue())


if __name__ == "__main__":
    main()
