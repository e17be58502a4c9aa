"""One page per room about its tables, docs/models/<room>.md, made from the models (`make docs`).

What a table is stands in the docstring of its model; columns, relations, constraints, indexes and
who reaches a row are what the model states; events are those that the room's `events.py` names
after the model.
"""
# ruff: noqa: SLF001 - `_meta` is Django's documented API

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Combinable, F
from django.utils.translation import override

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "models"
FOLDER_OF_ITS_OWN = FOLDER
INDEX = FOLDER / "README.md"
HEAD = """# The tables

One page per room, one section per model. Made from the models by `make docs`; do not edit: what a
table is stands in the docstring of its model, what a column holds in its `help_text`.

Who reaches a row is said twice ([threat model](../security/threat-model.md)): by `visible_to`,
which the default manager applies, and by the row policy of the database. In the conditions of a
policy `:organization` and `:account` are those of who acts, `:kind` is the kind of the organisation
(empty: nobody acts; `system`: the program itself, which reaches every row), `:districts` are those
of an authority, and `:whole_city` holds for an authority without districts of its own.
"""
# what the policies ask the session for, as it is shown
SESSION = (
    (r"\(SELECT nullif\(current_setting\('yunjian\.(\w+)', true\), ''\)::uuid\)", r":\1"),
    (
        r"\(SELECT string_to_array\(current_setting\('yunjian\.districts', true\), ','\)\)",
        ":districts",
    ),
    (r"\(SELECT current_setting\('yunjian\.districts', true\) = '\*'\)", ":whole_city"),
    (r"\(SELECT current_setting\('yunjian\.(\w+)', true\)\)", r":\1"),
)
LOOKUPS = {
    "exact": "=",
    "lt": "<",
    "lte": "≤",
    "gt": ">",
    "gte": "≥",
    "in": "in",
    "contains": "contains",
    "startswith": "starts with",
}
MOST_CHOICES = 16
Model = type[models.Model]


def documents() -> Mapping[Path, str]:
    """Return every page as the models are now.

    Raises:
        ValueError: a model has no docstring.
    """
    from yunjian.access.policy_sync import project_models  # noqa: PLC0415 - after Django's setup

    rooms: dict[str, list[Model]] = {}
    for model in project_models():
        rooms.setdefault(model._meta.app_label, []).append(model)
    with override("zh-hans"):
        pages = {_path(room): _page(room, rooms[room]) for room in sorted(rooms)}
        pages[INDEX] = _index(rooms)
    return pages


def _path(room: str) -> Path:
    return FOLDER / f"{room}.md"


def _index(rooms: dict[str, list[Model]]) -> str:
    from yunjian.access.row_policies import PolicyFunction  # noqa: PLC0415 - after Django's setup

    lines = [HEAD, "| room | model | table | |", "|---|---|---|---|"]
    for room in sorted(rooms):
        for model in rooms[room]:
            summary = _cell(_docstring(model).partition("\n\n")[0])
            cells = f"[{room}]({room}.md)", _link(model, None), f"`{model._meta.db_table}`", summary
            lines.append(_row(*cells))
    lines += ["", "Functions that the policies ask, which look at all rows:", ""]
    lines += [
        f"- `{function.name}()`: `{_in_short(function.sql)}`"
        for function in sorted(PolicyFunction.every, key=lambda one: one.name)
    ]
    return "\n".join(lines) + "\n"


def _page(room: str, of_room: list[Model]) -> str:
    module = importlib.import_module(of_room[0].__module__.rpartition(".models")[0] + ".models")
    lines = [
        f"# {room}",
        "",
        (module.__doc__ or "").strip(),
        "",
        "Made by `make docs`; do not edit.",
    ]
    events = _events(module.__name__.rpartition(".")[0])
    for model in of_room:
        own = {verb: title for verb, title in events.items() if _about(verb, of_room) is model}
        lines += ["", *_section(model, own)]
    other = {verb: title for verb, title in events.items() if _about(verb, of_room) is None}
    if other:
        lines += ["", "## Further events of this room", "", *_event_lines(other)]
    return "\n".join(lines) + "\n"


