"""Mistakes in Python, found in the syntax tree."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from mutations.changes import Change

# what nobody sees, or what only changes how quickly something is had
COSMETIC_CALLS = {
    "select_related", "prefetch_related", "only", "defer", "lru_cache", "cache", "iterator",
    "getLogger", "debug", "info", "warning", "exception", "TypeVar", "cast", "namedtuple",
    "cache_clear", "getattr", "isinstance", "Prefetch",
}  # fmt: skip
COSMETIC_KEYWORDS = {
    "help_text", "verbose_name", "db_index", "max_length", "attrs", "css", "icon", "placeholder",
    "classes", "title", "stacklevel", "chunk_size", "batch_size", "maxsize", "timeout", "strict",
    "force_insert",
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
QUERY = {"filter", "exclude", "Q", "get", "get_or_create", "update_or_create"}
DECORATORS = re.compile(r".*(_page|atomic|require_\w+|_only|guard\w*)$")
FIELD_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*((\.|__)[a-z0-9_]+)*")
CODES = {200: 201, 201: 200, 204: 200, 400: 422, 401: 403, 403: 404, 404: 403, 409: 400, 422: 400}


class PythonChanges(ast.NodeVisitor):
    """Collects the changes of one module."""

    def __init__(self, path: str, layer: str, source: bytes) -> None:
        self.path, self.layer, self.source = path, layer, source
        self.changes: list[Change] = []
        self.tree = ast.parse(source)
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.attributes: dict[str, list[str]] = defaultdict(list)
        called = {id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                base = ast.unparse(node.value)
                if id(node) not in called and node.attr not in self.attributes[base]:
                    self.attributes[base].append(node.attr)
        self.visit(self.tree)

    # -- what is made ------------------------------------------------------------------------

    def make(self, kind: str, node: ast.AST, text: str) -> None:
        """Note that the text of a node becomes another."""
        self.replace(kind, *self.span(node), text)

    def replace(self, kind: str, start: int, end: int, text: str) -> None:
        """Note that a stretch of the source becomes another."""
        line = self.source.count(b"\n", 0, start) + 1
        if self.source[start:end].decode() != text:
            self.changes.append(Change(self.path, self.layer, kind, line, start, end, text))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends, in bytes."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.arg)  # noqa: S101
        assert node.end_lineno is not None  # noqa: S101
        assert node.end_col_offset is not None  # noqa: S101
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.AST) -> str:
        """Return the source of a node."""
        start, end = self.span(node)
        return self.source[start:end].decode()

    # -- where nothing is made ---------------------------------------------------------------

    def visit_arguments(self, node: ast.arguments) -> None:
        """Leave annotations alone, but not defaults."""
        for default in [*node.defaults, *(each for each in node.kw_defaults if each)]:
            self.visit(default)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Leave annotations alone; a field of an answer may be lost."""
        if self.path.endswith("schemas.py") and node.value is None:
            self.make("field lost", node, "pass")
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Leave alone what a module says it offers."""
        if ast.unparse(node.targets[0]) != "__all__":
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """A guard may be lost."""
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        leaves = isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue)
        if leaves and not node.orelse:
            self.make("guard", node.test, "False")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Leave what models say of themselves alone."""
        if node.name != "Meta":
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Leave how objects show themselves to programmers alone; guards may be lost."""
        if node.name == "__repr__":
            return
        for decorator in node.decorator_list:
            if DECORATORS.match(ast.unparse(decorator).split("(", 1)[0]):
                start, end = self.span(decorator)
                self.replace("guard", start - 1, end, "")
        self.visit(node.args)
        for statement in node.body:
            self.visit(statement)

    # -- operators, numbers, returns ---------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        """`<` and `<=`, `==` and `!=`, `in` and `not in`."""
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            start, end = self.span(left)[1], self.span(right)[0]
            between = self.source[start:end].decode()
            if between.strip(" ()\n").replace("  ", " ") in {
                "==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in",
            }:  # fmt: skip
                result = between.strip(" ()\n")
                new = between.replace(result, COMPARISONS[type(operator)])
                self.replace("operator", start, end, new)
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`and` and `or`."""
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        start, end = self.span(node.values[0])[1], self.span(node.values[1])[0]
        between = self.source[start:end].decode()
        self.replace("operator", start, end, re.sub(rf"\b{old}\b", new, between))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """`not`, forgotten."""
        if isinstance(node.op, ast.Not):
            self.make("operator", node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Numbers one off, and status codes."""
        if type(node.value) is int:
            code = node.value in CODES and self.layer in {"api", "views"}
            self.make(
                "status" if code else "number",
                node,
                str(CODES[node.value] if code else node.value + 1),
            )

    def visit_Return(self, node: ast.Return) -> None:
        """Yes and no."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
            self.make("return", node.value, str(not node.value.value))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Either always taken for the other."""
        self.make("condition", node.test, f"not ({self.text(node.test)})")
        self.generic_visit(node)

    # -- calls -------------------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call that is forgotten: an event, a message, a check, a save."""
        if isinstance(node.value, ast.Constant):
            return
        name = _name(node.value) if isinstance(node.value, ast.Call) else ""
        if name and name not in COSMETIC_CALLS:
            self.make("call lost", node, "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Queries that lack a condition, an order reversed, a lock lost, another value given."""
        name = _name(node)
        if name in COSMETIC_CALLS:
            return
        self._query(node, name)
        self._names(node.args)
        for keyword in node.keywords:
            if keyword.arg not in COSMETIC_KEYWORDS:
                self._sibling(keyword.value)
                self._truth(keyword.value)
                self.visit(keyword.value)
        self.visit(node.func)
        for argument in node.args:
            self.visit(argument)

    def _query(self, node: ast.Call, name: str) -> None:
        if name == "select_for_update" and isinstance(node.func, ast.Attribute):
            self.replace("lock", self.span(node.func.value)[1], self.span(node)[1], "")
        if name == "locked" and len(node.args) == 1:
            self.make("lock", node, self.text(node.args[0]))
        if name == "today" and not node.args:
            day = '(today() - __import__("datetime").timedelta(days=1))'
            self.make("day", node, day)
        if name in QUERY:
            self._conditions(node)
        if name == "order_by":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    old = argument.value
                    self.make("order", argument, f'"{old[1:] if old[:1] == "-" else "-" + old}"')

    def _conditions(self, node: ast.Call) -> None:
        parts = [*node.args, *node.keywords]
        for index, part in enumerate(parts):
            if isinstance(part, ast.keyword) and part.arg:
                start, end = self.span(part)
                if index + 1 < len(parts):
                    end = self.span(parts[index + 1])[0]
                elif index:
                    start = self.span(parts[index - 1])[1]
                self.replace("condition lost", start, end, "")

    def _truth(self, value: ast.expr) -> None:
        if isinstance(value, ast.Constant) and isinstance(value.value, bool):
            self.make("value", value, str(not value.value))

    def _sibling(self, value: ast.expr) -> None:
        if isinstance(value, ast.Attribute):
            siblings = self.attributes[ast.unparse(value.value)]
            others = [name for name in siblings if name != value.attr]
            if others:
                following = (siblings.index(value.attr) if value.attr in siblings else 0) % len(
                    others
                )
                self.make("value", value, f"{self.text(value.value)}.{others[following]}")

    def _names(self, values: list[ast.expr]) -> None:
        """Names of fields among names of fields: a column, a heading, a key."""
        names = [
            value.value
            for value in values
            if isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and FIELD_NAME.fullmatch(value.value)
        ]
        for value in values:
            if isinstance(value, ast.Constant) and value.value in names and len(names) > 1:
                index = names.index(str(value.value))
                self.make("name", value, f'"{names[(index + 1) % len(names)]}"')

    def visit_Dict(self, node: ast.Dict) -> None:
        """Another value under a key."""
        for value in node.values:
            self._sibling(value)
            self._truth(value)
            self.visit(value)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Another value in a row."""
        for value in node.elts:
            if isinstance(node.ctx, ast.Load):
                self._sibling(value)
        self._names(node.elts)
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        """Another value in a row."""
        for value in node.elts:
            self._sibling(value)
        self._names(node.elts)
        self.generic_visit(node)


def _name(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def changes_of(path: str, layer: str, source: bytes) -> Iterator[Change]:
    """Return every change of a module that is still a program."""
    for change in PythonChanges(path, layer, source).changes:
        try:
            ast.parse(change.applied(source))
        except SyntaxError:
            continue
        yield change
