"""What happens to documents by itself: reminders, and reading the text of their files."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from yunjian.credit.documents.texts import text_of_pdf
from yunjian.credit.domain.searching import searchable
from yunjian.credit.models import DocumentReminder, DocumentVersion
from yunjian.credit.selectors.documents import (
    Reading,
    accounts_asked,
    expiring_versions,
    in_force_on,
    keepers_of,
    supervisors_of,
    to_be_read,
)
from yunjian.credit.services.documents import reading_link, search_index_update
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


def read_file(version_id: str) -> int:
    """Add the text of a version's PDF to what is read and searched; return how many characters it
    has. A version that is gone has none."""
    seen = DocumentVersion.unscoped().select_related("attachment").filter(pk=version_id).first()
    if seen is None or seen.attachment is None or seen.attachment.kind != "pdf":
        return 0
    # a large file takes seconds: the row is locked only when its text is known
    text = text_of_pdf(storage.get(seen.attachment.storage_key)).replace("\0", "")
    with transaction.atomic():
        row = (
            DocumentVersion.unscoped()
            .select_related("document")
            .select_for_update(of=("self",))
            .get(pk=version_id)
        )
        if row.attachment_id != seen.attachment_id:
            return 0
        row.file_text = text
        row.search_text = searchable(row.name, row.body, text)
        row.save(update_fields=["file_text", "search_text"])
        search_index_update(row)
    return len(text)


@transaction.atomic
def _expires(row: DocumentVersion, thresholds: list[int]) -> int:
    if row.expires_on is None:
        return 0
    left = (row.expires_on - today()).days
    # whatever day was missed, the next run tells of it
    threshold = min(days for days in thresholds if days >= max(left, LAST_DAY))
    if not _is_new(row, "expiry", threshold):
        return 0
    if left < 0:
        when = f"已于 {row.expires_on} 过期"
    else:
        when = "今天到期" if left == 0 else f"将于 {row.expires_on} 到期（还有 {left} 天）"
    told = notify(
        recipients=keepers_of(row.organization_id),
        kind="document.expires",
        title="运维文件已过期" if left < 0 else "运维文件即将到期",
        body=f"《{row.name}》第 {row.number} 版{when}，请编写并发布新版本。",
        link=f"/agency/documents/{row.document_id}/",
        about=row,
    )
    return len(told)


@transaction.atomic
def _unread(readings: list[Reading]) -> int:
    row = readings[0].version
    # once in each week since the first day on which anybody can be late: that day stays the same
    # whoever has read it meanwhile
    since = (row.effective_from or today()) + timedelta(days=row.document.read_within)
    if not _is_new(row, "reading", (today() - since).days // 7):
        return 0
    late = {one.person.account_id for one in readings}
    told = notify(
        recipients=[account for account in accounts_asked(row.document) if account in late],
        kind="document.unread",
        title="运维文件逾期未读",
        body=f"《{row.name}》第 {row.number} 版已过阅读期限，请尽快阅读并确认。",
        link=reading_link(row),
        about=row,
    )
    names = "、".join(one.person.name for one in readings)
    leads = {*keepers_of(row.organization_id), *supervisors_of(row.organization_id)}
    told += notify(
        recipients=sorted(leads),
        kind="document.unread",
        title="运维文件逾期未读",
        body=f"《{row.name}》第 {row.number} 版还有 {len(readings)} 人逾期未读：{names}",
        link=f"/agency/documents/{row.document_id}/",
        about=row,
    )
    return len(told)


def _is_new(row: DocumentVersion, about: str, days: int) -> bool:
    _reminder, new = DocumentReminder.objects.get_or_create(version=row, about=about, days=days)
    return new
