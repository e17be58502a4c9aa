"""Revocation lists: from files into the database, the last good one stays."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from yunjian.access.actor import Actor
from yunjian.certificates import events
from yunjian.certificates.core import revocation
from yunjian.certificates.core.certificate import Certificate
from yunjian.certificates.core.revocation import ListFacts, ListRefused, parse_list
from yunjian.certificates.domain.trust import trust_store
from yunjian.certificates.models import RevocationFile, RevocationList, RevokedSerial
from yunjian.evidence.services import record
from yunjian.kernel.clock import now
from yunjian.records import changes

ENDINGS = frozenset({".crl", ".pem", ".der"})
OLDER = "older"
_LOCK = 0x59554E4A  # one load at a time


@dataclass(slots=True)
class LoadReport:
    """What a load found: names of files, and the problem of each that was refused."""

    loaded: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def lists_load(*, actor: Actor) -> LoadReport:
    """Read every list of the folder; each is one transaction of its own.

    A list is believed when a trusted authority signed it. One that is forged, damaged or older
    than the stored one changes nothing, and is an event the first time it is seen.

    Raises:
        UnreadableAuthority: a file among the trusted authorities holds something else.
    """
    folder = Path(settings.CERTIFICATE_LISTS)
    authorities = trust_store().authorities
    report = LoadReport()
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in files:
        if path.is_file() and path.suffix.lower() in ENDINGS:
            _load_file(actor, path, authorities, report)
    RevocationFile.objects.exclude(name__in=[path.name for path in files]).delete()
    return report


@transaction.atomic
def _load_file(
    actor: Actor, path: Path, authorities: tuple[Certificate, ...], report: LoadReport
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    with path.open("rb") as stream:
        content = stream.read(revocation.MAX_BYTES + 1)
    # whether a list is believed hangs on the authorities as well
    known = "".join(authority.authority_id for authority in authorities).encode()
    digest = hashlib.sha256(known + content).hexdigest()
    seen = RevocationFile.objects.filter(name=path.name[:200]).first()
    if seen is not None and seen.digest == digest and seen.problem != revocation.ListFault.NOT_YET:
        RevocationFile.objects.filter(pk=seen.pk).update(looked_at=now())
        if seen.problem:
            report.refused[path.name] = seen.problem
        else:
            report.unchanged.append(path.name)
        return
    try:
        held = parse_list(content, authorities, now())
        stored = _store(held, authorities)
    except ListRefused as error:
        stored, problem = None, str(error.fault)
    else:
        problem = "" if stored else OLDER
    file, _created = RevocationFile.objects.update_or_create(
        name=path.name[:200],
        defaults={"digest": digest, "problem": problem, "looked_at": now(), "changed_at": now()},
    )
    if stored is not None:
        report.loaded.append(path.name)
        known_of = changes.facts(stored, "issuer", "number", "this_update", "next_update")
        payload = {**known_of, "revoked": stored.size}
        record(actor=actor, verb=events.REVOCATION_LIST_LOADED, obj=stored, payload=payload)
        return
    report.refused[path.name] = problem
    payload = {"file": file.name, "problem": problem}
    record(actor=actor, verb=events.REVOCATION_LIST_REFUSED, obj=file, payload=payload)


def _store(
    held: revocation.RevocationList, authorities: tuple[Certificate, ...]
) -> RevocationList | None:
    """Store a believed list in place of the one before; None when it is older than that."""
    facts = held.facts
    place = {"issuer_id": facts.issuer_id, "part": _part(facts)}
    before = RevocationList.objects.select_for_update().filter(**place).first()
    if before is not None:
        if facts.this_update < before.this_update:
            return None
        before.delete()
    issuer = next(held for held in authorities if held.authority_id == facts.issuer_id)
    row = RevocationList.objects.create(
        **place,
        issuer=issuer.subject,
        places=sorted(facts.places),
        only=facts.only,
        number=facts.number[:64],
        this_update=facts.this_update,
        next_update=facts.next_update,
        size=len(held.serials),
    )
    RevokedSerial.objects.bulk_create(
        [RevokedSerial(list=row, serial=serial) for serial in held.serials], batch_size=5000
    )
    return row


def _part(facts: ListFacts) -> str:
    """Return what tells the parts of an authority's list apart."""
    return hashlib.sha256("\n".join([facts.only, *sorted(facts.places)]).encode()).hexdigest()
