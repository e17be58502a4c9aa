"""运维文件: written in versions, published from a day on, withdrawn, read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit import events
from yunjian.credit.domain.categories import categories
from yunjian.credit.domain.searching import grams, searchable
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion, SearchIndex
from yunjian.credit.models.documents import MOST_TEXT, VersionState
from yunjian.credit.policies import account_of_editor, may_keep_documents, may_read_documents
from yunjian.credit.selectors.documents import accounts_asked, asked_to_read, point_ids_served
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.kernel.clock import now, today
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.errors import Conflict, InvalidState, NotAllowed, NotFound
from yunjian.kernel.ids import check_client_id
from yunjian.kernel.queue import enqueue
from yunjian.messaging.services import notify
from yunjian.records.changes import assign, facts, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import StaleVersion, check_version, save_changes
from yunjian.sources.models import MonitoringPoint

FURTHEST_AHEAD = timedelta(days=366)
READ_FILE = "credit.read_document_file"  # the name of the job
PURPOSE = "document"  # of the files
READINGS_LINK = "/h5/#/documents"


@transaction.atomic
def document_create(
    *,
    actor: Actor,
    category: str,
    points: Sequence[MonitoringPoint] = (),
    readers: Sequence[Person] = (),
    **values: Any,
) -> Document:
    """Enter a document; what it says is in its versions.

    Raises:
        NotAllowed: the actor keeps no documents.
        InvalidInput: something is missing, or not the agency's.
        Conflict: the agency has one of this category and name.
    """
    require(may_keep_documents(actor))
    row = Document(organization_id=actor.own_organization, category=category, **values)
    _check_document(actor, row, points, readers)
    with _named_once():
        row.save(force_insert=True)
    row.points.set(points)
    row.readers.set(readers)
    names = ("category", "title", "maker", "model", "read_by_positions", "read_within")
    about = {"points": [point.mn_code for point in points], "readers": len(readers)}
    record(
        actor=actor, verb=events.DOCUMENT_CREATED, obj=row, payload={**facts(row, *names), **about}
    )
    return row


@transaction.atomic
def document_change(
    *,
    actor: Actor,
    document: Document,
    points: Sequence[MonitoringPoint] = (),
    readers: Sequence[Person] = (),
    version: int | None = None,
    **values: Any,
) -> Document:
    """Change what a document is called, what it is for, and who reads it; not its category.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        StaleVersion: somebody else changed it in between.
        InvalidInput: something is missing, or not the agency's.
        Conflict: the agency has one of this category and name.
    """
    row = locked(document)
    require(may_keep_documents(actor, row.organization_id))
    check_version(row, version)
    changes = assign(row, values)
    _check_document(actor, row, points, readers)
    before = _assigned(row)
    row.points.set(points)
    row.readers.set(readers)
    after = _assigned(row)
    moved = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes or moved:
        with _named_once():
            save_changes(row, changes)
    record_change(
        actor=actor,
        verb=events.DOCUMENT_CHANGED,
        row=row,
        changes=changes | moved,
        payload={"version": row.version},
    )
    return row


@transaction.atomic
def version_write(
    *,
    actor: Actor,
    document: Document,
    body: str = "",
    attachment: Attachment | None = None,
    expires_on: date | None = None,
    change_note: str = "",
    remove_file: bool = False,
    version: int | None = None,
) -> DocumentVersion:
    """Write the draft of the next version: a new one, or the one that is there.

    `version` is that of the draft in sight of which it is written; None means that there was none.
    A file that is not given anew stays, unless it is to be removed.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        StaleVersion: somebody else began, changed, published or deleted the draft in between.
        InvalidInput: neither text nor file, or too much of it; a file of another kind.
    """
    document = locked(document)
    require(may_keep_documents(actor, document.organization_id))
    draft = document.versions.select_for_update().filter(state=VersionState.DRAFT).first()
    if (draft.version if draft else None) != version:
        raise StaleVersion
    held = draft.attachment if draft and not remove_file else None
    values = {
        "body": body.strip(),
        "attachment": attachment or held,
        "expires_on": expires_on,
        "change_note": change_note.strip(),
    }
    _check_version_values(document, values)
    if draft is None:
        newest = document.versions.order_by("-number").values_list("number", flat=True).first()
        draft = DocumentVersion.objects.create(
            document=document,
            organization_id=document.organization_id,
            number=(newest or 0) + 1,
            written_by_id=actor.account_id,
            search_text=searchable(document.title, str(values["body"])),
            **values,
        )
        record(
            actor=actor,
            verb=events.DOCUMENT_WRITTEN,
            obj=draft,
            payload={"document": str(document.pk), "number": draft.number},
        )
    else:
        changes = assign(draft, values)
        if changes:
            draft.search_text = searchable(document.title, draft.body)
            save_changes(draft, changes | {"search_text": (None, None)})
            # the chain keeps the digest of a text, not the text
            said = changes | {
                name: (_text_digest(before), _text_digest(after))
                for name, (before, after) in changes.items()
                if name == "body"
            }
            record_change(
                actor=actor,
                verb=events.DOCUMENT_WRITTEN,
                row=draft,
                changes=said,
                payload={"version": draft.version, "number": draft.number},
            )
    return draft


@transaction.atomic
def version_publish(
    *, actor: Actor, draft: DocumentVersion, effective_from: date, version: int | None = None
) -> DocumentVersion:
    """Let a draft hold from a day on; the version before ends on that day.

    Who must read it is told.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is no draft.
        StaleVersion: somebody else changed it in between.
        InvalidInput: the day is past, too far ahead, not after the version before, or after the
            last day of validity; nobody would read what somebody must.
    """
    document = locked(draft.document)
    row = locked(draft)
    require(may_keep_documents(actor, row.organization_id))
    if row.state != VersionState.DRAFT:
        raise InvalidState(_("只有草稿可以发布"))
    check_version(row, version)
    before = _published(document).order_by("-effective_from").first()
    _check_day(effective_from, row, before)
    if before is not None and before.period is not None:
        ends = before.period.upper
        if ends is None or ends > effective_from:
            before.period = DateRange(before.period.lower, effective_from)
            before.save(update_fields=["period"])
    row.effective_from = effective_from
    row.period = DateRange(effective_from, _day_after(row.expires_on))
    row.state = VersionState.PUBLISHED
    row.published_by_id = actor.account_id
    row.published_at = now()
    row.title = document.title
    row.search_text = searchable(row.title, row.body)
    row.digest = version_digest(row)
    row.version += 1
    row.save()
    search_index_update(row)
    _show(document)
    if row.attachment_id is not None:
        enqueue(READ_FILE, version_id=str(row.pk))
    record(
        actor=actor,
        verb=events.DOCUMENT_PUBLISHED,
        obj=row,
        payload={
            "document": str(document.pk),
            "number": row.number,
            "effective_from": effective_from.isoformat(),
            "digest": row.digest,
        },
    )
    _tell_readers(row)
    return row


@transaction.atomic
def version_withdraw(*, actor: Actor, row: DocumentVersion, reason: str) -> DocumentVersion:
    """Take a published version back that does not hold yet; the one before has its time again.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is no published version, or it holds already: write the next one instead.
        InvalidInput: no reason given.
    """
    document = locked(row.document)
    row = locked(row)
    require(may_keep_documents(actor, row.organization_id))
    if row.validity != "coming":
        raise InvalidState(_("只能撤回尚未施行的版本；已施行的请编写并发布新版本"))
    problems = Problems()
    problems.filled("reason", reason, _("撤回原因"))
    problems.refuse_if_any()
    row.state = VersionState.WITHDRAWN
    row.withdraw_reason = reason.strip()[:200]
    row.version += 1
    row.save(update_fields=["state", "withdraw_reason", "version"])
    search_index_update(row)
    # of those that stay: the one before it holds on, until the one behind it begins
    before = _published(document).filter(effective_from__lt=row.effective_from)
    behind = _published(document).filter(effective_from__gt=row.effective_from)
    earlier = before.order_by("-effective_from").first()
    later = behind.order_by("effective_from").first()
    if earlier is not None and earlier.period is not None:
        ends = [_day_after(earlier.expires_on), later.effective_from if later else None]
        until = min((day for day in ends if day is not None), default=None)
        earlier.period = DateRange(earlier.period.lower, until)
        earlier.save(update_fields=["period"])
    _show(document)
    record(
        actor=actor,
        verb=events.DOCUMENT_WITHDRAWN,
        obj=row,
        payload={"number": row.number, "reason": row.withdraw_reason},
    )
    notify(
        recipients=accounts_asked(document),
        kind=events.DOCUMENT_WITHDRAWN,
        title="运维文件已撤回",
        body=f"《{row.name}》第 {row.number} 版已撤回，无需阅读：{row.withdraw_reason}",
        link=READINGS_LINK,
        about=row,
    )
    return row


@transaction.atomic
def version_discard(*, actor: Actor, draft: DocumentVersion, version: int | None = None) -> None:
    """Delete a draft.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: it is no draft.
        StaleVersion: somebody else changed it in between.
    """
    row = locked(draft)
    require(may_keep_documents(actor, row.organization_id))
    if row.state != VersionState.DRAFT:
        raise InvalidState(_("只有草稿可以删除"))
    check_version(row, version)
    record(
        actor=actor,
        verb=events.DOCUMENT_DISCARDED,
        obj=row,
        payload={"document": str(row.document_id), "number": row.number},
    )
    row.delete()


@transaction.atomic
def version_acknowledge(
    *, actor: Actor, version_id: UUID, acknowledgement_id: UUID, shown_digest: str
) -> tuple[Acknowledgement, bool]:
    """Say that one has read a version; return that and whether it is new.

    Raises:
        NotFound: the actor sees no such version.
        NotAllowed: the actor reads no documents, or is nobody who is asked to read this one.
        Conflict: what was shown is not what was published, or the id was used for another one.
        InvalidState: it was withdrawn, or is no longer in force.
    """
    require(may_read_documents(actor))
    row = (
        DocumentVersion.objects.select_related("document")
        .select_for_update(of=("self",))
        .filter(pk=version_id)
        .exclude(state=VersionState.DRAFT)
        .first()
    )
    if row is None:
        raise NotFound(_("没有找到这份文件"))
    person = Person.objects.filter(account_id=actor.account_id).first()
    if shown_digest != row.digest:
        raise Conflict(_("文件内容已有更新，请重新阅读后再确认"), code="content_changed")
    known = Acknowledgement.objects.filter(version=row, person=person).first()
    if known is not None:
        return known, False
    if person is None or not asked_to_read(row.document).filter(pk=person.pk).exists():
        raise NotAllowed(_("您不在这份文件的阅读人员之列"))
    if row.validity not in {"in_force", "coming"}:
        raise InvalidState(_("该版本已撤回、过期或被替代，请阅读现行版本"))
    check_client_id(acknowledgement_id, "id")
    made = Acknowledgement(
        id=acknowledgement_id,
        version=row,
        organization_id=row.organization_id,
        person=person,
        account_id=account_of_editor(actor),
        shown_digest=shown_digest,
    )
    with conflict_when("credit_acknowledgement_pkey", _("该编号已用于另一份文件的阅读确认")):
        made.save(force_insert=True)
    record(
        actor=actor,
        verb=events.DOCUMENT_READ,
        obj=row,
        payload={"person": str(person.pk), "digest": shown_digest},
    )
    return made, True


def search_index_update(row: DocumentVersion) -> None:
    """Have a version found by what it says, as long as it is published."""
    if row.state == VersionState.PUBLISHED:
        found_by = {"grams": grams(row.search_text)}
        SearchIndex.objects.update_or_create(version=row, defaults=found_by)
    else:
        SearchIndex.objects.filter(version=row).delete()


def version_digest(row: DocumentVersion) -> str:
    """Return the digest over what a version says: of its own columns and its file alone, so that
    it can be computed anew as long as the version is kept."""
    content = {
        "document": str(row.document_id),
        "number": row.number,
        "title": row.title,
        "body": row.body,
        "file": row.attachment.digest if row.attachment else None,
    }
    return digest(canonical_json(content), settings.EVIDENCE_DIGEST)


def _text_digest(text: str) -> str:
    return digest(text.encode(), settings.EVIDENCE_DIGEST)


def reading_link(row: DocumentVersion) -> str:
    """Return where a message to a reader leads: to the text on the phone."""
    return f"{READINGS_LINK}/{row.pk}"


def _show(document: Document) -> None:
    """Let authorities see a document exactly as long as something of it is published."""
    published = _published(document).exists()
    if document.published != published:
        document.published = published
        document.save(update_fields=["published"])


def _published(document: Document) -> Any:
    return document.versions.select_for_update().filter(state=VersionState.PUBLISHED)


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _assigned(row: Document) -> dict[str, list[str]]:
    return {
        "points": sorted(row.points.values_list("mn_code", flat=True)),
        "readers": sorted(str(pk) for pk in row.readers.values_list("pk", flat=True)),
    }


def _named_once() -> Any:
    return conflict_when("document_title_once", _("本机构已有同类同名的文件"), "title")


def _check_document(
    actor: Actor, row: Document, points: Sequence[MonitoringPoint], readers: Iterable[Person]
) -> None:
    problems = Problems()
    known = categories()
    problems.one_of("category", row.category, set(known))
    row.title = row.title.strip()
    problems.filled("title", row.title, _("文件名称"))
    said = [] if row.title else ["title"]
    problems.model_fields(row, ["organization", "category", "read_by_positions", *said])
    scope = known[row.category].scope if row.category in known else "agency"
    if scope == "model":
        problems.filled("maker", row.maker, _("生产厂家"))
        problems.filled("model", row.model, _("规格型号"))
    for_points = scope == "site"
    problems.unless(bool(points) or not for_points, "points", _("请选择适用测点"), "required")
    served = point_ids_served(actor)
    foreign = [point.name for point in points if point.pk not in served]
    problems.unless(not foreign, "points", _("所选测点不在本机构现行合同内"), "unknown")
    not_ours = [one for one in readers if one.organization_id != row.organization_id]
    problems.unless(not not_ours, "readers", _("所选人员不属于本机构"), "unknown")
    gone = [one.name for one in readers if one.left_on is not None and one.left_on <= today()]
    left = _("%(names)s 已离职") % {"names": "、".join(gone)}
    problems.unless(not gone, "readers", left, "left")
    unknown = set(row.read_by_positions) - set(Position.values)
    problems.unless(not unknown, "read_by_positions", _("没有这个岗位"), "unknown")
    problems.refuse_if_any()


def _check_version_values(document: Document, values: Mapping[str, Any]) -> None:
    problems = Problems()
    file: Attachment | None = values["attachment"]
    ours = file is None or (
        file.organization_id == document.organization_id and file.purpose == PURPOSE
    )
    problems.unless(ours, "attachment", _("请上传作为运维文件的附件"), "unknown")
    something = bool(values["body"] or values["attachment"])
    problems.unless(something, "body", _("请填写正文或上传文件"), "required")
    too_long = _("正文不能超过 %(most)s 字") % {"most": MOST_TEXT}
    problems.unless(len(values["body"]) <= MOST_TEXT, "body", too_long, "too_long")
    note = _("修改说明不能超过 %(most)s 字") % {"most": 200}
    problems.unless(len(values["change_note"]) <= 200, "change_note", note, "too_long")  # noqa: PLR2004
    problems.refuse_if_any()


def _check_day(day: date, row: DocumentVersion, before: DocumentVersion | None) -> None:
    problems = Problems()
    problems.unless(day >= today(), "effective_from", _("施行日期不能早于今天"), "past")
    ahead = _("施行日期不能晚于一年以后")
    problems.unless(day <= today() + FURTHEST_AHEAD, "effective_from", ahead, "far")
    if before is not None and before.effective_from is not None:
        since = before.effective_from
        order = _("施行日期必须晚于上一版本的施行日期 %(day)s") % {"day": since}
        problems.unless(day > since, "effective_from", order, "order")
    if row.expires_on is not None:
        message = _("有效期至 %(day)s 早于施行日期") % {"day": row.expires_on}
        problems.unless(row.expires_on >= day, "effective_from", message, "order")
    problems.refuse_if_any()


def _tell_readers(row: DocumentVersion) -> None:
    document = row.document
    first = row.effective_from or today()
    notify(
        recipients=accounts_asked(document),
        kind=events.DOCUMENT_PUBLISHED,
        title="有新的运维文件需要阅读",
        body=(
            f"《{row.name}》第 {row.number} 版自 {first} 起施行，"
            f"请在 {first + timedelta(days=document.read_within)} 前阅读并确认。"
        ),
        link=reading_link(row),
        about=row,
    )
