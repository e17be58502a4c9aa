"""How long the lists of 100,000 reports take in each portal, and 1,000 reports to recompute.

    python -m tests.bench.reports

Builds them in a test database that is thrown away afterwards, asks each page many times through
Django's handlers, and prints as JSON the median milliseconds of server time, the processor time in
it of program and database (which other work on the machine lengthens less), and the queries. The
1,000 reports hold every test of their form with 15 rows, a fifth of them each form; what is timed
is reading them, computing every test anew and writing the results.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from statistics import median
from time import perf_counter, process_time
from typing import Any

import django

from tests.bench.places import seconds_of_backend
from tests.bench.roles import program_role

REPORTS, AT_ONCE = 100_000, 5_000
ROUNDS = 30
RECOMPUTED, ROWS = 1_000, 15
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
        rows = _reports(world, range(REPORTS))
        while chunk := list(islice(rows, AT_ONCE)):
            Report.unscoped().bulk_create(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with program_role():
        with acting_as(system_actor("bench")):
            recomputed = _recomputed(world)
        return {"lists": _lists(world), "recomputed": recomputed}


def _lists(world: Any) -> dict[str, dict[str, float]]:
    agency, bureau = world.client(world.agency_manager), world.client(world.reviewer)
    factory = world.client(world.discharger_owner)
    pages = {
        "agency": (agency, "/agency/reports/"),
        "agency, by execution": (agency, "/agency/reports/?sort=-executed_from"),
        "agency, by number": (agency, "/agency/reports/?text=QY-077777"),
        "agency, by part of a number": (agency, "/agency/reports/?text=Y-0777"),
        "authority, waiting": (bureau, "/supervision/reports/"),
        "authority, accepted": (bureau, "/supervision/reports/?queue=accepted"),
        "discharger": (factory, "/source/reports/"),
    }
    return {name: _asked(client, address) for name, (client, address) in pages.items()}


def _reports(world: Any, numbers: range, *, states: Sequence[str] = STATES) -> Iterator[Any]:
    from yunjian.kernel.clock import now  # noqa: PLC0415
    from yunjian.verification.models import Report  # noqa: PLC0415

    at = now()
    for number in numbers:
        ended = at - timedelta(minutes=5 * number + 60)
        state = states[number % len(states)]
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


def _recomputed(world: Any) -> dict[str, float]:
    """Recompute drafts whose tests are all filled."""
    from yunjian.standards.reports import report_forms  # noqa: PLC0415
    from yunjian.verification.models import Report, ReportTest  # noqa: PLC0415
    from yunjian.verification.services.computing import tests_recompute  # noqa: PLC0415

    forms = list(report_forms().values())
    numbers = range(REPORTS, REPORTS + RECOMPUTED)
    reports = Report.unscoped().bulk_create(_reports(world, numbers, states=["draft"]))
    for number, report in enumerate(reports):
        report.form = forms[number % len(forms)].name
        ReportTest.unscoped().bulk_create(_tests(report, forms[number % len(forms)]))
    tests = ReportTest.unscoped().count()
    begun, worked, asked = perf_counter(), process_time(), seconds_of_backend()
    for report in reports:
        tests_recompute(report)
    judged = ReportTest.unscoped().exclude(verdict="").count()
    return {
        "reports": len(reports),
        "tests": tests,
        "judged": judged,
        "seconds": round(perf_counter() - begun, 2),
        "program_seconds": round(process_time() - worked, 2),
        "database_seconds": round(seconds_of_backend() - asked, 2),
    }


def _tests(report: Any, form: Any) -> Iterator[Any]:
    from yunjian.verification.models import ReportTest  # noqa: PLC0415

    for spec in form.tests:
        rows = [
            {
                column.key: str(90 + row + place * 0.5) if column.type == "number" else ""
                for place, column in enumerate(spec.columns)
            }
            for row in range(ROWS)
        ]
        values = {one.key: "0" if one.key == "lower" else "200" for one in spec.fields}
        yield ReportTest(
            report=report,
            test=spec.key,
            parameter=spec.parameters[0] if spec.parameters else "",
            readings=rows,
            values=values,
            unit="mg/m3",
        )


def _asked(client: Any, address: str) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)  # the next request forgets them
    assert answer.status_code == 200, address
    times, worked, used = [], process_time(), seconds_of_backend()
    for _round in range(ROUNDS):
        begun = perf_counter()
        client.get(address)
        times.append(1000 * (perf_counter() - begun))
    return {
        "median_ms": round(median(times), 1),
        "least_ms": round(min(times), 1),
        "program_ms": round(1000 * (process_time() - worked) / ROUNDS, 1),
        "database_ms": round(1000 * (seconds_of_backend() - used) / ROUNDS, 1),
        "queries": asked,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
    sys.exit(main())
