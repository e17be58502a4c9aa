"""Agency filing and service contracts."""

from yunjian.agencies.models.contracts import ServiceContract
from yunjian.agencies.models.filing import (
    AgencyFiling,
    Certificate,
    CompetenceConfirmation,
    Equipment,
    Person,
    SparePart,
    Vehicle,
)

__all__ = [
    "AgencyFiling",
    "Certificate",
    "CompetenceConfirmation",
    "Equipment",
    "Person",
    "ServiceContract",
    "SparePart",
    "Vehicle",
]
