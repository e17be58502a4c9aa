"""The daily head over all heads: one line that others keep, so that nobody can rewrite all."""

from datetime import date

from django.conf import settings
from django.db import transaction

from yunjian.evidence.models import ChainHead, DailyHead
from yunjian.kernel.digests import canonical_json, digest


@transaction.atomic
def daily_head(day: date) -> DailyHead:
    """Seal where every chain stands at the end of a day; the second call returns the first's."""
    made = DailyHead.objects.filter(pk=day).first()
    if made is not None:
        return made
    heads = {
        str(head.chain): [head.sequence, head.digest]
        for head in ChainHead.objects.order_by("chain")
    }
    before = DailyHead.objects.order_by("-day").first()
    previous = before.digest if before else ""
    body = canonical_json({"day": day.isoformat(), "previous": previous, "heads": heads})
    return DailyHead.objects.create(
        day=day,
        body=body.decode(),
        previous_digest=previous,
        digest=digest(body, settings.EVIDENCE_DIGEST),
    )
