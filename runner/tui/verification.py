"""One run as the app holds it: a task that pumps the verifier's events into a buffer, and a way to end it.

The screen drains the buffer a few times a second, so that drawing costs the same however fast events arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Generic, TypeVar, cast

from runner.catalog.kata import Kata
from runner.clock import monotonic_s
from runner.record.events import Event, LineLogged

WAITING_LINES = 4_000
E = TypeVar("E")
Verify = Callable[[Kata, Path, Path], AsyncIterator[Event]]
"""(kata, folder to judge, folder for the histories) to one verification's events: the engine, or a test's stream."""


class Verification(Generic[E]):
    """Runs `events` to its end, or until `cancel`; either way the generator's `finally` has run when it is over."""

    def __init__(self, events: AsyncIterator[E]) -> None:
        self.trouble = ""
        self.cancelled = False
        self.dropped_lines = 0
        self._buffer: list[E] = []
        self._lines = 0
        self._since_s = monotonic_s()
        self._task = asyncio.create_task(self._pump(events), name="verification")

    @property
    def over(self) -> bool:
        return self._task.done()

    @property
    def age_s(self) -> float:
        return monotonic_s() - self._since_s

    def drain(self) -> list[E]:
        """What arrived since the last call."""
        arrived, self._buffer, self._lines = self._buffer, [], 0
        return arrived

    def cancel_soon(self) -> None:
        """End the run; `over` says when everything it started is gone."""
        if not self.cancelled and not self.over:  # a second cancellation would cut the clean-up of the first short
            self.cancelled = True
            self._task.cancel()

    async def cancel(self) -> None:
        """End the run and wait until everything it started is gone."""
        self.cancel_soon()
        await asyncio.wait({self._task})

    async def _pump(self, events: AsyncIterator[E]) -> None:
        try:
            async with aclosing(cast("AsyncGenerator[E]", events)) as stream:
                async for event in stream:
                    self._take(event)
        except Exception as error:  # whatever went wrong in our engine must reach the learner as a sentence
            self.trouble = str(error) or type(error).__name__

    def _take(self, event: E) -> None:
        if isinstance(event, LineLogged):
            self._lines += 1
            if self._lines > WAITING_LINES:
                self.dropped_lines += 1
                return
        self._buffer.append(event)
