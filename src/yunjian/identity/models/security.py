"""How accounts prove who they are, where they are signed in, and what was tried."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import ANYBODY, OPERATOR, UNAUTHENTICATED, RowPolicy, mine, own
from yunjian.access.scope import IdModel
from yunjian.identity.models.accounts import ACCOUNTS_OWN
from yunjian.kernel.clock import now


class SecondFactor(models.Model):
    """The authenticator of an account (TOTP, RFC 6238). `secret` is sealed by `kernel.encryption`.

    `last_step` is the latest time step that was accepted: a code is good for one sign-in.
    Authorities and operators must have one (`SECOND_FACTOR_KINDS`); the others may.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="second_factor",
    )
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(default=now, editable=False)

    row_policy = ACCOUNTS_OWN


class RecoveryCode(IdModel):
    """A one-time code for the day on which the telephone is lost; only its digest is kept."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=80)
    used_at = models.DateTimeField(null=True, blank=True)

    row_policy = ACCOUNTS_OWN

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once"),
        ]


class PastPassword(IdModel):
    """The hash of a password that an account had: the last five are not taken again."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_passwords"
    )
    password = models.CharField(max_length=128)

    row_policy = ACCOUNTS_OWN


class Means(models.TextChoices):
    """How somebody proved who they are."""

    PASSWORD = "password", _("账号密码")
    CERTIFICATE = "certificate", _("法人一证通")
    WECHAT = "wechat", _("微信")


class SessionEnd(models.TextChoices):
    """Why a session is over."""

    SIGNED_OUT = "signed_out", _("本人退出")
    IDLE = "idle", _("长时间未操作")
    EXPIRED = "expired", _("超过登录时限")
    ELSEWHERE = "elsewhere", _("本人在其他设备上结束")
    FORCED = "forced", _("管理员强制下线")
    PASSWORD = "password", _("密码已修改或重置")
    CLOSED = "closed", _("账号或单位已停用")
    REPLACED = "replaced", _("在同一设备上重新登录")
    UNBOUND = "unbound", _("微信绑定已解除")
    SUSPENDED = "suspended", _("微信绑定已暂停")


class AccountSession(IdModel):
    """A sign-in that lasts: one device of one account. Django's session beside it holds the data;
    this row says whose it is and whether it still counts.

    `key_digest` is of the session key: who reads this table cannot take a session over. `seen_at`
    is written once a minute at most. The row is deleted 400 days after its end
    (`SIGNIN_LOG_DAYS`).
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions"
    )
    key_digest = models.CharField(max_length=80, unique=True)
    means = models.CharField(max_length=12, choices=Means.choices)
    binding = models.ForeignKey(
        "identity.WechatBinding",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        help_text="through which it came from WeChat: it lasts no longer than that",
    )
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(default=now, editable=False)
    seen_at = models.DateTimeField(default=now)
    seen_from = models.GenericIPAddressField(null=True, help_text="address of the last use")
    idle_until = models.DateTimeField(help_text="unused until then, it is over")
    lasts_until = models.DateTimeField(help_text="over then, used or not")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, choices=SessionEnd.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    row_policy = ACCOUNTS_OWN

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="session_account"),
            models.Index(
                fields=["-id"], name="session_open", condition=models.Q(ended_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_why="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_why="")),
                name="session_end_has_reason",
            ),
        ]


class Outcome(models.TextChoices):
    """What became of a try to sign in."""

    OPENED = "opened", _("登录成功")
    WRONG = "wrong", _("账号或密码不正确")
    WRONG_CODE = "wrong_code", _("动态口令不正确")
    LOCKED = "locked", _("因多次输错被锁定")
    TOO_MANY = "too_many", _("操作过于频繁")
    DISABLED = "disabled", _("账号已停用")
    ORGANIZATION = "organization", _("单位不能登录")
    CERTIFICATE = "certificate", _("证书未通过")
    SUSPENDED = "suspended", _("微信绑定已暂停")


class SignInAttempt(IdModel):
    """A line of the login log: every try, whether it succeeded or not. Never holds a secret.

    `username` is what was typed; it may be nobody's. `detail` says more where there is more. Read
    by the security and the audit administrator, deleted after 400 days (`SIGNIN_LOG_DAYS`).
    """

    at = models.DateTimeField(default=now, editable=False)
    username = models.CharField(max_length=64, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    organization = models.ForeignKey(
        "identity.Organization", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    means = models.CharField(max_length=12, choices=Means.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    detail = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)

    row_policy = RowPolicy(
        read=(own("organization_id"), mine("account_id"), OPERATOR, UNAUTHENTICATED),
        write=(),
        add=(ANYBODY,),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["username", "-id"], name="signin_attempt_username"),
            models.Index(fields=["organization", "-id"], name="signin_attempt_organization"),
        ]
