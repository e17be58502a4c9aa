"""A report of 60 MB over a line that drops every 5 MB, with a real browser and a real server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.evidence.papers import paper
from tests.support.dropping import DroppingLine, dropping_line
from tests.support.serving import Served
from tests.support.world import World
from tests.verification.conftest import Desk
from tests.verification.conftest import desk as report_desk  # noqa: F401 - a fixture
from yunjian.evidence.models import Attachment, Upload
from yunjian.kernel.digests import digest
from yunjian.verification.models import Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400), pytest.mark.reads_all_rows]
MEGABYTE = 2**20
SIZE = 60 * MEGABYTE
PATIENCE_MS = 180_000
