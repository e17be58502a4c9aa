"""A moment at which nothing depends on chance or on the clock, so that what is made is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
import time_machine

from yunjian.kernel import ids

MOMENT = "2026-11-24T02:30:00Z"


@contextmanager
def fixed_moment(first: int = 1) -> Iterator[None]:
    """Stop the clock at `MOMENT`, and number ids as they are made, from `first` on."""
    numbers = count(first)
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(MOMENT, tick=False):
        patch.setattr(ids, "_random", lambda _microseconds: next(numbers))
        yield
