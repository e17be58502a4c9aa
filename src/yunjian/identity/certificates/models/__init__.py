"""Challenges, certificates that were seen, registrations, and revocation lists."""

from yunjian.identity.certificates.models.holders import (
    AgencyRegistration,
    Challenge,
    OrganizationCertificate,
)
from yunjian.identity.certificates.models.lists import (
    RevocationFile,
    RevocationList,
    RevokedSerial,
)

__all__ = [
    "AgencyRegistration",
    "Challenge",
    "OrganizationCertificate",
    "RevocationFile",
    "RevocationList",
    "RevokedSerial",
]
