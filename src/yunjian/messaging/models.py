"""Notifications to people, and what became of each on its way to WeChat or elsewhere."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    ACTING,
    ANYBODY,
    OPERATOR,
    RowPolicy,
    both,
    mine,
    own,
    through,
)
from yunjian.access.scope import IdModel, ScopedModel
from yunjian.kernel.clock import now


class Notification(ScopedModel):
    """A message to one account. It is always in the app; other channels are attempts on top.

    Written in the transaction of what it tells, together with the job that delivers it.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=40, help_text="what it is about, e.g. visit.to_confirm")
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=600)
    link = models.CharField(max_length=200, blank=True, help_text="path to open")
    about_type = models.CharField(max_length=64, blank=True)
    about_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_recipient"),
            models.Index(
                fields=["recipient"],
                name="notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    row_policy = RowPolicy(read=(mine("recipient_id"),), add=(ANYBODY,))

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Only its recipient."""
        return models.Q(recipient_id=actor.account_id)


class DeliveryState(models.TextChoices):
    """What became of an attempt."""

    WAITING = "waiting", _("等待发送")
    SENT = "sent", _("已发送")
    DELIVERED = "delivered", _("已送达")
    READ = "read", _("已在系统内阅读")
    UNREACHABLE = "unreachable", _("未绑定")
    DECLINED = "declined", _("对方未关注或未订阅")
    LIMITED = "limited", _("过于频繁，仅系统内提醒")
    FAILED = "failed", _("发送失败")


class Delivery(IdModel):
    """The way of a notification through one channel to one address of its recipient.

    The address is empty where there is none, or where the channel was not used. `reference` is the
    channel's own id, by which its later report finds the row. Operators see failed ones with the
    channel's reason.
    """

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=12)
    address = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=DeliveryState.choices)
    attempts = models.PositiveSmallIntegerField(default=1)
    error = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=64, blank=True, help_text="the channel's own id")
    updated_at = models.DateTimeField(default=now)

    row_policy = RowPolicy(read=(through("notification_id", "messaging_notification"),))

    class Meta:
        indexes = [
            models.Index(fields=["channel", "reference"], name="delivery_reference"),
            models.Index(
                fields=["-updated_at"],
                name="delivery_failed",
                condition=models.Q(state="failed"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel", "address"], name="delivery_once_per_address"
            ),
        ]


class NoticeState(models.TextChoices):
    """How far a notice has come."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class Notice(ScopedModel):
    """通知公告: a notice to everybody of some kinds of organisations.

    It stands on their home pages until `shown_until` (none: until it is withdrawn). Publishing
    writes a message to every active account of the audience in the same transaction. A published
    one is not edited.
    """

    title = models.CharField(max_length=60)
    body = models.TextField(max_length=4000)
    audience = ArrayField(models.CharField(max_length=12), help_text="kinds of organisations")
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.DRAFT)
    shown_until = models.DateField(null=True, blank=True)
    organization_id = models.UUIDField(null=True, help_text="whose notice it is")
    author = models.CharField(max_length=80)
    author_organization = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    row_policy = RowPolicy(
        read=(both(ACTING, "{table}.state <> 'draft'"), own("organization_id"), OPERATOR),
        write=(own("organization_id"), OPERATOR),
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at__isnull=True)
                | models.Q(state__in=["published", "withdrawn"], published_at__isnull=False),
                name="notice_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Published ones, whose audience the actor is."""
        return models.Q(state=NoticeState.PUBLISHED, audience__contains=[actor.organization_kind])
