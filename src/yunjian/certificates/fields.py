"""The fields of a registration, and what of them identifies a person."""

from yunjian.certificates.models import AgencyRegistration
from yunjian.records.fields import personal, specify

SPECIFICATIONS = (
    specify(
        AgencyRegistration,
        *personal(AgencyRegistration, "legal_representative", "contact_name", "contact_phone"),
    ),
)
