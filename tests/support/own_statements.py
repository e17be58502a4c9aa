"""Row policies hold in tests as in production: while nobody acts, no row is reached.

Two things take the place of the pages that tests do without:

- What a test calls of the program with `actor=` runs as that actor, as it does behind a page. A
  job or a command is given nobody, so one that forgets who acts fails here as it would there.
- A test that writes or reads rows to prepare or to assert something asks for it by name, with
  `pytest.mark.reads_all_rows` on its module. That opens the statements which the tests themselves
  make, and no others: whatever they call of the program stays closed.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from yunjian.access import row_policies, scope
from yunjian.access.actor import Actor
from yunjian.access.database import base

TESTS = str(Path(__file__).resolve().parents[1])
PROGRAM = str(Path(row_policies.__file__).resolve().parents[1])
# models only say what a statement is about, and the database backend sends it
TRANSPARENT = ("/models/", "/models.py", scope.__file__, row_policies.__file__, base.__file__)
# Django's own ways into the program: requests and commands
ENTRANCES = ("/django/core/handlers/", "/django/core/management/")

Told = Callable[[Actor | None], row_policies.SessionContext]


def told_in_tests(reported: Told, *, own_statements: bool) -> Told:
    """Return `row_policies.session_context` as it is while a test runs in which nobody acts."""

    def instead(actor: Actor | None) -> row_policies.SessionContext:
        known = reported(actor)
        if known != row_policies.NOBODY or actor is not None:
            return known
        entered = _entered_program(sys._getframe(1))
        if entered is OWN_STATEMENT:
            return row_policies.SYSTEM if own_statements else known
        if isinstance(entered, Actor):
            return reported(entered)
        return known

    return instead


OWN_STATEMENT = object()


def _entered_program(frame: FrameType | None) -> object:
    """Look how the code around a statement came from a test into the program.

    Returns OWN_STATEMENT where it did not; else the `actor` that the test called it with, if any.
    """
    entrance: FrameType | None = None
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(TESTS):
            if file != __file__:
                return OWN_STATEMENT if entrance is None else entrance.f_locals.get("actor")
        elif (file.startswith(PROGRAM) and not any(part in file for part in TRANSPARENT)) or any(
            part in file for part in ENTRANCES
        ):
            entrance = frame
        frame = frame.f_back
    return None
