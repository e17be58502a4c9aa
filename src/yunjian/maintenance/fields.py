"""What of the records of maintenance identifies a person."""

from yunjian.maintenance.models import Confirmation
from yunjian.records.fields import personal, specify

SPECIFICATIONS = (specify(Confirmation, *personal(Confirmation, "signer_name")),)
