"""What Python shows and what the database gives out agree: every model, every kind and role.

`visible_to` limits queries, the row policy stands behind it. The policy may be the wider one only
where that is written down here, with the reason; never may it cut off what `visible_to` shows.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection

from tests.isolation.city import City, add_published, add_unfinished, build_city
from tests.isolation.people import every_role, somebody
from yunjian.access import row_policies
from yunjian.access.actor import Actor, OutsideScope, acting_as, system_actor, unauthenticated
from yunjian.access.row_policies import bypass_rls
from yunjian.access.scope import ScopedModel
from yunjian.identity.models import Organization

SCOPED: list[Any] = sorted(
    (model for model in apps.get_models() if issubclass(model, ScopedModel)),
    key=lambda model: model._meta.label,
)
EVERYBODY = {"discharger", "agency", "authority", "operator"}
# rows that the database gives out although a list does not show them: to whom, and why
WIDER: dict[str, tuple[set[str], str]] = {
    "identity.Organization": (
        {"discharger", "agency", "authority"},
        "names of authorities, and of partners in contracts and visits, stand on pages",
    ),
    "maintenance.Plan": (
        {"discharger", "authority"},
        "the policy knows places, not states; of drafts of plans selectors show nothing",
    ),
    "messaging.Notice": (EVERYBODY, "what was published is no secret from those it is not for"),
    "instruments.Instrument": (
        {"agency", "authority"},
        "where one is planned; what is said of it are versions, and drafts of those are closed",
    ),
    "library.PublishedPack": (
        {"discharger", "agency", "operator"},
        "rules hold for everybody; the library that lists them is the authorities'",
    ),
}


@pytest.fixture
def city(db: None) -> City:
    city = build_city()
    with acting_as(system_actor("test")):
        add_published(city)
        add_unfinished(city)
    return city


def _somebody(
    kind: str, role: str, organization: UUID, districts: frozenset[str] | None = None
) -> Actor:
    return replace(somebody(kind, role, organization, districts), account_id=organization)


def _everybody(city: City) -> Iterator[tuple[str, Actor]]:
    """Return each kind and role: in the first organisation, in another, in other districts."""
    with bypass_rls("test"):
        operator = Organization.unscoped().create(
            kind="operator", name="运营单位", uscc="91310115MA1TEST006"
        )
    here, there = city.district.pk, city.other_district.pk
    own = {
        "discharger": city.discharger,
        "agency": city.agency,
        "authority": city.authority,
        "operator": operator,
    }
    strange = {"discharger": city.other_discharger, "agency": city.other_agency}
    for kind, role in every_role():
        yield f"{kind} {role}", _somebody(kind, role, own[kind].pk)
        if kind in strange:
            yield f"strange {kind} {role}", _somebody(kind, role, strange[kind].pk)
        if kind == "authority":
            for name, district in (("of the district", here), ("of another district", there)):
                actor = _somebody(kind, role, own[kind].pk, frozenset({district}))
                yield f"authority {name} {role}", actor
            yield f"authority of no district {role}", replace(actor, districts=frozenset())
    for account in (
        city.engineer,
        city.agency_manager,
        city.discharger_owner,
        city.reviewer,
        city.other_agency_manager,
        city.other_discharger_owner,
    ):
        yield f"account {account.username}", city.actor(account)


def _keys(model: Any, *conditions: Any) -> set[Any]:
    return set(model.unscoped().filter(*conditions).values_list("pk", flat=True))


def _sql(model: Any, condition: Any) -> str:
    try:
        return str(model.unscoped().filter(condition).query)
    except EmptyResultSet:
        return ""


def test_every_scoped_model_has_rows(city: City) -> None:
    with bypass_rls("test"):
        empty = [model._meta.label for model in SCOPED if not model.unscoped().exists()]
    assert empty == [], "add a row to tests/isolation/city.py"


def test_visible_to_and_the_row_policy_agree(city: City) -> None:
    cut_off, wider, looked_at = set(), set(), set()
    for name, actor in _everybody(city):
        for model in SCOPED:
            label, condition = model._meta.label, model.visible_to(actor)
            # the database is not told roles: where the query is the same, so are the rows
            query = label, row_policies.session_context(actor), _sql(model, condition)
            if query in looked_at:
                continue
            looked_at.add(query)
            with bypass_rls("test"):
                shown = _keys(model, condition)
            with acting_as(actor):
                given, listed = _keys(model), set(model.objects.values_list("pk", flat=True))
            if listed != shown:
                cut_off.add((label, name))
            if given - shown:
                wider.add((label, actor.organization_kind))
    assert cut_off == set()
    assert wider == {(label, kind) for label, (kinds, _why) in WIDER.items() for kind in kinds}


def test_with_nobody_acting_there_is_no_scope(city: City) -> None:
    with unauthenticated():
        for model in SCOPED:
            with pytest.raises(OutsideScope):
                model.objects.exists()


def test_the_system_reaches_every_row(city: City) -> None:
    with acting_as(system_actor("test")), connection.cursor() as cursor:
        for model in SCOPED:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            assert model.objects.count() == cursor.fetchone()[0]
