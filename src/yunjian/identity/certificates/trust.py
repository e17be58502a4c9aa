"""Whom this installation trusts: authorities from files, revocation lists from the database."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yunjian.identity.certificates.core.chain import (
    ENDINGS,
    TrustStore,
    read_authorities,
    trust_in,
)
from yunjian.identity.certificates.core.revocation import ListFacts
from yunjian.identity.certificates.core.verification import Places
from yunjian.identity.certificates.models import RevocationList, RevokedSerial


def trust_store() -> TrustStore:
    """Return the trusted authorities; the files are read again when one of them changed.

    Raises:
        UnreadableAuthority: a file among them holds something else.
    """
    folder = Path(settings.CERTIFICATE_AUTHORITIES)
    return _read(folder, _state_of(folder), allow_demo=settings.CERTIFICATE_ALLOW_DEMO)


def places() -> Places:
    """Return where certificates say whose they are."""
    return Places(
        uscc=tuple(settings.CERTIFICATE_USCC_PLACES),
        representative=tuple(settings.CERTIFICATE_REPRESENTATIVE_PLACES),
    )


class StoredRevocations:
    """The lists that the job has loaded."""

    def lists(self, issuer_id: str) -> Sequence[ListFacts]:
        """Return the lists of an authority."""
        return [
            ListFacts(
                issuer_id=row.issuer_id,
                this_update=row.this_update,
                next_update=row.next_update,
                number=row.number,
                places=frozenset(row.places),
                only=row.only,
                key=row.pk,
            )
            for row in RevocationList.objects.filter(issuer_id=issuer_id)
        ]

    def names(self, facts: ListFacts, serial: str) -> bool:
        """Tell whether a list names a serial number."""
        return RevokedSerial.objects.filter(list_id=facts.key, serial=serial).exists()


State = tuple[tuple[str, int, int], ...]


def _state_of(folder: Path) -> State:
    if not folder.is_dir():
        return ()
    files = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS)
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=8)
def _read(folder: Path, state: State, *, allow_demo: bool) -> TrustStore:  # noqa: ARG001 - the key
    return trust_in(read_authorities(folder), allow_demo=allow_demo)
