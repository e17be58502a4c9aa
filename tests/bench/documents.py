"""How long searching 10,000 documents takes, on the pages and over the API, in each portal.

    python -m tests.bench.documents

Builds them in a test database that is thrown away afterwards: half of them of one agency, the rest
of another one, several thousand characters of Chinese each, of words as often as in a language.
Asks terms of 1, 2, 3 and 6 characters, rare and common, through Django's handlers, and prints as
JSON the median milliseconds of server time, the processor time of program and database in it
(which other work on the machine does not lengthen), and the queries. `--explain` prints the plans.
"""

import json
import os
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

import django

from tests.bench.roles import program_role

DOCUMENTS, AT_ONCE = 10_000, 500
LENGTH = (3_000, 6_000)
ROUNDS = 9
SEED = 20_261_128
COMMON = {1: "检", 2: "校准", 3: "分析仪", 6: "自动监测设备"}
RARE = {1: "钽", 2: "蛟龙", 3: "钽电极", 6: "应急处置预案"}
RARE_IN = 25  # documents
WORDS = 6_000


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
    from yunjian.credit.domain.searching import grams  # noqa: PLC0415
    from yunjian.credit.models import Document, DocumentVersion, SearchIndex  # noqa: PLC0415

    world = build_world()
    with acting_as(system_actor("bench")):
        rows = _rows(world)
        while chunk := [row for row, _n in zip(rows, range(AT_ONCE), strict=False)]:
            Document.unscoped().bulk_create([document for document, _version in chunk])
            DocumentVersion.unscoped().bulk_create([version for _document, version in chunk])
            SearchIndex.objects.bulk_create(
                SearchIndex(version=row, grams=grams(row.search_text)) for _document, row in chunk
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE credit_document")
        cursor.execute("VACUUM ANALYZE credit_documentversion")
        cursor.execute("VACUUM ANALYZE credit_searchindex")
    with program_role():
        return _asked_all(world)


def _asked_all(world: Any) -> dict[str, Any]:
    portals = {
        "agency": (world.client(world.agency_manager), "/agency/documents/"),
        "authority": (world.client(world.reviewer), "/supervision/documents/"),
    }
    results: dict[str, Any] = {}
    for portal, (client, page) in portals.items():
        for kind, terms in (("common", COMMON), ("rare", RARE)):
            for length, term in terms.items():
                for what, address in (("page", page), ("API", "/api/v1/documents")):
                    name = f"{portal}, {what}, {kind} {length}"
                    results[name] = _asked(client, f"{address}?text={term}")
    return results


def _rows(world: Any) -> Iterator[tuple[Any, Any]]:
    from django.db.backends.postgresql.psycopg_any import DateRange  # noqa: PLC0415

    from yunjian.credit.domain.searching import searchable  # noqa: PLC0415
    from yunjian.credit.models import Document, DocumentVersion  # noqa: PLC0415
    from yunjian.kernel.clock import today  # noqa: PLC0415

    texts = _texts()
    since = today() - timedelta(days=30)
    for number in range(DOCUMENTS):
        organization = (world.agency, world.other_agency)[number % 2]
        document = Document(
            organization=organization,
            category="instructions",
            title=f"操作说明 {number:05}",
            maker="试验仪器厂",
            model=f"YJ-{number:05}",
            read_by_positions=["engineer"],
            published=True,
        )
        body = next(texts)
        yield (
            document,
            DocumentVersion(
                document=document,
                organization=organization,
                number=1,
                title=document.title,
                state="published",
                effective_from=since,
                period=DateRange(since, None),
                body=body,
                search_text=searchable(document.title, body),
                digest=f"sha256:{number:064d}",
            ),
        )


def _texts() -> Iterator[str]:
    """Return texts of words as often as in a language: the second half as often as the first."""
    rng = random.Random(SEED)  # noqa: S311 - the same texts each time
    letters = [chr(0x4E00 + 5 * number) for number in range(2_500)]
    letters = [one for one in letters if one not in "".join(RARE.values())]
    words = ["".join(rng.choices(letters, k=rng.choice((2, 2, 2, 3, 4)))) for _ in range(WORDS)]
    # the common terms are among the hundred words that come most often
    words[10:100:25] = COMMON.values()
    weights = [1 / (number + 3) for number in range(WORDS)]
    stock = rng.choices(words, weights, k=400_000)
    rare = {rng.randrange(DOCUMENTS) for _ in range(RARE_IN)}
    number = 0
    while True:
        begin = rng.randrange(len(stock) - LENGTH[1])
        length = rng.randint(*LENGTH)
        said = "".join(stock[begin : begin + length // 2])[:length]
        said = "，".join(said[at : at + 17] for at in range(0, len(said), 17))
        if number in rare:
            middle = len(said) // 2
            said = said[:middle] + "".join(RARE.values()) + said[middle:]
        yield said
        number += 1


def _asked(client: Any, address: str) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from tests.bench.processor import seconds_of  # noqa: PLC0415

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)  # the next request forgets them
    assert answer.status_code == 200, address
    if "--explain" in sys.argv:
        _explained(queries.captured_queries)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    times, program, database = [], [], []
    for _round in range(ROUNDS):
        begun, worked, served = perf_counter(), process_time(), seconds_of(backend)
        client.get(address)
        times.append(1000 * (perf_counter() - begun))
        program.append(1000 * (process_time() - worked))
        database.append(1000 * (seconds_of(backend) - served))
    return {
        "median_ms": round(median(times), 1),
        "least_ms": round(min(times), 1),
        "program_ms": round(median(program), 1),
        "database_ms": round(sum(database) / ROUNDS, 1),
        "queries": asked,
    }


def _explained(queries: list[dict[str, str]]) -> None:
    """Print the plans of the queries that search, as the system sees them."""
    from django.db import connection  # noqa: PLC0415

    from yunjian.access.row_policies import bypass_rls  # noqa: PLC0415

    for query in queries:
        if "STRPOS" in query["sql"]:
            with bypass_rls("bench"), connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
                print("\n".join(line for (line,) in cursor.fetchall()), file=sys.stderr)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
    sys.exit(main())
