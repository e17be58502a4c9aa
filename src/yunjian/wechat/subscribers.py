"""What WeChat tells on its own: rooms above register what they do with it."""

from collections.abc import Callable, Iterator
from typing import Any

EventFields = dict[str, Any]
Handler = Callable[[EventFields], None]
_handlers: dict[str, list[Handler]] = {}


def on_event(name: str) -> Callable[[Handler], Handler]:
    """Register what is to happen when WeChat tells of an event (its name in lower case).

    Listeners run in the transaction in which the call is noted as taken.
    """

    def register(listener: Handler) -> Handler:
        _handlers.setdefault(name, []).append(listener)
        return listener

    return register


def dispatch(name: str, fields: EventFields) -> None:
    """Let everybody who registered hear of an event."""
    for listener in _handlers.get(name, []):
        listener(fields)


def event_items(fields: EventFields, name: str) -> Iterator[EventFields]:
    """Yield the entries of the list that an event carries (one or several)."""
    holder = fields.get(name)
    entries = holder.get("List", []) if isinstance(holder, dict) else []
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, dict):
            yield entry
