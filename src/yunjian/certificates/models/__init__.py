"""Challenges, certificates that were seen, registrations, and revocation lists."""

from yunjian.certificates.models.holders import (
    AgencyRegistration,
    Challenge,
    OrganizationCertificate,
)
from yunjian.certificates.models.lists import RevocationFile, RevocationList, RevokedSerial

__all__ = [
    "AgencyRegistration",
    "Challenge",
    "OrganizationCertificate",
    "RevocationFile",
    "RevocationList",
    "RevokedSerial",
]
