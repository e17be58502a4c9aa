"""Makes and models: learned from what is on file."""

from django.db.models import F

from yunjian.instruments.models import InstrumentRevision, MakeAndModel
from yunjian.kernel.clock import now


def make_learn(revision: InstrumentRevision) -> None:
    """Remember what kind of instrument an official version is, for those who file one after it."""
    instrument = revision.instrument
    if not revision.maker.strip() or not revision.model.strip():
        return
    known = {"name": revision.name, "method": revision.method, "unit": revision.unit}
    MakeAndModel.objects.update_or_create(
        kind=instrument.kind,
        medium=instrument.point.kind,
        parameter=revision.parameter,
        maker=revision.maker.strip(),
        model=revision.model.strip(),
        defaults={**known, "filed": F("filed") + 1, "learned_at": now()},
        create_defaults={**known, "learned_at": now()},
    )
