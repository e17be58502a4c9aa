"""What the kernel keeps in the database: month partitions ahead of time, counters of tries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from yunjian.access.rate_limits import (
    RateLimitExceeded,
    check_rate_limit,
    delete_expired_counters,
)
from yunjian.kernel import clock
from yunjian.kernel.clock import now, today

pytestmark = [pytest.mark.django_db, pytest.mark.reads_all_rows]


def test_migrating_makes_the_partitions_of_the_months_to_come() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"maintenance_visit_{today():%Y%m}"])
        this_month = cursor.fetchone()
        following = today() + timedelta(days=92)
        cursor.execute("SELECT to_regclass(%s)", [f"maintenance_visit_{following:%Y%m}"])
        assert None not in (*this_month, *cursor.fetchone())


@override_settings(RATE_LIMITS={"signin": (2, 300)})
def test_tries_are_counted_for_each_and_allowed_again_in_the_next_window() -> None:
    start = now().replace(minute=0, second=1)
    with clock.at(start):
        check_rate_limit("signin", "192.0.2.1", "factory")
        check_rate_limit("signin", "192.0.2.2", "factory")
        with pytest.raises(RateLimitExceeded) as refused:
            check_rate_limit("signin", "192.0.2.3", "factory")
        assert refused.value.status == 429
        assert 0 < refused.value.retry_after < 300
        assert "5 分钟" in refused.value.message
        check_rate_limit("signin", "192.0.2.1", "bureau")
    with clock.at(start + timedelta(seconds=300)):
        check_rate_limit("signin", "192.0.2.1", "factory")
        assert delete_expired_counters() == 5
    with clock.at(start + timedelta(seconds=601)):
        assert delete_expired_counters() == 2


def test_a_rate_that_is_not_set_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        check_rate_limit("nothing", "192.0.2.1")
