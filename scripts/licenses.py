"""Say under which licence each dependency stands, and fail on one that is not allowed.

Looks at what requirements/base.in brings along (as installed, with the libraries that a wheel says
it bundles) and at what the two package-lock.json name. Copyleft licences that reach the product
(GPL, AGPL, LGPL, SSPL, EUPL) and packages that state none are refused, unless
requirements/licenses.toml gives a reason.

`--list` prints every package with its licence.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
WANTED = ROOT / "requirements" / "base.in"
EXCEPTIONS = ROOT / "requirements" / "licenses.toml"
NPM_LOCKS = [ROOT / "package-lock.json", ROOT / "h5" / "package-lock.json"]
COPYLEFT = re.compile(
    r"GPL|general public|SSPL|server side public|EUPL|european union public", re.IGNORECASE
)
BUNDLED = re.compile(r"^License: (.+)$", re.MULTILINE)
LONGEST = 60  # a longer text is the licence itself, which some packages put in the field


Exceptions = dict[str, dict[str, dict[str, str]]]  # ecosystem → name → license, reason


class Package(NamedTuple):
    """A dependency and what it states; `license` is empty when it states nothing."""

    ecosystem: str
    name: str
    license: str


def python_packages() -> list[Package]:
    """Return what the run-time requirements bring along, by name.

    Raises:
        importlib.metadata.PackageNotFoundError: a requirement is not installed.
    """
    lines = WANTED.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    extras: dict[str, set[str]] = {}
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        fresh = {"", *requirement.extras} - extras.setdefault(name, set())
        extras[name] |= fresh
        wanted += [further for extra in fresh for further in _required(name, extra)]
    return [Package("python", name, _stated(distribution(name))) for name in sorted(extras)]


def _required(name: str, extra: str) -> Iterator[Requirement]:
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def _stated(of: Distribution) -> str:
    if expression := _field(of, "License-Expression"):
        return " AND ".join([expression, *_bundled(of)])
    licences = [
        line.rpartition("::")[2].strip()
        for line in of.metadata.get_all("Classifier") or []
        if line.startswith("License ::") and line.strip() != "License :: OSI Approved"
    ]
    text = _field(of, "License")
    if text and len(text) <= LONGEST:
        licences.append(text)
    return " AND ".join(dict.fromkeys([*licences, *_bundled(of)]))


def _field(of: Distribution, name: str) -> str:
    return str((of.metadata.get_all(name) or [""])[0]).strip()


def _bundled(of: Distribution) -> list[str]:
    """Return the licences of the libraries inside a wheel, where it lists them."""
    return [
        license_
        for path in of.files or []
        if ".dist-info" in path.parts[0] and "bundled" in path.name.lower()
        for license_ in BUNDLED.findall(path.read_text(encoding="utf-8"))
    ]


def npm_packages() -> list[Package]:
    """Return what the locks of the pages and of the phone app name, by name."""
    result = set()
    for lock in NPM_LOCKS:
        for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
            if path:  # the empty path is the product itself
                name = path.rpartition("node_modules/")[2]
                result.add(Package("npm", name, entry.get("license", "")))
    return sorted(result)


def problems(
    packages: list[Package], exceptions: dict[str, dict[str, dict[str, str]]]
) -> list[str]:
    """Return what is not in order with the licences, one sentence each.

    `exceptions` is ecosystem → name → `license` and `reason`.
    """
    result, open_exceptions = (
        [],
        {(ecosystem, name) for ecosystem, names in exceptions.items() for name in names},
    )
    for package in packages:
        open_exceptions.discard((package.ecosystem, package.name))
        exception = exceptions.get(package.ecosystem, {}).get(package.name)
        if exception:
            if exception["license"] != package.license:
                result.append(
                    f"{package.name} states {package.license or 'no licence'}, "
                    f"the exception is for {exception['license']}"
                )
        elif not package.license:
            result.append(f"{package.name} states no licence")
        elif COPYLEFT.search(package.license):
            result.append(f"{package.name} stands under {package.license}")
    result += [f"{name} is excepted and not used" for _ecosystem, name in sorted(open_exceptions)]
    return result


def main() -> int:
    """Check all dependencies."""
    packages = python_packages() + npm_packages()
    if "--list" in sys.argv:
        for package in packages:
            print(f"{package.ecosystem:8}{package.name:40}{package.license}")
    wrong = problems(packages, tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
