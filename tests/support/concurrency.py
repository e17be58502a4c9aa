"""Two people who do something at the very same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from yunjian.access.actor import Actor, acting_as


def at_once(actors: Sequence[Actor], act: Callable[[Actor], object]) -> list[object]:
    """Let each actor do the same in a thread and a transaction of its own, all at once.

    Returns what came of each: the answer, or the refusal. The test needs a transactional database.
    """
    together = Barrier(len(actors))

    def run(actor: Actor) -> object:
        try:
            with acting_as(actor):
                connection.ensure_connection()
                together.wait(timeout=20)
                return act(actor)
        except Exception as error:  # noqa: BLE001 - what came of it is the answer
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(run, actors))
