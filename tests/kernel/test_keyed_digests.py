"""Digests with a key: fixed vectors, keys apart by purpose, and replaced secrets."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pytest_django import Settings

from yunjian.kernel.keyed_digests import is_keyed_digest, keyed_digest, matches


def test_it_is_hmac_sha256_with_a_key_of_the_purpose_that_names_itself(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["a secret"]
    key = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"yunjian keyed digest 1 tests"
    ).derive(b"a secret")
    expected = hmac.new(key, b"13911112222", hashlib.sha256).hexdigest()
    key_id = hashlib.sha256(key).hexdigest()[:8]
    assert keyed_digest(b"13911112222", "tests") == f"hmac-sha256:{key_id}:{expected}"


def test_purposes_and_secrets_have_keys_of_their_own(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["a secret"]
    one = keyed_digest(b"x", "one")
    assert keyed_digest(b"x", "other").split(":")[1] != one.split(":")[1]
    settings.ENCRYPTION_KEYS = ["another secret"]
    assert keyed_digest(b"x", "one").split(":")[1] != one.split(":")[1]


def test_it_matches_its_content_with_a_secret_that_is_still_held(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    stored = keyed_digest(b"x", "one")
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert matches(b"x", stored, "one")
    assert not matches(b"y", stored, "one")
    assert not matches(b"x", stored, "other")
    settings.ENCRYPTION_KEYS = ["new"]
    assert not matches(b"x", stored, "one")


def test_what_is_stored_tells_whether_it_is_one() -> None:
    assert is_keyed_digest(keyed_digest(b"x", "one"))
    assert not is_keyed_digest("sha256:00")
    assert not is_keyed_digest(None)
