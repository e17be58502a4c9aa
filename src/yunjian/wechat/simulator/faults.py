"""Faults that are asked for: the next calls of an address go wrong."""

import threading
from dataclasses import dataclass, field
from typing import Any

LONGEST_DELAY = 30.0


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of an address.

    It is answered with `errcode` (0: as usual), after `delay` seconds, or not at all (`drop`).
    """

    endpoint: str
    times: int = 1
    errcode: int = 0
    errmsg: str = "injected"
    delay: float = 0.0
    drop: bool = False

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Fault":
        """Return the fault that a request describes.

        Raises:
            ValueError: the address is missing, or a value is none.
        """
        endpoint = str(body.get("endpoint", ""))
        if not endpoint.startswith("/"):
            raise ValueError("endpoint")
        return cls(
            endpoint=endpoint,
            times=int(body.get("times", 1)),
            errcode=int(body.get("errcode", 0)),
            errmsg=str(body.get("errmsg", "injected")),
            delay=min(LONGEST_DELAY, float(body.get("delay", 0))),
            drop=body.get("drop") is True,
        )


@dataclass
class Faults:
    """The faults that are still to happen, first asked for first."""

    waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Let the next calls of an address go wrong."""
        with self._lock:
            self.waiting = [*self.waiting, fault]

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self.waiting = []

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault of this call, counted."""
        with self._lock:
            fault = next((each for each in self.waiting if each.endpoint == endpoint), None)
            if fault is not None:
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
            return fault
