"""The loop that gives events their places in the transparency log, within two seconds."""

import logging
from threading import Event as Flag

from django.db import close_old_connections

from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services.log import log_extend

SECONDS = 1.0
LOGGER = logging.getLogger(__name__)


def run_sequencer(stop: Flag, seconds: float = SECONDS) -> None:
    """Extend the log each second until told to stop.

    Whatever goes wrong is told to the program's log and tried again: an event that waits is
    safe, and `doctor` says for how long it has been waiting.
    """
    with acting_as(system_actor("透明日志")):
        while not stop.wait(seconds):
            try:
                while log_extend() is not None and not stop.is_set():
                    pass
            except Exception:  # the log is written again as soon as it can be
                LOGGER.exception("the log cannot be extended")
            finally:
                close_old_connections()
