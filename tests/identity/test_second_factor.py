"""The second factor: a code of the authenticator, each once, or a recovery code."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import override_settings

from tests.support.world import World
from yunjian.access.rate_limits import RateLimitExceeded
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, RecoveryCode, SecondFactor
from yunjian.identity.selectors import has_second_factor
from yunjian.identity.services import second_factor as factor
from yunjian.kernel import clock
from yunjian.kernel.clock import now
from yunjian.kernel.encryption import DecryptionFailed, decrypt, encrypt
from yunjian.kernel.errors import Conflict, InvalidInput

RATES = settings.RATE_LIMITS
pytestmark = pytest.mark.reads_all_rows


def enrolled(world: World, account: Account) -> tuple[str, list[str]]:
    """Give an account an authenticator one minute ago."""
    with clock.at(now() - timedelta(minutes=2)):
        secret = factor.second_factor_offer(account=account).secret
        codes = factor.second_factor_enroll(
            actor=world.actor(account),
            account=account,
            secret=secret,
            token=factor.code_now(secret),
        )
    return secret, codes


def test_the_code_is_the_one_of_any_authenticator() -> None:
    # RFC 6238, appendix B, cut to six digits
    rfc = base64.b32encode(b"12345678901234567890").decode()
    for second, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        with clock.at(datetime.fromtimestamp(second, tz=UTC)):
            assert factor.code_now(rfc) == code


def test_an_authenticator_is_taken_when_its_code_is_right(world: World) -> None:
    assert not has_second_factor(world.discharger_owner)
    secret, codes = enrolled(world, world.discharger_owner)
    assert has_second_factor(world.discharger_owner)
    assert len(set(codes)) == factor.RECOVERY_CODES
    stored = SecondFactor.objects.get(account=world.discharger_owner)
    assert secret not in stored.secret
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert Event.unscoped().filter(verb="second_factor.enrolled").count() == 1
    factor.second_factor_check(account=world.discharger_owner, token=factor.code_now(secret))


def test_a_code_is_good_once(world: World) -> None:
    secret, _codes = enrolled(world, world.discharger_owner)
    code = factor.code_now(secret)
    factor.second_factor_check(account=world.discharger_owner, token=code)
    with pytest.raises(InvalidInput) as refused:
        factor.second_factor_check(account=world.discharger_owner, token=code)
    assert [error.path for error in refused.value.errors] == ["token"]


def test_clocks_may_differ_by_one_step_and_no_more(world: World) -> None:
    secret, _codes = enrolled(world, world.discharger_owner)
    factor.second_factor_check(
        account=world.discharger_owner, token=factor.code_now(secret, ahead=1)
    )
    for ahead in (-2, 3):
        with pytest.raises(InvalidInput):
            factor.second_factor_check(
                account=world.discharger_owner, token=factor.code_now(secret, ahead=ahead)
            )


@pytest.mark.parametrize("token", ["", "12345", "abcdef", "１２３４５６", "0" * 4000, "12345a"])
def test_what_is_no_code_is_refused(world: World, token: str) -> None:
    enrolled(world, world.discharger_owner)
    with pytest.raises(InvalidInput):
        factor.second_factor_check(account=world.discharger_owner, token=token)


def test_without_an_authenticator_no_code_is_right(world: World) -> None:
    with pytest.raises(InvalidInput):
        factor.second_factor_check(account=world.discharger_owner, token="123456")


def test_a_recovery_code_opens_once_and_for_its_account_only(world: World) -> None:
    _secret, codes = enrolled(world, world.discharger_owner)
    enrolled(world, world.agency_manager)
    with pytest.raises(InvalidInput):
        factor.second_factor_check(account=world.agency_manager, token=codes[0])
    factor.second_factor_check(account=world.discharger_owner, token=codes[0].upper())
    with pytest.raises(InvalidInput):
        factor.second_factor_check(account=world.discharger_owner, token=codes[0])


def test_new_recovery_codes_replace_the_old_ones(world: World) -> None:
    _secret, old = enrolled(world, world.discharger_owner)
    new = factor.recovery_codes_renew(
        actor=world.actor(world.discharger_owner), account=world.discharger_owner
    )
    with pytest.raises(InvalidInput):
        factor.second_factor_check(account=world.discharger_owner, token=old[0])
    factor.second_factor_check(account=world.discharger_owner, token=new[0])


@override_settings(RATE_LIMITS=RATES | {"tries": (3, 600)})
def test_guessing_ends_soon(world: World) -> None:
    secret, _codes = enrolled(world, world.discharger_owner)
    with clock.at(now().replace(minute=5, second=0) + timedelta(hours=1)):  # a window of its own
        for _try in range(3):
            with pytest.raises(InvalidInput):
                factor.second_factor_check(account=world.discharger_owner, token="000000")
        with pytest.raises(RateLimitExceeded):
            factor.second_factor_check(
                account=world.discharger_owner, token=factor.code_now(secret)
            )


def test_a_second_authenticator_needs_the_first_removed(world: World) -> None:
    enrolled(world, world.discharger_owner)
    secret = factor.second_factor_offer(account=world.discharger_owner).secret
    actor = world.actor(world.discharger_owner)
    with pytest.raises(Conflict):
        factor.second_factor_enroll(
            actor=actor,
            account=world.discharger_owner,
            secret=secret,
            token=factor.code_now(secret),
        )
    factor.second_factor_remove(actor=actor, account=world.discharger_owner)
    assert not has_second_factor(world.discharger_owner)
    assert not RecoveryCode.objects.filter(account=world.discharger_owner).exists()


def test_a_wrong_code_sets_nothing_up(world: World) -> None:
    secret = factor.second_factor_offer(account=world.discharger_owner).secret
    with pytest.raises(InvalidInput):
        factor.second_factor_enroll(
            actor=world.actor(world.discharger_owner),
            account=world.discharger_owner,
            secret=secret,
            token=factor.code_now(secret, ahead=5),
        )
    assert not has_second_factor(world.discharger_owner)


def test_the_vault_opens_with_its_key_and_the_ones_before() -> None:
    with override_settings(ENCRYPTION_KEYS=["first"]):
        stored = encrypt(b"secret")
    with override_settings(ENCRYPTION_KEYS=["second", "first"]):
        assert decrypt(stored) == b"secret"
    with override_settings(ENCRYPTION_KEYS=["second"]), pytest.raises(DecryptionFailed):
        decrypt(stored)
