"""The watch over a service's waits for a core, against a real process among busy neighbours on one core."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.clock import monotonic_s
from runner.probes.starved import watch_starving
from runner.record.history import History
from runner.sandbox.turns import Turns, turns_of

pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells of turns")
LOOP = "import time\nends = time.monotonic() + 20\nwhile time.monotonic() < ends: pass"


@contextlib.contextmanager
def busy_on_one_core(count: int) -> Iterator[list[int]]:
    core = {min(os.sched_getaffinity(0))}
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    try:
        for one in loops:
            os.sched_setaffinity(one.pid, core)
        yield [one.pid for one in loops]
    finally:
        for one in loops:
            one.kill()
            one.wait()


class Running:
    def __init__(self, pid: int) -> None:
        self._pid = pid

    async def turns(self) -> Turns:
        return turns_of([self._pid])


def watched(running: Any, until_s: float, within_s: float) -> float:
    """How much starving was recorded when that much was, or when the time was over."""

    async def scenario() -> float:
        history, ends_s = History(), monotonic_s() + within_s
        watch = asyncio.ensure_future(watch_starving(running, history))
        while history.starved_s() < until_s and monotonic_s() < ends_s and not watch.done():
            await asyncio.sleep(0.02)
        watch.cancel()
        return history.starved_s()

    return asyncio.run(scenario())


def test_a_process_among_busy_neighbours_is_seen_to_starve() -> None:
    with busy_on_one_core(3) as pids:
        assert watched(Running(pids[0]), until_s=0.3, within_s=15) >= 0.3


def test_where_the_kernel_tells_nothing_the_watch_ends_and_keeps_nothing() -> None:
    class Untold:
        async def turns(self) -> Turns:
            return Turns()

    assert watched(Untold(), until_s=0.1, within_s=5) == 0.0
