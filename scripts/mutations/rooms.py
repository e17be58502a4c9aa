"""The second mode of `scripts/mutation.py`: a sample of mistakes in the rooms and the phone app."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mutations import sample
from mutations.changes import SHARES, Change
from mutations.choosing import COLLECTED, LEFT_OUT, Record
from mutations.recorder import RECORD
from mutations.running import Runner, compile_copy

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".git", "var", ".mypy_cache", ".ruff_cache")
# recorded in this order, two side by side, so that one need not be done again for another
GROUPS = [
    "web access records kernel evidence messaging", "api agencies identity", "maintenance",
    "verification", "approved", "credit demo",
    "sources instruments", "supervision", "library", "administration certificates wechat",
    "isolation", "config operations",
]  # fmt: skip
COVERAGE = """
[run]
source = {copy}/src/yunjian
omit =
    */standards/*
    */demo/*
    */migrations/*
    */simulator/*
"""


def main(work: Path, seed: int, count: int, budget: float, *, again: bool) -> None:
    """Take the sample, ask the tests about what has no verdict yet, and report.

    The results are a file that people write into as well: a survivor that turns out to change
    nothing gets the verdict "equivalent" and the reason, and the next run takes another for it.
    """
    work = work.resolve()
    file = work / f"sample-{seed}.json"
    results: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}
    copy(work)
    record(work)
    runner = Runner(work, Record(work / "record", work / "copy"))
    order = _order(work, seed)
    runner.prepare()
    # whoever stops it finds the copy as it was
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while missing := wanted(order, results, count, again=again):
            for change in missing:
                outcome = runner.ask(change, budget)
                source = (work / "copy" / change.path).read_bytes()
                results[change.name] = {
                    "layer": change.layer,
                    "verdict": outcome.verdict,
                    "by": outcome.by,
                    "seconds": outcome.seconds,
                    "tests": outcome.tests,
                    "difference": change.difference(source),
                }
                file.write_text(json.dumps(results, indent=1, ensure_ascii=False))
                print(outcome.verdict, outcome.seconds, outcome.tests, change.name, flush=True)
            again = False
        noticing = {each["by"] for each in results.values() if each["by"].startswith("tests/")}
        if failed := runner.control(sorted(noticing)):
            print(f"fails without a mistake, too: {failed}")
    finally:
        runner.close()
    report(results)


def _order(work: Path, seed: int) -> dict[str, list[Change]]:
    """Return the order of the sample; it is kept, so that a run goes on at once."""
    file = work / f"order-{seed}.json"
    if not file.exists():
        order = sample.in_order(work / "copy", seed)
        stored = {layer: [asdict(change) for change in some] for layer, some in order.items()}
        file.write_text(json.dumps(stored))
    stored = json.loads(file.read_text())
    return {layer: [Change(**change) for change in some] for layer, some in stored.items()}


def wanted(
    order: dict[str, list[Change]], results: dict[str, dict[str, Any]], count: int, *, again: bool
) -> list[Change]:
    """Return the changes that have no verdict yet, without those that are equivalent."""
    missing = []
    for layer, size in sample.sizes(count).items():
        counted = 0
        for change in order[layer]:
            verdict = results.get(change.name, {}).get("verdict")
            if verdict == "equivalent":
                continue
            if counted == size:
                break
            counted += 1
            if verdict is None or (again and verdict in {"survived", "no tests"}):
                missing.append((counted / size, change))
    # all layers side by side, so that a run that is stopped early says something of each
    return [change for _place, change in sorted(missing, key=lambda each: each[0])]


def copy(work: Path) -> None:
    """Copy everything that tests look at; nothing is ever changed in the checkout."""
    if (work / "copy").exists():
        return
    work.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT, work / "copy", symlinks=True, ignore=NOT_COPIED)
    compile_copy(work / "copy")


def record(work: Path) -> None:
    """Run the tests of the unchanged copy once, and record which lines each of them runs."""
    folder = work / "record"
    folder.mkdir(exist_ok=True)
    if not (folder / COLLECTED).exists():
        collected = _pytest(work, "-m", "pytest", "--collect-only", "-q", "tests")
        names = [line for line in collected.splitlines() if "::" in line]
        (folder / COLLECTED).write_text("\n".join(names))
    settings = folder / "coveragerc"
    settings.write_text(COVERAGE.format(copy=work / "copy"))

    def run(group: str) -> str:
        name = group.replace(" ", "-")
        file = folder / f"{name}.json"
        rooms = [f"tests/{room}" for room in group.split() if f"tests/{room}/" not in LEFT_OUT]
        data = f"--data-file={folder / name}.coverage"
        measured = ["coverage", "run", f"--rcfile={settings}", data]
        plugin = ["-m", "pytest", "-p", "mutations.recorder", "-q"]
        return "" if file.exists() else _pytest(work, "-m", *measured, *plugin, *rooms, file=file)

    with ThreadPoolExecutor(2) as pool:
        for output in pool.map(run, GROUPS):
            print(output, flush=True)


def _pytest(work: Path, *arguments: str, file: Path | None = None) -> str:
    """Run pytest in the unchanged copy and return what it says; record to the file, if any."""
    paths = [work / "copy" / part for part in ("src", ".", "scripts")]
    answer = subprocess.run(
        [sys.executable, *arguments, "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=work / "copy",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            **({RECORD: str(file)} if file else {}),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return answer.stdout


def report(results: dict[str, dict[str, Any]]) -> None:
    """Print the counts of each layer, and every survivor with its change."""
    print(
        f"{'layer':12}{'planted':>8}{'noticed':>8}{'share':>8}{'equivalent':>12}{'survivors':>10}"
    )
    total: Counter[str] = Counter()
    for layer in [*SHARES, "all"]:
        counts = Counter(
            {"timeout": "noticed", "no tests": "survived"}.get(each["verdict"], each["verdict"])
            for each in results.values()
            if each["layer"] == layer
        )
        total += counts
        shown = total if layer == "all" else counts
        planted = shown["noticed"] + shown["survived"]
        share = f"{shown['noticed'] / planted:8.0%}" if planted else "       —"
        print(
            f"{layer:12}{planted:8}{shown['noticed']:8}{share}"
            f"{shown['equivalent']:12}{shown['survived']:10}"
        )
    for name, each in results.items():
        if each["verdict"] in {"survived", "no tests", "equivalent"}:
            print(f"\n{name} {each['verdict']} {each.get('reason', '')}")
            print("\n".join(each["difference"]))
