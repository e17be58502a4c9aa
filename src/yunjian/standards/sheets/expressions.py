"""CEL expressions of sheets: checked and compiled once; every number is a double on both sides."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, TypeAlias

from yunjian.standards.sheets.functions import FUNCTIONS, TABLED

# the package imports its command line, and that a toolkit for terminals: half a second for nothing
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
import cel  # noqa: E402

# a string, an index such as [0], or a number that is whole as written
_TOKEN = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[\s*\d+\s*\])|(?<![\w.])(\d+)(?![\w.])"""
)
_STRING = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_LOOP = re.compile(r"\.\s*(map|filter|exists|exists_one|all)\s*\(\s*(\w+)?")
# what may follow rows that a loop has let pass, if nothing but loops is to see them
_ON = re.compile(r"\s*\.\s*(map|filter|exists|exists_one|all|size)\s*\(")
_NAMED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*(?!\w|\s*\())*)")
_MEMBER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
# a function that begins with a table, and one that is given it as a path of limits or calculations
_TABLED = re.compile(rf"(?<![\w.])(?:{'|'.join(TABLED)})\s*\(")
_TABLE = re.compile(rf"({_TABLED.pattern}\s*)((?:lim|calc)(?:\.[A-Za-z_]\w*)+)(?=\s*,)")
# operators as the library names them, and the functions of CEL that both engines have
_BUILT_IN = {"size", "has", "double", "string", "startsWith", "endsWith", "contains"}

UNKNOWN = object()
# what the engine hands back as it is
_PLAIN = (str, float, bool, type(None))
VARIABLES = ("s", "row", "ctx", "lim", "calc", "item")
LONGEST = 2000
DEEPEST = 24
MOST_LOOPS = 6
_SIGNS = re.compile(rf"(?:[!-]\s*){{{DEEPEST}}}")


