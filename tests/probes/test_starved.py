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


class Several(Running):
    def __init__(self, pids: list[int]) -> None:
        self._pids = pids

    async def turns(self) -> Turns:
        return turns_of(self._pids)


def watched(running: Any, until_s: float, within_s: float) -> History:
    """What was recorded when so much starving was, or when the time was over."""

    async def scenario() -> History:
        history, ends_s = History(), monotonic_s() + within_s
        watch = asyncio.ensure_future(watch_starving(running, history))
        while history.starved_s() < until_s and monotonic_s() < ends_s and not watch.done():
            await asyncio.sleep(0.02)
        watch.cancel()
        return history

    return asyncio.run(scenario())


def test_a_process_among_busy_neighbours_is_seen_to_starve() -> None:
    with busy_on_one_core(3) as pids:
        assert watched(Running(pids[0]), until_s=0.3, within_s=15).starved_s() >= 0.3


def test_others_that_want_a_core_are_counted_and_the_service_itself_is_not() -> None:
    cores = os.cpu_count() or 1
    with busy_on_one_core(6) as pids:
        of_all = watched(Running(pids[0]), until_s=1.0, within_s=15).crowd * cores
    assert of_all >= 4.5  # the other five, now and then one of them between two turns
    with busy_on_one_core(6) as pids:
        of_some = watched(Several(pids[:5]), until_s=1.0, within_s=15).crowd * cores
    assert of_some <= of_all - 2


def test_where_the_kernel_tells_nothing_the_watch_ends_and_keeps_nothing() -> None:
    class Untold:
        async def turns(self) -> Turns:
            return Turns()

    history = watched(Untold(), until_s=0.1, within_s=5)
    assert (history.starved_s(), history.crowd) == (0.0, 0.0)
