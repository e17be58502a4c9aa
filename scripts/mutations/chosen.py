"""A pytest plugin: run only the tests that were chosen, in the order in which they were chosen.

Given by their files alone, thousands of them are found at once; the template of the databases
stays for the next mistake.
"""

import os
from pathlib import Path

import pytest

CHOSEN = "YUNJIAN_MUTATION_TESTS"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was chosen."""
    order = {
        name: place for place, name in enumerate(Path(os.environ[CHOSEN]).read_text().splitlines())
    }
    left_out = [item for item in items if item.nodeid not in order]
    items[:] = sorted(
        (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
    )
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Keep the database that the others are copied from."""
    from tests.support import database  # noqa: PLC0415 - not before Django is ready

    database.TEMPLATE = f"{database.TEMPLATE}_none"
