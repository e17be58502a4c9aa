"""Processor time from /proc (Linux): what programs spent, whoever else uses the machine."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Return user and system time of a process so far."""
    return _own_and_parent(pid)[0]


def seconds_below(pid: int) -> float:
    """Return user and system time of a process and all that descend from it and still live."""
    seconds: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            own, parent = _own_and_parent(int(entry.name))
        except OSError:  # it ended in between
            continue
        seconds[int(entry.name)] = own
        children.setdefault(parent, []).append(int(entry.name))
    total, open_ = 0.0, [pid]
    while open_:
        current = open_.pop()
        total += seconds.get(current, 0.0)
        open_ += children.get(current, [])
    return total


def _own_and_parent(pid: int) -> tuple[float, int]:
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = text.rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[1])
