"""通知公告: drafted, published to kinds of organisations, withdrawn."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import KINDS, require
from yunjian.administration import events
from yunjian.administration.policies import KEEP_NOTICES, may_keep_notice
from yunjian.evidence.services import record
from yunjian.identity.models import Account
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import InvalidState
from yunjian.messaging.models import Notice, NoticeState
from yunjian.messaging.services import notify
from yunjian.records.problems import Problems

AT_ONCE = 500  # messages written, and handed to one job of delivery
BODY_OF_MESSAGE = 600


@transaction.atomic
def notice_save(
    *,
    actor: Actor,
    title: str,
    body: str,
    audience: Collection[str],
    shown_until: date | None = None,
    notice: Notice | None = None,
) -> Notice:
    """Write a draft, or change one.

    Raises:
        NotAllowed: the actor keeps no notices, or not this one.
        InvalidInput: something is missing, or the day is over.
        InvalidState: it was published.
    """
    KEEP_NOTICES.require(actor)
    problems = Problems()
    problems.unless(bool(title.strip()), "title", _("请填写标题"), "required")
    problems.unless(bool(body.strip()), "body", _("请填写内容"), "required")
    known = bool(audience) and set(audience) <= set(KINDS)
    problems.unless(known, "audience", _("请选择通知对象"), "required")
    ahead = shown_until is None or shown_until >= today()
    problems.unless(ahead, "shown_until", _("展示截止日期已过"), "past")
    problems.refuse_if_any()
    row = notice or Notice(
        organization_id=actor.organization_id, author_organization=actor.organization_name
    )
    require(may_keep_notice(actor, row))
    if row.state != NoticeState.DRAFT:
        raise InvalidState(_("公告已发布，不能修改；如需更正请撤回后重新起草"), code="published")
    row.title, row.body = title.strip(), body.strip()
    row.audience, row.shown_until = sorted(audience), shown_until
    row.author = actor.name
    row.save()
    record(actor=actor, verb=events.NOTICE_SAVED, obj=row, payload={"title": row.title})
    return row


@transaction.atomic
def notice_publish(*, actor: Actor, notice: Notice) -> int:
    """Publish a draft: it stands on home pages, and every account concerned gets a message.

    Returns how many.

    Raises:
        NotAllowed: it is not the actor's.
        InvalidState: it is no draft.
    """
    row = _locked(actor, notice)
    if row.state != NoticeState.DRAFT:
        raise InvalidState(_("只有草稿可以发布"), code="not_draft")
    row.state, row.published_at = NoticeState.PUBLISHED, now()
    row.save(update_fields=["state", "published_at"])
    accounts = list(
        Account.objects.filter(
            is_active=True,
            organization__kind__in=row.audience,
            organization__status="active",
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(accounts), AT_ONCE):
        notify(
            recipients=accounts[start : start + AT_ONCE],
            kind=events.NOTICE_PUBLISHED,
            title=row.title,
            body=row.body[:BODY_OF_MESSAGE],
            link=f"/notices/{row.pk}/",
            about=row,
        )
    record(
        actor=actor,
        verb=events.NOTICE_PUBLISHED,
        obj=row,
        payload={"title": row.title, "audience": row.audience, "recipients": len(accounts)},
    )
    return len(accounts)


@transaction.atomic
def notice_withdraw(*, actor: Actor, notice: Notice) -> Notice:
    """Take a published notice off the pages; the messages remain with those who got them.

    Raises:
        NotAllowed: it is not the actor's.
        InvalidState: it is not published.
    """
    row = _locked(actor, notice)
    if row.state != NoticeState.PUBLISHED:
        raise InvalidState(_("只有已发布的公告可以撤回"), code="not_published")
    row.state, row.withdrawn_at = NoticeState.WITHDRAWN, now()
    row.save(update_fields=["state", "withdrawn_at"])
    record(actor=actor, verb=events.NOTICE_WITHDRAWN, obj=row, payload={"title": row.title})
    return row


def _locked(actor: Actor, notice: Notice) -> Notice:
    row = Notice.unscoped().select_for_update().get(pk=notice.pk)
    require(may_keep_notice(actor, row))
    return row
