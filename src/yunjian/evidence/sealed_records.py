"""Records whose content an event sealed: each kind says how it is computed anew from its rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from yunjian.evidence.models import Event
from yunjian.kernel.digests import ALGORITHMS, digest


@dataclass(frozen=True, slots=True)
class Content:
    """What a record says, and the digest that it bears itself.

    `canonical` are the bytes that may have been sealed: one, or several where the rows do not
    tell which. What only some of them say is not proved by any.
    """

    canonical: Sequence[bytes]
    borne: str


Contents = Callable[[Sequence[UUID]], Mapping[UUID, Content]]


@dataclass(frozen=True, slots=True)
class SealedKind:
    """A kind of record: the event that sealed it, and how its content is computed anew.

    `model` is its label in lower case, `key` where the payload of the event holds the digest.
    `contents` returns those records that are there, read from their rows; `sealed` the ids of all
    records that must have such an event.
    """

    model: str
    verb: str
    key: str
    contents: Contents
    sealed: Callable[[], Iterable[UUID]]


_KINDS: dict[str, SealedKind] = {}


def register(*kinds: SealedKind) -> None:
    """Add kinds of records; a room does it when it is ready."""
    _KINDS.update({kind.verb: kind for kind in kinds})


def sealed_kinds() -> list[SealedKind]:
    """Return all kinds, in the order of their verbs."""
    return [_KINDS[verb] for verb in sorted(_KINDS)]


def seals(event: Event) -> bool:
    """Tell whether an event sealed a record of a registered kind."""
    return event.verb in _KINDS


def problems_of(events: Iterable[Event]) -> Iterator[tuple[Event, str]]:
    """Compare what events sealed with the rows as they are now; yield what does not agree."""
    by_verb: dict[str, list[Event]] = {}
    for event in filter(seals, events):
        by_verb.setdefault(event.verb, []).append(event)
    for verb, sealing in by_verb.items():
        kind = _KINDS[verb]
        contents = kind.contents([UUID(event.object_id) for event in sealing])
        for event in sealing:
            reason = _problem(kind, event, contents.get(UUID(event.object_id)))
            if reason:
                yield event, reason


def _problem(kind: SealedKind, event: Event, content: Content | None) -> str:
    what = f"{kind.model} {event.object_id}"
    if content is None:
        return f"记录 {what} 不存在 / a sealed record is missing"
    stated = str(orjson.loads(event.body)["payload"].get(kind.key, ""))
    algorithm = stated.partition(":")[0]
    if (
        algorithm not in ALGORITHMS
        or stated != content.borne
        or stated not in {digest(each, algorithm) for each in content.canonical}
    ):
        return f"记录 {what} 与封存时的内容不符 / a record differs from what was sealed"
    return ""
