"""Foreign files are opened in a process of their own, which has little time and little memory.

A file can be made so that whoever reads it never ends, or fills the memory. Then the process ends,
and nothing else.
"""

import json
import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

SECONDS = 60
MEMORY = 2**30
ANSWER = 4 * 2**20


class Unreadable(Exception):
    """The program did not end in time, or failed."""


def limit_process(seconds: int, memory: int) -> None:
    """Give this process so many seconds, so many bytes of memory, and no file to write."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_bounded(module: str, path: Path, *, seconds: int = SECONDS, memory: int = MEMORY) -> Any:
    """Run a module of ours on a file; return the JSON that it printed.

    Raises:
        Unreadable: it took too long, too much memory, or failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a module of ours; the path is an argument of its own
            [sys.executable, "-m", module, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds + 5,
            preexec_fn=partial(limit_process, seconds, memory),
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            check=True,
        )
        return json.loads(done.stdout[:ANSWER])
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable from error
