"""Mutation testing: alter the code bit by bit, and see whether a test notices.

    .venv/bin/python scripts/mutation.py                  # all of src/yunjian/standards
    .venv/bin/python scripts/mutation.py --only 'src/yunjian/standards/statistics/*'
    .venv/bin/python scripts/mutation.py --sample 37      # those whose numbers end so: a fifth
    .venv/bin/python scripts/mutation.py --report         # the last run again, with survivors
    .venv/bin/python scripts/mutation.py --rooms --seed 7 --count 120   # rooms and phone: a sample

Without `--rooms` the standards are altered, by mutmut; with it, a sample of the rest.

Works on a copy (default: var/mutation), so that the code itself is never altered. What is cached
there is used again: only functions and tests that changed are run anew.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from mutations import rooms

ROOT = Path(__file__).resolve().parents[1]
MUTATED = ["src/yunjian/standards/*"]
# asks a phone for each of hundreds of sheets, and would never find a change that the rest does not
LEFT_OUT = ["test_two_engines.py"]
# Few examples, and nothing remembered: what was cached before a change would hide it.
FOR_MUTATION = """
import sys

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutation", deadline=None, max_examples=15, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")
LOADED_ONCE = {"_shipped", "shipped"}


def forget(but: frozenset[str] | set[str] = frozenset()) -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("yunjian."):
            for key, work in list(vars(module).items()):
                if hasattr(work, "cache_clear") and key not in but:
                    work.cache_clear()


def pytest_sessionstart() -> None:
    forget()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget(LOADED_ONCE)
"""


def main() -> None:
    """Copy, run, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "mutation")
    parser.add_argument("--only", action="append", help="glob of the files to alter")
    parser.add_argument("--sample", help="last digits of the numbers of the changes to try")
    parser.add_argument("--children", type=int, default=2, help="processes at once")
    parser.add_argument("--report", action="store_true", help="only report the last run")
    parser.add_argument("--rooms", action="store_true", help="a sample of the rooms and the phone")
    parser.add_argument("--seed", type=int, default=7, help="of the sample of the rooms")
    parser.add_argument("--count", type=int, default=120, help="size of the sample of the rooms")
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for a mistake")
    parser.add_argument("--again", action="store_true", help="ask about the survivors again")
    given = parser.parse_args()
    if given.rooms:
        rooms.main(given.work / "rooms", given.seed, given.count, given.budget, again=given.again)
        return
    if not given.report:
        prepare(given.work, given.only or MUTATED)
        chosen = [f"*__mutmut_*[{given.sample}]"] if given.sample else []
        run(given.work, "run", "--max-children", str(given.children), *chosen)
    report(given.work)


def prepare(work: Path, only: list[str]) -> None:
    """Copy the standards and their tests, and write what the mutation needs to know."""
    for name in ("src", "tests"):
        shutil.rmtree(work / name, ignore_errors=True)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src/yunjian/standards", work / "src/yunjian/standards", ignore=skipped)
    shutil.copy2(ROOT / "src/yunjian/__init__.py", work / "src/yunjian")
    shutil.copytree(ROOT / "tests/vectors", work / "tests/vectors", ignore=skipped)
    shutil.copytree(
        ROOT / "tests/standards",
        work / "tests/standards",
        ignore=shutil.ignore_patterns("__pycache__", *LEFT_OUT),
    )
    for name in ("__init__.py", "answers.py"):
        shutil.copy2(ROOT / "tests" / name, work / "tests")
    (work / "tests/standards/conftest.py").write_text(FOR_MUTATION)
    (work / "pyproject.toml").write_text(settings(only))


def settings(only: list[str]) -> str:
    """Return the settings of the copy, as TOML."""
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {only!r}
pytest_add_cli_args = ["-p", "no:django", "-p", "no:cacheprovider", "-p", "no:randomly"]
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = "--import-mode=importlib -q"
pythonpath = ["src", "."]
testpaths = ["tests"]
"""


def run(work: Path, *arguments: str) -> str:
    """Run mutmut in the copy and return what it says of the results."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    shown = arguments[0] == "run"
    answer = subprocess.run(
        command,
        cwd=work,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=None if shown else subprocess.PIPE,
        text=True,
        check=False,
    )
    return answer.stdout or ""


def report(work: Path) -> None:
    """Print killed and survived by module, and every survivor with its change."""
    results: dict[str, Counter[str]] = defaultdict(Counter)
    survivors = []
    for line in run(work, "results", "--all", "true").splitlines():
        name, separator, status = line.strip().partition(": ")
        if not separator:
            continue
        module = name.split(".x", 1)[0].removeprefix("yunjian.standards.")
        results[module][status] += 1
        if status in {"survived", "no tests"}:
            survivors.append(name)
    total: Counter[str] = sum(results.values(), Counter())
    for module, counts in [*sorted(results.items()), ("total", total)]:
        print(row(module, counts))
    for name in survivors:
        print(f"\n{name}")
        change = run(work, "show", name).splitlines()
        print("\n".join(line for line in change if line[:1] in "+-" and line[:3] not in "+++---"))


def row(module: str, counts: Counter[str]) -> str:
    """Write the counts of a module as a line; what runs for ever counts as noticed."""
    noticed = counts["killed"] + counts["timeout"] + counts["suspicious"] + counts["segfault"]
    missed = counts["survived"] + counts["no tests"]
    share = f"{noticed / (noticed + missed):7.1%}" if noticed + missed else "      —"
    others = sum(counts.values()) - noticed - missed
    rest = f"  {others} not run" if others else ""
    return f"{module:36}{noticed:6} killed{missed:6} survived{share}{rest}"


if __name__ == "__main__":
    main()