def _section(model: Model, events: dict[str, str]) -> Iterator[str]:
    yield f"## {model.__name__}"
    yield ""
    yield _docstring(model)
    yield ""
    yield f"Table `{model._meta.db_table}`" + _ordered(model)
    yield ""
    yield "| column | type | null | meaning |"
    yield "|---|---|---|---|"
    for field in chain(model._meta.local_fields, model._meta.local_many_to_many):
        null = "yes" if field.null else ""
        yield _row(f"`{field.name}`", _type(field), null, _meaning(field))
    related = [
        f"{_link(relation.related_model, model)}.`{relation.field.name}`"
        for relation in model._meta.related_objects
        if relation.related_model.__module__.startswith("yunjian.")
    ]
    if related:
        yield from ("", f"Referenced by {', '.join(sorted(related))}.")
    rules = [*chain(_constraints(model), _indexes(model), _triggers(model))]
    if rules:
        yield from ("", *rules)
    yield ""
    yield from _reach(model)
    if events:
        yield from ("", "Events:", "", *_event_lines(events))


def _docstring(model: Model) -> str:
    """Return the model's own docstring; Django writes one where there is none.

    Raises:
        ValueError: there is none.
    """
    text = model.__dict__.get("__doc__") or ""
    if not text or text.startswith(f"{model.__name__}("):
        raise ValueError(f"{model.__module__}.{model.__name__} has no docstring")
    return inspect.cleandoc(text)


def _cell(text: object) -> str:
    return str(text).replace("\n", " ").replace("|", "\\|")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _link(model: Any, page: Model | None) -> str:
    if not model.__module__.startswith("yunjian."):
        return f"`{model.__name__}`"
    room = model._meta.app_label
    file = "" if page is not None and page._meta.app_label == room else f"{room}.md"
    return f"[{model.__name__}]({file}#{model.__name__.lower()})"


def _ordered(model: Model) -> str:
    ordering = [name for name in model._meta.ordering or [] if isinstance(name, str)]
    return f", ordered by {', '.join(f'`{name}`' for name in ordering)}." if ordering else "."


def _type(field: Any) -> str:
    if field.is_relation:
        how_many = "one " if field.one_to_one else "many of " if field.many_to_many else ""
        return how_many + _link(field.related_model, field.model)
    name = type(field).__name__.removesuffix("Field")
    if isinstance(field, models.UUIDField):
        return name
    if isinstance(field, ArrayField):
        return f"{name} of {_type(field.base_field)}"
    if (digits := getattr(field, "max_digits", None)) is not None:
        return f"{name}({digits}, {field.decimal_places})"
    return name + (f"({field.max_length})" if field.max_length else "")


def _meaning(field: Any) -> str:
    parts = []
    if str(field.verbose_name) != field.name.replace("_", " "):
        parts.append(str(field.verbose_name))
    if field.help_text:
        parts.append(str(field.help_text))
    if field.choices and len(field.choices) <= MOST_CHOICES:
        parts.append(", ".join(_choice(value, title) for value, title in field.choices))
    parts += ["key"] * field.primary_key + ["unique"] * (field.unique and not field.primary_key)
    return _cell("; ".join(parts))


def _choice(value: object, title: object) -> str:
    return f"`{value}`" if str(value) == str(title) else f"`{value}` {title}"


def _constraints(model: Model) -> Iterator[str]:
    for constraint in model._meta.constraints:
        name = f"- `{constraint.name}`: "
        if isinstance(constraint, models.UniqueConstraint):
            yield name + f"unique {', '.join(constraint.fields)}{_where(constraint)}"
        elif isinstance(constraint, models.CheckConstraint):
            yield name + _said(constraint.condition)
        elif isinstance(constraint, ExclusionConstraint):
            same = " and ".join(
                f"{column} {operator}" for column, operator in constraint.expressions
            )
            yield name + f"no two rows with {same}{_where(constraint)}"


