"""A pytest plugin that records which lines and templates each test runs, and how long it takes.

Coverage alone would name a test function, not its parameters, and would count what its fixtures
run to nobody: the context is switched here, before the fixtures.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from django.test.signals import template_rendered

RECORD = "YUNJIAN_MUTATION_RECORD"


class Recorder:
    """What one run of pytest recorded."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seconds: dict[str, float] = {}
        self.templates: dict[str, set[str]] = defaultdict(set)
        self.failed: set[str] = set()
        self.current = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Count what runs from here on to this test."""
        self.current, begun = item.nodeid, time.perf_counter()
        if (coverage := Coverage.current()) is not None:
            coverage.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = round(time.perf_counter() - begun, 3)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what fails already: it says nothing of a mistake."""
        if report.failed:
            self.failed.add(report.nodeid)

    def rendered(self, sender: Any, **_signal: object) -> None:
        """Note a template that is rendered, whether included, extended or by itself."""
        self.templates[str(sender.origin.name)].add(self.current)

    def pytest_sessionfinish(self) -> None:
        """Write it down for whoever chooses tests by it."""
        templates = {name: sorted(tests) for name, tests in self.templates.items()}
        record = {
            "seconds": self.seconds,
            "templates": templates,
            "failed": sorted(self.failed),
        }
        self.file.write_text(json.dumps(record))


def pytest_configure(config: pytest.Config) -> None:
    """Record where the environment says so."""
    if file := os.environ.get(RECORD):
        recorder = Recorder(Path(file))
        template_rendered.connect(recorder.rendered)
        config.pluginmanager.register(recorder, "yunjian-mutation-recorder")
