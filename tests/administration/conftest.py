"""The operator with its three administrators."""

import pytest
from django.test import Client

from tests.support.world import World
from yunjian.identity.models import Account, Organization


@pytest.fixture
def system(world: World, operator: Organization) -> Client:
    """The system administrator's browser."""
    return world.client(Account.objects.get(username="sys"))


@pytest.fixture
def security(world: World, operator: Organization) -> Client:
    """The security administrator's browser."""
    return world.client(Account.objects.get(username="sec"))


@pytest.fixture
def audit(world: World, operator: Organization) -> Client:
    """The audit administrator's browser."""
    return world.client(Account.objects.get(username="aud"))
