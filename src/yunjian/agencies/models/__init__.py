"""Agency filing and service contracts."""

from yunjian.agencies.models.contracts import ServiceContract
from yunjian.agencies.models.filing import (
    AgencyFiling,
    Certificate,
    Equipment,
    Person,
    SparePart,
    Vehicle,
)

__all__ = [
    "AgencyFiling",
    "Certificate",
    "Equipment",
    "Person",
    "ServiceContract",
    "SparePart",
    "Vehicle",
]
