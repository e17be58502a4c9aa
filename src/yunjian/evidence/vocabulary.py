"""What a verb or an object of the chain is called in front of people.

The chain keeps plain words such as `visit.submitted`; each app says in its `events.py` how a
person reads them, and registers that here when it is ready.
"""

from collections.abc import Mapping

from yunjian.kernel.languages import Text


class Verbs(dict[str, Text]):
    """The verbs of an app, each with how a person reads it."""

    def state(self, verb: str, title: Text) -> str:
        """State a verb and return it: `FILED = SENTENCES.state("filing.filed", _("…"))`."""
        self[verb] = title
        return verb


_VERBS: dict[str, Text] = {}
_OBJECTS: dict[str, Text] = {}
# a type of object as events of an earlier release name it → as it is called now
_FORMER: dict[str, str] = {}


def register(
    *,
    verbs: Mapping[str, Text],
    objects: Mapping[str, Text],
    former: Mapping[str, str] | None = None,
) -> None:
    """Add an app's verbs and types of objects; `former` are names that sealed events still bear.

    Raises:
        ValueError: another app has said one of them.
    """
    for known, added in ((_VERBS, verbs), (_OBJECTS, objects)):
        twice = {word for word in added if known.get(word, added[word]) != added[word]}
        if twice:
            raise ValueError(f"said twice: {sorted(twice)}")
        known.update(added)
    _FORMER.update(former or {})


def verb_title(verb: str) -> Text:
    """Return what a verb is called; a verb of a later version is shown as it is stored."""
    return _VERBS.get(verb, verb)


def object_title(object_type: str) -> Text:
    """Return what a kind of object is called."""
    return _OBJECTS.get(current_type(object_type), object_type)


def current_type(object_type: str) -> str:
    """Return what a type of object is called now that an event names."""
    return _FORMER.get(object_type, object_type)


def object_types(object_type: str) -> list[str]:
    """Return every name that events have for a type of object, the present one first."""
    return [object_type, *(name for name, now in _FORMER.items() if now == object_type)]


def verbs() -> list[tuple[str, Text]]:
    """Return every verb with what it is called, by verb."""
    return sorted(_VERBS.items(), key=lambda pair: pair[0])


def objects() -> list[tuple[str, Text]]:
    """Return every kind of object with what it is called, by kind."""
    return sorted(_OBJECTS.items(), key=lambda pair: pair[0])
