"""What else the machine does while a probe is repeated: how loaded it is, and which processes of others are busy.

It is asked only once a probe had to be repeated, from a thread, so that looking costs a quiet run nothing.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable

from runner.clock import monotonic_s
from runner.tui.safe import safe_line

MOST_NAMED = 3
WORTH_NAMING = 0.05
Used = dict[int, tuple[str, float]]
"""Each process's name and the seconds of a core it has used."""


class Neighbours:
    """`look` begins, `tell` ends and leaves its answer in `told`, by criterion."""

    def __init__(self, used_by_others: Callable[[], Used] | None = None) -> None:
        self._used_by_others = used_by_others or others
        self._before: tuple[float, Used] | None = None
        self.told: dict[str, tuple[str, ...]] = {}

    def forget(self) -> None:
        self._before = None

    def look(self) -> None:
        """Note what every process has used so far."""
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        self._before = monotonic_s(), self._used_by_others()

    def tell(self, criterion: str) -> None:
        """Work out who was busy since `look`."""
        threading.Thread(target=self._tell, args=(criterion,), daemon=True).start()

    def _tell(self, criterion: str) -> None:
        lines = [load_line()]
        if self._before is not None:
            since_s, before = self._before
            lines += busiest(before, self._used_by_others(), monotonic_s() - since_s)
        self.told[criterion] = tuple(line for line in lines if line)


def load_line() -> str:
    """The load average against the cores there are; empty where the system keeps none."""
    try:
        one, five, _ = os.getloadavg()
    except (AttributeError, OSError):
        return ""
    return f"load {one:.1f} over a minute, {five:.1f} over five, on {os.cpu_count() or 1} cores"


def busiest(before: Used, after: Used, took_s: float) -> list[str]:
    """The processes that used most between two looks: `ffmpeg (process 4711) used 180% of a core`."""
    shares = [
        ((used - before[pid][1]) / max(took_s, 0.1), name, pid)
        for pid, (name, used) in after.items()
        if pid in before and before[pid][0] == name
    ]
    top = sorted((each for each in shares if each[0] > WORTH_NAMING), reverse=True)[:MOST_NAMED]
    return [f"{safe_line(name, 60)} (process {pid}) used {share:.0%} of a core" for share, name, pid in top]


def others() -> Used:
    """All processes but this one and what it started."""
    import psutil

    ours = {os.getpid()}
    with contextlib.suppress(psutil.Error):
        ours |= {child.pid for child in psutil.Process().children(recursive=True)}
    found: Used = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid not in ours:
                times = process.cpu_times()
                found[process.pid] = process.name(), times.user + times.system
    return found
