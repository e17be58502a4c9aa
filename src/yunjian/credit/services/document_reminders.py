"""What happens to documents by itself: reminders, and reading the text of their files."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit.documents.texts import text_of_pdf
from yunjian.credit.domain.searching import searchable
from yunjian.credit.models import DocumentReminder, DocumentVersion
from yunjian.credit.selectors.documents import (
    Reading,
    expiring_versions,
    in_force_on,
    keepers_of,
    to_be_read,
)
from yunjian.evidence import storage
from yunjian.kernel.clock import today
from yunjian.messaging.services import notify

LAST_DAY = 0


def documents_remind() -> int:
    """Tell of every version that expires soon, and of those not read in time; return how many
    messages. A second run on one day tells nobody twice."""
    thresholds = sorted({*settings.CERTIFICATE_REMINDER_DAYS, LAST_DAY})
    sent = sum(_expires(row, thresholds) for row in expiring_versions(max(thresholds)).iterator())
    held = (
        DocumentVersion.unscoped()
        .filter(in_force_on(today()))
        .select_related("document", "attachment")
        .prefetch_related("document__readers")
        .order_by("id")
    )
    late: dict[UUID, list[Reading]] = {}
    for reading in to_be_read(held):
        if reading.state == "overdue":
            late.setdefault(reading.version.pk, []).append(reading)
    return sent + sum(_unread(readings) for readings in late.values())


@transaction.atomic
def read_file(version_id: str) -> int:
    """Add the text of a version's PDF to what is searched; return how many characters it has."""
    row = (
        DocumentVersion.unscoped()
        .select_related("document", "attachment")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )
    if row.attachment is None or row.attachment.kind != "pdf":
        return 0
    text = text_of_pdf(storage.get(row.attachment.storage_key))
    row.search_text = searchable(row.document.title, row.body, text)
    row.save(update_fields=["search_text"])
    return len(text)


@transaction.atomic
def _expires(row: DocumentVersion, thresholds: list[int]) -> int:
    if row.expires_on is None:
        return 0
    left = (row.expires_on - today()).days
    threshold = min(days for days in thresholds if days >= left)
    if not _is_new(row, "expiry", threshold):
        return 0
    title = row.document.title
    when = "今天到期" if left == 0 else f"将于 {row.expires_on} 到期（还有 {left} 天）"
    told = notify(
        recipients=keepers_of(row.organization_id),
        kind="document.expires",
        title="运维文件即将到期",
        body=f"《{title}》第 {row.number} 版{when}，请编写并发布新版本。",
        link=f"/agency/documents/{row.document_id}/",
        about=row,
    )
    return len(told)


@transaction.atomic
def _unread(readings: list[Reading]) -> int:
    row = readings[0].version
    # once when the first is late, then every seven days as long as somebody is
    overdue = max((today() - reading.due_on).days for reading in readings)
    if not _is_new(row, "reading", overdue // 7):
        return 0
    title = row.document.title
    accounts = [one.person.account_id for one in readings if one.person.account_id]
    told = notify(
        recipients=accounts,
        kind="document.unread",
        title="运维文件逾期未读",
        body=f"《{title}》第 {row.number} 版已过阅读期限，请尽快阅读并确认。",
        link=f"/agency/documents/{row.document_id}/",
        about=row,
    )
    names = "、".join(one.person.name for one in readings)
    supervisors = Person.unscoped().filter(
        organization_id=row.organization_id,
        position=Position.QUALITY_SUPERVISOR,
        account__isnull=False,
    )
    leads = {
        *keepers_of(row.organization_id),
        *supervisors.values_list("account_id", flat=True),
    }
    told += notify(
        recipients=sorted(leads),
        kind="document.unread",
        title="运维文件逾期未读",
        body=f"《{title}》第 {row.number} 版还有 {len(readings)} 人逾期未读：{names}",
        link=f"/agency/documents/{row.document_id}/",
        about=row,
    )
    return len(told)


def _is_new(row: DocumentVersion, about: str, days: int) -> bool:
    _reminder, new = DocumentReminder.objects.get_or_create(version=row, about=about, days=days)
    return new
