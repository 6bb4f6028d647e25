"""The verifier watches itself: how late its own loop runs, so that noise is never blamed on a service."""

from __future__ import annotations

import asyncio

from runner.clock import monotonic_s
from runner.record.history import History

_TICK_S = 0.005
_WORTH_KEEPING_S = 0.003


class LagWatch:
    """A ticker in the loop that drives; each tick that came late is kept in the history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        while True:
            due = monotonic_s() + _TICK_S
            await asyncio.sleep(_TICK_S)
            lag = monotonic_s() - due
            if lag > _WORTH_KEEPING_S:
                self._history.add_lag(self._history.now(), lag)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
