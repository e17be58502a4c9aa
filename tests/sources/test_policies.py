"""Who may do what, as a table."""

from uuid import UUID, uuid4

import pytest

from yunjian.access.actor import Actor, system_actor
from yunjian.access.permissions import require
from yunjian.instruments.policies import may_file_instruments, may_review_instruments
from yunjian.kernel.errors import NotAllowed
from yunjian.sources.models import PollutionSource
from yunjian.sources.policies import may_keep, may_keep_source

OWN = uuid4()
OTHER = uuid4()
HERE = "310115"


def actor(
    kind: str, *roles: str, organization: UUID = OWN, districts: frozenset[str] | None = None
) -> Actor:
    return Actor(uuid4(), "某人", organization, "某单位", kind, frozenset(roles), districts)


ABROAD = frozenset({"310112"})
TABLE = [
    # who, keeps the source, files instruments, reviews filings
    (actor("discharger", "owner"), True, True, False),
    (actor("discharger", "manager"), True, True, False),
    (actor("discharger", "viewer"), False, False, False),
    (actor("discharger"), False, False, False),
    (actor("discharger", "reviewer"), False, False, False),
    (actor("discharger", "owner", organization=OTHER), False, False, False),
    (actor("agency", "owner", "manager"), False, False, False),
    (actor("agency", "engineer", organization=OTHER), False, False, False),
    (actor("authority", "reviewer", organization=OTHER), True, False, True),
    (
        actor("authority", "reviewer", organization=OTHER, districts=frozenset({HERE})),
        True,
        False,
        True,
    ),
    (actor("authority", "reviewer", organization=OTHER, districts=ABROAD), False, False, False),
    (actor("authority", "inspector", organization=OTHER), False, False, False),
    (actor("operator", "system_administrator", organization=OTHER), False, False, False),
    (system_actor("import"), True, False, False),
]


@pytest.mark.parametrize(("who", "keeps", "files", "reviews"), TABLE)
def test_each_party_may_do_its_own_part_and_nothing_else(
    who: Actor,
    keeps: bool,  # noqa: FBT001
    files: bool,  # noqa: FBT001
    reviews: bool,  # noqa: FBT001
) -> None:
    assert may_keep_source(who, OWN, HERE) is keeps
    assert may_keep(who, PollutionSource(organization_id=OWN, district_id=HERE)) is keeps
    assert may_file_instruments(who, OWN) is files
    assert may_review_instruments(who, HERE) is reviews


def test_a_refusal_is_said_in_words() -> None:
    with pytest.raises(NotAllowed, match="没有办理此事的权限"):
        require(False)  # noqa: FBT003
