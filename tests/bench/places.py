"""How long the list of 10,000 sources and the page of a discharger with 500 points take.

    python -m tests.bench.places

Builds both in a test database that is thrown away afterwards, asks each page many
times through Django's handlers, and prints as JSON the median milliseconds of server time, the
processor time in it (which other work on the machine does not lengthen), and the queries.
"""

import json
import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import django

from tests.bench.roles import program_role

SOURCES, POINTS, OUTLETS = 10_000, 500, 125
ROUNDS = 30
ALLOWED_MS, ALLOWED_QUERIES = 50.0, 25


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

    world = build_world()
    with acting_as(system_actor("bench")):
        site = _city(world)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    reviewer, owner = world.client(world.reviewer), world.client(world.discharger_owner)
    outlets = f"/source/sources/{site.pk}/outlets/"
    panel = {"HX-Request": "true", "HX-Target": "point-panel"}
    pages = {
        "list": (reviewer, "/supervision/sources/", {}),
        "list, one district": (reviewer, "/supervision/sources/?district=310112", {}),
        "list, by name": (reviewer, "/supervision/sources/?name=厂 0777", {}),
        "list, by code": (reviewer, "/supervision/sources/?code=310112007777", {}),
        "list, by industry": (reviewer, "/supervision/sources/?industry=造纸", {}),
        "list, closed": (reviewer, "/supervision/sources/?state=closed", {}),
        "500 points": (owner, outlets, {}),
        "500 points, searched": (owner, f"/source/sources/{site.pk}/tree/?q=测点 0499", {}),
        "500 points, one chosen": (owner, outlets, panel),
    }
    with program_role():
        asked = {
            name: _page(client, path, headers) for name, (client, path, headers) in pages.items()
        }
    return {
        "sources": SOURCES,
        "points": POINTS,
        "rounds": ROUNDS,
        "allowed_ms": ALLOWED_MS,
        "allowed_queries": ALLOWED_QUERIES,
        "pages": asked,
    }


def _page(client: Any, path: str, headers: dict[str, str]) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers=headers)
    requested = len(queries)  # the next request forgets them
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    times, spent, begun = [], process_time(), seconds_of_backend()
    for _round in range(ROUNDS):
        begin = perf_counter()
        client.get(path, headers=headers)
        times.append((perf_counter() - begin) * 1000)
    program = (process_time() - spent) * 1000 / ROUNDS
    database = (seconds_of_backend() - begun) * 1000 / ROUNDS
    return {
        "median_ms": round(median(times), 1),
        "least_ms": round(min(times), 1),
        "processor_ms": {"program": round(program, 1), "database": round(database, 1)},
        "queries": requested,
        "kilobytes": round(len(answer.content) / 1024, 1),
    }


def seconds_of_backend() -> float:
    """Return the processor seconds that the database's process behind the connection has used."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        key = cursor.fetchone()[0]
    fields = Path(f"/proc/{key}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _city(world: Any) -> Any:
    from yunjian.instruments.models import Instrument, InstrumentRevision  # noqa: PLC0415
    from yunjian.kernel.clock import now  # noqa: PLC0415
    from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource  # noqa: PLC0415

    sources = PollutionSource.objects.bulk_create(_sources(world), batch_size=2000)
    site = world.source
    Outlet.objects.bulk_create(
        Outlet(source=site, code=f"DW{number:03d}", name=f"排口 {number}", kind="wastewater")
        for number in range(101, 101 + OUTLETS)
    )
    # the others have something to count as well
    others = Outlet.objects.bulk_create(
        [Outlet(source=row, code="DW001", name="总排口", kind="wastewater") for row in sources],
        batch_size=2000,
    )
    own = list(Outlet.objects.filter(source=site, code__gte="DW101").order_by("code"))
    points = [
        _point(world, own[number % OUTLETS], f"测点 {number:04d}", f"B{number:013d}")
        for number in range(POINTS)
    ]
    points += [
        _point(world, outlet, "总排口测点", f"C{number:013d}")
        for number, outlet in enumerate(others)
    ]
    MonitoringPoint.objects.bulk_create(points, batch_size=2000)
    instruments = Instrument.objects.bulk_create(
        Instrument(
            point=point,
            organization=world.discharger,
            kind="analyzer",
            slot="CODCr",
            period=("2025-01-01", None),
        )
        for point in points[:POINTS]
    )
    InstrumentRevision.objects.bulk_create(
        InstrumentRevision(
            instrument=instrument,
            number=1,
            state="official",
            name="CODCr 在线分析仪",
            parameter="CODCr",
            installed_on="2025-01-01",
            effective=("2025-01-01", None),
            decided_at=now(),
        )
        for instrument in instruments
    )
    return site


def _sources(world: Any) -> Iterator[Any]:
    from yunjian.sources.models import PollutionSource  # noqa: PLC0415

    for number in range(SOURCES - 1):
        here = number % 2
        district = world.other_district if here else world.district
        yield PollutionSource(
            organization=world.other_discharger if here else world.discharger,
            code=f"{district.pk}{number:06d}9"[:13],
            name=f"试验厂 {number:05d}",
            district=district,
            street="张江镇",
            industry_code=("2221", "4620", "2614", "1713")[number % 4],
            industry_name="制造",
            address=f"试验路 {number} 号",
            longitude=Decimal("121.6"),
            latitude=Decimal("31.2"),
            closed_on="2026-01-01" if number % 50 == 0 else None,
        )


def _point(world: Any, outlet: Any, name: str, mn_code: str) -> Any:
    from yunjian.sources.models import MonitoringPoint  # noqa: PLC0415

    return MonitoringPoint(
        outlet=outlet,
        organization=world.discharger,
        district=world.district,
        kind="wastewater",
        name=name,
        mn_code=mn_code,
        parameters=["CODCr", "NH3-N"],
        longitude=Decimal("121.6"),
        latitude=Decimal("31.2"),
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
    sys.exit(main())
