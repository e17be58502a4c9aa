"""No dependency stands under a licence that would bind the product."""

import tomllib

import pytest

from scripts.licenses import (
    EXCEPTIONS,
    ROOT,
    Package,
    main,
    npm_packages,
    problems,
    python_packages,
)

PERMISSIVE = Package("python", "kind", "MIT")


def test_no_dependency_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out


def test_the_closure_holds_what_requirements_bring_along() -> None:
    names = {package.name for package in python_packages()}
    assert {"django", "psycopg-pool", "sqlparse"} <= names  # stated, by an extra, of a dependency
    assert "pytest" not in names
    assert {"bootstrap", "vue"} <= {package.name for package in npm_packages()}


@pytest.mark.parametrize(
    "license_",
    [
        "GPL-3.0-or-later",
        "AGPL-3.0-only",
        "GNU Affero General Public License v3",
        "LGPL-3.0-only",
        "BSD-3-Clause AND GPLv2",
        "SSPL-1.0",
        "",
    ],
)
def test_copyleft_and_silence_are_refused(license_: str) -> None:
    assert problems([Package("npm", "strict", license_)], {}) != []
    assert problems([PERMISSIVE], {}) == []


def test_an_exception_holds_for_the_licence_it_names_and_as_long_as_it_is_used() -> None:
    strict = Package("python", "strict", "LGPL-3.0-only")
    exception = {"python": {"strict": {"license": "LGPL-3.0-only", "reason": "why"}}}
    assert problems([strict], exception) == []
    assert problems([strict._replace(license="AGPL-3.0-only")], exception) == [
        "strict states AGPL-3.0-only, the exception is for LGPL-3.0-only"
    ]
    assert problems([PERMISSIVE], exception) == ["strict is excepted and not used"]


def test_every_exception_has_a_reason() -> None:
    exceptions = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    for names in exceptions.values():
        for name, entry in names.items():
            assert entry["reason"].strip(), name


def test_the_product_stands_under_the_licence_it_states() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
