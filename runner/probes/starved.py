"""Whether the machine let the service run: how long its threads waited for a core, and beside how many others.

The verifier's own lateness says little of it: a service with many neighbours waits where the verifier, which sleeps
most of the time, is served at once.
"""

from __future__ import annotations

import asyncio
import os

from runner.clock import monotonic_s
from runner.record.history import History
from runner.sandbox.base import RunningService
from runner.sandbox.turns import longest_wait_s, running_or_waiting, wanting

EVERY_S = 0.1
_WORTH_KEEPING_S = 0.002
_CORES = os.cpu_count() or 1


async def watch_starving(running: RunningService, history: History) -> None:
    """Record it until cancelled, ten times a second at 0.4 ms each. Nothing where the kernel does not tell."""
    before, at_s = await running.turns(), monotonic_s()
    while before.threads:
        await asyncio.sleep(EVERY_S)
        after, now_s = await running.turns(), monotonic_s()
        waited_s = longest_wait_s(before, after)
        if waited_s > _WORTH_KEEPING_S:
            history.add_starved(history.now(), waited_s)
        if (all_of_them := running_or_waiting()) is not None:
            others = max(0.0, all_of_them - wanting(before, after, now_s - at_s))
            history.add_crowd(history.now(), round(others / _CORES, 1))
        before, at_s = after, now_s
