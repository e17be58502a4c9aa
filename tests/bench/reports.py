"""How long the lists of 100,000 reports take in each portal.

    python -m tests.bench.reports

Builds them in a test database that is thrown away afterwards, asks each page many times through
Django's handlers, and prints as JSON the median milliseconds of server time, the processor time in
it (which other work on the machine does not lengthen), and the queries.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

import django

REPORTS, AT_ONCE = 100_000, 5_000
ROUNDS = 30
KINDS = ("verification", "comparison", "acceptance")
STATES = ("submitted", "received", "returned", "accepted", "accepted", "accepted", "withdrawn")


def main() -> int:
    """Measure and print; the exit code is 0 whatever comes out."""
    django.setup()
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(json.dumps(_measured(), indent=2, ensure_ascii=False))
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


def _measured() -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    from tests.support.world import build_world  # noqa: PLC0415
    from yunjian.access.actor import acting_as, system_actor  # noqa: PLC0415
    from yunjian.verification.models import Report  # noqa: PLC0415

    world = build_world()
    with acting_as(system_actor("bench")):
        rows = _reports(world)
        while chunk := [row for row, _n in zip(rows, range(AT_ONCE), strict=False)]:
            Report.unscoped().bulk_create(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    agency, bureau = world.client(world.agency_manager), world.client(world.reviewer)
    factory = world.client(world.discharger_owner)
    pages = {
        "agency": (agency, "/agency/reports/"),
        "agency, by execution": (agency, "/agency/reports/?sort=-executed_from"),
        "agency, by number": (agency, "/agency/reports/?text=QY-077777"),
        "authority, waiting": (bureau, "/supervision/reports/"),
        "authority, accepted": (bureau, "/supervision/reports/?queue=accepted"),
        "discharger": (factory, "/source/reports/"),
    }
    return {name: _asked(client, address) for name, (client, address) in pages.items()}


def _reports(world: Any) -> Iterator[Any]:
    from yunjian.kernel.clock import now  # noqa: PLC0415
    from yunjian.verification.models import Report  # noqa: PLC0415

    at = now()
    for number in range(REPORTS):
        ended = at - timedelta(minutes=5 * number + 60)
        state = STATES[number % len(STATES)]
        yield Report(
            agency=world.agency,
            discharger=world.discharger,
            district=world.district,
            point=(world.flue_gas_point, world.wastewater_point)[number % 2],
            kind=KINDS[number % len(KINDS)],
            number=f"QY-{number:06}",
            number_key=f"QY-{number:06}",
            issuer="清源",
            issuer_key="清源",
            executed_from=ended - timedelta(hours=3),
            executed_to=ended,
            form="hj75-verification@1",
            prepared_by=world.engineer,
            checked_by=world.agency_manager,
            signed_by=world.agency_manager,
            content_digest=f"sha256:{number:064d}",
            submitted_at=ended + timedelta(minutes=30),
            state=state,
        )


def _asked(client: Any, address: str) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)  # the next request forgets them
    assert answer.status_code == 200, address
    times, processor = [], []
    for _round in range(ROUNDS):
        begun, worked = perf_counter(), process_time()
        client.get(address)
        times.append(1000 * (perf_counter() - begun))
        processor.append(1000 * (process_time() - worked))
    return {
        "median_ms": round(median(times), 1),
        "processor_ms": round(median(processor), 1),
        "queries": asked,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
    sys.exit(main())
