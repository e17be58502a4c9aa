"""How long one sign-in by certificate takes to verify, for each kind of key. Prints JSON.

Measured is everything that happens between the bytes and the answer: parsing, the path over an
issuing authority to the root, two revocation lists (one of them with 100,000 entries), the
signature over the challenge, the code. With a database the lists are asked there, as in
production; the time of the two queries is in it.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
django.setup()

from django.core.management import call_command  # noqa: E402 - after setup

from tests.support.pki import TEXT, Pki, der, pkcs7  # noqa: E402
from yunjian.certificates.core.certificate import parse_certificate  # noqa: E402
from yunjian.certificates.core.revocation import ListsInMemory, Revocations  # noqa: E402
from yunjian.certificates.core.verification import verify_signed  # noqa: E402
from yunjian.certificates.domain.trust import StoredRevocations  # noqa: E402
from yunjian.certificates.models import RevocationList, RevokedSerial  # noqa: E402
from yunjian.certificates.simulator.authority import Algorithm  # noqa: E402

ALLOWED_MS = 5.0
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "300"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
KINDS: tuple[Algorithm, ...] = ("sm2", "rsa", "ec")


def main() -> None:
    """Measure every kind and print the figures."""
    call_command("migrate", verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory() as name:
        figures = {kind: _kind(Pki(kind, Path(name) / kind)) for kind in KINDS}
    forms = [form for kind in figures.values() for form in kind.values()]
    content = {
        "cores": os.cpu_count(),
        "rounds": ROUNDS,
        "entries_of_the_list": ENTRIES,
        "verifications": figures,
        "allowed_ms": ALLOWED_MS,
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "within_by_processor_time": all(form["cpu_ms"] <= ALLOWED_MS for form in forms),
        "within_by_clock": all(form["p50_ms"] <= ALLOWED_MS for form in forms),
    }
    print(json.dumps(content, indent=2))


def _kind(pki: Pki) -> dict[str, dict[str, float]]:
    certificate, plain, message = der(pki.leaf.certificate), pki.sign(), pkcs7(pki)
    memory, stored = ListsInMemory(pki.lists()), _stored(pki)
    return {
        "plain_in_memory": _measured(lambda: _verify(pki, certificate, plain, memory)),
        "plain_in_database": _measured(lambda: _verify(pki, certificate, plain, stored)),
        "pkcs7_in_database": _measured(lambda: _verify(pki, certificate, message, stored)),
    }


def _stored(pki: Pki) -> StoredRevocations:
    RevocationList.objects.all().delete()
    for held in pki.lists():
        facts = held.facts
        row = RevocationList.objects.create(
            issuer_id=facts.issuer_id,
            issuer="",
            part="",
            this_update=facts.this_update,
            next_update=facts.next_update,
        )
        made_up = (RevokedSerial(list=row, serial=f"{number:040x}") for number in range(ENTRIES))
        RevokedSerial.objects.bulk_create(made_up, batch_size=5000)
    return StoredRevocations()


def _verify(pki: Pki, certificate: bytes, signature: bytes, revocations: Revocations) -> None:
    verify_signed(
        parse_certificate(certificate),
        TEXT,
        signature,
        trust=pki.trust,
        revocations=revocations,
        moment=datetime.now(tz=UTC),
    )


def _measured(verify: Callable[[], None]) -> dict[str, float]:
    times = []
    processor = time.process_time()
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        verify()
        times.append((time.perf_counter() - begin) * 1000)
    processor = time.process_time() - processor
    cuts = statistics.quantiles(times, n=100)
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(cuts[94], 2),
        "least_ms": round(min(times), 2),
        "cpu_ms": round(processor / ROUNDS * 1000, 2),
    }


if __name__ == "__main__":
    main()
