"""A small demo city, as its people see it: every page, file, event and message as approved.

A changed line is no mistake: it is read, and approved with the change that made it.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from tests.approved.approval import assert_approved
from tests.approved.outline import numbered
from tests.support import database
from tests.support.fixed import fixed_moment
from tests.support.world import World
from tests.web.walk import Walk, texts_of
from yunjian.demo.accounts import accounts
from yunjian.demo.city import load
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization
from yunjian.messaging.models import Notification

pytestmark = [pytest.mark.slow, pytest.mark.reads_all_rows, pytest.mark.timeout(600)]
WHOLE = 4  # lines of the events and messages that are kept whole
# who walks through each portal; who comes later looks at what the earlier ones were not led to
WALKERS = {
    "discharger": ("排污单位",),
    "agency": ("运维机构",),
    "authority": ("管理部门", "规则管理", "部门负责人"),
    "operator": ("系统管理", "安全管理", "审计管理"),
}


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A database with the demo city of one moment; nothing in it depends on chance or the clock."""
    folder = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "WECHAT_APP_ID", "wxdemotest")
        patch.setenv("YUNJIAN_DEMO_PASSWORD", "kind-river-4417")
        with database.another("_city"):
            with fixed_moment():
                load(seed=7, scale=0.1, var_dir=folder)
            yield folder


@pytest.fixture
def city(loaded: Path, db: None) -> Iterator[Path]:
    """The same moment of the loaded city for each test."""
    with fixed_moment(first=10**9):
        yield loaded


@pytest.mark.parametrize("kind", WALKERS)
def test_every_page_and_file_is_as_approved(city: Path, kind: str) -> None:
    walks = []
    known = {one.role: one.username for one in accounts(city)[1]}
    for role in WALKERS[kind]:
        walk = Walk(World(), Account.objects.get(username=known[role]), kind)
        assert walk.problems == []
        walks.append(walk)
    assert_approved(kind, texts_of(walks))


def test_every_kind_of_event_and_message_is_as_approved(city: Path) -> None:
    kinds: dict[UUID | None, str] = {None: "system"}
    kinds |= dict(Organization.unscoped().values_list("pk", "kind"))
    seen: dict[str, list[str]] = {}
    for event in Event.unscoped().order_by("pk"):
        text = f"{kinds[event.organization_id]}: {event.actor_name}"
        _keep(seen, f"event.{event.verb}", text, event.body)
    for message in Notification.unscoped().select_related("recipient").order_by("pk"):
        text = f"{message.recipient.username}: {message.title}"
        _keep(seen, f"message.{message.kind}", text, f"{message.body} → {message.link}")
    assert_approved("city", {name: numbered(lines) for name, lines in seen.items()})


def _keep(seen: dict[str, list[str]], name: str, text: str, more: str) -> None:
    """Keep who is concerned each time, and the whole of the first two."""
    lines = seen.setdefault(name, [])
    lines += [text, more] if len(lines) < WHOLE else [text]
