"""What a password must be beyond Django's validators, and passwords that are used once."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from yunjian.identity.models import Account, PastPassword
from yunjian.kernel.clock import now

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter looks like another
GROUPS, GROUP = 4, 4


class LongEnough:
    """Refuses short passwords (Django has the same, without a Chinese sentence)."""

    def __init__(self, length: int = 10) -> None:
        self.length = length

    def validate(self, password: str, user: Account | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Check a new password.

        Raises:
            ValidationError: it is too short.
        """
        if len(password) < self.length:
            raise ValidationError(self.get_help_text(), code="too_short")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("密码至少 %(length)s 位") % {"length": self.length}


class NotUsedBefore:
    """Refuses the last passwords of the account, the present one among them."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: Account | None = None) -> None:
        """Check a new password.

        Raises:
            ValidationError: the account had it lately.
        """
        if user is None:
            return
        past = PastPassword.objects.filter(account=user).order_by("-id")[: self.last]
        if any(check_password(password, row.password) for row in past):
            raise ValidationError(self.get_help_text(), code="used_before")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("不能与最近 %(last)s 次用过的密码相同") % {"last": self.last}


def one_time_password() -> str:
    """Return a password to hand over: it opens nothing but its own change."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def must_change(account: Account) -> bool:
    """Tell whether a password has to be changed before anything else."""
    days: int = settings.PASSWORD_MAX_AGE_DAYS
    old = days > 0 and now() - account.password_set_at > timedelta(days=days)
    return account.must_change_password or old


def is_stale(account: Account) -> bool:
    """Tell whether a one-time password was not used in time."""
    hours: int = settings.ONE_TIME_PASSWORD_HOURS
    age = now() - account.password_set_at
    return account.must_change_password and age > timedelta(hours=hours)
