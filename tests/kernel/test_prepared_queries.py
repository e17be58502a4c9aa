"""Fixed statements answer as the query they were made from, with whatever values are given."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.support.world import World
from yunjian.identity.models import Account, District, Organization
from yunjian.kernel.ids import new_id
from yunjian.kernel.prepared_queries import (
    Parameter,
    PreparedQuery,
    column_names,
    instance_from_row,
    json_text,
    read_json,
)
from yunjian.maintenance.models import Visit

pytestmark = pytest.mark.reads_all_rows

NAMES = PreparedQuery(
    lambda: (
        Account.objects.filter(organization_id=Parameter("organization"), is_active=True)
        .order_by("username")
        .values_list("username", "organization__name")
    )
)


def _names(organization: Organization) -> list[tuple[str, str]]:
    rows = Account.objects.filter(organization=organization, is_active=True)
    return list(rows.order_by("username").values_list("username", "organization__name"))


def test_a_query_set_is_made_once_and_answers_for_each_given_value(world: World) -> None:
    for organization in (world.agency, world.discharger, world.agency):
        assert NAMES.rows(organization=organization.pk) == _names(organization) != []
    assert NAMES.rows(organization=new_id()) == []
    assert NAMES.row(organization=new_id()) is None


def test_it_is_counted_and_fails_like_any_query(world: World) -> None:
    district = PreparedQuery("INSERT INTO identity_district (code, name) VALUES (%(code)s, 'x')")
    known = District.objects.values_list("code", flat=True)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        district.run(code=known)
    with CaptureQueriesContext(connection) as captured:
        NAMES.rows(organization=world.agency.pk)
    assert len(captured) == 1


def test_a_value_that_is_not_given_is_named(db: None) -> None:
    with pytest.raises(KeyError, match="organization"):
        NAMES.rows()


def test_it_tells_how_many_rows_it_touched(world: World) -> None:
    move = PreparedQuery(
        "UPDATE identity_account SET phone = %(phone)s WHERE organization_id = %(of)s"
    )
    assert move.run(phone="1", of=world.agency.pk) == Account.objects.filter(phone="1").count() > 0
    assert move.run(phone="1", of=new_id()) == 0


def test_a_row_of_all_columns_is_the_object(world: World) -> None:
    by_id = PreparedQuery(
        lambda: District.objects.filter(pk=Parameter("code")).values_list(*column_names(District))
    )
    district = District.objects.all()[0]
    row = by_id.row(code=district.pk)
    assert row is not None
    again = instance_from_row(District, row)
    assert again == district
    assert vars(again).keys() == vars(district).keys()
    assert again._state.adding is False


def test_json_comes_back_as_it_was_given(db: None) -> None:
    echo = PreparedQuery("SELECT %(value)s::jsonb")
    value = {"甲": [1, 2.5, None, True, "二氧化硫"]}
    row = echo.row(value=json_text(value))
    assert row is not None
    assert read_json(row[0]) == value


def test_all_columns_are_named_as_the_table_names_them() -> None:
    assert {"id", "task_id", "warnings"} < set(column_names(Visit))
