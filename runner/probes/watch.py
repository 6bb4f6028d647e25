"""The verifier watches itself: how late its own loop runs, so that noise is never blamed on a service."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runner.clock import monotonic_s
from runner.record.history import History

_TICK_S = 0.005
_WORTH_KEEPING_S = 0.003
# Time on a core, time waited for one, and turns had: of the thread that the loop runs in.
_SCHEDSTAT = Path("/proc/thread-self/schedstat")


class LagWatch:
    """A ticker in the loop that drives; each tick that came late is kept in the history, and how long it watched.

    Where the kernel tells how long we waited for a core, that is kept beside it: what we were late by and did not wait
    for is our own work.
    """

    def __init__(self, history: History, schedstat: Path = _SCHEDSTAT) -> None:
        self._history = history
        self._schedstat = schedstat
        self._waited_s: float | None = None
        self._from_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._waited_s = self._waited()
        self._from_s = self._history.now()
        self._task = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        while True:
            due = monotonic_s() + _TICK_S
            await asyncio.sleep(_TICK_S)
            lag = monotonic_s() - due
            if lag > _WORTH_KEEPING_S:
                self._history.add_lag(self._history.now(), lag)
                self._look()

    def _look(self) -> None:
        """Keep how long we waited for a core since the last look."""
        before, self._waited_s = self._waited_s, self._waited()
        if before is not None and self._waited_s is not None and self._waited_s - before > _WORTH_KEEPING_S:
            self._history.add_queued(self._history.now(), self._waited_s - before)

    def _waited(self) -> float | None:
        try:
            return int(self._schedstat.read_bytes().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return None

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._look()
            self._history.set_driven(self._from_s, self._history.now())
