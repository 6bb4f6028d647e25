"""Runs a command's coroutine so that a signal ends it once, in order: what it started is removed before we leave."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from runner.cli.errors import Interrupted
from runner.cli.output import err

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. A SIGINT, SIGTERM or SIGHUP cancels it, waits for its clean-up and raises `Interrupted`.

    Further signals during the clean-up are answered with a line, not with a broken clean-up.
    """
    return asyncio.run(_cancelled_by_signals(work))


async def _cancelled_by_signals(work: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    received: list[int] = []

    def stop(number: int) -> None:
        received.append(number)
        if len(received) == 1:
            task.cancel()
        else:
            err("Still removing what this run started; a moment.")

    # A signal that was ignored when we were started (nohup, a shell's background job) stays ignored.
    numbers = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in numbers:
        loop.add_signal_handler(number, stop, int(number))
    try:
        result = await task
    except asyncio.CancelledError:
        if not received:
            raise
        raise Interrupted(received[0]) from None
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
    if received:
        raise Interrupted(received[0])
    return result
