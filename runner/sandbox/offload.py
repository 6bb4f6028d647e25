"""Work on threads that is seen through to its end: a cancelled wait must not leave behind what the work was making."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Offload:
    """A few threads. `run` may be cancelled; `idle` then waits for what still goes on, for it to be cleared away."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._pending: set[Future[object]] = set()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        future = self._pool.submit(work, *args, **kwargs)
        self._pending.add(future)  # type: ignore[arg-type]  # a Future is not covariant, but nothing is put into it here
        future.add_done_callback(self._pending.discard)
        waiting = asyncio.wrap_future(future)
        # Retrieved here, so that a failure nobody waits for any more is not reported as forgotten.
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(waiting)

    async def idle(self, within_s: float = 20) -> None:
        """Until all that was begun has ended, in success or failure, or `within_s` is over."""
        await asyncio.to_thread(wait, list(self._pending), within_s)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
