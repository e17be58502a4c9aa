"""A moment at which nothing depends on chance or on the clock, so that what is made is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
import time_machine

from yunjian.kernel import ids

MOMENT = "2026-11-24T02:30:00Z"


@contextmanager
def fixed_moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop the clock at `MOMENT`, and number ids as they are made."""
    numbers = count(1)
    monkeypatch.setattr(ids, "_random", lambda _microseconds: next(numbers))
    with time_machine.travel(MOMENT, tick=False):
        yield
