"""What answers are read from, where one row is not enough."""

from typing import Any


class RowWith:
    """A row and what was read beside it, as one object: `RowWith(outlet, limits=[…])`.

    What is given by name stands before the row's own attribute of that name.
    """

    def __init__(self, row: Any, /, **more: Any) -> None:
        self.__dict__.update(more)
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)
