"""What a verb or an object of the chain is called in front of people.

The chain keeps plain words such as `visit.submitted`; each app says in its `events.py` how a
person reads them, and registers that here when it is ready.
"""

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise

_VERBS: dict[str, Text] = {}
_OBJECTS: dict[str, Text] = {}


def register(*, verbs: Mapping[str, Text], objects: Mapping[str, Text]) -> None:
    """Add an app's words.

    Raises:
        ValueError: another app has said one of them.
    """
    for known, added in ((_VERBS, verbs), (_OBJECTS, objects)):
        twice = {word for word in added if known.get(word, added[word]) != added[word]}
        if twice:
            raise ValueError(f"said twice: {sorted(twice)}")
        known.update(added)


def verb_title(verb: str) -> Text:
    """Return what a verb is called; a verb of a later version is shown as it is stored."""
    return _VERBS.get(verb, verb)


def object_title(object_type: str) -> Text:
    """Return what a kind of object is called."""
    return _OBJECTS.get(object_type, object_type)


def verbs() -> list[tuple[str, Text]]:
    """Return every verb with what it is called, by verb."""
    return sorted(_VERBS.items(), key=lambda pair: pair[0])


def objects() -> list[tuple[str, Text]]:
    """Return every kind of object with what it is called, by kind."""
    return sorted(_OBJECTS.items(), key=lambda pair: pair[0])
