"""The kernel: ids carry time, days are Shanghai's, digests are stable, nobody acts by accident."""

from datetime import UTC, date, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.access.actor import OutsideScope, acting_as, current_actor, system_actor
from yunjian.kernel import clock
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.kernel.ids import RANDOM_BITS, check_client_id, id_time, lowest_id_at, new_id

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS)
def test_an_id_carries_its_moment(moment: datetime) -> None:
    assert abs(id_time(new_id(moment)) - moment) < timedelta(milliseconds=2)


@given(MOMENTS, st.integers(min_value=1, max_value=10**12))
def test_later_ids_sort_later(moment: datetime, microseconds: int) -> None:
    later = moment + timedelta(microseconds=microseconds)
    assert new_id(moment) < new_id(later)
    assert lowest_id_at(later) <= new_id(later)
    assert (new_id(later).version, new_id(later).variant) == (7, RFC_4122)


@given(MOMENTS)
def test_ids_of_one_moment_sort_as_they_were_made(moment: datetime) -> None:
    made = [new_id(moment) for _number in range(9)]
    assert made == sorted(made)
    assert len({identifier.int >> RANDOM_BITS for identifier in made}) == 1
    assert {identifier.variant for identifier in made} == {RFC_4122}


def test_an_id_of_another_version_carries_no_time() -> None:
    with pytest.raises(ValueError, match="not a UUIDv7"):
        id_time(uuid4())


@pytest.mark.parametrize(
    "identifier",
    [uuid4(), new_id(clock.now() - timedelta(days=61)), new_id(clock.now() + timedelta(days=2))],
)
def test_an_id_that_a_phone_cannot_have_made_lately_is_refused(identifier: UUID) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_client_id(identifier, "id")
    assert refusal.value.errors[0].path == "id"


def test_the_day_ends_at_midnight_in_shanghai() -> None:
    evening = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    assert clock.business_day(evening) == date(2026, 11, 20)
    assert clock.business_day(evening + timedelta(minutes=1)) == date(2026, 11, 21)


@given(MOMENTS)
def test_every_moment_lies_in_its_own_day(moment: datetime) -> None:
    start, end = clock.day_bounds(clock.business_day(moment))
    assert start <= moment < end
    assert end - start == timedelta(days=1)


def test_a_block_may_live_at_another_moment() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.at(moment):
        assert clock.now() == moment
        assert clock.today() == date(2026, 1, 1)
    assert clock.now() > moment


def test_canonical_json_sorts_keys() -> None:
    assert canonical_json({"b": 1, "a": "水"}) == '{"a":"水","b":1}'.encode()


def test_digests_name_their_algorithm() -> None:
    # GB/T 32905-2016, example 1
    assert digest(b"abc", "sm3").startswith("sm3:66c7f0f462eeedd9d1f2d46bdc10e4e2")
    assert digest(b"").startswith("sha256:e3b0c44298fc1c149afbf4c8996fb924")
    with pytest.raises(ValueError, match="unknown digest"):
        digest(b"", "md5")


def test_nobody_acts_unless_somebody_says_so() -> None:
    with pytest.raises(OutsideScope):
        current_actor()
    system = system_actor("测试")
    with acting_as(system):
        assert current_actor() is system
    assert system.is_system
    with pytest.raises(OutsideScope):
        _ = system.own_organization


def test_a_refusal_names_its_fields() -> None:
    refusal = InvalidInput("x", field="a", errors=[FieldError("b", "c", "d")])
    assert [error.path for error in refusal.errors] == ["a", "b"]
