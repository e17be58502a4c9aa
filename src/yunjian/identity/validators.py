"""What a password must be beyond Django's validators, and passwords that are used once."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from yunjian.identity.domain.passwords import is_easily_guessed
from yunjian.identity.models import Account, District, PastPassword
from yunjian.kernel.clock import now

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter looks like another
GROUPS, GROUP = 4, 4


class LongEnough(MinimumLengthValidator):
    """Refuses short passwords, with a Chinese sentence."""

    def get_error_message(self) -> str:
        """Return the rule as a sentence."""
        return _("密码至少 %(length)s 位") % {"length": self.min_length}


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
            message = _("不能与最近 %(last)s 次用过的密码相同") % {"last": self.last}
            raise ValidationError(message, code="used_before")


class NotEasilyGuessed:
    """Refuses common words and local ones: of the product, the city, the person, its work place."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Check a new password.

        Raises:
            ValidationError: nothing else is in it.
        """
        words = list(District.objects.values_list("name", flat=True))
        if user is not None:
            organization = user.organization
            words += [user.username, user.display_name, organization.name, organization.uscc]
        if is_easily_guessed(password, words):
            message = _("密码太容易猜到：请不要只用常见词、产品或地名、年份、账号或单位名称")
            raise ValidationError(message, code="easily_guessed")


def one_time_password() -> str:
    """Return a password to hand over: it opens nothing but its own change."""
    return "-".join(get_random_string(GROUP, ALPHABET) for _group in range(GROUPS))


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
