"""Where published packs and sheets come from, beside those that ship."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """A version of something."""

    @property
    def name(self) -> str:
        """The code with the version: `hj75-2017@1`."""


T = TypeVar("T", bound=Named)


class Sources(Generic[T]):
    """Callables that supply published versions."""

    def __init__(self) -> None:
        self._sources: list[Callable[[], Iterable[T]]] = []

    def __bool__(self) -> bool:
        """Whether there is any source."""
        return bool(self._sources)

    def register(self, source: Callable[[], Iterable[T]]) -> None:
        """Let a callable supply versions of its own.

        It is asked whenever one is looked for, so it should keep what it has read, and hand out
        the same objects again. What ships wins over what is supplied by the same name.
        Registering twice changes nothing.
        """
        if source not in self._sources:
            self._sources.append(source)

    def unregister(self, source: Callable[[], Iterable[T]]) -> None:
        """Forget a source; one that is not registered changes nothing."""
        if source in self._sources:
            self._sources.remove(source)

    def by_name(self) -> dict[str, T]:
        """Return everything that is supplied; of one name, what was registered first."""
        return {item.name: item for source in reversed(self._sources) for item in source()}
