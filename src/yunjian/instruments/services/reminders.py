"""Certificates that expire: each discharger is told 60, 30 and 7 days before, once each."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from yunjian.identity.selectors import account_ids_of
from yunjian.instruments.models import CertificateReminder, InstrumentRevision, ReminderRun
from yunjian.instruments.models.filing import RevisionState
from yunjian.kernel.clock import now, today
from yunjian.messaging.services import notify


def certificates_remind() -> ReminderRun:
    """Tell of every certificate that came within a threshold; the run says how many.

    A second run on one day, or one after days without any, tells nobody twice: of the thresholds
    that were passed only the nearest is told.
    """
    started = now()
    farthest = today() + timedelta(days=max(settings.CERTIFICATE_REMINDER_DAYS))
    rows = (
        InstrumentRevision.unscoped()
        .filter(
            state=RevisionState.OFFICIAL,
            certificate_valid_until__range=(today(), farthest),
            instrument__period__isnull=False,
            instrument__period__endswith__isnull=True,
        )
        .select_related("instrument__point__outlet")
        .order_by("id")
    )
    told = [_remind(row) for row in rows.iterator()]
    run = ReminderRun(started_at=started, finished_at=now(), looked_at=len(told), sent=sum(told))
    run.save(force_insert=True)
    return run


@transaction.atomic
def _remind(revision: InstrumentRevision) -> bool:
    until = revision.certificate_valid_until
    if until is None:
        return False
    left = (until - today()).days
    threshold = min(days for days in settings.CERTIFICATE_REMINDER_DAYS if days >= left)
    _row, new = CertificateReminder.objects.get_or_create(
        revision=revision, valid_until=until, days=threshold, defaults={"sent_at": now()}
    )
    if not new:
        return False
    instrument = revision.instrument
    notify(
        recipients=account_ids_of(instrument.organization_id),
        kind="instrument.certificate_expires",
        title="仪器认证即将到期",
        body=(
            f"{instrument.point.name} 的 {revision} 环保产品认证 {revision.certificate_number}"
            f" 将于 {until} 到期（还有 {left} 天），请续期并变更备案。"
        ),
        link=f"/source/instruments/{instrument.pk}/change/?as=renewal",
        about=revision,
    )
    return True
