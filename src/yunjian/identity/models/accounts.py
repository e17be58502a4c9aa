"""The people: accounts, what they may do, and the WeChat identities they use."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.row_policies import (
    OPERATOR,
    UNAUTHENTICATED,
    RowPolicy,
    own,
    through,
    through_own,
)
from yunjian.access.scope import IdModel
from yunjian.identity.models.organizations import Organization
from yunjian.kernel.clock import now
from yunjian.kernel.ids import new_id


class Role(models.TextChoices):
    """What an account may do inside its organisation."""

    OWNER = "owner", _("单位负责人")
    MANAGER = "manager", _("管理员")
    ENGINEER = "engineer", _("运维人员")
    QUALITY_SUPERVISOR = "quality_supervisor", _("质量监督员")
    VIEWER = "viewer", _("查看")
    REVIEWER = "reviewer", _("审核员")
    INSPECTOR = "inspector", _("检查员")
    CREDIT_OFFICER = "credit_officer", _("信用评价员")
    RULE_ADMINISTRATOR = "rule_administrator", _("规则管理员")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _("安全管理员")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("审计管理员")


# what only the person, its organisation and the operator reach; and sign-in, before anybody acts
ACCOUNTS_OWN = RowPolicy(
    read=(through_own("account_id", "identity_account"), OPERATOR, UNAUTHENTICATED),
)


class Account(AbstractBaseUser):
    """A person's account in one organisation.

    Passwords are Argon2, at least ten characters, none of the last five, and 180 days old at most
    (`YUNJIAN_PASSWORD_DAYS`); eight wrong ones lock the account at that address for 15 minutes.
    One that an administrator set is good for three days and opens nothing but its own change.
    Telephone numbers are shown masked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(_("账号"), max_length=64, unique=True)
    display_name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机号"), max_length=20, blank=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="accounts"
    )
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(default=now)
    must_change_password = models.BooleanField(
        default=False, help_text="an administrator set it: it opens nothing but its own change"
    )
    created_at = models.DateTimeField(default=now, editable=False)

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "username"

    row_policy = RowPolicy(
        read=(
            own("organization_id"),
            through("organization_id", "identity_organization"),
            UNAUTHENTICATED,
        ),
        write=(own("organization_id"), OPERATOR, UNAUTHENTICATED),
    )

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def phone_masked(self) -> str:
        """Return the telephone number with its middle hidden (138****5678)."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 8 else ""  # noqa: PLR2004


class RoleGrant(IdModel):
    """A role that an account holds.

    Which roles a kind of organisation has, and who gives them, stands in `identity/policies.py`.
    The last owner of an organisation stays.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    granted_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(through("account_id", "identity_account"), UNAUTHENTICATED),
        write=(through_own("account_id", "identity_account"), OPERATOR, UNAUTHENTICATED),
    )

    class Meta:
        ordering = ["role"]
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], name="role_granted_once"),
            # 三员分离: nobody holds two of the three
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(
                    role__in=[
                        "system_administrator",
                        "security_administrator",
                        "audit_administrator",
                    ]
                ),
                name="role_administrators_apart",
            ),
        ]


class WechatBinding(IdModel):
    """A WeChat identity bound to an account. One person may hold several and switch.

    Of the accounts of one identity exactly one is current. An account may be bound to five
    identities, and each is told of the others. Unbinding keeps the row with its end, and ends the
    sessions that came through it.

    A binding is a credential: a reset, a forced sign-out and its own unbinding end it; it is
    suspended while the password has to be changed, and while the account has or needs a second
    factor that was not given when it was made.
    """

    app_id = models.CharField(max_length=32)
    openid = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="wechat_bindings")
    is_current = models.BooleanField(default=True)
    bound_at = models.DateTimeField(default=now, editable=False)
    unbound_at = models.DateTimeField(null=True, blank=True)
    with_second_factor = models.BooleanField(
        default=False, help_text="a second factor was given when it was made"
    )

    row_policy = ACCOUNTS_OWN

    class Meta:
        indexes = [models.Index(fields=["app_id", "openid"], name="wechat_binding_openid")]
        constraints = [
            models.UniqueConstraint(
                fields=["app_id", "openid", "account"],
                condition=models.Q(unbound_at__isnull=True),
                name="wechat_binding_once",
            ),
            models.UniqueConstraint(
                fields=["app_id", "openid"],
                condition=models.Q(unbound_at__isnull=True, is_current=True),
                name="wechat_binding_one_current",
            ),
        ]
