"""Every requirement is used, and what is imported is required."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# what no line of code names, and who uses it
USED_OTHERWISE = {
    "argon2-cffi": "Django's hasher of passwords",
    "django-htmx": "named in INSTALLED_APPS and MIDDLEWARE",
    "whitenoise": "named in MIDDLEWARE",
    "granian": "the server that `yunjian serve` starts as a program",
    "mutmut": "scripts/mutation.py, which starts it as a program",
    "setuptools": "builds the package",
}
PLUGINS = re.compile(r"pytest-.+|.+-stubs|types-.+")  # found by pytest and mypy themselves
COMMANDS = {"import-linter": "lint-imports"}  # the others are called by their names
OWN = {"yunjian", "tests", "scripts"}
OPTIONAL = {"rapidocr"}  # of the extra `ocr`
TYPES_ONLY = {"_typeshed", "pydantic_core"}  # imported below TYPE_CHECKING


def _required(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and line[0] not in "#-"]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@cache
def _imported(*folders: str) -> frozenset[str]:
    """Return the top-level modules that the Python files of some folders import."""
    return frozenset(
        name.partition(".")[0]
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for name in _names(path)
    )


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@cache
def _installed() -> dict[str, set[str]]:
    """Return which distributions bring a top-level module."""
    return {
        module: {canonicalize_name(name) for name in names}
        for module, names in packages_distributions().items()
    }


def _distributions(module: str) -> set[str]:
    return _installed().get(module, set())


@pytest.mark.parametrize("name", sorted(_required("base") | _required("dev")))
def test_a_requirement_is_used(name: str) -> None:
    if name in USED_OTHERWISE or PLUGINS.fullmatch(name):
        return
    imported = {
        distribution
        for module in _imported("src", "scripts", "tests")
        for distribution in _distributions(module)
    }
    commands = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = re.search(rf"\b{re.escape(COMMANDS.get(name, name))}\b", commands)
    assert name in imported or called


def test_nothing_is_excused_that_is_not_required() -> None:
    assert USED_OTHERWISE.keys() <= _required("base") | _required("dev")


def test_what_the_product_imports_is_required() -> None:
    required = _required("base")
    modules = _imported("src") - OWN - OPTIONAL - TYPES_ONLY - set(sys.stdlib_module_names)
    missing = {module for module in modules if not _distributions(module) & required}
    assert missing == set()


@pytest.mark.parametrize("name", ["base", "dev"])
def test_the_lock_holds_every_requirement_with_hashes_and_names_no_registry(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert _required(name) <= locked
    assert len(re.findall(r"--hash=sha256:", lock)) >= len(locked)
    assert "://" not in lock
