"""Whom this installation trusts: authorities from files, revocation lists from the database."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from yunjian.certificates.core.chain import (
    ENDINGS,
    PROFILE_ENDING,
    TrustStore,
    files_of,
    read_authorities,
    read_profiles,
    trust_in,
)
from yunjian.certificates.core.revocation import ListFacts

# one look for both questions; the plan of an EXISTS would read every serial number
_LISTS = (
    "SELECT l.this_update, l.next_update, l.number, l.places, l.only, s.serial IS NOT NULL"
    " FROM certificates_revocationlist l LEFT JOIN certificates_revokedserial s"
    " ON s.list_id = l.id AND s.serial = %s WHERE l.issuer_id = %s"
)


def trust_store() -> TrustStore:
    """Return the trusted authorities and profiles; read again when one of the files changed.

    Raises:
        UnreadableAuthority: a file among them holds something else.
    """
    folder = Path(settings.CERTIFICATE_AUTHORITIES)
    return _read(folder, _state_of(folder), allow_demo=settings.CERTIFICATE_ALLOW_DEMO)


class StoredRevocations:
    """The lists that the job has loaded."""

    def lists(self, issuer_id: str, serial: str) -> Sequence[tuple[ListFacts, bool]]:
        """Return the lists of an authority, and whether each names the serial number."""
        with connection.cursor() as cursor:
            cursor.execute(_LISTS, [serial, issuer_id])
            return [
                (ListFacts(issuer_id, this, following, number, frozenset(places), only), named)
                for this, following, number, places, only, named in cursor.fetchall()
            ]


State = tuple[tuple[str, int, int], ...]


def _state_of(folder: Path) -> State:
    files = files_of(folder, {*ENDINGS, PROFILE_ENDING})
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=8)
def _read(folder: Path, state: State, *, allow_demo: bool) -> TrustStore:  # noqa: ARG001 - the key
    return trust_in(read_authorities(folder), read_profiles(folder), allow_demo=allow_demo)