def _indexes(model: Model) -> Iterator[str]:
    for index in model._meta.indexes:
        kind = type(index).__name__.removesuffix("Index")
        yield (
            f"- index `{index.name}`: {', '.join(index.fields)}{f' ({kind})' if kind else ''}"
            + _where(index)
        )


def _where(of: Any) -> str:
    return f", where {_said(of.condition)}" if of.condition else ""


def _triggers(model: Model) -> Iterator[str]:
    for trigger in getattr(model._meta, "triggers", []):
        yield f"- trigger `{trigger.name}`: refuses {str(trigger.operation).lower()}"


def _said(condition: Any, *, inside: bool = False) -> str:
    """Return a condition of a constraint as a reader says it."""
    if not isinstance(condition, models.Q):
        column, _sep, lookup = condition[0].partition("__")
        value = condition[1]
        if lookup == "isnull":
            return f"{column} is {'' if value else 'not '}null"
        return f"{column} {LOOKUPS[lookup or 'exact']} {_literal(value)}"
    parts = [_said(child, inside=True) for child in condition.children]
    text = f" {condition.connector.lower()} ".join(parts)
    if condition.negated:
        return f"not ({text})"
    return f"({text})" if inside and len(parts) > 1 else text


def _literal(value: Any) -> str:
    if isinstance(value, F):
        return str(getattr(value, "name"))  # noqa: B009 - not in the stubs
    if isinstance(value, Combinable):
        return str(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return repr(value) if isinstance(value, str) else str(value)


def _reach(model: Model) -> Iterator[str]:
    """Yield who reaches the rows: in words where the manager is scoped, and as the policy says."""
    from yunjian.access.policy_sync import row_policy_of  # noqa: PLC0415 - after Django's setup
    from yunjian.access.row_policies import Unrestricted  # noqa: PLC0415 - after Django's setup

    visible = getattr(model, "visible_to", None)
    if visible is not None:
        yield f"Visible to: {_cell(inspect.cleandoc(visible.__doc__ or ''))}"
        yield ""
    policy = row_policy_of(model)
    if policy is None or isinstance(policy, Unrestricted):
        yield f"No row policy: {policy.reason if policy else 'none is stated'}."
        return
    parts = {"read": policy.read, "change": policy.written, "add": policy.added}
    if len(set(parts.values())) == 1:
        parts = {"read and write": policy.read}
    yield "Row policy; of each line one condition has to hold:"
    yield ""
    for name, conditions in parts.items():
        sentence = " · ".join(f"`{_shown(one, model)}`" for one in conditions)
        yield f"- {name}: {sentence or 'the program only'}"


def _shown(condition: str, model: Model) -> str:
    table = model._meta.db_table
    return _in_short(condition.format(table=table).replace(f"{table}.", ""))


def _in_short(sql: str) -> str:
    for pattern, shown in SESSION:
        sql = re.sub(pattern, shown, sql)
    return sql.replace("(:districts)::text[]", ":districts").replace(
        "((:districts))", "(:districts)"
    )


def _events(room: str) -> dict[str, str]:
    """Return the verbs that the room's `events.py` names, with what they are called."""
    from yunjian.evidence.vocabulary import verbs  # noqa: PLC0415 - after Django's setup

    try:
        stated = vars(importlib.import_module(f"{room}.events")).values()
    except ModuleNotFoundError:
        return {}
    named: set[str] = set()
    for value in stated:
        if isinstance(value, str):
            named.add(value)
        elif isinstance(value, dict):
            named |= {str(key) for key in value}
    return {verb: str(title) for verb, title in verbs() if verb in named}


def _event_lines(events: dict[str, str]) -> Iterator[str]:
    yield from (f"- `{verb}` {title}" for verb, title in events.items())


def _about(verb: str, of_room: list[Model]) -> Model | None:
    """Return the one model that the verb is named after; None: no model, or several."""
    noun = verb.partition(".")[0]
    named = [model for model in of_room if f"_{_words(model)}".endswith(f"_{noun}")]
    same = [model for model in named if _words(model) == noun]
    result = same or named
    return result[0] if len(result) == 1 else None


def _words(model: Model) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
