"""One authority of each kind for the whole run."""

import pytest

from tests.support.pki import Pki


@pytest.fixture(scope="session")
def sm2(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """An authority that signs with SM2 and SM3."""
    return Pki("sm2", tmp_path_factory.mktemp("sm2"))


@pytest.fixture(scope="session")
def rsa(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """An authority that signs with RSA and SHA-256."""
    return Pki("rsa", tmp_path_factory.mktemp("rsa"))


@pytest.fixture(scope="session")
def ec(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """An authority that signs with ECDSA and SHA-256."""
    return Pki("ec", tmp_path_factory.mktemp("ec"))


@pytest.fixture(params=["sm2", "rsa", "ec"])
def pki(request: pytest.FixtureRequest) -> Pki:
    """Each of them in turn."""
    result: Pki = request.getfixturevalue(request.param)
    return result
