"""Whether the machine let the service run: how long its threads waited for a core, all through a probe.

The verifier's own lateness says little of it: a service with many neighbours waits where the verifier, which sleeps
most of the time, is served at once.
"""

from __future__ import annotations

import asyncio

from runner.record.history import History
from runner.sandbox.base import RunningService
from runner.sandbox.turns import longest_wait_s

EVERY_S = 0.1
_WORTH_KEEPING_S = 0.002


async def watch_starving(running: RunningService, history: History) -> None:
    """Record it until cancelled, ten times a second at 0.3 ms each. Nothing where the kernel does not tell."""
    before = await running.turns()
    while before.threads:
        await asyncio.sleep(EVERY_S)
        after = await running.turns()
        waited_s = longest_wait_s(before, after)
        if waited_s > _WORTH_KEEPING_S:
            history.add_starved(history.now(), waited_s)
        before = after