class InvalidExpression(ValueError):
    """A sheet definition holds an expression that is none, or one that could run away.

    `reason` is not_an_expression, too_long, too_deep, nested_loop, too_many_loops, free_loop,
    unknown_function, wrong_arguments or unknown_name.
    """

    def __init__(self, source: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{source[:200]}: {reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


# which parts of a value are read: by key (EACH: of each row of a list), None for the whole of it
Parts: TypeAlias = "dict[str, Parts] | None"
EACH = "[]"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program with what it needs: of each variable the parts, and functions.

    `tables` are paths of what functions get by its place only; `member` is the path, where
    an expression is nothing but one.
    """

    program: Any
    needs: tuple[tuple[str, Parts], ...]
    functions: dict[str, Callable[..., Any]]
    tables: tuple[tuple[str, ...], ...]
    member: tuple[str, ...]


def normalised(source: str) -> str:
    """Write whole numbers as doubles (`15` as `15.0`), except indexes and inside strings."""
    return _TOKEN.sub(lambda match: match[1] or f"{match[2]}.0", source)


def paths(source: str) -> list[tuple[str, ...]]:
    """Return the dotted names that an expression reads, such as `("s", "header", "company")`.

    What is called on them is no part of them, nor is anything inside strings.
    """
    bare = _STRING.sub('""', source)
    return [_path(match) for match in _NAMED.finditer(bare)]


@lru_cache(maxsize=4096)
def compiled(source: str) -> Compiled:
    """Compile an expression.

    Handing over only what it needs matters: every value handed over is converted.

    Raises:
        InvalidExpression: it cannot be parsed, or it is not within the bounds.
    """
    loops = _check_bounds(source)
    try:
        program = cel.compile(normalised(source))
    except ValueError as error:
        raise InvalidExpression(source, "not_an_expression", str(error)) from error
    _check_names(source, program, loops)
    used = {name: FUNCTIONS[name][0] for name in program.functions() if name in FUNCTIONS}
    member = tuple(source.split(".")) if _MEMBER.fullmatch(source) else ()
    rewritten, tables = _with_table_indexes(source, loops)
    if tables:
        program = cel.compile(normalised(rewritten))
    return Compiled(program, tuple(_needs(rewritten, program)), used, tables, member)


def _with_table_indexes(source: str, loops: set[str]) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Write places in the list of tables instead of tables, and return that list.

    A table of criteria would be converted for the engine, and back for the function.
    """
    bare = _STRING.sub('""', source)
    tables = tuple(dict.fromkeys(match[2] for match in _TABLE.finditer(source)))
    is_each = len(_TABLED.findall(bare)) == len(_TABLE.findall(bare)) == len(_TABLE.findall(source))
    if not is_each or loops & set(VARIABLES):
        return source, ()
    rewritten = _TABLE.sub(lambda match: f"{match[1]}{tables.index(match[2])}", source)
    return rewritten, tuple(tuple(table.split(".")) for table in tables)


def evaluated(source: str, variables: dict[str, Any]) -> Any:
    """Return the value, or `UNKNOWN` when something it needs is missing or of another type."""
    try:
        result = compiled(source)
        if result.member and isinstance(plain := _at(variables, result.member), _PLAIN):
            return plain
        given: dict[str, Any] = dict(result.functions)
        if result.tables:
            given |= _with_tables(result, variables)
        for name, parts in result.needs:
            given[name] = _only(variables.get(name), parts)
        return result.program.execute(given)
    except (TypeError, ValueError, RuntimeError, LookupError, ArithmeticError):
        return UNKNOWN


def _with_tables(result: Compiled, variables: dict[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return the functions that get the place of a table, as ones that know the table."""

    def with_table(work: Callable[..., Any]) -> Callable[..., Any]:
        return lambda place, *rest: work(_at(variables, result.tables[int(place)]), *rest)

    return {name: with_table(work) for name, work in result.functions.items() if name in TABLED}


def _at(variables: dict[str, Any], member: tuple[str, ...]) -> Any:
    """Return what stands at a path; the engine takes ten times as long to look.

    Raises:
        LookupError, TypeError: there is nothing at it.
    """
    value: Any = variables
    for key in member:
        value = value[key]
    return value


def holds(source: str, variables: dict[str, Any]) -> bool:
    """Tell whether an expression is true; what cannot be computed is not."""
    return evaluated(source, variables) is True


def as_doubles(value: Any) -> Any:
    """Return data with every whole number as a double; other values unchanged.

    A whole number too large for a double is null.
    """
    if isinstance(value, dict):
        return {key: as_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return None
    return value


def _check_bounds(source: str) -> set[str]:
    """Return the names that loops give to their rows."""
    if len(source) > LONGEST:
        raise InvalidExpression(source, "too_long", f"> {LONGEST}")
    bare = _STRING.sub(lambda match: '"' + "_" * (len(match[0]) - 2) + '"', source)
    loops = {match.end(): match for match in _LOOP.finditer(bare)}
    opened = {bare.index("(", match.start()): match for match in loops.values()}
    if len(opened) > MOST_LOOPS:
        raise InvalidExpression(source, "too_many_loops", f"> {MOST_LOOPS}")
    _check_nesting(source, bare, set(opened))
    # signs, choices and members nest as well, without brackets
    if _SIGNS.search(bare) or bare.count("?") > DEEPEST:
        raise InvalidExpression(source, "too_deep", f"> {DEEPEST}")
    return {match[2] for match in loops.values() if match[2]}


def _check_nesting(source: str, bare: str, opened: set[int]) -> None:
    """Refuse what is too deep, a loop in a loop, and a loop over anything but a path or a loop."""
    stack: list[bool] = []
    closed_loops: set[int] = set()
    for at, sign in enumerate(bare):
        if sign in "([{":
            is_loop = at in opened
            if is_loop:
                if any(stack):
                    raise InvalidExpression(source, "nested_loop")
                before = bare[: bare.rindex(".", 0, at)].rstrip()
                end = len(before) - 1
                if not before or not (re.match(r"\w", before[-1]) or end in closed_loops):
                    raise InvalidExpression(source, "free_loop")
            stack.append(is_loop)
            if len(stack) > DEEPEST:
                raise InvalidExpression(source, "too_deep", f"> {DEEPEST}")
        elif sign in ")]}" and stack and stack.pop():
            closed_loops.add(at)


def _check_names(source: str, program: Any, loops: set[str]) -> None:
    for name in program.functions():
        if re.match(r"[A-Za-z]", name) and name not in FUNCTIONS and name not in _BUILT_IN:
            raise InvalidExpression(source, "unknown_function", name)
    for name in program.variables():
        if name not in VARIABLES and name not in loops and not name.startswith("@"):
            raise InvalidExpression(source, "unknown_name", name)
    bare = _STRING.sub('""', source)
    for match in re.finditer(r"(?<![\w.])(\w+)\s*\(", bare):
        if match[1] in FUNCTIONS and _arguments(bare, match.end()) != FUNCTIONS[match[1]][1]:
            raise InvalidExpression(source, "wrong_arguments", match[1])


def _arguments(bare: str, start: int) -> int:
    """Return how many arguments a call has whose bracket opens before `start`."""
    inside = bare[start : _closing(bare, start - 1)]
    depth, commas = 0, 0
    for sign in inside:
        depth += (sign in "([{") - (sign in ")]}")
        commas += depth == 0 and sign == ","
    return commas + 1 if inside.strip() else 0


def _closing(bare: str, opening: int) -> int:
    """Return where the bracket is closed that opens somewhere; what compiles closes them all."""
    depth, at = 1, opening
    while depth:
        at += 1
        depth += (bare[at] in "([{") - (bare[at] in ")]}")
    return at


def _needs(source: str, program: Any) -> list[tuple[str, Parts]]:
    read = _reads(source)
    return [
        (name, _parts([path[1:] for path in read if path[0] == name]))
        for name in VARIABLES
        if name in program.variables()
    ]


def _reads(source: str) -> list[tuple[str, ...]]:
    """Return the paths that are read, and of what is looped over only what loops read of a row."""
    bare = _STRING.sub('""', source)
    loops = list(_LOOP.finditer(bare))
    names, declared = {loop[2] for loop in loops}, {loop.start(2) for loop in loops}
    result = [match for match in _NAMED.finditer(bare) if match.start() not in declared]
    of_rows = {_path(match)[1:] for match in result if match[1] in names}
    if () in of_rows or names & set(VARIABLES) or any(_lets_pass(bare, loop) for loop in loops):
        return paths(source)
    starts = {loop.start() for loop in loops}
    return [
        (*_path(match), *rest)
        for match in result
        for rest in ([(EACH, *path) for path in of_rows or [()]] if match.end() in starts else [()])
    ]


def _path(match: re.Match[str]) -> tuple[str, ...]:
    return (match[1], *match[2].split(".")[1:])


def _lets_pass(bare: str, loop: re.Match[str]) -> bool:
    """Tell whether rows that a filter lets pass are seen by anything but further loops."""
    if loop[1] != "filter":
        return False
    return not _ON.match(bare, _closing(bare, bare.index("(", loop.start())) + 1)


def _parts(read: list[tuple[str, ...]]) -> Parts:
    """Return what is read of a value: the whole when any of the paths ends at it."""
    if not read or () in read:
        return None
    keys = dict.fromkeys(path[0] for path in read)
    return {key: _parts([path[1:] for path in read if path[0] == key]) for key in keys}


def _only(value: Any, parts: Parts) -> Any:
    """Return a value without what is not read of it: whatever is handed over is converted."""
    if isinstance(value, dict) and parts is not None and EACH not in parts:
        return {key: _only(value[key], inner) for key, inner in parts.items() if key in value}
    if isinstance(value, list) and parts is not None and EACH in parts:
        return [_only(row, parts[EACH]) for row in value]
    return value
